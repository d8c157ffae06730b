package census

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"citygrid/registry"
	"citygrid/registry/catalog"
)

// Question is what a file leaves open and nobody but its crew can say. It stops the file: nothing of it is taken until every question is answered,
// and then the file is read again, with [File.Answers]. What is asked follows the treatment "ask" of the import traps.
type Question struct {
	// Key names the question in every file that leaves the same thing open: what is asked about ("unit."), then the crew's own word for it.
	Key      string         `json:"key"`
	Text     catalog.Text   `json:"text"`
	Evidence []catalog.Text `json:"evidence"`
	// Options are the answers that there are, the likelier first; [AnswerRefuse] is the last of them always.
	Options  []Option `json:"options"`
	Proposal string   `json:"proposal"` // the value of the option that is likely; empty: none is
	Rows     int64    `json:"rows"`     // how many it concerns; 0: the whole file
	// Form says what answers the question beside its options: FormDate, any day up to today as 2012-12-31; empty: nothing does.
	Form string `json:"form,omitempty"`
}

// Option is one answer to a [Question].
type Option struct {
	Value string       `json:"value"`
	Text  catalog.Text `json:"text"` // what is then done
}

// Answer is an answer that was applied.
type Answer struct {
	Key   string `json:"key"`
	Value string `json:"value"`
	Rows  int64  `json:"rows"` // to so many; 0: to the whole file
}

// What may be answered beside a value of the question's own.
const (
	AnswerRefuse = "refuse" // to any question: what is asked about is reported as without questions, mostly as an error
	AnswerNone   = "none"   // to a question about a column: none of them
)

// AnswerEverything is the key whose answer, [AnswerRefuse], holds for every question that is not answered otherwise.
const AnswerEverything = "*"

// The beginnings of keys; [KeyEncoding] is a key by itself.
const (
	KeyColumn = "column." // the column of an attribute: column.ObjID
	KeyUnit   = "unit."   // the unit that a text means: unit.市政处
	KeyState  = "state."  // the state that a text means
)

// The limits of what is asked.
const (
	MaxQuestions  = 100  // about one file at a time; what is beyond is an error, and asked when these are answered
	maxTexts      = 1000 // that are counted; the least frequent fall out
	maxOptions    = 300  // units; those least like the text fall out
	longestAsked  = 120  // bytes of a text that is asked about
	answersListed = 100  // in Report.Recognised
)

// ParseAnswer reads KEY=VALUE. Keys have no equals sign. Invalid without one, and for an empty key or value.
func ParseAnswer(text string) (key, value string, err error) {
	key, value, found := strings.Cut(text, "=")
	if !found || key == "" || value == "" {
		return "", "", registry.InvalidField("answer", text, "应写作 问题=答案，如 unit.市政处=U03；全部按错误处理：'*=refuse'",
			"write KEY=VALUE, like unit.市政处=U03; to take everything asked about as an error: '*=refuse'")
	}
	if key == AnswerEverything && value != AnswerRefuse {
		return "", "", registry.InvalidField("answer", text, "“*”只能答 refuse", "the one answer to * is refuse")
	}
	return key, value, nil
}

// Check says whether a value answers the question: Invalid, naming the options, when it does not.
func (q Question) Check(value string) error {
	if slices.ContainsFunc(q.Options, func(o Option) bool { return o.Value == value }) {
		return nil
	}
	var values []string
	if q.Form == FormDate {
		if _, err := time.Parse(time.DateOnly, value); err == nil {
			return nil // the check knows today
		}
		values = valuesForAll(orDate)
	}
	for _, o := range q.Options {
		values = append(values, o.Value)
	}
	return badAnswer(q.Key, value, values)
}

// badAnswer is Invalid: the value is none of the options.
func badAnswer(key, value string, options []string) error {
	const most = 20
	list := strings.Join(options[:min(most, len(options))], ", ")
	if len(options) > most {
		list += " …"
	}
	return registry.InvalidField("answer", key+"="+value, "没有这个选项；可选："+list, "this is no option; it is one of "+list)
}

// asked is what a file leaves open, and what was answered. It belongs to one goroutine.
type asked struct {
	answers map[string]string // of the file
	refused bool              // what is not answered
	units   texts
	states  texts
	blanks  map[attribute]*blanks
	headers []*unclearHeader
	symbols []*symbol      // of drawings, that are open
	drawn   []catalog.Text // what the names of layers and blocks say
	silent  map[attribute]*silence
	text    *Question          // about its encoding
	covered map[attribute]bool // by the questions about headers
	named   map[attribute]bool // that some row has a column of
	unfit   map[attribute]error
	used    map[string]*Answer
	wrong   error // an answer that is no option
}

