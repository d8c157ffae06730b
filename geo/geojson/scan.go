package geojson

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"citygrid/geo"
)

// scanner walks over the bytes of a document and takes out whole values by their brackets and quotes alone, so that a
// value which is too large, too deep or not JSON at all can be passed over.
type scanner struct {
	from   io.Reader
	buffer []byte
	at     int   // in buffer
	base   int64 // bytes of the document before buffer
	lines  int64 // line ends before at
	err    error // what from said last
	lim    geo.Limits
}

func newScanner(r io.Reader, lim geo.Limits) *scanner {
	return &scanner{from: r, buffer: make([]byte, 0, 64<<10), lim: lim}
}

func (s *scanner) offset() int64 { return s.base + int64(s.at) }

func (s *scanner) line() int64 { return s.lines + 1 }

// fill reads on when the buffer is used up, and returns io.EOF at the end of the document.
func (s *scanner) fill() error {
	for empty := 0; s.at == len(s.buffer); empty++ {
		if s.err != nil {
			return s.err
		}
		if empty == 100 {
			return io.ErrNoProgress
		}
		s.base += int64(len(s.buffer))
		n, err := s.from.Read(s.buffer[:cap(s.buffer)])
		s.buffer, s.at, s.err = s.buffer[:n], 0, err
	}
	return nil
}

// peek is the next byte that is not white space, left unread.
func (s *scanner) peek() (byte, error) {
	for {
		if err := s.fill(); err != nil {
			return 0, err
		}
		switch c := s.buffer[s.at]; c {
		case '\n':
			s.lines++
			fallthrough
		case ' ', '\t', '\r':
			s.at++
		default:
			return c, nil
		}
	}
}

// expect reads the next byte that is not white space, which must be one of those in want.
func (s *scanner) expect(want string) (byte, error) {
	c, err := s.peek()
	if err != nil {
		return 0, unexpectedEnd(err)
	}
	for i := range len(want) {
		if c == want[i] {
			s.at++
			return c, nil
		}
	}
	return 0, faultf(FaultJSON, "found %q where one of %q must stand", "此处应为 %[2]q 之一，实为 %[1]q", c, want)
}

// skipMark passes over a byte order mark at the start (RFC 8259, section 8.1).
func (s *scanner) skipMark() error {
	for i, want := range []byte("\xef\xbb\xbf") {
		if err := s.fill(); err != nil {
			return err
		}
		if s.buffer[s.at] != want {
			if i > 0 {
				return fault(FaultJSON, "the document starts with a broken byte order mark", "文件开头的字节序标记不完整")
			}
			return nil
		}
		s.at++
	}
	return nil
}

// value appends the next value to dst. When it is longer than limit or nested deeper than depth it is read to its end
// all the same and the error is a *Fault with lost false; lost is true when the document cannot be read on.
func (s *scanner) value(dst []byte, limit, depth int) (out []byte, lost bool, err error) {
	first, err := s.peek()
	if err != nil {
		return dst, true, unexpectedEnd(err)
	}
	if ends(first) {
		return dst, true, faultf(FaultJSON, "found %q where a value must stand", "此处应为一个值，实为 %q", first)
	}
	var e extent
	room := limit
	for done := false; !done; {
		if err := s.fill(); err != nil {
			if e.open == 0 && !e.quoted && errors.Is(err, io.EOF) {
				break // a number at the very end
			}
			return dst, true, unexpectedEnd(err)
		}
		var n int
		chunk := s.buffer[s.at:]
		n, done = e.pass(chunk)
		dst = append(dst, chunk[:max(0, min(n, room))]...)
		room -= n
		s.at += n
		s.lines += int64(bytes.Count(chunk[:n], []byte{'\n'}))
	}
	switch {
	case e.deepest > depth:
		return dst, false, faultf(FaultDepth, "nested %d levels deeper than the limit of %d", "嵌套层数超过上限（%[2]d 层）%[1]d 层", e.deepest-depth, s.lim.Depth)
	case room < 0:
		return dst, false, faultf(FaultBytes, "%d bytes longer than the limit of %d", "超过上限（%[2]d 字节）%[1]d 字节", -room, s.lim.FeatureBytes)
	}
	return dst, false, nil
}

// extent finds the end of one value, whatever the pieces in which its bytes come.
type extent struct {
	open, deepest   int // brackets
	quoted, escaped bool
}

// pass says how many bytes of chunk belong to the value, and whether it ends there.
func (e *extent) pass(chunk []byte) (n int, done bool) {
	for i, c := range chunk {
		if e.quoted {
			switch {
			case e.escaped:
				e.escaped = false
			case c == '\\':
				e.escaped = true
			case c == '"':
				if e.quoted = false; e.open == 0 {
					return i + 1, true
				}
			}
			continue
		}
		switch c {
		case '"':
			e.quoted = true
		case '{', '[':
			e.open++
			e.deepest = max(e.deepest, e.open)
		case '}', ']':
			if e.open == 0 {
				return i, true // the end of a scalar
			}
			if e.open--; e.open == 0 {
				return i + 1, true
			}
		default:
			if e.open == 0 && ends(c) {
				return i, true
			}
		}
	}
	return len(chunk), false
}

// ends tells whether c cannot belong to a number or a word.
func ends(c byte) bool {
	switch c {
	case ',', ']', '}', ':', ' ', '\t', '\r', '\n':
		return true
	}
	return false
}

func unexpectedEnd(err error) error {
	if errors.Is(err, io.EOF) {
		return fault(FaultJSON, "the document ends too early", "文件不完整，提前结束")
	}
	return fmt.Errorf("read: %w", err)
}
