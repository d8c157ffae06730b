package photo

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"citygrid/registry"
	"citygrid/registry/vector"
)

// CodeBadArchive is the code of an archive, or of one file in it, that cannot be unpacked.
const CodeBadArchive = "bad_archive"

// OpenZip lists the files of a zip archive of size bytes. Nothing of it is ever laid down: its files are read one after the other. TooLarge, and Invalid for
// what is no archive. The caller closes body after the Source.
func OpenZip(ctx context.Context, name string, body io.ReaderAt, size int64) (Source, error) {
	list := &listReader{ctx: ctx, r: body, left: maxList}
	archive, err := zip.NewReader(list, size)
	switch {
	case errors.Is(err, errLongList):
		return Source{}, registry.NewError(registry.TooLarge, "too_many_photos",
			fmt.Sprintf("压缩包中的文件超过 %d 个；请分批提交", MaxFiles), fmt.Sprintf("the archive holds more than %d files: send them in parts", MaxFiles))
	case err != nil && ctx.Err() != nil:
		return Source{}, ctx.Err()
	case err != nil:
		return Source{}, registry.NewError(registry.Invalid, CodeBadArchive,
			fmt.Sprintf("不是 zip 压缩包，或不完整（%.100v）；请重新压缩为 zip", err), fmt.Sprintf("this is no zip archive, or not the whole of it (%.100v): pack it again as zip", err))
	}
	list.left = -1
	s := Source{Name: name, close: func() error { return nil }}
	for _, f := range archive.File {
		member := file{name: vector.MemberName(f), size: int64(min(f.UncompressedSize64, 1<<62)), open: func() (io.ReadCloser, error) { return f.Open() }}
		switch {
		case strings.HasSuffix(member.name, "/"):
			continue
		case f.Flags&1 != 0:
			member.bad = refuse(CodeBadArchive, "压缩包有密码；请去掉密码后重新压缩", "it needs a password: pack it without one")
		case !f.Mode().IsRegular():
			member.bad = refuse(CodeLink, "是快捷方式（符号链接）或特殊文件，不读取；请放入照片文件本身", "it is a link or a special file, which is not read: put the photo itself there")
		}
		if err := s.add(member); err != nil {
			return Source{}, err
		}
	}
	return s, nil
}

// listReader reads an archive, no more than left bytes of it while its list is read: that is read whole before a file is known.
type listReader struct {
	ctx  context.Context
	r    io.ReaderAt
	left int // negative: all
}

var errLongList = errors.New("the list is too long")

func (l *listReader) ReadAt(p []byte, at int64) (int, error) {
	if err := l.ctx.Err(); err != nil {
		return 0, err
	}
	if l.left >= 0 {
		if l.left -= len(p); l.left < 0 {
			l.left = 0
			return 0, errLongList
		}
	}
	return l.r.ReadAt(p, at)
}
