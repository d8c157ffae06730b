package census

import (
	"fmt"
	"maps"
	"slices"
	"unicode"

	"citygrid/registry"
	"citygrid/registry/catalog"
)

// answeredUnit is the unit that was answered for a text that names none (import trap 45). ok is false while that is open or refused.
func (in *inspection) answeredUnit(codeOf attribute, text string) (registry.UnitCode, bool) {
	if len(in.asked.answers) == 0 {
		return "", false
	}
	given := in.asked.answer(KeyUnit + text)
	if given == nil {
		return "", false
	}
	given.Rows++
	code := registry.UnitCode(given.Value)
	if _, ok := in.units[code]; ok {
		in.fix(codeOf, CodeAnswered, given.Value)
		return code, true
	}
	if given.Value != AnswerRefuse {
		in.asked.none(given, in.unitCodes())
	}
	return "", false
}

// askUnit asks which unit a text means.
func (in *inspection) askUnit(a attribute, text string) {
	if !in.asked.refused && !in.damaged && !ditto(text) && in.asked.answers[KeyUnit+text] == "" {
		in.asked.units.add(text, in.columns.column(a), in.row)
	}
}

// unitCodes are the codes of all units, in order, and the refusal.
func (k *checker) unitCodes() []string {
	var codes []string
	for _, code := range slices.Sorted(maps.Keys(k.units)) {
		codes = append(codes, string(code))
	}
	return append(codes, AnswerRefuse)
}

// answeredState is the state that was answered for a word.
func (in *inspection) answeredState(text string) (registry.State, bool) {
	if len(in.asked.answers) == 0 {
		return "", false
	}
	given := in.asked.answer(KeyState + text)
	if given == nil {
		return "", false
	}
	given.Rows++
	if s := registry.State(given.Value); slices.Contains(registry.States(), s) {
		in.fix(objState, CodeAnswered, given.Value)
		return s, true
	}
	if given.Value != AnswerRefuse {
		var options []string
		for _, s := range registry.States() {
			options = append(options, string(s))
		}
		in.asked.none(given, append(options, AnswerRefuse))
	}
	return "", false
}

// askState asks which state a word means.
func (in *inspection) askState(text string) {
	if !in.asked.refused && !in.damaged && in.asked.answers[KeyState+text] == "" {
		in.asked.states.add(text, in.columns.column(objState), in.row)
	}
}

// questionsOfTexts are those about units and states, at most so many, the most frequent texts first.
func (k *checker) questionsOfTexts(most int) []Question {
	units, states := k.asked.units.mostFrequent(), k.asked.states.mostFrequent()
	var list []Question
	for len(list) < most && len(units)+len(states) > 0 {
		if len(states) == 0 || len(units) > 0 && units[0].rows > states[0].rows {
			list, units = append(list, k.unitQuestion(units[0])), units[1:]
		} else {
			list, states = append(list, stateQuestion(states[0])), states[1:]
		}
	}
	return list
}

func (k *checker) unitQuestion(o *openText) Question {
	q := Question{
		Key: KeyUnit + o.text, Rows: o.rows, Evidence: []catalog.Text{o.evidence()},
		Text: catalog.Text{ZH: fmt.Sprintf("“%s”指哪个单位？", o.text), EN: fmt.Sprintf("Which unit is meant by %s?", o.text)},
	}
	listed := map[registry.UnitCode]bool{}
	add := func(code registry.UnitCode) {
		if listed[code] || len(q.Options) == maxOptions {
			return
		}
		listed[code] = true
		name := k.units[code]
		if name == "" {
			name = string(code)
		}
		q.Options = append(q.Options, Option{Value: string(code), Text: catalog.Text{ZH: name, EN: name}})
	}
	for _, p := range k.alike(o.text) {
		add(p.unit.Code)
	}
	if len(q.Options) > 0 {
		q.Proposal = q.Options[0].Value
	}
	for _, code := range slices.Sorted(maps.Keys(k.units)) {
		add(code)
	}
	q.Options = append(q.Options, Option{AnswerRefuse, catalog.Text{
		ZH: "不认定为单位：代码列报错，名称列按原文保留", EN: "no unit: an error in a column of codes, kept as written in a column of names",
	}})
	return q
}

func stateQuestion(o *openText) Question {
	q := Question{
		Key: KeyState + o.text, Rows: o.rows, Evidence: []catalog.Text{o.evidence()},
		Text: catalog.Text{ZH: fmt.Sprintf("状态“%s”是哪一种？", o.text), EN: fmt.Sprintf("Which state is meant by %s?", o.text)},
	}
	like := statesLike(o.text)
	if len(like) == 1 {
		q.Proposal = string(like[0])
	}
	for _, s := range append(like, registry.States()...) {
		if !slices.ContainsFunc(q.Options, func(had Option) bool { return had.Value == string(s) }) {
			q.Options = append(q.Options, Option{Value: string(s), Text: catalog.Text{ZH: "记为“" + string(s) + "”", EN: "taken as " + string(s)}})
		}
	}
	q.Options = append(q.Options, Option{AnswerRefuse, catalog.Text{ZH: "不认定：这些行报错", EN: "none of them: these rows are errors"}})
	return q
}

// printable reports whether a text can stand on a line by itself.
func printable(text string) bool {
	for _, r := range text {
		if !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}
