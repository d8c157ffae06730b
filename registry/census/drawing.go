package census

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"citygrid/registry/catalog"
	"citygrid/registry/vector"
)

// A drawing is no table: its entities stand on layers and insert blocks, and which sub-class these mean is asked (docs/adr/0033). What an entity says itself is in
// the attributes of its insertion and in its extended data, which are columns here.

// drawnAs is one layer with one block of a drawing.
type drawnAs struct {
	layer, block string // block is "" of what is drawn by itself, or inserts a block without a name of its own
	of           *symbol

	verdict // once settled
	settled bool
}

// symbol is what is asked about once: a block, or what else a layer holds.
type symbol struct {
	key      string
	evidence []vector.Drawn                 // names as they are shown
	rows     int64                          // for which it is open
	codes    map[catalog.SubclassCode]int64 // of entities that have one
}

// plan are the layers and blocks of a drawing.
type plan struct {
	pairs   map[[2]string]*drawnAs // by the bytes of the names
	symbols map[string]*symbol     // by key
}

// newPlan sorts what a drawing holds. A block says what is drawn, as in drawings of South CASS, unless one stands on several layers of which each has no other: then
// the layers do.
func newPlan(found []vector.Drawn, text func(string) string) *plan {
	p := &plan{map[[2]string]*drawnAs{}, map[string]*symbol{}}
	layers, blocks := map[string]map[string]bool{}, map[string]map[string]bool{} // of a block, of a layer
	shown := make([]vector.Drawn, len(found))
	for i, d := range found {
		layer, block := shownNames(d, text)
		shown[i] = vector.Drawn{Layer: layer, Block: block, Entities: d.Entities, Texts: d.Texts, Layouts: d.Layouts}
		if block == "" || d.Entities == 0 {
			continue
		}
		if layers[block] == nil {
			layers[block] = map[string]bool{}
		}
		if blocks[layer] == nil {
			blocks[layer] = map[string]bool{}
		}
		layers[block][layer], blocks[layer][block] = true, true
	}
	for i, d := range shown {
		byLayer := d.Block == "" || len(layers[d.Block]) > 1 && len(blocks[d.Layer]) == 1
		p.add([2]string{found[i].Layer, found[i].Block}, d, byLayer)
	}
	return p
}

func shownNames(d vector.Drawn, text func(string) string) (layer, block string) {
	if layer = text(d.Layer); layer == "" {
		layer = "0" // as AutoCAD has it
	}
	if block = text(d.Block); strings.HasPrefix(block, "*") { // AutoCAD's own names, of no meaning
		block = ""
	}
	return layer, block
}

func (p *plan) add(raw [2]string, d vector.Drawn, byLayer bool) *drawnAs {
	key := KeyBlock + d.Block
	if byLayer {
		key = KeyLayer + d.Layer
	}
	s := p.symbols[key]
	if s == nil {
		s = &symbol{key: key, codes: map[catalog.SubclassCode]int64{}}
		p.symbols[key] = s
	}
	s.evidence = append(s.evidence, d)
	pair := &drawnAs{layer: d.Layer, block: d.Block, of: s}
	p.pairs[raw] = pair
	return pair
}

// drawing reads a drawing.
func (l *layers) drawing() error {
	found, err := l.source.Drawing()
	if err != nil {
		return err
	}
	p := newPlan(found, l.drawnText)
	if l.several {
		l.sheet = l.source.Name
	}
	l.tellDrawing(found)
	l.file.met(l.sheet, 0)
	l.file.surveyed++
	if l.left = len(l.file.only) > 0 && l.sheet != "" && !slices.Contains(l.file.only, l.sheet); l.left {
		l.file.say("图形“"+l.sheet+"”：未指定，未读取", "drawing "+l.sheet+": not asked for, left out")
		return nil
	}
	columns := drawnColumns{of: l, sets: map[string]*columnSet{}}
	for record, err := range l.file.tool.Records(l.file.ctx, l.source) {
		if err != nil {
			return err
		}
		raw := [2]string{record.Values[0], record.Values[1]}
		if record.Values[2] != "" && raw[1] == "" && !columns.named(vector.TextColumn) {
			continue // lettering
		}
		if l.file.rows++; l.file.rows > MaxRows {
			return tooManyRows()
		}
		set, err := columns.set(record.Columns)
		if err != nil {
			return err
		}
		row := Row{Sheet: l.sheet, Line: record.Number, Columns: set.columns, Values: set.values, drawn: p.pairs[raw]}
		for to, from := range set.keep {
			set.values[to] = l.drawnText(record.Values[from])
		}
		if row.drawn == nil {
			layer, block := shownNames(vector.Drawn{Layer: raw[0], Block: raw[1]}, l.drawnText)
			row.drawn = p.add([2]string{strings.Clone(raw[0]), strings.Clone(raw[1])}, vector.Drawn{Layer: layer, Block: block}, block == "")
		}
		if row.drawn.skipped(l.file.skipped) {
			continue
		}
		l.shape(&row, &record)
		if !l.yield(row, nil) {
			return errEnough
		}
	}
	return nil
}

