package census

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"citygrid/registry/catalog"
)

// KeyEncoding is the key of the question in which encoding a text is written that is none from its first to its last byte (import trap 1).
const KeyEncoding = "encoding"

// unknownEncoding is the fault of such a text.
type unknownEncoding struct{ *FileError }

func (e unknownEncoding) Unwrap() error { return e.FileError }

// encode tells the encoding of a table that nobody named. Where no encoding fits every byte, that which was answered is taken: what does not fit becomes
// U+FFFD, for which the check refuses the cell.
func (f *File) encode(seen *sniffer) error {
	if f.Encoding != "" {
		return nil
	}
	var err error
	f.Encoding, err = detect(f.Body, seen)
	given := f.Answers[KeyEncoding]
	if given == "" || given == AnswerRefuse || !errors.As(err, &unknownEncoding{}) {
		return err
	}
	encoding, ok := ParseEncoding(given)
	if !ok {
		return badAnswer(KeyEncoding, given, append(encodingNames(), AnswerRefuse))
	}
	f.Encoding, f.lossy = encoding, true
	return nil
}

func encodings() []Encoding { return []Encoding{UTF8, GB18030, UTF16LE, UTF16BE} }

func encodingNames() []string {
	var names []string
	for _, e := range encodings() {
		names = append(names, string(e))
	}
	return names
}

// mixedText is what is looked at to ask for an encoding.
type mixedText struct {
	lines   int64
	notUTF8 int64 // lines
	notGB   int64
	zeros   [2]int64 // bytes at even and odd offsets
	bytes   int64
	shown   []mixedLine
}

// mixedLine is a line that one of the encodings does not fit.
type mixedLine struct {
	line, offset int64 // from 1; from 0
	kind         int   // 1: not UTF-8, 2: not GB18030, 3: neither
	text         []byte
}

// How much of such a file is shown.
const (
	linesOfAKind = 2
	lineShown    = 100 // bytes
)

// askEncoding reads a file once more, from its beginning, and makes the question of it.
func askEncoding(body io.ReadSeeker) (*Question, error) {
	if _, err := body.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("read again: %w", err)
	}
	var t mixedText
	in := bufio.NewReaderSize(body, 64<<10)
	for {
		line, err := in.ReadSlice('\n') // what is longer than the buffer is looked at in parts
		t.look(line)
		if err == io.EOF {
			return t.question(), nil
		}
		if err != nil && err != bufio.ErrBufferFull {
			return nil, fmt.Errorf("read: %w", err)
		}
	}
}

func (t *mixedText) look(line []byte) {
	if len(line) == 0 {
		return
	}
	t.lines++
	kind := 0
	if !utf8.Valid(line) {
		kind, t.notUTF8 = kind|1, t.notUTF8+1
	}
	var gb gbChecker
	gb.Write(line)
	if _, bad := gb.fault(); bad {
		kind, t.notGB = kind|2, t.notGB+1
	}
	for i, c := range line {
		if c == 0 {
			t.zeros[(t.bytes+int64(i))%2]++
		}
	}
	of := 0
	for _, had := range t.shown {
		if had.kind == kind {
			of++
		}
	}
	if kind > 0 && of < linesOfAKind {
		from := 0
		if kind&2 > 0 { // the place where it breaks
			from = max(0, int(gb.offset)-lineShown/2)
		}
		for from > 0 && line[from-1] >= 0x80 {
			from--
		}
		to := min(len(line), from+lineShown)
		t.shown = append(t.shown, mixedLine{t.lines, t.bytes, kind, append([]byte(nil), line[from:to]...)})
	}
	t.bytes += int64(len(line))
}

// likely is the encoding that fits most.
func (t *mixedText) likely() Encoding {
	switch {
	case t.zeros[1]*4 > t.bytes:
		return UTF16LE
	case t.zeros[0]*4 > t.bytes:
		return UTF16BE
	case t.notUTF8 < t.notGB:
		return UTF8
	}
	return GB18030
}

func (t *mixedText) question() *Question {
	q := &Question{
		Key: KeyEncoding, Proposal: string(t.likely()),
		Text: catalog.Text{ZH: "文件不完全符合任何一种编码。按哪种编码读取？", EN: "No encoding fits the whole file. In which one is it to be read?"},
		Evidence: []catalog.Text{{
			ZH: fmt.Sprintf("共 %d 行：%d 行不符合 UTF-8，%d 行不符合 GB18030", t.lines, t.notUTF8, t.notGB),
			EN: fmt.Sprintf("of %d lines %d are not UTF-8 and %d are not GB18030", t.lines, t.notUTF8, t.notGB),
		}},
	}
	for _, l := range t.shown {
		asUTF8, asGB := l.as(UTF8), l.as(GB18030)
		q.Evidence = append(q.Evidence, catalog.Text{
			ZH: fmt.Sprintf("第 %d 行（自第 %d 字节起）按 UTF-8 读：%s；按 GB18030 读：%s", l.line, l.offset, asUTF8, asGB),
			EN: fmt.Sprintf("line %d (from byte %d) as UTF-8: %s; as GB18030: %s", l.line, l.offset, asUTF8, asGB),
		})
	}
	for _, e := range encodings() {
		q.Options = append(q.Options, Option{string(e), catalog.Text{
			ZH: "按 " + string(e) + " 读取，不符的字节所在的单元格报错", EN: "read as " + string(e) + "; a cell with a byte that does not fit is an error",
		}})
	}
	q.Options = append(q.Options, Option{AnswerRefuse, catalog.Text{ZH: "不读取：文件不被接受", EN: "none of them: the file is not taken"}})
	return q
}

// as is the line as one encoding reads it.
func (l mixedLine) as(e Encoding) string {
	text, _ := io.ReadAll(loosely(strings.NewReader(string(l.text)), e)) // memory does not fail
	return visible(strings.TrimRight(string(text), "\r\n"))
}
