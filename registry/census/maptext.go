package census

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/transform"

	"citygrid/registry/vector"
)

// misfits are the texts of a file that are not of an encoding.
type misfits struct{ values, names int64 }

func (m *misfits) add(t vector.Text, e Encoding) {
	if _, ok := whole(t.Bytes, t.Full, e); ok {
		return
	}
	if t.Name {
		m.names++
	} else {
		m.values++
	}
}

// tellEncoding finds out how the texts of a raw source are written: in the encoding of all its values, UTF-8 before GB18030, or where they are plain
// that of the names of columns. These are written by other programs than the values, and damaged more often: they refuse no file.
func (l *layers) tellEncoding() error {
	if !l.source.Raw {
		return nil
	}
	if l.encoding = l.file.encoding; l.encoding != "" {
		return nil
	}
	var asUTF8, asGB misfits
	var sample []byte
	values := 0
	for text, err := range l.source.Texts() {
		if err != nil {
			return err
		}
		if !text.Name {
			values++
		}
		asUTF8.add(text, UTF8)
		before := asGB.values
		if asGB.add(text, GB18030); asGB.values > before && sample == nil {
			sample = slices.Clone(text.Bytes[:min(len(text.Bytes), sampleBytes)])
		}
	}
	label := l.source.Label()
	if label != "" {
		label = fmt.Sprintf(" (%s)", label)
	}
	switch {
	case asUTF8.values == 0 && (values > 0 || asUTF8.names == 0 || asGB.names > 0):
		l.encoding = UTF8
		return nil
	case asGB.values == 0:
		l.encoding = GB18030
		l.file.say(fmt.Sprintf("%.60s：文字按 GB18030 读取%s", l.source.Name, label), fmt.Sprintf("%.60s: texts read as GB18030%s", l.source.Name, label))
		return nil
	}
	return fileError(0, CodeUnknownEncoding, fmt.Sprintf("% x", sample),
		fmt.Sprintf("%.60s 的文字既不全是 UTF-8（%d 处不是），也不全是 GB18030（%d 处不是）；请用 --encoding 指定编码，或重新导出", l.source.Name, asUTF8.values, asGB.values),
		fmt.Sprintf("the texts of %.60s are neither all UTF-8 (%d are not) nor all GB18030 (%d are not): name the encoding with --encoding, or export it again", l.source.Name, asUTF8.values, asGB.values))
}

// columnName is the name of the column at a place, from 0. What is left of a name that was damaged says nothing: such a column has its number.
func (l *layers) columnName(raw string, place int) string {
	name := raw
	if l.source.Raw && !plain(raw) {
		name = l.decodedName(raw)
	}
	if name = oneLine(strings.ToValidUTF8(name, string(utf8.RuneError))); stateOfText(name) == replaced {
		number := fmt.Sprintf("#%d", place+1)
		l.file.say(fmt.Sprintf("%.60s：第 %d 列的列名“%.60s”已损坏，按 %s 读取", l.source.Name, place+1, name, number),
			fmt.Sprintf("%.60s: the name of column %d is damaged (%.60s), read as %s", l.source.Name, place+1, name, number))
		return number
	}
	return name
}

// decodedName reads a name in the encoding of the values, or else in the other one. Half a character at the end of a name that is as long as it may be
// (10 bytes, import trap 5), or before the number that makes it another than the name before, is left out.
func (l *layers) decodedName(raw string) string {
	const longest = 10
	cut := l.source.Kind == vector.Shapefile && len(raw) >= longest
	name, number := raw, ""
	if at := len(strings.TrimRight(raw, "0123456789")); cut && at < len(raw) {
		at -= len(raw[:at]) - len(strings.TrimSuffix(raw[:at], "_"))
		name, number = raw[:at], raw[at:]
	}
	for _, e := range []Encoding{l.encoding, UTF8, GB18030} {
		n, ok := whole([]byte(name), cut, e)
		if !ok {
			continue
		}
		if text, _, err := transform.String(decoder(e), name[:n]); err == nil {
			return text + number
		}
	}
	return raw
}

// text decodes a text of the source; cut says that half a character at its end was left out.
func (l *layers) text(raw string) (text string, cut bool) {
	if !l.source.Raw || plain(raw) {
		return raw, false
	}
	if text, ok := l.known[raw]; ok {
		return text, false
	}
	b := []byte(raw)
	n, ok := whole(b, true, l.encoding)
	text = string(b[:n])
	if !ok || l.encoding != UTF8 {
		decoded, _, err := transform.Bytes(decoder(l.encoding), b[:n])
		if text = string(decoded); err != nil {
			text = strings.ToValidUTF8(raw, string(utf8.RuneError)) // which the check of cells refuses
		}
	}
	if cut = ok && n < len(b); !cut && len(raw) <= longestKnown && len(l.known) < mostKnown {
		if l.known == nil {
			l.known = map[string]string{}
		}
		l.known[raw] = text
	}
	return text, cut
}

// Texts that are short come again and again: the names of units, states.
const longestKnown, mostKnown = 64, 4096

// whole reports whether bytes are text of an encoding, and how many of them are: of a text that fills its field half a character at the end may be
// missing (import trap 4).
func whole(b []byte, full bool, e Encoding) (int, bool) {
	longest := 3 // bytes of half a character
	for n := len(b); n >= len(b)-longest && n >= 0; n-- {
		if fits(b[:n], e) {
			return n, n == len(b) || full && begins(b[n:], e)
		}
	}
	return len(b), false
}

// begins reports whether bytes are the beginning of a character, and no more.
func begins(b []byte, e Encoding) bool {
	if e == UTF8 {
		return !utf8.FullRune(b)
	}
	var check gbChecker
	check.Write(b) // never fails
	return !check.bad && check.state != 0
}

func fits(b []byte, e Encoding) bool {
	if e == UTF8 {
		return utf8.Valid(b)
	}
	var check gbChecker
	check.Write(b) // never fails
	_, bad := check.fault()
	return !bad
}
