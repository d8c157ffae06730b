package torture_test

import (
	"fmt"
	"math"
	"testing"

	"citygrid/registry"
)

// stood is a component of an answer, in words, and how far it is said to be.
type stood struct {
	words  string
	metres float64
}

// Distances are allowed to differ by as much: the program measures those to points itself, to 1e-7 m of what PostGIS says, and the API
// rounds to centimetres. So two that are as far away as each other, to a step of registry.NearStep, may come in either order.
const (
	metresOff    = 1e-6
	metresOffAPI = 0.00501
)

// words tell one component, and one revision of it, from another.
func words(code, name, state, grid string, also []string) string {
	return fmt.Sprintf("%s %s %s %s %v", code, name, state, grid, also)
}

// near is a list in the words that the court knows.
func near(list []registry.Near) []stood {
	var out []stood
	for _, n := range list {
		out = append(out, stood{words(n.Code.String(), n.Name, string(n.State), n.Grid, n.GridsAlso), n.Metres})
	}
	return out
}

// whole is a list with everything that is said of each component.
func whole(list []registry.Near) []stood {
	var out []stood
	for _, n := range list {
		out = append(out, stood{fmt.Sprintf("%+v", n.Component), n.Metres})
	}
	return out
}

// differ says how a list is not the right one, "" when it is. Where the right one is full, of what is on the step of its last any may be in it.
func differ(said, right []stood, off float64) string {
	if len(said) != len(right) {
		return fmt.Sprintf("%d components are said to be there, not %d", len(said), len(right))
	}
	for i := range said {
		if i > 0 && registry.NearStepOf(said[i].metres) < registry.NearStepOf(said[i-1].metres) {
			return fmt.Sprintf("%v m away is said after %v m: %s", said[i].metres, said[i-1].metres, said[i].words)
		}
	}
	full, last := len(right) == registry.MaxNear, 0.0
	there := map[string]float64{}
	for _, r := range right {
		there[r.words] = r.metres
		last = max(last, r.metres)
	}
	for _, s := range said {
		switch metres, ok := there[s.words]; {
		case ok && math.Abs(s.metres-metres) > off:
			return fmt.Sprintf("%v m away is %s, not %v m", s.metres, s.words, metres)
		case !ok && !(full && math.Abs(s.metres-last) <= registry.NearStep+off):
			return fmt.Sprintf("%v m away is said to be %s, and is not", s.metres, s.words)
		}
		delete(there, s.words) // it is there once
	}
	for missed, metres := range there {
		if metres < last-registry.NearStep-off {
			return fmt.Sprintf("%v m away is %s, and is not said to be", metres, missed)
		}
	}
	return ""
}

func TestListsOfWhatStandsSomewhereAreToldApart(t *testing.T) {
	t.Parallel()
	a, b, c := stood{"a", 1}, stood{"b", 1}, stood{"c", 2}
	full := func(last ...stood) (list []stood) {
		for i := range registry.MaxNear - len(last) {
			list = append(list, stood{fmt.Sprint(i), 0})
		}
		return append(list, last...)
	}
	for name, claim := range map[string]struct {
		said, right []stood
		same        bool
	}{
		"nothing":                        {nil, nil, true},
		"the same":                       {[]stood{a, c}, []stood{a, c}, true},
		"one too few":                    {[]stood{a}, []stood{a, c}, false},
		"one too many":                   {[]stood{a, c}, []stood{a}, false},
		"another":                        {[]stood{a, c}, []stood{b, c}, false},
		"twice":                          {[]stood{a, a}, []stood{a, b}, false},
		"equally far in another order":   {[]stood{b, a, c}, []stood{a, b, c}, true},
		"on one step in another order":   {[]stood{{"d", 1.002}, a}, []stood{a, {"d", 1.002}}, true},
		"not in order":                   {[]stood{c, a}, []stood{a, c}, false},
		"a little further":               {[]stood{{"a", 1 + 1e-8}, c}, []stood{a, c}, true},
		"further":                        {[]stood{{"a", 1.001}, c}, []stood{a, c}, false},
		"distances exchanged":            {[]stood{{"c", 1}, {"a", 2}}, []stood{a, c}, false},
		"full, another as far":           {full(a, b), full(a, stood{"d", 1}), true},
		"full, another that is nearer":   {full(stood{"e", 0}, a), full(stood{"d", 0}, a), false},
		"full, the last is another":      {full(a, c), full(a, stood{"d", 2}), true},
		"full, and one is passed over":   {full(a, stood{"d", 2}), full(stood{"e", 0}, c), false},
		"full, a nearer for the last":    {full(c, stood{"d", 2}), full(a, c), false},
		"not full, the last is another":  {[]stood{a, c}, []stood{a, {"d", 2}}, false},
		"full, and the last is too near": {full(a, stood{"d", 1.5}), full(a, c), false},
	} {
		if fault := differ(claim.said, claim.right, metresOff); (fault == "") != claim.same {
			t.Errorf("%s: %q", name, fault)
		}
	}
}
