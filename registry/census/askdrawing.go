package census

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	geom "github.com/twpayne/go-geom"

	"citygrid/registry/catalog"
	"citygrid/registry/vector"
)

// The beginnings of keys of questions about a drawing: of which sub-class is what a block shows, or what stands on a layer.
const (
	KeyBlock = "block."
	KeyLayer = "layer."
)

// AnswerSkip leaves out what a layer or a block of a drawing holds: it is no component.
const AnswerSkip = "skip"

// The codes of issues that only drawings have.
const (
	CodeDrawnDiffers = "drawn_differs" // the code says another sub-class than the layer or block
	CodeClosedLine   = "closed_line"
)

// verdict is what is known of a layer with a block.
type verdict struct {
	out      bool                 // no component
	subclass catalog.SubclassCode // "" where nobody says it
	by       string               // what says it: a question's key, or a name
	given    *Answer
	open     bool
}

// leavesOut reports whether what is drawn so is no component.
func (k *checker) leavesOut(d *drawnAs) bool {
	if !d.settled {
		d.verdict, d.settled = k.judge(d), true
	}
	if d.given != nil {
		d.given.Rows++
	}
	if d.open {
		if d.of.rows++; d.of.rows == 1 {
			k.asked.symbols = append(k.asked.symbols, d.of)
		}
	}
	return d.out
}

// judge finds out what is drawn with a block on a layer: what was answered about the block or else the layer, or a name that is the sub-class's.
func (k *checker) judge(d *drawnAs) verdict {
	keys := []string{KeyBlock + d.block, KeyLayer + d.layer}
	if d.block == "" {
		keys = keys[1:]
	}
	for _, key := range keys {
		given := k.asked.answer(key)
		if given == nil {
			continue
		}
		v := verdict{by: key, given: given}
		switch _, known := k.subclasses[catalog.SubclassCode(given.Value)]; {
		case known:
			v.subclass = catalog.SubclassCode(given.Value)
		case given.Value == AnswerSkip:
			v.out = true
		case given.Value != AnswerRefuse:
			k.asked.none(given, append(k.subclassCodes(), AnswerSkip, AnswerRefuse))
		}
		return v
	}
	block, layer := k.subclassNamed(d.block), k.subclassNamed(d.layer)
	switch {
	case block == "" && layer == "", block != "" && layer != "" && block != layer:
		return verdict{open: !k.asked.refused && askable(d.of.key)}
	case block != "":
		return k.byName(KeyBlock, d.block, block)
	}
	return k.byName(KeyLayer, d.layer, layer)
}

// byName is the verdict that a name gives.
func (k *checker) byName(kind, name string, code catalog.SubclassCode) verdict {
	if len(k.asked.drawn) < answersListed {
		text := catalog.Text{ZH: "图层“" + name + "”", EN: "layer " + name}
		if kind == KeyBlock {
			text = catalog.Text{ZH: "图块“" + name + "”", EN: "block " + name}
		}
		is := fmt.Sprintf(" → %s %s", code, k.subclasses[code].NameZH)
		if text = (catalog.Text{ZH: text.ZH + is, EN: text.EN + is}); !slices.Contains(k.asked.drawn, text) {
			k.asked.drawn = append(k.asked.drawn, text)
		}
	}
	return verdict{subclass: code, by: kind + name}
}

// subclassNamed is the sub-class whose name or code a text is; "" for none.
func (k *checker) subclassNamed(text string) catalog.SubclassCode {
	text = normal(text, true)
	if _, ok := k.subclasses[catalog.SubclassCode(text)]; ok {
		return catalog.SubclassCode(text)
	}
	return k.names[text]
}

func (k *checker) subclassCodes() []string {
	var codes []string
	for _, code := range slices.Sorted(maps.Keys(k.subclasses)) {
		codes = append(codes, string(code))
	}
	return codes
}