// skipped reports whether answers say that what is drawn so is no component: that about the block goes before that about the layer.
func (d *drawnAs) skipped(answers map[string]string) bool {
	value, ok := answers[KeyBlock+d.block]
	if !ok || d.block == "" {
		value = answers[KeyLayer+d.layer]
	}
	return value == AnswerSkip
}

// tellDrawing lists the layers and blocks.
func (l *layers) tellDrawing(found []vector.Drawn) {
	const most = 100
	name := fmt.Sprintf("%.60s", l.source.Name)
	texts, layouts := int64(0), int64(0)
	for i, d := range found {
		texts, layouts = texts+d.Texts, layouts+d.Layouts
		if i == most {
			l.file.say(fmt.Sprintf("图形“%s”：共 %d 种图层与图块的组合", name, len(found)), fmt.Sprintf("drawing %s: %d pairs of a layer and a block in all", name, len(found)))
		}
		if i >= most || d.Entities == 0 {
			continue
		}
		layer, block := shownNames(d, l.drawnText)
		zh, en := fmt.Sprintf("图形“%s”：图层“%.60s”", name, layer), fmt.Sprintf("drawing %s: layer %.60s", name, layer)
		if block != "" {
			zh, en = zh+fmt.Sprintf("的图块“%.60s”", block), en+fmt.Sprintf(", block %.60s", block)
		}
		l.file.say(zh+fmt.Sprintf("：%d 个图元", d.Entities), en+fmt.Sprintf(": %d entities", d.Entities))
	}
	if texts+layouts > 0 {
		l.file.say(fmt.Sprintf("图形“%s”：%d 个文字注记、%d 个图纸空间的图元不是部件，未读取", name, texts, layouts),
			fmt.Sprintf("drawing %s: %d texts and %d entities of layouts are no components and left out", name, texts, layouts))
	}
}

// drawnText is a text of a drawing: AutoCAD writes a character that the file's encoding lacks as \U+8DEF.
func (l *layers) drawnText(raw string) string {
	text, _ := l.text(raw)
	text = strings.ToValidUTF8(text, string(utf8.RuneError))
	for at := 0; ; {
		i := strings.Index(text[at:], `\U+`)
		if i < 0 {
			return text
		}
		i += at
		n := uint64(0)
		err := strconv.ErrSyntax
		if end := i + len(`\U+8DEF`); end <= len(text) {
			n, err = strconv.ParseUint(text[i+len(`\U+`):end], 16, 16)
		}
		if at = i + 1; err == nil {
			text = text[:i] + string(rune(n)) + text[i+len(`\U+8DEF`):]
		}
	}
}

// drawnColumns are the sets of attributes that entities have.
type drawnColumns struct {
	of   *layers
	sets map[string]*columnSet // by their names
	key  []byte
}

// columnSet is one of them.
type columnSet struct {
	columns []string
	keep    []int // of the record's columns
	values  []string
}

// mostColumnSets are remembered: a block has the attributes of its definition mostly.
const mostColumnSets = 1000

// named reports whether it was said what a column means that is none of the crew's: the name of the layer, say.
func (c *drawnColumns) named(column string) bool {
	for name := range c.of.file.columns {
		if columnKey(name) == columnKey(column) {
			return true
		}
	}
	return false
}

func (c *drawnColumns) set(columns []string) (*columnSet, error) {
	c.key = c.key[:0]
	for _, name := range columns {
		c.key = append(append(c.key, name...), 0)
	}
	if s := c.sets[string(c.key)]; s != nil {
		return s, nil
	}
	s := &columnSet{}
	var names []string
	for i, column := range columns {
		name := oneLine(c.of.drawnText(column))
		if i < 3 && !c.named(name) {
			continue
		}
		if name == "" {
			name = fmt.Sprintf("#%d", i+1)
		}
		names, s.keep = append(names, name), append(s.keep, i)
	}
	var err error
	if s.columns, err = headerNames(names); err != nil {
		return nil, err
	}
	s.values = make([]string, len(s.columns))
	if len(c.sets) == mostColumnSets {
		clear(c.sets)
	}
	c.sets[string(c.key)] = s
	return s, nil
}
