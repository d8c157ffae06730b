package census

import (
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"citygrid/registry/catalog"
)

// Encoding is how a file writes its characters.
type Encoding string

// The encodings that are read. GB18030 is also GBK and GB2312, which it contains.
const (
	UTF8    Encoding = "UTF-8"
	GB18030 Encoding = "GB18030"
	UTF16LE Encoding = "UTF-16LE"
	UTF16BE Encoding = "UTF-16BE"
)

// ParseEncoding reads an encoding's name in any case, GBK and GB2312 included; ok is false for any other.
func ParseEncoding(text string) (e Encoding, ok bool) {
	switch e = Encoding(strings.ToUpper(text)); e {
	case UTF8, GB18030, UTF16LE, UTF16BE:
		return e, true
	case "GBK", "GB2312":
		return GB18030, true
	}
	return "", false
}

// detect tells the encoding of a file from all of its bytes, and goes back to its beginning: UTF-16 by its mark, else UTF-8 where every
// byte fits it, else GB18030 where every byte fits that. The order matters: what fits UTF-8 by chance is hardly ever anything else, while
// much that is UTF-8 fits GB18030 too. What fits none is a [*FileError]; nothing is replaced by U+FFFD (import traps 1 and 2).
func detect(body io.ReadSeeker, seen *sniffer) (Encoding, error) {
	if e, ok := seen.mark(); ok {
		return e, nil
	}
	utf8Fault := seen.end()
	if utf8Fault == nil {
		return UTF8, nil
	}
	var gb gbChecker
	if _, err := io.Copy(&gb, body); err != nil {
		return "", fmt.Errorf("read: %w", err)
	}
	if _, err := body.Seek(0, io.SeekStart); err != nil {
		return "", fmt.Errorf("read again: %w", err)
	}
	if bad, ok := gb.fault(); ok {
		return "", unknownEncoding{fileError(0, CodeUnknownEncoding, seen.sample(),
			fmt.Sprintf("文件既不是 UTF-8（第 %d 字节），也不是 GB18030（第 %d 字节，均从 0 起），可能已损坏或混用两种编码；请另存为“CSV UTF-8”后重新提交，或用 --encoding 指定编码", seen.check.offset, bad),
			fmt.Sprintf("the file is neither UTF-8 (at byte %d) nor GB18030 (at byte %d, both from 0): it may be damaged, or written in two encodings; save it as \"CSV UTF-8\" and send it again, or name its encoding with --encoding",
				seen.check.offset, bad))}
	}
	return GB18030, nil
}

// decoded reads r as UTF-8. A byte that is not of the encoding becomes U+FFFD, which no check of cells lets pass.
func decoded(r io.Reader, e Encoding) io.Reader {
	if e == UTF8 {
		return r
	}
	return transform.NewReader(r, decoder(e))
}

func decoder(e Encoding) transform.Transformer {
	switch e {
	case GB18030:
		return newGBDecoder()
	case UTF16LE:
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder()
	case UTF16BE:
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewDecoder()
	}
	return transform.Nop
}

// loosely is decoded for bytes that may not be of the encoding, UTF-8 among them.
func loosely(r io.Reader, e Encoding) io.Reader {
	if e == UTF8 {
		return transform.NewReader(r, unicode.UTF8.NewDecoder())
	}
	return decoded(r, e)
}

// recognised says the encoding in words.
func (e Encoding) recognised() catalog.Text {
	return catalog.Text{ZH: "按 " + string(e) + " 编码读取", EN: "read as " + string(e)}
}

// sniffer is written a whole file and remembers what tells its encoding.
type sniffer struct {
	first []byte // the first bytes, at most 3
	check utf8Reader
	bad   error
	found []byte // what stands at the first byte that is not UTF-8
}

func (s *sniffer) Write(p []byte) (int, error) {
	if missing := 3 - len(s.first); missing > 0 {
		s.first = append(s.first, p[:min(missing, len(p))]...)
	}
	if s.bad == nil {
		before := s.check.offset + int64(len(s.check.tail))
		if s.bad = s.check.check(p); s.bad != nil {
			at := max(0, int(s.check.offset-before))
			s.found = append([]byte(nil), p[at:min(len(p), at+sampleBytes)]...)
		}
	} else if missing := sampleBytes - len(s.found); missing > 0 {
		s.found = append(s.found, p[:min(missing, len(p))]...)
	}
	return len(p), nil
}

// sampleBytes is how much of a file that cannot be read is shown.
const sampleBytes = 12

// end is nil when all that was written is UTF-8.
func (s *sniffer) end() error {
	if s.bad == nil && len(s.check.tail) > 0 {
		s.found = s.check.tail
		s.bad = s.check.fault()
	}
	return s.bad
}

// mark is the encoding by a mark of UTF-16 at the beginning.
func (s *sniffer) mark() (Encoding, bool) {
	switch {
	case len(s.first) >= 2 && s.first[0] == 0xff && s.first[1] == 0xfe:
		return UTF16LE, true
	case len(s.first) >= 2 && s.first[0] == 0xfe && s.first[1] == 0xff:
		return UTF16BE, true
	}
	return "", false
}

func (s *sniffer) sample() string { return fmt.Sprintf("% x", s.found) }

// gbChecker is written a whole file and finds the first byte that does not fit GB18030-2005: one byte below 0x80, two bytes
// (0x81–0xFE, 0x40–0xFE without 0x7F) or four (0x81–0xFE, 0x30–0x39, 0x81–0xFE, 0x30–0x39).
type gbChecker struct {
	offset int64 // of the next byte
	state  int   // bytes of a character seen so far
	bad    bool
}

func (g *gbChecker) Write(p []byte) (int, error) {
	if g.bad {
		return len(p), nil
	}
	for i, c := range p {
		lead, digit := c >= 0x81 && c <= 0xfe, c >= '0' && c <= '9'
		switch {
		case g.state == 0 && c < 0x80:
		case g.state == 0 && lead:
			g.state = 1
		case g.state == 1 && (c >= 0x40 && c <= 0xfe && c != 0x7f):
			g.state = 0
		case g.state == 1 && digit:
			g.state = 2
		case g.state == 2 && lead:
			g.state = 3
		case g.state == 3 && digit:
			g.state = 0
		default:
			g.offset, g.bad = g.offset+int64(i), true
			return len(p), nil
		}
	}
	g.offset += int64(len(p))
	return len(p), nil
}

// fault is the place of the first byte that does not fit, the end where a character is cut there.
func (g *gbChecker) fault() (offset int64, ok bool) { return g.offset, g.bad || g.state != 0 }