// drawnSubclass is the sub-class that the row's layer or block means, "" where nobody says it.
func (in *inspection) drawnSubclass() (catalog.SubclassCode, string) {
	if in.row.drawn == nil {
		return "", ""
	}
	return in.row.drawn.subclass, in.row.drawn.by
}

// drawn compares the sub-class of a code with what is drawn (import trap 25), and remembers it for what is asked about.
func (in *inspection) drawn(subclass catalog.Subclass) {
	d := in.row.drawn
	if d == nil {
		return
	}
	if d.open {
		d.of.codes[subclass.Code]++
	}
	if d.subclass == "" || d.subclass == subclass.Code {
		return
	}
	other := in.subclasses[d.subclass]
	in.fail(objID, CodeDrawnDiffers,
		fmt.Sprintf("编码指小类 %s（%s），而 %.80s 指小类 %s（%s）；请改正编码，或更改对该图层、图块的答复", subclass.Code, subclass.NameZH, d.by, other.Code, other.NameZH),
		fmt.Sprintf("the code says sub-class %s (%s), but %.80s says %s (%s): correct the code, or what was answered of the layer or block", subclass.Code, subclass.NameZH, d.by, other.Code, other.NameZH))
}

// enclose makes a closed line of a drawing the polygon that it bounds, where the sub-class is mostly surveyed as one: drawings have no other polygons than hatches.
func (in *inspection) enclose(code catalog.SubclassCode) {
	if drawn, _ := in.drawnSubclass(); code == "" {
		code = drawn
	}
	line, ok := in.row.Geometry.(*geom.LineString)
	if !ok || in.row.drawn == nil || in.subclasses[code].Geometry != catalog.GeometryPolygon {
		return
	}
	flat, stride := line.FlatCoords(), line.Stride()
	if len(flat) < 4*stride || !slices.Equal(flat[:stride], flat[len(flat)-stride:]) {
		return
	}
	polygon := geom.NewPolygonFlat(line.Layout(), flat, []int{len(flat)}).SetSRID(line.SRID())
	in.row.Geometry = polygon
	in.issues = append(in.issues, Issue{
		Sheet: in.row.Sheet, Row: in.row.Line, Column: "geometry", Code: CodeClosedLine, Value: typeName(line), Instead: typeName(polygon),
		Severity: Fixed, Message: fixText(CodeClosedLine),
	})
}

// questionsOfDrawings are those about layers and blocks, at most so many, of those with most entities first.
func (k *checker) questionsOfDrawings(most int) []Question {
	symbols := slices.SortedStableFunc(slices.Values(k.asked.symbols), func(a, b *symbol) int { return cmp.Compare(b.rows, a.rows) })
	var list []Question
	for _, s := range symbols[:min(most, len(symbols))] {
		list = append(list, k.symbolQuestion(s))
	}
	return list
}

func (k *checker) symbolQuestion(s *symbol) Question {
	name, block := strings.CutPrefix(s.key, KeyBlock)
	q := Question{Key: s.key, Rows: s.rows, Text: catalog.Text{
		ZH: fmt.Sprintf("图块“%s”是哪一小类部件？", name), EN: fmt.Sprintf("Which sub-class are the components drawn as block %s?", name),
	}}
	if !block {
		name = strings.TrimPrefix(s.key, KeyLayer)
		q.Text = catalog.Text{
			ZH: fmt.Sprintf("图层“%s”上的图元是哪一小类部件？", name), EN: fmt.Sprintf("Which sub-class are the components on layer %s?", name),
		}
	}
	const most = 5
	for i, d := range s.evidence {
		if i == most {
			q.Evidence = append(q.Evidence, catalog.Text{ZH: "……", EN: "…"})
			break
		}
		q.Evidence = append(q.Evidence, drawnEvidence(d))
	}
	likely := k.likely(s)
	offer := func(code catalog.SubclassCode) {
		name := string(code) + " " + k.subclasses[code].NameZH
		q.Options = append(q.Options, Option{string(code), catalog.Text{ZH: name, EN: name}})
	}
	for i, code := range likely {
		if offer(code); i == 0 {
			q.Proposal = string(code)
		}
	}
	q.Options = append(q.Options, Option{AnswerSkip, catalog.Text{ZH: "不是部件，不读取", EN: "no components: left out"}})
	for _, code := range slices.Sorted(maps.Keys(k.subclasses)) {
		if !slices.Contains(likely, code) && len(q.Options) < maxOptions {
			offer(code)
		}
	}
	if n := len(s.codes); n > 0 {
		first := commonest(s.codes)
		q.Evidence = append(q.Evidence, catalog.Text{
			ZH: fmt.Sprintf("其中 %d 个自带标识码，%d 个属小类 %s %s", sum(s.codes), s.codes[first], first, k.subclasses[first].NameZH),
			EN: fmt.Sprintf("%d of them have a code of their own, %d of sub-class %s %s", sum(s.codes), s.codes[first], first, k.subclasses[first].NameZH),
		})
	}
	q.Options = append(q.Options, Option{AnswerRefuse, catalog.Text{ZH: "不指定：只按图元自带的属性读取", EN: "not said: taken by what the entities say themselves"}})
	return q
}

