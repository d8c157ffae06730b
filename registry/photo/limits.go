package photo

// The limits of a delivery.
const (
	MaxFiles  = 100_000
	MaxBytes  = 25 << 20  // of one photo
	MaxPixels = 200 << 20 // of one photo: what the largest cameras of telephones make
	MaxTotal  = 64 << 30  // bytes of all photos together, unpacked
	MaxIssues = 100_000   // that are listed; the rest is counted
	maxName   = 1 << 10   // bytes of a path
	maxList   = 32 << 20  // bytes of the list of files in an archive
	maxNamed  = 100       // photos that one cell names
	headBytes = 1 << 10   // of a file, by which its kind is told before the rest is read
	mostNamed = 2_000_000 // photos that a survey file names in all
)
