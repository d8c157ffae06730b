package workbook

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// texts are the shared texts of a book, in blocks, so that each costs four bytes more than what it says.
type texts struct {
	blocks []*strings.Builder
	starts []uint32 // where a text begins, block after block
}

const (
	blockBytes = maxToken // no text is longer
	maxTexts   = 256 << 20
	maxStarts  = 32 << 20
)

func (t *texts) add(text []byte) error {
	if n := len(t.blocks); n == 0 || t.blocks[n-1].Len()+len(text) > blockBytes {
		if (n+1)*blockBytes > maxTexts {
			return tooLarge(fmt.Sprintf("the workbook has more than %d MiB of different texts", maxTexts>>20), fmt.Sprintf("工作簿中不同的文字超过 %d MiB", maxTexts>>20))
		}
		t.blocks = append(t.blocks, &strings.Builder{})
	}
	if len(t.starts) == maxStarts {
		return tooLarge(fmt.Sprintf("the workbook has more than %d different texts", maxStarts), fmt.Sprintf("工作簿中不同的文字超过 %d 个", maxStarts))
	}
	last := t.blocks[len(t.blocks)-1]
	if last.Cap()-last.Len() < len(text) {
		last.Grow(min(max(last.Len(), len(text), 4<<10), blockBytes-last.Len())) // a small book stays small
	}
	t.starts = append(t.starts, uint32((len(t.blocks)-1)*blockBytes+last.Len()))
	last.Write(text)
	return nil
}

func (t *texts) at(i int) (string, bool) {
	if i < 0 || i >= len(t.starts) {
		return "", false
	}
	block := int(t.starts[i]) / blockBytes
	text := t.blocks[block].String()[int(t.starts[i])%blockBytes:]
	if i+1 < len(t.starts) && int(t.starts[i+1])/blockBytes == block {
		text = text[:t.starts[i+1]-t.starts[i]]
	}
	return text, true
}

// readTexts reads sharedStrings.xml.
func readTexts(m *markup) (*texts, error) {
	t := &texts{}
	var text []byte
	for {
		kind, err := m.next()
		if err == io.EOF {
			return t, nil
		}
		if err != nil {
			return nil, err
		}
		if kind != opened || string(m.name) != "si" {
			continue
		}
		if text, err = m.rich(text[:0], "si"); err != nil {
			return nil, err
		}
		if err := t.add(text); err != nil {
			return nil, err
		}
	}
}

// rich gathers the text of the element whose start tag was read last, to its end: that of its runs, without what says how it is
// pronounced (rPh).
func (m *markup) rich(to []byte, element string) ([]byte, error) {
	phonetic := 0
	for {
		kind, err := m.next()
		if err != nil {
			return to, ended(err)
		}
		switch name := string(m.name); {
		case name == "rPh" && kind == opened:
			phonetic++
		case name == "rPh":
			phonetic--
		case name == "t" && kind == closed && phonetic == 0:
			to = append(to, unescape(m.text)...)
		case name == element && kind == closed:
			return to, checkText(to)
		}
		if len(to) > maxToken {
			return to, errTooLong
		}
	}
}

// checkText refuses what is not UTF-8.
func checkText(text []byte) error {
	if !utf8.Valid(text) {
		return errMarkup
	}
	return nil
}

// unescape decodes the _xHHHH_ by which Excel writes characters that XML has none for (ISO/IEC 29500-1, 22.9.2.19). Without any it
// returns text itself.
func unescape(text []byte) []byte {
	var out []byte
	kept := 0
	for i := 0; i+7 <= len(text); i++ {
		if text[i] != '_' || text[i+1] != 'x' || text[i+6] != '_' {
			continue
		}
		r, ok := numberedRune("#x" + string(text[i+2:i+6]))
		if !ok {
			continue
		}
		out = utf8.AppendRune(append(out, text[kept:i]...), r)
		kept = i + 7
		i += 6
	}
	if kept == 0 {
		return text
	}
	return append(out, text[kept:]...)
}
