package vector

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strconv"
	"strings"
)

// The columns of a drawing's records that are no attributes of the crew's.
const (
	LayerColumn = "Layer"
	BlockColumn = "BlockName" // "" of what is no insertion of a block
	TextColumn  = "Text"      // of what is a text
)

// Drawn is how many entities of a drawing stand on one layer and insert one block. Names are bytes of the file.
type Drawn struct {
	Layer, Block string // Block is "" of what is drawn by itself
	Entities     int64  // that are neither
	Texts        int64
	Layouts      int64 // on a sheet of paper, not in the model
}

// maxDrawn is how many pairs of a layer and a block a drawing may have.
const maxDrawn = 20_000

// Drawing counts the entities of a drawing by layer and block, in the order in which they come first. What GDAL makes no record of is counted too. Its errors
// are [*Fault] and those of the disk.
func (s Source) Drawing() ([]Drawn, error) {
	f, err := os.Open(s.path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	o := &outline{at: map[[2]string]int{}, lines: bufio.NewReaderSize(f, 256<<10)}
	if err := o.read(); errors.Is(err, bufio.ErrBufferFull) {
		return nil, damaged(s.Name+string(s.Kind), "a line is too long")
	} else if err != nil {
		return nil, err
	}
	return o.found, nil
}

// outline reads the pairs of lines of which a drawing is made (AutoCAD's DXF reference): the code of a group, then its value. An entity begins with code 0.
type outline struct {
	lines *bufio.Reader
	found []Drawn
	at    map[[2]string]int // layer and block → place in found

	inside bool // the section of entities
	kind   string
	layer  []byte
	block  []byte
	layout bool
}

func (o *outline) read() error {
	for {
		code, value, err := o.group()
		if err == io.EOF {
			return o.end()
		}
		if err != nil {
			return err
		}
		switch {
		case code == 0:
			if err := o.end(); err != nil {
				return err
			}
			o.begin(string(value))
		case o.kind == "SECTION" && code == 2:
			o.inside = string(value) == "ENTITIES"
		case !o.inside:
		case code == 8:
			o.layer = append(o.layer[:0], value...)
		case code == 2 && o.kind == "INSERT":
			o.block = append(o.block[:0], value...)
		case code == 67:
			o.layout = string(bytes.TrimSpace(value)) == "1"
		}
	}
}

// group is the next one; its value holds until the next. What is no pair ends the drawing: GDAL says what is wrong with it.
func (o *outline) group() (code int, value []byte, err error) {
	line, err := o.line()
	if err != nil {
		return 0, nil, err
	}
	if code, err = strconv.Atoi(string(bytes.TrimSpace(line))); err != nil {
		return 0, nil, io.EOF
	}
	value, err = o.line()
	return code, value, err
}

func (o *outline) line() ([]byte, error) {
	line, err := o.lines.ReadSlice('\n')
	if err == io.EOF && len(line) > 0 {
		err = nil
	}
	return bytes.TrimRight(line, "\r\n"), err
}

func (o *outline) begin(kind string) {
	o.kind, o.layout = kind, false
	o.layer, o.block = o.layer[:0], o.block[:0]
	if kind == "ENDSEC" {
		o.inside = false
	}
}

// end counts the entity that ends.
func (o *outline) end() error {
	if !o.inside {
		return nil
	}
	switch o.kind {
	case "", "SECTION", "ENDSEC", "VERTEX", "SEQEND", "ATTRIB":
		return nil
	}
	at, ok := o.at[[2]string{string(o.layer), string(o.block)}]
	if !ok {
		if at = len(o.found); at == maxDrawn {
			return tooLarge(fmt.Sprintf("图形中图层与图块的组合超过 %d 种；请只保留部件所在的图层", maxDrawn),
				fmt.Sprintf("the drawing has more than %d pairs of a layer and a block: keep the layers of components alone", maxDrawn))
		}
		o.found = append(o.found, Drawn{Layer: string(o.layer), Block: string(o.block)})
		o.at[[2]string{string(o.layer), string(o.block)}] = at
	}
	d := &o.found[at]
	switch {
	case o.layout:
		d.Layouts++
	case o.kind == "TEXT" || o.kind == "MTEXT" || o.kind == "ATTDEF":
		d.Texts++
	default:
		d.Entities++
	}
	return nil
}

// drawingArguments make GDAL give insertions as points with the name of their block, attributes and extended data, and every byte of a text: that of the layer,
// the text and the values of attributes as if it were Latin-1, those of other names as they stand. Escapes such as \P and ^J would be made characters
// that are parts of Chinese ones.
func drawingArguments() []string {
	return []string{
		"entities", "-select", LayerColumn + ",PaperSpace,RawCodeValues," + TextColumn + "," + BlockColumn + ",BlockAttributes",
		"--config", "DXF_ENCODING", "ISO-8859-1", "--config", "DXF_INLINE_BLOCKS", "FALSE", "--config", "DXF_INCLUDE_RAW_CODE_VALUES", "TRUE",
		"--config", "DXF_TRANSLATE_ESCAPE_SEQUENCES", "FALSE",
	}
}

// entities makes records of a drawing of those that ogr2ogr gives: Layer, BlockName and Text, then what its attributes and its extended data say. What stands on
// a sheet of paper is none.
type entities struct {
	columns, values []string
}

// maxExtended is how many values of an entity's extended data are taken: a program may keep its own there.
const maxExtended = 64

// take makes the record of an entity; ok is false where it is none. It holds until the next.
func (e *entities) take(r Record) (_ Record, ok bool) {
	e.columns = append(e.columns[:0], LayerColumn, BlockColumn, TextColumn)
	e.values = append(e.values[:0], "", "", "")
	for i, name := range r.Columns {
		value := r.Values[i]
		switch name {
		case LayerColumn:
			e.values[0] = bytesOf(value)
		case BlockColumn:
			e.values[1] = value
		case TextColumn:
			e.values[2] = bytesOf(value)
		case "PaperSpace":
			if value != "" && value != "f" && value != "0" {
				return Record{}, false
			}
		case "BlockAttributes":
			for element := range elements(value) {
				tag, text, _ := strings.Cut(element, " ")
				e.columns, e.values = append(e.columns, tag), append(e.values, bytesOf(text))
			}
		case "RawCodeValues":
			e.extended(value)
		}
	}
	r.Columns, r.Values = e.columns, e.values
	return r, true
}

// extended takes extended data (XDATA): after the name of its program (code 1001) texts, reals and integers. A text NAME=VALUE is a column of that name, the others
// are columns of the program's, by number from the second. What AutoCAD itself keeps is left out.
func (e *entities) extended(value string) {
	program, taken, n := "", 0, 0
	for element := range elements(value) {
		code, text, _ := strings.Cut(element, " ")
		text = bytesOf(text)
		switch code {
		case "1001":
			program, n = text, 0
			if strings.HasPrefix(strings.ToUpper(text), "ACAD") || strings.HasPrefix(text, "AcDb") || strings.HasPrefix(text, "AcAec") {
				program = ""
			}
		case "1000", "1040", "1070", "1071":
			if taken++; program == "" || taken > maxExtended {
				continue
			}
			if name, said, named := strings.Cut(text, "="); named && name != "" && code == "1000" {
				e.columns, e.values = append(e.columns, name), append(e.values, said)
				continue
			}
			name := program
			if n++; n > 1 {
				name = program + "#" + strconv.Itoa(n)
			}
			e.columns, e.values = append(e.columns, name), append(e.values, text)
		}
	}
}

// bytesOf gives back the bytes that were taken for Latin-1.
func bytesOf(text string) string {
	if ascii([]byte(text)) {
		return text
	}
	raw := make([]byte, 0, len(text))
	for _, r := range text {
		if r > 0xff {
			return text
		}
		raw = append(raw, byte(r))
	}
	return string(raw)
}

// elements are those of a list as ogr2ogr writes it: {"a","b"}. A backslash stands before a quote, and before nothing else: one that ends an element looks like
// that of a quote. No element is empty.
func elements(list string) iter.Seq[string] {
	return func(yield func(string) bool) {
		list, ok := strings.CutPrefix(list, `{"`)
		var element strings.Builder
		for i := 0; ok && i < len(list); i++ {
			switch {
			case list[i] == '"' && endsElement(list, i):
				if !yield(element.String()) {
					return
				}
				element.Reset()
				i += len(`,"`)
			case list[i] == '\\' && strings.HasPrefix(list[i+1:], `"`) && !endsElement(list, i+1):
				element.WriteByte('"')
				i++
			default:
				element.WriteByte(list[i])
			}
		}
	}
}

// endsElement reports whether the quote at i is the end of an element.
func endsElement(list string, i int) bool {
	rest, between := strings.CutPrefix(list[i+1:], `,"`)
	if !between || i == 0 || list[i-1] != '\\' {
		return between || rest == "}"
	}
	return rest != "}" && !strings.HasPrefix(rest, `,"`) // else the next quote is the end, of a text that ends with a quote and a comma
}
