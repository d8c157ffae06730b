package vector

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// Source is one data set in a file: a Shapefile with all its parts, a GeoPackage, a drawing.
type Source struct {
	Name   string // as the crew named it, without folder and extension
	Kind   Kind
	Raw    bool // its texts come as the bytes of the file, in an encoding that is to be found out
	Loose  bool // its layers do not say whether they have heights: all come with one, 0 where there is none
	folder string
	path   string
	label  string // what a MapInfo table says of its encoding
	// numbers are the columns of numbers of a Shapefile.
	numbers []bool
}

// Kind is a format, by the extension of its main file.
type Kind string

// The kinds.
const (
	Shapefile  Kind = ".shp"
	GeoPackage Kind = ".gpkg"
	KML        Kind = ".kml"
	TAB        Kind = ".tab"
	MIF        Kind = ".mif"
	DXF        Kind = ".dxf"
	FlatGeobuf Kind = ".fgb"
	FileGDB    Kind = ".gdb"
)

// parts are the extensions of the files of a set, the main one first.
var parts = map[Kind][]string{
	Shapefile: {".shp", ".dbf", ".shx", ".prj", ".cpg"}, GeoPackage: {".gpkg"}, KML: {".kml"}, TAB: {".tab", ".dat", ".map", ".id", ".ind"},
	MIF: {".mif", ".mid"}, DXF: {".dxf"}, FlatGeobuf: {".fgb"}, FileGDB: nil,
}

// needed are the parts without which a set says nothing.
var needed = map[Kind][]string{Shapefile: {".dbf"}, TAB: {".dat", ".map", ".id"}, MIF: {".mid"}}

// KindOf tells a kind by a file's name, in any case.
func KindOf(name string) (Kind, bool) {
	kind := Kind(strings.ToLower(path.Ext(name)))
	_, ok := parts[kind]
	return kind, ok
}

// Parts are the extensions of the files that belong to a main file of this kind beside it.
func (k Kind) Parts() []string { return slices.Clone(parts[k]) }

// Holds reports whether the beginning of a zip archive names a file that is read.
func Holds(head []byte) bool {
	lower := bytes.ToLower(head)
	return slices.ContainsFunc(kinds(), func(k Kind) bool { return bytes.Contains(lower, []byte(k)) }) || bytes.Contains(lower, []byte(FileGDB+"/"))
}

// The limits of what is unpacked.
const (
	maxEntries  = 10_000
	maxSources  = 200
	maxUnpacked = 4 << 30
	maxRatio    = 300      // of what is unpacked to the archive: tables of blanks come to a tenth of that
	freeOfRatio = 64 << 20 // bytes
	maxNameSize = 1 << 10
	maxList     = 4 << 20 // bytes of the list of files
)

// Unpack lays the data sets of a file into an empty folder, under names of its own: a zip archive holds one or more, each in all its parts; any other
// file is one by itself, of the kind that its name says. What else an archive holds is passed over and counted. Its errors are [*Fault], those of
// the disk and that of ctx.
func Unpack(ctx context.Context, file io.ReaderAt, size int64, name, folder string) (sources []Source, passed int, err error) {
	body := &bodyReader{ctx: ctx, r: file, left: -1}
	head := make([]byte, 32)
	if n, err := body.ReadAt(head, 0); err != nil && err != io.EOF {
		return nil, 0, fmt.Errorf("read %.80s: %w", name, err)
	} else if head = head[:n]; !bytes.HasPrefix(head, []byte("PK\x03\x04")) {
		s, err := unpackOne(io.NewSectionReader(body, 0, size), head, name, folder)
		return []Source{s}, 0, errors.Join(err, lend(folder))
	}
	body.left = maxList
	archive, err := zip.NewReader(body, size)
	switch {
	case errors.Is(err, errSpent) || err == nil && len(archive.File) > maxEntries:
		return nil, 0, tooLarge(fmt.Sprintf("压缩包中的文件超过 %d 个；请只打包数据文件", maxEntries),
			fmt.Sprintf("the archive holds more than %d files: pack the data alone", maxEntries))
	case err != nil && ctx.Err() != nil:
		return nil, 0, ctx.Err()
	case err != nil:
		return nil, 0, damagedArchive(err)
	}
	body.left = -1
	u := &unpacking{folder: folder, most: min(maxUnpacked, freeOfRatio+maxRatio*size), sets: map[string]*set{}}
	for _, f := range archive.File {
		u.sort(f)
	}
	sources, err = u.unpack()
	return sources, u.passed, errors.Join(err, lend(folder))
}

// bodyReader reads a file until its reader wants no more, and no more of it than may be.
type bodyReader struct {
	ctx  context.Context
	r    io.ReaderAt
	left int // bytes; negative: all
}

// errSpent ends the list of an archive: it is read whole before a file is known.
var errSpent = errors.New("the list is too long")

