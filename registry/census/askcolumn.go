package census

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"citygrid/registry/catalog"
)

// The limits of what is looked at to ask which column an attribute is in.
const (
	sampleRows    = 200 // below the header
	sampleCell    = 60  // bytes of a cell
	samplesShown  = 3   // values of a column
	maxCandidates = 20  // columns
	fewestKnown   = 2   // attributes that a header names; else it is no survey, and is refused
)

// required are the attributes that every row must have, in a format with a header.
func required() []attribute { return []attribute{objID, objState, orDate, lon, lat} }

// unclear are the attributes of which the columns do not say which one holds them: several mean it, or none does and it is required, or may stand under the
// beginning of its name. A feature has its position.
func (m *mapping) unclear(feature bool) []attribute {
	var list []attribute
	for a := range attributes {
		if feature && a >= lon {
			continue
		}
		if m.clash(a) || m.at[a] < 0 && (slices.Contains(required(), a) || len(m.beginnings(a)) > 0) {
			list = append(list, a)
		}
	}
	return list
}

// known is how many attributes the columns name.
func (m *mapping) known() int {
	n := 0
	for _, i := range m.at {
		if i >= 0 {
			n++
		}
	}
	return n
}

// candidates are the columns that an attribute may be in: those that mean it, or else those that mean nothing.
func (m *mapping) candidates(a attribute) []int {
	var list []int
	for _, c := range m.clashes {
		if c.attribute == a {
			list = append(list, c.first, c.second)
		}
	}
	if len(list) == 0 && !slices.Contains(required(), a) {
		list = m.beginnings(a)
	}
	if len(list) == 0 {
		list = slices.Clone(m.free())
	}
	slices.Sort(list)
	return slices.DeleteFunc(slices.Compact(list), func(i int) bool {
		name := m.columns[i]
		return !askable(strings.ReplaceAll(name, "=", "")) || name == AnswerRefuse || name == AnswerNone
	})
}

// free are the columns that mean no attribute, those of our own reports left out.
func (m *mapping) free() []int {
	var list []int
	for i, column := range m.columns {
		if !slices.Contains(m.at[:], i) && column != ColumnLine && column != ColumnResult {
			list = append(list, i)
		}
	}
	return list
}

// settled applies what was answered about columns that are unclear. An answer that names no candidate changes nothing.
func (m *mapping) settled(chosen *choices) *mapping {
	if chosen == nil || len(chosen.answers) == 0 {
		return m
	}
	for _, a := range m.unclear(false) {
		value := chosen.answers[KeyColumn+a.columnName()]
		at := slices.IndexFunc(m.candidates(a), func(i int) bool { return m.columns[i] == value })
		switch {
		case at >= 0:
			m.at[a], m.rank[a] = m.candidates(a)[at], byChoice
		case value == AnswerNone && !slices.Contains(required(), a):
			m.at[a] = -1
			delete(m.parts, a)
		default:
			continue
		}
		m.clashes = slices.DeleteFunc(m.clashes, func(c clash) bool { return c.attribute == a })
		m.answered = append(m.answered, Answer{Key: KeyColumn + a.columnName(), Value: value})
	}
	m.rest = m.free()
	m.lacks = m.lacking()
	return m
}

// wrongAnswer is Invalid when something was answered about a column of a table that is unclear all the same.
func (m *mapping) wrongAnswer(chosen *choices) error {
	if chosen == nil || len(chosen.answers) == 0 {
		return nil
	}
	for _, a := range m.unclear(false) {
		if err := m.unfit(a, chosen.answers); err != nil {
			return err
		}
	}
	return nil
}

// unfit is Invalid when something was answered about an attribute that is unclear all the same.
func (m *mapping) unfit(a attribute, answers map[string]string) error {
	key := KeyColumn + a.columnName()
	if value := answers[key]; value != "" && value != AnswerRefuse {
		return badAnswer(key, value, append(m.names(m.candidates(a)), otherAnswers(a)...))
	}
	return nil
}

// otherAnswers are the answers to the question about an attribute's column that are no column.
func otherAnswers(a attribute) []string {
	if slices.Contains(required(), a) {
		return []string{AnswerRefuse}
	}
	return []string{AnswerNone, AnswerRefuse}
}

func (m *mapping) names(columns []int) []string {
	var names []string
	for _, i := range columns {
		names = append(names, m.columns[i])
	}
	return names
}

// unclearHeader is what is asked about a header, with the first rows below it.
type unclearHeader struct {
	columns *mapping
	open    []attribute
	rows    [][]string
	varies  bool // other rows may have other columns
}

// sample takes a row below a header that is unclear. Of several such headers each question is asked about the first.
func (k *checker) sample(m *mapping, row *Row) {
	if k.asked.refused || len(row.Values) != len(m.columns) || m.known() < fewestKnown {
		return
	}
	if !m.looked {
		m.looked, m.header = true, k.asked.about(m, row)
	}
	h := m.header
	if h == nil || len(h.rows) == sampleRows {
		return
	}
	cells := make([]string, len(row.Values))
	for i, v := range row.Values {
		cells[i] = clipped(strings.TrimSpace(v))
	}
	h.rows = append(h.rows, cells)
}

