package api

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"citygrid/registry"
)

// appendPlacement writes a placement byte for byte as encoding/json does, in a fifth of its time: it is the answer of GET /locate, and a
// list of points has 100,000 of them. It fails on a number that JSON cannot say.
func appendPlacement(dst []byte, p *registry.Placement) ([]byte, error) {
	if !finite(p) {
		return dst, fmt.Errorf("encode placement: a number of %v, %v or %v s is not finite", p.Point, p.Neighbours, p.StaleSeconds)
	}
	dst = appendNumber(append(dst, `{"point":[`...), p.Point[0])
	dst = appendNumber(append(dst, ','), p.Point[1])
	dst = appendRef(append(dst, `],"grid":{`...), p.Grid.Code, p.Grid.Name)
	dst = appendPerson(append(dst, `,"inspector":`...), p.Grid.Inspector)
	dst = appendRef(append(dst, `},"community":{`...), p.Community.Code, p.Community.Name)
	dst = appendPerson(append(dst, `,"officer":`...), p.Community.Officer)
	dst = appendRef(append(dst, `},"street":{`...), p.Street.Code, p.Street.Name)
	dst = appendRef(append(dst, `},"district":{`...), p.District.Code, p.District.Name)
	dst = appendAreas(append(dst, `},"managed_areas":`...), p.Managed)
	dst = strconv.AppendBool(append(dst, `,"border":`...), p.Border)
	dst = appendNeighbours(append(dst, `,"neighbours":`...), p.Neighbours)
	dst = appendResponsible(append(dst, `,"responsible":`...), p.Responsible)
	dst = strconv.AppendInt(append(dst, `,"revision":`...), p.Revision, 10)
	dst = appendNumber(append(dst, `,"stale_seconds":`...), p.StaleSeconds)
	return append(dst, '}'), nil
}

func finite(p *registry.Placement) bool {
	sum := p.Point[0] - p.Point[0] + p.Point[1] - p.Point[1] + p.StaleSeconds - p.StaleSeconds // 0, or NaN for what is not finite
	for _, n := range p.Neighbours {
		sum += n.Metres - n.Metres
	}
	return sum == 0
}

// appendRef writes the members of an area within its braces.
func appendRef(dst []byte, code, name string) []byte {
	dst = appendText(append(dst, `"code":`...), code)
	return appendText(append(dst, `,"name":`...), name)
}

func appendPerson(dst []byte, p *registry.Person) []byte {
	if p == nil {
		return append(dst, "null"...)
	}
	return append(appendRef(append(dst, '{'), p.Code, p.Name), '}')
}

func appendAreas(dst []byte, areas []registry.AreaRef) []byte {
	if areas == nil {
		return append(dst, "null"...)
	}
	dst = append(dst, '[')
	for i, a := range areas {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(appendRef(append(dst, '{'), a.Code, a.Name), '}')
	}
	return append(dst, ']')
}

func appendNeighbours(dst []byte, neighbours []registry.Neighbour) []byte {
	if neighbours == nil {
		return append(dst, "null"...)
	}
	dst = append(dst, '[')
	for i, n := range neighbours {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendRef(append(dst, '{'), n.Code, n.Name)
		dst = append(appendNumber(append(dst, `,"metres":`...), n.Metres), '}')
	}
	return append(dst, ']')
}

func appendResponsible(dst []byte, r *registry.Responsible) []byte {
	if r == nil {
		return append(dst, "null"...)
	}
	dst = appendCandidate(append(dst, '{'), r.Unit, &r.Rule, r.Because)
	dst = append(dst, `,"competent":`...)
	if r.Competent == nil {
		dst = append(dst, "null"...)
	} else {
		dst = append(appendRef(append(dst, '{'), string(r.Competent.Code), r.Competent.Name), '}')
	}
	dst = append(dst, `,"passed_over":`...)
	if r.PassedOver == nil {
		return append(dst, "null}"...)
	}
	dst = append(dst, '[')
	for i := range r.PassedOver {
		if i > 0 {
			dst = append(dst, ',')
		}
		c := &r.PassedOver[i]
		dst = append(appendCandidate(append(dst, '{'), c.Unit, &c.Rule, c.Because), '}')
	}
	return append(dst, "]}"...)
}

// appendCandidate writes the members that a Candidate shares with who is Responsible.
func appendCandidate(dst []byte, unit registry.UnitRef, rule *registry.Ground, because registry.Text) []byte {
	dst = appendRef(append(dst, `"unit":{`...), string(unit.Code), unit.Name)
	dst = appendText(append(dst, `},"rule":{"by":`...), rule.By)
	dst = appendText(append(dst, `,"role":`...), string(rule.Role))
	if rule.Area != nil {
		dst = append(appendRef(append(dst, `,"area":{`...), rule.Area.Code, rule.Area.Name), '}')
	}
	for _, member := range [...]struct{ name, value string }{
		{`,"level":`, string(rule.Level)}, {`,"kind":`, rule.Kind}, {`,"subject":`, rule.Subject},
	} {
		if member.value != "" {
			dst = appendText(append(dst, member.name...), member.value)
		}
	}
	dst = appendText(append(dst, `},"because":{"zh":`...), because.ZH)
	return append(appendText(append(dst, `,"en":`...), because.EN), '}')
}

// appendNumber writes a finite number as ECMAScript does, which is what encoding/json follows.
func appendNumber(dst []byte, v float64) []byte {
	if size := math.Abs(v); size != 0 && (size < 1e-6 || size >= 1e21) {
		text, _ := json.Marshal(v) // finite: cannot fail
		return append(dst, text...)
	}
	return strconv.AppendFloat(dst, v, 'f', -1, 64)
}

// appendText writes a JSON string; encoding/json gets those that need an escape.
func appendText(dst []byte, text string) []byte {
	if !plainText(text) {
		quoted, _ := json.Marshal(text) // a string cannot fail
		return append(dst, quoted...)
	}
	return append(append(append(dst, '"'), text...), '"')
}

// plainText reports that encoding/json writes a text as it is.
func plainText(text string) bool {
	ascii, separators := true, false
	for i := range len(text) {
		switch c := text[i]; {
		case c >= utf8.RuneSelf:
			ascii = false
			separators = separators || c == lineSeparator[0]
		case c < ' ' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&':
			return false
		}
	}
	return ascii || utf8.ValidString(text) && !(separators && strings.ContainsAny(text, lineSeparator+paragraphSeparator))
}

// What ends a line in JavaScript and not in JSON; both begin with the same byte, which no Chinese character has.
const (
	lineSeparator      = "\u2028"
	paragraphSeparator = "\u2029"
)
