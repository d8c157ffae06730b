package census

import (
	"fmt"
	"slices"
	"time"

	"citygrid/registry"
	"citygrid/registry/catalog"
)

// KeyValue begins the key of a question about what every component must say and those of a drawing do not: value.ObjState, value.ORDate. The answer holds for all
// that are silent.
const KeyValue = "value."

// FormDate is the [Question.Form] of one that any day answers.
const FormDate = "date"

// silence counts the rows that do not say what they must.
type silence struct {
	rows  int64
	first int64 // its line
}

// stateForAll is the state that was answered for all that say none, "" while that is open or refused.
func (in *inspection) stateForAll() registry.State {
	return registry.State(in.forAll(objState, func(value string) bool { return slices.Contains(registry.States(), registry.State(value)) }))
}

// surveyedForAll is the day that was answered for all that say none, zero while that is open or refused.
func (in *inspection) surveyedForAll() time.Time {
	day, err := time.Parse(time.DateOnly, in.forAll(orDate, func(value string) bool {
		day, err := time.Parse(time.DateOnly, value)
		return err == nil && !day.After(in.today)
	}))
	if err != nil {
		return time.Time{}
	}
	return day
}

// forAll is what was answered for what a row of a drawing does not say. While it is not known what is drawn there, nothing is asked of it.
func (in *inspection) forAll(a attribute, right func(string) bool) string {
	if in.row.drawn == nil {
		return ""
	}
	given := in.asked.answer(KeyValue + a.columnName())
	switch {
	case given == nil && (in.asked.refused || in.row.drawn.open):
	case given == nil:
		s := in.asked.silent[a]
		if s == nil {
			s = &silence{first: in.row.Line}
			in.asked.silent[a] = s
		}
		s.rows++
	case given.Value == AnswerRefuse:
	case !right(given.Value):
		in.asked.none(given, append(valuesForAll(a), AnswerRefuse))
	default:
		given.Rows++
		in.fix(a, CodeAnswered, given.Value)
		return given.Value
	}
	return ""
}

// valuesForAll are what may be answered, for a message.
func valuesForAll(a attribute) (values []string) {
	if a == orDate {
		return []string{"2012-12-31"}
	}
	for _, s := range registry.States() {
		values = append(values, string(s))
	}
	return values
}

// questionsOfSilence are those about what the rows do not say.
func (k *checker) questionsOfSilence() (list []Question) {
	for a := range attributes {
		s := k.asked.silent[a]
		if s == nil {
			continue
		}
		q := Question{
			Key: KeyValue + a.columnName(), Rows: s.rows,
			Text: catalog.Text{
				ZH: fmt.Sprintf("图形中没有写明 %s（%s）的部件，统一按什么填写？", a.columnName(), a.columnNameZH()),
				EN: fmt.Sprintf("What is %s (%s) of all components of which the drawing does not say it?", a.columnName(), a.columnNameZH()),
			},
			Evidence: []catalog.Text{{
				ZH: fmt.Sprintf("%d 个图元，首个为第 %d 个", s.rows, s.first), EN: fmt.Sprintf("%d entities, the first is number %d", s.rows, s.first),
			}},
		}
		if a == orDate {
			q.Form = FormDate
		} else {
			for _, value := range valuesForAll(a) {
				q.Options = append(q.Options, Option{value, catalog.Text{ZH: "记为“" + value + "”", EN: "taken as " + value}})
			}
		}
		q.Options = append(q.Options, Option{AnswerRefuse, catalog.Text{ZH: "不统一填写：这些图元报错", EN: "nothing: these entities are errors"}})
		list = append(list, q)
	}
	return list
}