func (b *bodyReader) ReadAt(p []byte, at int64) (int, error) {
	if err := b.ctx.Err(); err != nil {
		return 0, err
	}
	if b.left >= 0 {
		if b.left -= len(p); b.left < 0 {
			b.left = 0
			return 0, errSpent
		}
	}
	return b.r.ReadAt(p, at)
}

func damagedArchive(err error) *Fault {
	return &Fault{
		ProblemDamaged, fmt.Sprintf("压缩包不完整或已损坏（%.100v）；请重新压缩并复制", err),
		fmt.Sprintf("the archive is cut short or damaged (%.100v): pack and copy it again", err),
	}
}

// unpackOne lays a file down that is a data set by itself.
func unpackOne(body io.Reader, head []byte, name, folder string) (Source, error) {
	if fault := foreignOf(head); fault != nil {
		return Source{}, fault
	}
	kind, ok := KindOf(name)
	switch {
	case bytes.HasPrefix(head, []byte("SQLi")):
		kind = GeoPackage
	case bytes.HasPrefix(head, []byte("fgb\x03")):
		kind = FlatGeobuf
	case !ok:
		return Source{}, &Fault{
			ProblemKind, fmt.Sprintf("%.80s 的内容不是压缩包；请核对文件，或重新压缩", name),
			fmt.Sprintf("%.80s is no archive by its contents: check the file, or pack it again", name),
		}
	case kind == FileGDB || len(needed[kind]) > 0:
		return Source{}, incomplete(name, kind)
	}
	s := newSource(stem(name), kind, folder, "1"+string(kind))
	return s, lay(s.path, body)
}

func incomplete(name string, kind Kind) *Fault {
	if kind == FileGDB {
		return &Fault{ProblemIncomplete, "文件地理数据库是一个文件夹；请把整个 .gdb 文件夹压缩为 zip 后提交", "a file geodatabase is a folder: pack the whole .gdb folder as a zip archive"}
	}
	list := strings.Join(needed[kind], " ")
	return &Fault{
		ProblemIncomplete, fmt.Sprintf("%.80s 缺少同名的 %s；请把同名的各文件（%s）一起压缩为 zip 后提交", name, list, strings.Join(parts[kind], " ")),
		fmt.Sprintf("%.80s comes without %s of the same name: pack all its files (%s) into one zip archive", name, list, strings.Join(parts[kind], " ")),
	}
}

func newSource(name string, kind Kind, folder, file string) Source {
	return Source{
		Name: shown(name), Kind: kind, Raw: slices.Contains([]Kind{Shapefile, DXF, TAB, MIF}, kind), Loose: kind == KML || kind == DXF,
		folder: folder, path: filepath.Join(folder, file),
	}
}

func lay(name string, body io.Reader) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, body)
	return errors.Join(err, f.Close())
}

// stem is the name of a file without folder and extension.
func stem(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	return strings.TrimSuffix(name, path.Ext(name))
}

// shown is a name of which every byte can be kept and shown.
func shown(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return '_'
		}
		return r
	}, strings.ToValidUTF8(name, "_"))
}

// unpacking is the work on one archive.
type unpacking struct {
	folder string
	most   int64 // bytes that may be written
	used   int64 // that were
	passed int
	other  *Fault // of a file that is passed over and could be sent otherwise
	order  []string
	sets   map[string]*set // by folder and stem, in lower case
}

// set is what has one folder and stem: perhaps more than one data set, which share nothing then.
type set struct {
	name  string
	path  string               // with its folders
	files map[string]*zip.File // by extension; of a geodatabase by name
	gdb   bool
}

// sort puts a file of the archive to its set.
func (u *unpacking) sort(f *zip.File) {
	name := MemberName(f)
	if strings.HasSuffix(name, "/") || strings.HasPrefix(path.Base(name), "._") { // a folder, a shadow file of macOS
		return
	}
	if !f.Mode().IsRegular() || len(name) > maxNameSize {
		u.passed++
		return
	}
	dir, base := path.Split(name)
	if gdb := strings.TrimSuffix(dir, "/"); strings.EqualFold(path.Ext(gdb), string(FileGDB)) && plainName(base) {
		u.set(gdb, stem(gdb), true).files[base] = f
		return
	}
	ext := strings.ToLower(path.Ext(base))
	if !slices.ContainsFunc(kinds(), func(k Kind) bool { return slices.Contains(parts[k], ext) }) {
		if u.passed++; u.other == nil {
			u.other = foreignNamed(ext)
		}
		return
	}
	u.set(dir+stem(base), stem(base), false).files[ext] = f
}

func kinds() []Kind { return []Kind{Shapefile, GeoPackage, KML, TAB, MIF, DXF, FlatGeobuf} }

func (u *unpacking) set(key, name string, gdb bool) *set {
	lower := strings.ToLower(key)
	s := u.sets[lower]
	if s == nil {
		s = &set{name: name, path: key, files: map[string]*zip.File{}, gdb: gdb}
		u.sets[lower] = s
		u.order = append(u.order, lower)
	}
	return s
}