func newAsked(answers map[string]string, silent bool) asked {
	return asked{
		answers: answers, refused: silent || answers[AnswerEverything] == AnswerRefuse, used: map[string]*Answer{}, covered: map[attribute]bool{}, named: map[attribute]bool{}, unfit: map[attribute]error{}, blanks: map[attribute]*blanks{}, silent: map[attribute]*silence{},
		units: texts{map[string]*openText{}}, states: texts{map[string]*openText{}},
	}
}

// answer is what was answered to a question, nil while it is open.
func (a *asked) answer(key string) *Answer {
	if given := a.used[key]; given != nil {
		return given
	}
	value, ok := a.answers[key]
	if !ok {
		return nil
	}
	given := &Answer{Key: key, Value: value}
	a.used[given.Key] = given
	return given
}

// said reports whether the unit of a name is what was answered for it.
func (a *asked) said(name string, code registry.UnitCode) bool {
	return len(a.answers) > 0 && a.answers[KeyUnit+name] == string(code)
}

// none remembers the first answer that is no option; the file is then not read on.
func (a *asked) none(given *Answer, options []string) {
	if a.wrong == nil {
		a.wrong = badAnswer(given.Key, given.Value, options)
	}
}

// applied are the answers that were used, by key.
func (a *asked) applied() []Answer {
	var list []Answer
	for _, key := range slices.Sorted(maps.Keys(a.used)) {
		list = append(list, *a.used[key])
	}
	return list
}

// recognised says the answers that were applied.
func (a *asked) recognised() []catalog.Text {
	list := slices.Clone(a.drawn)
	for _, given := range a.applied() {
		if len(list) == len(a.drawn)+answersListed {
			return append(list, catalog.Text{ZH: "……", EN: "…"})
		}
		zh, en := "按答复："+given.Key+" = "+given.Value, "as answered: "+given.Key+" = "+given.Value
		if given.Rows > 0 {
			zh, en = zh+fmt.Sprintf("（%d 行）", given.Rows), en+fmt.Sprintf(" (%d rows)", given.Rows)
		}
		list = append(list, catalog.Text{ZH: zh, EN: en})
	}
	return list
}

// texts are words in cells that nothing explains.
type texts struct{ open map[string]*openText }

// openText is one of them.
type openText struct {
	text   string
	rows   int64
	sheet  string // of the first row
	first  int64
	column string
	last   int64
}

// add counts a row with a text. What could not be written as a key is not asked about.
func (t *texts) add(text, column string, row *Row) {
	o := t.open[text]
	if o == nil {
		if !askable(text) {
			return
		}
		if len(t.open) == maxTexts {
			t.forget()
		}
		o = &openText{text: strings.Clone(text), sheet: strings.Clone(row.Sheet), first: row.Line, column: cut(column)}
		t.open[o.text] = o
	}
	if o.last != row.Line { // one row may have it twice
		o.rows, o.last = o.rows+1, row.Line
	}
}

// forget drops the less frequent half.
func (t *texts) forget() {
	for _, o := range t.mostFrequent()[maxTexts/2:] {
		delete(t.open, o.text)
	}
}

func (t *texts) mostFrequent() []*openText {
	return slices.SortedFunc(maps.Values(t.open), func(a, b *openText) int {
		return cmp.Or(cmp.Compare(b.rows, a.rows), cmp.Compare(a.first, b.first), strings.Compare(a.text, b.text))
	})
}

func askable(text string) bool {
	return text != "" && len(text) <= longestAsked && !strings.Contains(text, "=") && printable(text)
}

// evidence says how often a text occurs and where first.
func (o *openText) evidence() catalog.Text {
	sheet := ""
	if o.sheet != "" {
		sheet = fmt.Sprintf(" (%.60s)", o.sheet)
	}
	return catalog.Text{
		ZH: fmt.Sprintf("%d 行，首见于第 %d 行%s的“%.60s”列", o.rows, o.first, sheet, o.column),
		EN: fmt.Sprintf("%d rows, first in row %d%s, column %.60s", o.rows, o.first, sheet, o.column),
	}
}