func drawnEvidence(d vector.Drawn) catalog.Text {
	t := catalog.Text{ZH: fmt.Sprintf("图层“%.60s”：%d 个图元", d.Layer, d.Entities), EN: fmt.Sprintf("layer %.60s: %d entities", d.Layer, d.Entities)}
	if d.Block != "" {
		t.ZH, t.EN = t.ZH+fmt.Sprintf("，图块“%.60s”", d.Block), t.EN+fmt.Sprintf(" of block %.60s", d.Block)
	}
	return t
}

func sum(counts map[catalog.SubclassCode]int64) (n int64) {
	for _, c := range counts {
		n += c
	}
	return n
}

// commonest is the sub-class that most codes have.
func commonest(counts map[catalog.SubclassCode]int64) catalog.SubclassCode {
	return slices.MaxFunc(slices.Sorted(maps.Keys(counts)), func(a, b catalog.SubclassCode) int { return cmp.Compare(counts[a], counts[b]) })
}

// likely are the sub-classes that a block or layer may mean, the likeliest first: that of nearly all codes, then those whose names are like its name.
func (k *checker) likely(s *symbol) []catalog.SubclassCode {
	var list []catalog.SubclassCode
	if n := sum(s.codes); n > 0 {
		if first := commonest(s.codes); s.codes[first]*10 >= n*9 {
			list = append(list, first)
		}
	}
	const most = 20 // layers of a block
	names := map[string]bool{}
	for _, d := range s.evidence[:min(most, len(s.evidence))] {
		names[d.Block], names[d.Layer] = true, true
	}
	distances := map[catalog.SubclassCode]int{}
	for name := range names {
		for code, subclass := range k.subclasses {
			if d, ok := symbolLikeness(normal(name, true), string(code), subclass.NameZH); ok {
				if before, had := distances[code]; !had || d < before {
					distances[code] = d
				}
			}
		}
	}
	for _, code := range slices.SortedFunc(maps.Keys(distances), func(a, b catalog.SubclassCode) int {
		return cmp.Or(cmp.Compare(distances[a], distances[b]), cmp.Compare(a, b))
	}) {
		if !slices.Contains(list, code) && len(list) < mostProposals {
			list = append(list, code)
		}
	}
	return list
}

// symbolLikeness is how far the name of a layer or block is from a sub-class: nearest where it holds the whole name, the longer the better, or the code.
func symbolLikeness(text, code, name string) (int, bool) {
	runes := []rune(text)
	if len(runes) == 0 || len(runes) > longestName {
		return 0, false
	}
	if strings.Contains(text, name) || strings.Contains(text, code) && !strings.ContainsAny(strings.Replace(text, code, "", 1), "0123456789") {
		return -len([]rune(name)), true
	}
	if len(runes) < 2 || plain(text) {
		return 0, false // letters and digits are no name
	}
	return likeness(runes, nil, []rune(name))
}
