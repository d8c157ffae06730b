package query

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"

	"github.com/paulmach/orb"

	"citygrid/registry"
)

// maxNumber is the longest number in a list of points, in bytes; float64 needs at most 24.
const maxNumber = 32

// scanner reads the few forms of JSON that a list of points is made of, byte by byte: what plainPair leaves to it, and what is wrong.
type scanner struct {
	r    *bufio.Reader
	err  error // the first failure to read, io.EOF included
	line int   // of the next byte, from 1, where a line feed separates values; 0 where it is a blank like others
}

// next skips blanks and gives the byte after them without taking it; 0 at the end.
func (s *scanner) next() byte {
	for s.err == nil {
		c, err := s.r.ReadByte()
		if err != nil {
			s.err = err
			return 0
		}
		if c == ' ' || c == '\t' || c == '\r' || c == '\n' && s.line == 0 {
			continue
		}
		s.r.UnreadByte() // cannot fail after a read
		return c
	}
	return 0
}

// take takes the next byte if it is c.
func (s *scanner) take(c byte) bool {
	if s.next() != c || s.err != nil {
		return false
	}
	s.r.ReadByte() // next has just seen it
	if c == '\n' {
		s.line++
	}
	return true
}

// atEOF reports that nothing but blanks is left and the body is whole.
func (s *scanner) atEOF() bool { return s.next() == 0 && s.err == io.EOF }

func (s *scanner) pair(i int) (orb.Point, error) {
	if !s.take('[') {
		return orb.Point{}, s.fault(pointer(i), "应为 [经度, 纬度]", "must be [longitude, latitude]")
	}
	var p orb.Point
	for axis := range p {
		if axis == 1 && !s.take(',') {
			return orb.Point{}, s.fault(pointer(i), "应恰有两个数：[经度, 纬度]", "needs exactly two numbers: [longitude, latitude]")
		}
		var err error
		if p[axis], err = s.number(i, axis); err != nil {
			return orb.Point{}, err
		}
	}
	if !s.take(']') {
		return orb.Point{}, s.fault(pointer(i), "应恰有两个数：[经度, 纬度]", "needs exactly two numbers: [longitude, latitude]")
	}
	return p, nil
}

// number reads one number as RFC 8259 writes them: no plus sign, no leading zero, no bare point.
func (s *scanner) number(i, axis int) (float64, error) {
	var text [maxNumber]byte
	n := 0
	for c := s.next(); s.err == nil && partOfNumber(c); {
		if n == maxNumber {
			return 0, s.refuse(pointer(i, axis), string(text[:])+"…", "数字过长", "the number is too long: 32 characters are enough")
		}
		text[n] = c
		n++
		s.r.ReadByte() // peeked
		b, err := s.r.Peek(1)
		if err != nil {
			s.err = err
			break
		}
		c = b[0]
	}
	if n == 0 || s.err != nil && s.err != io.EOF { // a number that the transport cut says nothing
		return 0, s.fault(pointer(i, axis), "应为数字", "must be a number")
	}
	v, err := strconv.ParseFloat(string(text[:n]), 64)
	if err != nil || !plainNumber(text[:n]) {
		return 0, s.refuse(pointer(i, axis), string(text[:n]), "不是有限的 JSON 数字：请写度数，例如 111.2846",
			"is not a finite JSON number: write degrees, such as 111.2846")
	}
	return v, nil
}

// end accepts nothing but blanks after the array.
func (s *scanner) end() error {
	if s.atEOF() {
		return nil
	}
	return s.fault(pointer(), "数组之后还有其他内容：正文应只有一个 JSON 数组", "something follows the array: the body must be one JSON array")
}

// unread is why a body could not be read to its end, nil where it could: err ended it.
func unread(err error) error {
	var cut *http.MaxBytesError
	switch {
	case errors.As(err, &cut):
		return BodyTooLarge(fmt.Sprintf(">%d", cut.Limit), cut.Limit)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return unfinished("body_too_slow", "请求正文未在时限内到齐", "the body did not arrive in time",
			"请分成较小的几批发送", "send it in smaller parts")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return unfinished("body_incomplete", "请求正文不完整", "the body is not whole",
			"正文短于 Content-Length 所示：请完整发送", "the body ends before the length that Content-Length states: send the whole of it")
	case err != nil && err != io.EOF:
		gone := registry.NewError(registry.Unavailable, "cancelled", "请求正文未传完，连接已中断", "the connection ended before the body did")
		gone.Err = err
		return gone
	}
	return nil
}

// fault explains what stopped the scanner: the transport if it failed, else the text.
func (s *scanner) fault(at, zh, en string) error {
	if err := unread(s.err); err != nil {
		return err
	}
	found := ""
	switch c, err := s.r.ReadByte(); {
	case s.err != nil || err != nil:
		zh, en = "正文在此处结束；"+zh, "the body ends here; "+en
	case c >= ' ' && c < 0x7f:
		found = string(rune(c))
	default:
		found = fmt.Sprintf("0x%02x", c)
	}
	e := s.refuse(at, found, zh, en)
	e.Code = "invalid_body"
	e.Message = registry.Text{ZH: "请求正文不正确", EN: "invalid request body"}
	return e
}

// refuse names a value in the body, and the line where lines count.
func (s *scanner) refuse(at, value, zh, en string) *registry.Error {
	return invalid(fieldOfLine(s.line, at, value, zh, en))
}

// fieldOfLine is a fault of a line, from 1, or of none.
func fieldOfLine(line int, at, value, zh, en string) registry.Field {
	if line > 0 {
		zh, en = fmt.Sprintf("第 %d 行：%s", line, zh), fmt.Sprintf("line %d: %s", line, en)
	}
	return field(at, value, zh, en)
}

// unfinished is the refusal of a body of which not everything came.
func unfinished(code, zh, en, cureZH, cureEN string) *registry.Error {
	e := registry.NewError(registry.Invalid, code, zh, en)
	e.Fields = []registry.Field{field(pointer(), "", cureZH, cureEN)}
	return e
}

func partOfNumber(c byte) bool {
	return '0' <= c && c <= '9' || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E' ||
		'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' // so that NaN and 0x10 are quoted whole
}

// plainNumber tells the numbers of JSON from the others that Go reads.
func plainNumber(text []byte) bool {
	if text[0] == '-' {
		text = text[1:]
	}
	digits := 0
	for digits < len(text) && '0' <= text[digits] && text[digits] <= '9' {
		digits++
	}
	if digits == 0 || digits > 1 && text[0] == '0' {
		return false
	}
	for i, c := range text {
		switch {
		case c == '.' && (i+1 == len(text) || text[i+1] < '0' || text[i+1] > '9'):
			return false
		case (c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E':
			return false
		}
	}
	return true
}
