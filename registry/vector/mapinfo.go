package vector

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
)

// headBytes is how much of a MapInfo file may come before its columns.
const headBytes = 256 << 10

// The places at which MapInfo names the encoding of a table: two in a .tab, one in a .mif before its columns.
var (
	tabCharset = regexp.MustCompile(`(?im)^[ \t]*(?:!charset[ \t]+|type[ \t]+\w+[ \t]+charset[ \t]+)"?([\w-]+)"?`)
	tabFields  = regexp.MustCompile(`(?im)^[ \t]*fields[ \t]+\d+[ \t]*\r?\n`)
	mifCharset = regexp.MustCompile(`(?im)^[ \t]*charset[ \t]+"?([\w-]+)"?`)
	mifColumns = regexp.MustCompile(`(?im)^[ \t]*columns[ \t]`)
)

// neutral is the name of the encoding that is none: of a text in it GDAL passes the bytes on.
const neutral = "Neutral"

// prepare refuses a source that was laid down and whose parts do not fit each other. It makes a MapInfo table one whose texts come as the bytes of the
// file, and refuses a .tab that is a list of other tables: these may lie anywhere.
func (s *Source) prepare() error {
	if s.Kind == Shapefile {
		return errors.Join(s.sameCounts(), s.numbersAsTexts())
	}
	if s.Kind != TAB && s.Kind != MIF {
		return nil
	}
	f, err := os.OpenFile(s.path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(s.rewrite(f), f.Close())
}

func (s *Source) rewrite(f *os.File) error {
	head, err := io.ReadAll(io.LimitReader(f, headBytes+1))
	if err != nil {
		return err
	}
	charset := mifCharset
	switch whole := len(head) <= headBytes; {
	case s.Kind == MIF:
		if at := mifColumns.FindIndex(head); at != nil {
			head = head[:at[0]]
		}
	case !whole:
		return damaged(s.Name+string(TAB), "the header is too long")
	case listsTables(head):
		return &Fault{
			ProblemKind, fmt.Sprintf("%.80s.tab 本身没有数据，只引用其他表（视图或无缝图层）；请提交这些表本身，或另存为一个表", s.Name),
			fmt.Sprintf("%.80s.tab has no data of its own and names other tables (a view or a seamless layer): send these, or save all as one table", s.Name),
		}
	default:
		charset = tabCharset
	}
	for _, at := range charset.FindAllSubmatchIndex(head, -1) {
		name := head[at[2]:at[3]]
		if s.label == "" {
			s.label = string(name)
		}
		if len(name) < len(neutral) { // UTF-8, which GDAL passes on as it is
			continue
		}
		if _, err := f.WriteAt(append([]byte(neutral), bytes.Repeat([]byte(" "), len(name)-len(neutral))...), int64(at[2])); err != nil {
			return err
		}
	}
	return nil
}

// dataTexts are the texts of a table's .dat, of which the .tab says what its fields are: numbers stand there as bytes.
func (s *Source) dataTexts(yield func(Text) bool) error {
	head, err := os.ReadFile(s.path) // which is no longer than headBytes
	if err != nil {
		return err
	}
	texts := []bool{}
	if at := tabFields.FindIndex(head); at != nil {
		for line := range bytes.Lines(head[at[1]:]) {
			words := bytes.FieldsFunc(line, func(r rune) bool { return r <= ' ' || r == '(' || r == ',' || r == ';' })
			texts = append(texts, len(words) > 1 && bytes.EqualFold(words[1], []byte("char")))
		}
	}
	return s.tableTexts(".dat", texts, yield)
}

// listsTables knows the two kinds of .tab that name others, by the words by which GDAL knows them.
func listsTables(head []byte) bool {
	lower := bytes.ToLower(head)
	return bytes.Contains(lower, []byte("create view")) || bytes.Contains(lower, []byte(`"\isseamless" = "true"`))
}
