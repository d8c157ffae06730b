package photo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"citygrid/registry"
)

// Source is the files that a crew delivers.
type Source struct {
	Name  string // of the folder or archive, without what stands before it
	files []file
	close func() error
}

// file is one of them.
type file struct {
	name string // within the source, with slashes
	size int64  // as it says itself
	bad  *Fault // why it is not read, or nil
	open func() (io.ReadCloser, error)
}

// Close gives back what the source holds open.
func (s Source) Close() error { return s.close() }

// The codes of what is wrong with the name of a file, or with how it lies there.
const (
	CodeUnsafeName = "unsafe_name"
	CodeLink       = "not_a_file"
	CodeUnreadable = "file_unreadable"
)

// OpenFolder lists a folder and all below it. Links are not followed, neither to files nor to folders: they are told as what they are.
func OpenFolder(ctx context.Context, dir string) (Source, error) {
	root, err := os.OpenRoot(dir) // nothing is opened outside it, whoever changes it meanwhile
	if err != nil {
		return Source{}, err
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return Source{}, errors.Join(err, root.Close())
	}
	s := Source{Name: filepath.Base(abs), close: root.Close}
	err = fs.WalkDir(root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && name == ".":
			return err
		case err != nil: // a folder that may not be entered, or of a name that is no text
			return s.add(file{name: name, bad: unreadable(err)})
		case entry.IsDir():
			return nil
		}
		f := file{name: name, open: func() (io.ReadCloser, error) { return openPlain(root, name) }}
		if !entry.Type().IsRegular() {
			f.bad = refuse(CodeLink, "是快捷方式（符号链接）或特殊文件，不读取；请放入照片文件本身", "it is a link or a special file, which is not read: put the photo itself there")
		} else if info, err := entry.Info(); err == nil {
			f.size = info.Size()
		}
		return s.add(f)
	})
	if err != nil {
		return Source{}, errors.Join(err, root.Close())
	}
	return s, nil
}

// openPlain opens a file that is still no link.
func openPlain(root *os.Root, name string) (io.ReadCloser, error) {
	in, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	there, err := root.Lstat(name)
	if err == nil {
		var opened fs.FileInfo
		if opened, err = in.Stat(); err == nil && (!there.Mode().IsRegular() || !os.SameFile(there, opened)) {
			err = fmt.Errorf("%s was changed while it was read", name)
		}
	}
	if err != nil {
		return nil, errors.Join(err, in.Close())
	}
	return in, nil
}

// add keeps a file, unless a system put it there by itself.
func (s *Source) add(f file) error {
	f.name = strings.ToValidUTF8(f.name, "�")
	if isClutter(f.name) {
		return nil
	}
	if len(s.files) == MaxFiles {
		return registry.NewError(registry.TooLarge, "too_many_photos",
			fmt.Sprintf("文件超过 %d 个；请分批提交", MaxFiles), fmt.Sprintf("there are more than %d files: send them in parts", MaxFiles))
	}
	if f.bad == nil && !plainPath(f.name) {
		f.bad = refuse(CodeUnsafeName, "文件名含有 ..、盘符、控制字符，或过长；请改名后重新打包", "the name has .., a drive, control characters, or is too long: rename the file and pack again")
	}
	s.files = append(s.files, f)
	return nil
}

// plainPath holds for a path that leads nowhere but down, and that can be shown. No name is ever used to write anything.
func plainPath(name string) bool {
	return len(name) <= maxName && utf8.ValidString(name) && !strings.ContainsFunc(name, unicode.IsControl) && fs.ValidPath(name) && !strings.Contains(name, ":")
}

// read reads the whole of a file into buffer, which grows to MaxBytes at most. Its first bytes are looked at before the rest is read.
func (f file) read(buffer []byte) ([]byte, *Fault) {
	if f.bad != nil {
		return buffer, f.bad
	}
	if f.size > MaxBytes {
		return buffer, tooLarge()
	}
	in, err := f.open()
	if err != nil {
		return buffer, unreadable(err)
	}
	defer in.Close()
	for len(buffer) <= MaxBytes {
		if len(buffer) == cap(buffer) {
			buffer = append(buffer, 0)[:len(buffer)]
		}
		n, err := in.Read(buffer[len(buffer):cap(buffer)])
		before := len(buffer)
		buffer = buffer[:before+n]
		if before < headBytes && (len(buffer) >= headBytes || err == io.EOF) {
			if bad := sniff(buffer); bad != nil {
				return buffer, bad
			}
		}
		if err == io.EOF {
			if len(buffer) > MaxBytes {
				break
			}
			return buffer, nil
		}
		if err != nil {
			return buffer, unreadable(err)
		}
	}
	return buffer, tooLarge()
}

func unreadable(err error) *Fault {
	return refuse(CodeUnreadable, fmt.Sprintf("文件无法读取（%.100v）；请重新拷贝或重新打包", err), fmt.Sprintf("the file cannot be read (%.100v): copy it, or pack it, again", err))
}

func tooLarge() *Fault {
	return refuse(CodeTooLarge, fmt.Sprintf("照片超过 %d MiB；请缩小后重新提交", MaxBytes>>20), fmt.Sprintf("the photo is larger than %d MiB: make it smaller", MaxBytes>>20))
}
