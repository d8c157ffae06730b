package census

import (
	"fmt"
	"io"
	"unicode/utf8"
)

// utf8Reader passes bytes on and ends with a FileError at the first that is not UTF-8, so that no decoder below puts U+FFFD
// in its place (import trap 1). A character that is cut at the end of a Read is looked at again with the next.
type utf8Reader struct {
	r      io.Reader
	offset int64  // of the byte after those checked
	tail   []byte // the beginning of a character, at most 3 bytes, at offset
	bad    error  // what was found; nothing is read after it
}

func (u *utf8Reader) Read(p []byte) (int, error) {
	if u.bad != nil {
		return 0, u.bad
	}
	n, err := u.r.Read(p)
	if u.bad = u.check(p[:n]); u.bad == nil && err == io.EOF && len(u.tail) > 0 {
		u.bad = u.fault()
	}
	if u.bad != nil {
		return 0, u.bad
	}
	return n, err
}

func (u *utf8Reader) check(b []byte) error {
	for len(u.tail) > 0 && len(b) > 0 {
		u.tail, b = append(u.tail, b[0]), b[1:]
		if !utf8.FullRune(u.tail) {
			continue
		}
		if r, size := utf8.DecodeRune(u.tail); r == utf8.RuneError && size == 1 {
			return u.fault()
		}
		u.offset += int64(len(u.tail))
		u.tail = u.tail[:0]
	}
	if utf8.Valid(b) {
		u.offset += int64(len(b))
		return nil
	}
	for len(b) > 0 {
		r, size := utf8.DecodeRune(b)
		if r == utf8.RuneError && size == 1 {
			if !utf8.FullRune(b) {
				u.tail = append(u.tail, b...)
				return nil
			}
			return u.fault()
		}
		b = b[size:]
		u.offset += int64(size)
	}
	return nil
}

func (u *utf8Reader) fault() error {
	return fileError(0, CodeNotUTF8, "",
		fmt.Sprintf("文件不是 UTF-8 编码（第 %d 字节，从 0 起）；如为 GBK 或 GB18030，请另存为“CSV UTF-8”后重新提交", u.offset),
		fmt.Sprintf("the file is not UTF-8 (at byte %d, from 0); if it is GBK or GB18030, save it as \"CSV UTF-8\" and send it again", u.offset))
}
