package workbook

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"
	"unicode/utf8"
)

// markup reads XML 1.0 in UTF-8 as tags and the text before each of them. It keeps nothing but the last: encoding/xml makes a dozen
// values of each cell, which is most of what reading a sheet costs. Document types are refused, so no entity can grow.
type markup struct {
	r       *bufio.Reader
	tag     []byte // of the last start tag: name and attributes as written
	name    []byte // of the last tag without its prefix; part of tag
	attrs   []byte // part of tag
	text    []byte // before the last tag, decoded
	pending bool   // the last start tag was an end as well
}

// maxToken bounds one tag, and the text before it.
const maxToken = 8 << 20

func newMarkup(r io.Reader) *markup { return &markup{r: bufio.NewReaderSize(r, 64<<10)} }

type tagKind int

const (
	opened tagKind = iota + 1
	closed
)

var errMarkup = errors.New("not well-formed XML")

// next goes to the next tag. At the end of the stream its error is io.EOF.
func (m *markup) next() (tagKind, error) {
	m.text = m.text[:0]
	if m.pending {
		m.pending = false
		return closed, nil
	}
	for {
		start := len(m.text)
		var err error
		if m.text, err = m.until(m.text, '<'); err != nil {
			if err == io.EOF && len(bytes.TrimSpace(m.text)) > 0 {
				err = io.ErrUnexpectedEOF
			}
			return 0, err
		}
		if bytes.IndexByte(m.text[start:], '&') >= 0 {
			if m.text, err = decodeEntities(m.text, start); err != nil {
				return 0, err
			}
		}
		c, err := m.r.ReadByte()
		if err != nil {
			return 0, ended(err)
		}
		switch c {
		case '/':
			if m.tag, err = m.until(m.tag[:0], '>'); err != nil {
				return 0, ended(err)
			}
			m.name = local(bytes.TrimSpace(m.tag))
			return closed, nil
		case '?':
			err = m.skip("?>")
		case '!':
			err = m.declaration()
		default:
			m.tag = append(m.tag[:0], c)
			return opened, m.start()
		}
		if err != nil {
			return 0, ended(err)
		}
	}
}

// until appends what stands before the next delim and goes past it.
func (m *markup) until(to []byte, delim byte) ([]byte, error) {
	for {
		part, err := m.r.ReadSlice(delim)
		to = append(to, part...)
		switch {
		case len(to) > maxToken:
			return to, errTooLong
		case err == nil:
			return to[:len(to)-1], nil
		case err != bufio.ErrBufferFull:
			return to, err
		}
	}
}

// start reads the rest of a start tag. A '>' within quotes does not end it.
func (m *markup) start() error {
	from, quote := 0, byte(0)
	for {
		var err error
		if m.tag, err = m.until(m.tag, '>'); err != nil {
			return ended(err)
		}
		for _, c := range m.tag[from:] {
			switch {
			case quote != 0 && c == quote:
				quote = 0
			case quote == 0 && (c == '"' || c == '\''):
				quote = c
			}
		}
		if quote == 0 {
			break
		}
		m.tag = append(m.tag, '>')
		from = len(m.tag)
	}
	body := m.tag
	if n := len(body); body[n-1] == '/' {
		m.pending, body = true, body[:n-1]
	}
	end := bytes.IndexAny(body, " \t\r\n")
	if end < 0 {
		end = len(body)
	}
	m.name, m.attrs = local(body[:end]), body[end:]
	if len(m.name) == 0 {
		return errMarkup
	}
	return nil
}

// declaration goes past a comment, or takes the text of a CDATA section, which is written as it is.
func (m *markup) declaration() error {
	head, err := m.r.Peek(2)
	if err != nil {
		return err
	}
	if string(head) == "--" {
		m.r.Discard(2) // cannot fail: they are in the buffer
		return m.skip("-->")
	}
	head, err = m.r.Peek(len("[CDATA["))
	if err != nil {
		return err
	}
	if string(head) != "[CDATA[" {
		return errMarkup
	}
	m.r.Discard(len(head))
	for {
		if m.text, err = m.until(m.text, '>'); err != nil {
			return err
		}
		if bytes.HasSuffix(m.text, []byte("]]")) {
			m.text = m.text[:len(m.text)-2]
			return nil
		}
		m.text = append(m.text, '>')
	}
}

// skip goes past the next mark, which ends in '>'.
func (m *markup) skip(mark string) error {
	var tail [3]byte
	for {
		c, err := m.r.ReadByte()
		if err != nil {
			return err
		}
		tail = [3]byte{tail[1], tail[2], c}
		if string(tail[3-len(mark):]) == mark {
			return nil
		}
	}
}

// attribute is the value of an attribute of the last start tag by its name without prefix, as written; nil when it has none.
func (m *markup) attribute(name string) []byte {
	rest := m.attrs
	for {
		equals := bytes.IndexByte(rest, '=')
		if equals < 0 {
			return nil
		}
		key := local(bytes.TrimSpace(rest[:equals]))
		rest = bytes.TrimLeft(rest[equals+1:], " \t\r\n")
		if len(rest) == 0 {
			return nil
		}
		end := bytes.IndexByte(rest[1:], rest[0])
		if end < 0 {
			return nil
		}
		if string(key) == name {
			return rest[1 : 1+end]
		}
		rest = rest[end+2:]
	}
}

// attributeText is an attribute with its entities decoded.
func (m *markup) attributeText(name string) (string, error) {
	text, err := decodeEntities(bytes.Clone(m.attribute(name)), 0)
	return string(text), err
}

func local(name []byte) []byte {
	if i := bytes.LastIndexByte(name, ':'); i >= 0 {
		return name[i+1:]
	}
	return name
}

// ended tells an end within a tag from the end of the stream.
func ended(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// decodeEntities decodes text from start on, in place: what an entity stands for is never longer than the entity. A number that is no character
// becomes U+FFFD, which no check of cells lets pass.
func decodeEntities(text []byte, start int) ([]byte, error) {
	out := text[:start]
	for rest := text[start:]; ; {
		at := bytes.IndexByte(rest, '&')
		if at < 0 {
			return append(out, rest...), nil
		}
		out = append(out, rest[:at]...)
		end := bytes.IndexByte(rest[at:], ';')
		if end < 0 {
			return nil, errMarkup
		}
		name := string(rest[at+1 : at+end])
		rest = rest[at+end+1:]
		switch name {
		case "amp":
			out = append(out, '&')
		case "lt":
			out = append(out, '<')
		case "gt":
			out = append(out, '>')
		case "quot":
			out = append(out, '"')
		case "apos":
			out = append(out, '\'')
		default:
			r, ok := numberedRune(name)
			if !ok {
				return nil, errMarkup
			}
			out = utf8.AppendRune(out, r)
		}
	}
}

func numberedRune(name string) (rune, bool) {
	if len(name) < 2 || name[0] != '#' {
		return 0, false
	}
	digits, base := name[1:], 10
	if digits[0] == 'x' {
		digits, base = digits[1:], 16
	}
	n, err := strconv.ParseUint(digits, base, 21)
	if err != nil {
		return 0, false
	}
	if n == 0 {
		return utf8.RuneError, true
	}
	return rune(n), true
}
