package census

// ChangeShape is where a changed row stands and where its component stands now, as EWKB.
type ChangeShape struct {
	New []byte
	Old []byte // nil: there is no component yet
}

// MissingShape is a missing component and where it stands, as EWKB.
type MissingShape struct {
	MissingComponent
	Shape []byte
}
