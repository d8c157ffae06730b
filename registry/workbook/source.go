package workbook

import (
	"errors"
	"io"
)

// source is the file below the zip. It remembers its own failure, so that a lost connection is not taken for a damaged file, and bounds
// what is read while the list of parts is.
type source struct {
	r    io.ReaderAt
	left int64 // bytes that may still be read, negative for any number
	err  error
}

var errSpent = errors.New("the list of parts is too long")

func (s *source) ReadAt(p []byte, at int64) (int, error) {
	if s.left >= 0 {
		if int64(len(p)) > s.left {
			s.left = 0
			return 0, errSpent
		}
		s.left -= int64(len(p))
	}
	if at < 0 { // a place that the zip states
		return 0, io.ErrUnexpectedEOF
	}
	n, err := s.r.ReadAt(p, at)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

// seeking makes a ReaderAt of what can only seek.
type seeking struct{ io.ReadSeeker }

func (s seeking) ReadAt(p []byte, at int64) (int, error) {
	if _, err := s.Seek(at, io.SeekStart); err != nil {
		return 0, err
	}
	n, err := io.ReadFull(s, p)
	if err == io.ErrUnexpectedEOF {
		err = io.EOF
	}
	return n, err
}
