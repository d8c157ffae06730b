package synth

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// File is one written file.
type File struct {
	Path    string // within the folder, with slashes
	Records int    // features or rows, without the header
	Bytes   int64
	SHA256  string // lower-case hexadecimal
}

// folder writes a city beside its place and moves it there at the end, so that
// nobody ever reads half a city.
type folder struct {
	ctx      context.Context
	dir, tmp string
	files    []File
	progress func(file string, records int)
}

// newFolder checks that dir may be written: it does not exist, is empty, or holds
// a city, which will be replaced.
func newFolder(ctx context.Context, dir string, progress func(string, int)) (*folder, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if err := mayReplace(dir); err != nil {
		return nil, err
	}
	parent := filepath.Dir(dir)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return nil, err
	}
	tmp, err := os.MkdirTemp(parent, "."+filepath.Base(dir)+".part-")
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(tmp, 0o755); err != nil {
		return nil, errors.Join(err, os.RemoveAll(tmp))
	}
	if progress == nil {
		progress = func(string, int) {}
	}
	return &folder{ctx: ctx, dir: dir, tmp: tmp, progress: progress}, nil
}

func mayReplace(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(dir, "city.json")); err != nil {
		return fmt.Errorf("%s is not empty and holds no city.json: choose another folder", dir)
	}
	return nil
}

// abandon removes what was written so far.
func (d *folder) abandon() error { return os.RemoveAll(d.tmp) }

// publish moves the folder to its place. A city that was there goes only when
// the new one has come.
func (d *folder) publish() error {
	if err := d.ctx.Err(); err != nil {
		return err
	}
	if err := mayReplace(d.dir); err != nil {
		return err
	}
	old := d.tmp + "-old"
	err := os.Rename(d.dir, old)
	if errors.Is(err, fs.ErrNotExist) {
		return os.Rename(d.tmp, d.dir)
	}
	if err != nil {
		return err
	}
	if err := os.Rename(d.tmp, d.dir); err != nil {
		return errors.Join(err, os.Rename(old, d.dir))
	}
	return os.RemoveAll(old)
}

// digest is the SHA-256 of the list that `sha256sum` prints for the files in
// bytewise order of their paths, so that anyone can compute it without us.
func (d *folder) digest() string {
	slices.SortFunc(d.files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	sum := sha256.New()
	for _, f := range d.files {
		fmt.Fprintf(sum, "%s  %s\n", f.SHA256, f.Path)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// write makes one file. What body appends to the sheet goes to disk as it comes.
func (d *folder) write(path string, body func(*sheet) error) (err error) {
	full := filepath.Join(d.tmp, filepath.FromSlash(path))
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		return err
	}
	file, err := os.Create(full)
	if err != nil {
		return err
	}
	defer func() {
		if cerr := file.Close(); err == nil {
			err = cerr
		}
	}()
	s := &sheet{folder: d, path: path, file: file, sum: sha256.New()}
	s.out = bufio.NewWriterSize(s, 1<<16)
	if err := body(s); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := s.out.Flush(); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	d.files = append(d.files, File{Path: path, Records: s.records, Bytes: s.bytes, SHA256: hex.EncodeToString(s.sum.Sum(nil))})
	d.progress(path, s.records)
	return nil
}

// sheet is a file being written.
type sheet struct {
	folder  *folder
	path    string
	file    *os.File
	out     *bufio.Writer
	sum     hash.Hash
	bytes   int64
	records int
	line    []byte // reused by the writers of rows
}

// Write takes a full buffer, so it is where a cancelled run stops.
func (s *sheet) Write(b []byte) (int, error) {
	if err := s.folder.ctx.Err(); err != nil {
		return 0, err
	}
	s.sum.Write(b)
	s.bytes += int64(len(b))
	return s.file.Write(b)
}

// text writes a piece that is no record.
func (s *sheet) text(t string) error {
	_, err := s.out.WriteString(t)
	return err
}

// record writes one record and tells about every 100,000th.
func (s *sheet) record(b []byte) error {
	s.records++
	if s.records%100_000 == 0 {
		s.folder.progress(s.path, s.records)
	}
	_, err := s.out.Write(b)
	return err
}

// row writes one line of CSV.
func (s *sheet) row(fields ...string) error {
	b := s.line[:0]
	for i, f := range fields {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendField(b, f)
	}
	s.line = append(b, '\n')
	return s.record(s.line)
}

// header writes the first line of CSV.
func (s *sheet) header(names ...string) error {
	return s.text(strings.Join(names, ",") + "\n")
}

// appendField quotes what RFC 4180 asks to be quoted.
func appendField(b []byte, f string) []byte {
	if !strings.ContainsAny(f, ",\"\n\r") {
		return append(b, f...)
	}
	b = append(b, '"')
	b = append(b, strings.ReplaceAll(f, `"`, `""`)...)
	return append(b, '"')
}