// about is what is asked about the columns of a row and not about others before; nil for nothing.
func (a *asked) about(m *mapping, row *Row) *unclearHeader {
	var open []attribute
	for _, at := range m.unclear(row.Geometry != nil) {
		switch answered := a.answers[KeyColumn+at.columnName()] != ""; {
		case answered && a.unfit[at] == nil:
			a.unfit[at] = m.unfit(at, a.answers)
		case !answered && !a.covered[at]:
			a.covered[at] = true
			open = append(open, at)
		}
	}
	if len(open) == 0 {
		return nil
	}
	h := &unclearHeader{columns: m, open: open, varies: row.Geometry != nil && row.layer == nil}
	a.headers = append(a.headers, h)
	return h
}

// see remembers which attributes columns name.
func (a *asked) see(m *mapping) {
	for at, column := range m.at {
		if column >= 0 {
			a.named[attribute(at)] = true
		}
	}
}

// unfitting is Invalid when an answer about a column fits no feature of the file: of several layers it may fit one.
func (a *asked) unfitting() error {
	for at := range attributes {
		if err := a.unfit[at]; err != nil && a.used[KeyColumn+at.columnName()] == nil {
			return err
		}
	}
	return nil
}

// clipped is a copy of as much of a cell as is shown.
func clipped(text string) string {
	if len(text) > sampleCell {
		text = strings.ToValidUTF8(text[:sampleCell], "") + "…"
	}
	return visible(strings.Clone(text))
}

// questionsOfColumns are those about columns.
func (k *checker) questionsOfColumns() []Question {
	var list []Question
	for _, h := range k.asked.headers {
		for _, a := range h.open {
			if h.varies && k.asked.named[a] && !h.columns.clash(a) {
				continue // a fault of the features without it
			}
			list = append(list, k.columnQuestion(h, a))
		}
	}
	return list
}

// candidate is a column that an attribute may be in.
type candidate struct {
	name   string
	shown  []string
	filled int
	fit    int // of those filled
}

// likely holds for a column of which nearly all values are the attribute's.
func (c candidate) likely() bool { return c.fit > 0 && c.fit*10 >= c.filled*9 }

func (k *checker) columnQuestion(h *unclearHeader, a attribute) Question {
	name := a.columnName() + " (" + a.columnNameZH() + ")"
	q := Question{
		Key:  KeyColumn + a.columnName(),
		Text: catalog.Text{ZH: fmt.Sprintf("哪一列是 %s？", name), EN: fmt.Sprintf("Which column is %s?", name)},
	}
	columns := h.columns.candidates(a)
	if h.columns.at[a] >= 0 {
		names := strings.Join(h.columns.names(columns[:min(maxCandidates, len(columns))]), ", ")
		q.Text = catalog.Text{
			ZH: fmt.Sprintf("有 %d 列都像是 %s：%s。取哪一列？", len(columns), name, names),
			EN: fmt.Sprintf("%d columns may be %s: %s. Which one is?", len(columns), name, names),
		}
	}
	if whole := h.columns.wholeName(a); whole >= 0 {
		q.Proposal = h.columns.columns[whole]
	}
	var list []candidate
	for _, i := range columns {
		list = append(list, k.candidate(h, a, i))
	}
	slices.SortStableFunc(list, func(a, b candidate) int { return cmp.Compare(b.fit, a.fit) })
	list = list[:min(maxCandidates, len(list))]
	for i, c := range list {
		q.Options = append(q.Options, Option{c.name, catalog.Text{ZH: "“" + c.name + "”列", EN: "the column " + c.name}})
		q.Evidence = append(q.Evidence, c.evidence(len(h.rows)))
		if i == 0 && q.Proposal == "" && c.likely() && (len(list) == 1 || !list[1].likely()) {
			q.Proposal = c.name
		}
	}
	for _, value := range otherAnswers(a) {
		text := catalog.Text{ZH: "都不是：文件不被接受", EN: "none of them: the file is not taken"}
		if value == AnswerNone {
			text = catalog.Text{ZH: "都不是：这些列作为扩展属性保留", EN: "none of them: they are kept as extension attributes"}
		} else if len(h.columns.parts[a]) > 0 && !slices.Contains(required(), a) {
			text = catalog.Text{ZH: "不认定：这些列作为扩展属性保留", EN: "nothing is known of them: they are kept as extension attributes"}
		}
		q.Options = append(q.Options, Option{value, text})
	}
	return q
}

func (k *checker) candidate(h *unclearHeader, a attribute, column int) candidate {
	c := candidate{name: h.columns.columns[column]}
	in := inspection{checker: k}
	for _, cells := range h.rows {
		text := cells[column]
		if text == "" {
			continue
		}
		c.filled++
		if in.fits(a, text) {
			c.fit++
		}
		if len(c.shown) < samplesShown && !slices.Contains(c.shown, text) {
			c.shown = append(c.shown, text)
		}
	}
	return c
}

func (c candidate) evidence(rows int) catalog.Text {
	if c.filled == 0 {
		return catalog.Text{ZH: fmt.Sprintf("“%s”：前 %d 行为空", c.name, rows), EN: fmt.Sprintf("%s: empty in the first %d rows", c.name, rows)}
	}
	t := catalog.Text{ZH: fmt.Sprintf("“%s”：%s", c.name, strings.Join(c.shown, "、")), EN: c.name + ": " + strings.Join(c.shown, ", ")}
	if c.fit > 0 {
		t.ZH += fmt.Sprintf("（前 %d 行中有 %d 行符合）", rows, c.fit)
		t.EN += fmt.Sprintf(" (%d of the first %d rows fit)", c.fit, rows)
	}
	return t
}
