package vector

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"
)

// Text is a text of a raw source as it stands there, without the blanks that fill its field.
type Text struct {
	Bytes []byte // they hold until the next
	Full  bool   // the field is filled to its last byte: the text may have been cut there
	Name  bool   // it is of the header: the name of a column
}

// Texts are the names of columns and the texts of a raw source that are not plain ASCII: what tells the encoding. Deleted records are left out.
// Its errors are [*Fault] and those of the disk.
func (s Source) Texts() iter.Seq2[Text, error] {
	return func(yield func(Text, error) bool) {
		var err error
		more := true
		take := func(t Text) bool {
			more = yield(t, nil)
			return more
		}
		switch s.Kind {
		case Shapefile:
			err = s.tableTexts(".dbf", nil, take)
		case DXF:
			err = s.lineTexts(string(DXF), take)
		case TAB:
			if err = s.lineTexts(string(TAB), named(take)); err == nil && more {
				err = s.dataTexts(take)
			}
		case MIF:
			if err = s.lineTexts(string(MIF), named(take)); err == nil && more {
				err = s.lineTexts(".mid", take)
			}
		}
		if err != nil {
			yield(Text{}, err)
		}
	}
}

// named takes texts as names.
func named(take func(Text) bool) func(Text) bool {
	return func(t Text) bool {
		t.Name = true
		return take(t)
	}
}

// Label is what a source says of its encoding: a MapInfo table the name of its character set, a Shapefile the text of its .cpg, or else the language driver
// of its table in hexadecimal; "" where it says nothing.
func (s Source) Label() string {
	if s.Kind != Shapefile {
		return s.label
	}
	if text, err := os.ReadFile(s.part(".cpg")); err == nil {
		return strings.TrimSpace(strings.ToValidUTF8(string(text[:min(len(text), 40)]), "?"))
	}
	f, err := os.Open(s.part(".dbf"))
	if err != nil {
		return ""
	}
	defer f.Close()
	var driver [1]byte
	if _, err := f.ReadAt(driver[:], 29); err != nil || driver[0] == 0 {
		return ""
	}
	return fmt.Sprintf("LDID 0x%02X", driver[0])
}

func (s Source) part(ext string) string { return strings.TrimSuffix(s.path, string(s.Kind)) + ext }

// tableTexts reads a dBASE table (dBASE III, IV and FoxPro, which Shapefile uses: ESRI's technical description of 1998; MapInfo's .dat is like it): a header
// of 32 bytes, one of 32 for each field up to 0x0D, then records of one width, of which the first byte is a star where it is deleted.
//
// texts says which fields are texts where the table itself does not.
func (s Source) tableTexts(part string, texts []bool, yield func(Text) bool) error {
	f, err := os.Open(s.part(part))
	if err != nil {
		return err
	}
	defer f.Close()
	in := bufio.NewReaderSize(f, 256<<10)
	var head [32]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return damaged(s.Name+part, "the table has no header")
	}
	fields, width, left := []field(nil), 1, int(binary.LittleEndian.Uint16(head[8:]))-len(head)
	for ; left >= 32; left -= 32 {
		var raw [32]byte
		if _, err := io.ReadFull(in, raw[:]); err != nil {
			return damaged(s.Name+part, "the table's header is cut")
		}
		if raw[0] == 0x0d {
			left = max(0, left-32)
			break
		}
		name, _, _ := bytes.Cut(raw[:11], []byte{0})
		if !ascii(name) && !yield(Text{name, len(name) >= 10, true}) {
			return nil
		}
		text := raw[11] == 'C'
		if texts != nil {
			text = len(fields) < len(texts) && texts[len(fields)]
		}
		fields = append(fields, field{from: width, to: width + int(raw[16]), text: text})
		width += int(raw[16])
	}
	if record := int(binary.LittleEndian.Uint16(head[10:])); len(fields) == 0 || record < width {
		return damaged(s.Name+part, "the table's header contradicts itself")
	} else {
		width = record
	}
	if _, err := in.Discard(max(0, left)); err != nil {
		return damaged(s.Name+part, "the table's header is cut")
	}
	record := make([]byte, width)
	for n := binary.LittleEndian.Uint32(head[4:]); n > 0; n-- {
		if _, err := io.ReadFull(in, record); err != nil {
			if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
				return damaged(s.Name+part, "the table has fewer records than it says")
			}
			return err
		}
		if record[0] == '*' || ascii(record) {
			continue
		}
		for _, f := range fields {
			text, _, ended := bytes.Cut(record[f.from:f.to], []byte{0}) // GDAL reads no further
			if f.text && !ascii(text) && !yield(Text{Bytes: bytes.TrimRight(text, " "), Full: !ended && text[len(text)-1] >= 0x80}) {
				return nil
			}
		}
	}
	return nil
}

// field is a column of a dBASE table, by its bytes in a record.
type field struct {
	from, to int
	text     bool
}

// lineTexts are the lines of a drawing, of MapInfo's headers and exchange files.
func (s Source) lineTexts(part string, yield func(Text) bool) error {
	f, err := os.Open(s.part(part))
	if err != nil {
		return err
	}
	defer f.Close()
	in := bufio.NewReaderSize(f, 256<<10)
	for {
		line, err := in.ReadSlice('\n')
		if !ascii(line) && !yield(Text{Bytes: bytes.TrimRight(line, "\r\n")}) {
			return nil
		}
		switch {
		case err == io.EOF:
			return nil
		case errors.Is(err, bufio.ErrBufferFull):
			return damaged(s.Name+part, "a line is too long")
		case err != nil:
			return err
		}
	}
}

func ascii(b []byte) bool {
	for _, c := range b {
		if c >= 0x80 {
			return false
		}
	}
	return true
}