// plainName holds for the names of the files inside a geodatabase.
func plainName(name string) bool {
	return !strings.HasPrefix(name, ".") && !strings.ContainsFunc(name, func(r rune) bool {
		return r != '.' && r != '_' && r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
}

// MemberName is a file's name: without the mark of UTF-8, what is no UTF-8 is GB18030 (import trap 7).
func MemberName(f *zip.File) string {
	name := f.Name
	if f.Flags&0x800 == 0 && !utf8.ValidString(name) {
		if decoded, err := simplifiedchinese.GB18030.NewDecoder().String(name); err == nil {
			name = decoded
		}
	}
	return strings.ReplaceAll(name, `\`, "/")
}

func (u *unpacking) unpack() ([]Source, error) {
	var sources []Source
	for _, key := range u.order {
		s := u.sets[key]
		var found []Kind
		for _, kind := range kinds() {
			if s.files[string(kind)] != nil && !s.gdb {
				found = append(found, kind)
			}
		}
		if s.gdb {
			found = []Kind{FileGDB}
		}
		for _, kind := range found {
			if len(sources) == maxSources {
				return nil, tooLarge(fmt.Sprintf("压缩包中的数据集超过 %d 个；请分成几个压缩包", maxSources), fmt.Sprintf("the archive holds more than %d data sets: divide it", maxSources))
			}
			source := newSource(s.name, kind, u.folder, strconv.Itoa(len(sources)+1)+string(kind))
			source.Name = unlike(sources, source.Name, shown(s.path), shown(s.path)+string(kind))
			if err := u.lay(s, source); err != nil {
				return nil, err
			}
			if err := source.prepare(); err != nil {
				return nil, err
			}
			sources = append(sources, source)
		}
		if len(found) == 0 {
			u.passed += len(s.files)
		}
	}
	if len(sources) == 0 && u.other != nil {
		return nil, u.other
	}
	if len(sources) == 0 {
		return nil, &Fault{
			ProblemKind, "压缩包中没有可读取的数据（.shp .gpkg .kml .tab .mif .dxf .fgb .gdb）；请检查打包的内容",
			"the archive holds nothing that is read (.shp .gpkg .kml .tab .mif .dxf .fgb .gdb): check what was packed",
		}
	}
	return sources, nil
}

// unlike is the first of names that none of the sources has, or the last with a number behind it.
func unlike(sources []Source, names ...string) string {
	taken := func(name string) bool {
		return slices.ContainsFunc(sources, func(s Source) bool { return s.Name == name })
	}
	for _, name := range names {
		if !taken(name) {
			return name
		}
	}
	last := names[len(names)-1]
	n := 2
	for taken(fmt.Sprint(last, " ", n)) {
		n++
	}
	return fmt.Sprint(last, " ", n)
}

// lay unpacks the files of a data set.
func (u *unpacking) lay(s *set, source Source) error {
	if s.gdb {
		if err := os.Mkdir(source.path, 0o700); err != nil {
			return err
		}
		for name, f := range s.files {
			if err := u.member(f, filepath.Join(source.path, name)); err != nil {
				return err
			}
		}
		return nil
	}
	for _, ext := range needed[source.Kind] {
		if s.files[ext] == nil {
			return incomplete(s.name+string(source.Kind), source.Kind)
		}
	}
	for _, ext := range parts[source.Kind] {
		if f := s.files[ext]; f != nil {
			if err := u.member(f, strings.TrimSuffix(source.path, string(source.Kind))+ext); err != nil {
				return err
			}
		}
	}
	return nil
}

// member unpacks one file, whatever its header says of its size.
func (u *unpacking) member(f *zip.File, to string) error {
	if f.Flags&0x1 != 0 {
		return &Fault{ProblemKind, "压缩包有密码；请去掉密码后重新压缩", "the archive needs a password: pack it without one"}
	}
	in, err := f.Open()
	if err != nil {
		return damagedArchive(err)
	}
	defer in.Close()
	counted := &io.LimitedReader{R: in, N: u.most - u.used + 1}
	err = lay(to, counted)
	if u.used = u.most + 1 - counted.N; u.used > u.most {
		return tooLarge(fmt.Sprintf("压缩包解开后超过 %d MiB（最多 4 GiB，且不超过压缩包大小的 %d 倍）；请分成几个压缩包", u.most>>20, maxRatio),
			fmt.Sprintf("the archive unpacks to more than %d MiB (4 GiB at most, and %d times its own size): divide it", u.most>>20, maxRatio))
	}
	var corrupt flate.CorruptInputError
	if errors.As(err, &corrupt) || errors.Is(err, zip.ErrChecksum) || errors.Is(err, zip.ErrFormat) || errors.Is(err, zip.ErrAlgorithm) || errors.Is(err, io.ErrUnexpectedEOF) {
		return damagedArchive(err)
	}
	return err
}
