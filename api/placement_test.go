package api

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"

	"citygrid/registry"
)

func TestPlacementIsWrittenAsEncodingJSONWritesIt(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 5))
	for range 20_000 {
		p := somePlacement(random)
		want, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := appendPlacement([]byte("x"), &p); err != nil || string(got) != "x"+string(want) {
			t.Fatalf("%v\ngot  %s\nwant x%s", err, got, want)
		}
	}
}

func TestPlacementThatJSONCannotSayIsAnError(t *testing.T) {
	t.Parallel()
	for _, p := range []registry.Placement{
		{Point: orb.Point{math.NaN(), 1}}, {Point: orb.Point{1, math.Inf(-1)}}, {StaleSeconds: math.Inf(1)},
		{Neighbours: []registry.Neighbour{{Metres: math.NaN()}}},
	} {
		if got, err := appendPlacement(nil, &p); err == nil {
			t.Errorf("%s", got)
		}
	}
}

// FuzzAppendText holds appendText against encoding/json.
func FuzzAppendText(f *testing.F) {
	for _, text := range texts {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		want, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := appendText(nil, text); string(got) != string(want) {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

// FuzzAppendNumber holds appendNumber against encoding/json.
func FuzzAppendNumber(f *testing.F) {
	for _, v := range numbers {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, v float64) {
		want, err := json.Marshal(v)
		if err != nil {
			return // not finite
		}
		if got := appendNumber(nil, v); string(got) != string(want) {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

var (
	texts = []string{
		"", "420502001001001", "西陵区夜明珠街道", "a\"b", `c:\d`, "<b>&amp;</b>", "line\nfeed\ttab\x00\x1f\x7f", "\u2028\u2029", "中\u2028", "\xff\xfe", "é€𝄞",
		"\ufffd", "中\xe4\xb8", "/",
	}
	numbers = []float64{0, math.Copysign(0, -1), 1, -1, 111.2846, 30.7012345, 1e-6, 9.99e-7, 1e20, 1e21, -1e21, math.MaxFloat64, math.SmallestNonzeroFloat64, 1 << 53, .1 + .2}
)

func somePlacement(random *rand.Rand) registry.Placement {
	text := func() string { return texts[random.IntN(len(texts))] }
	number := func() float64 {
		if random.IntN(2) == 0 {
			return random.Float64() * 180
		}
		return numbers[random.IntN(len(numbers))]
	}
	ref := func() registry.AreaRef { return registry.AreaRef{Code: text(), Name: text()} }
	person := func() *registry.Person {
		if random.IntN(2) == 0 {
			return nil
		}
		return &registry.Person{Code: text(), Name: text()}
	}
	p := registry.Placement{
		Point: orb.Point{number(), number()}, Grid: registry.GridRef{AreaRef: ref(), Inspector: person()},
		Community: registry.CommunityRef{AreaRef: ref(), Officer: person()}, Street: ref(), District: ref(),
		Border: random.IntN(2) == 0, Revision: random.Int64() - random.Int64(), StaleSeconds: number(),
	}
	for range random.IntN(4) {
		p.Managed = append(p.Managed, ref())
		p.Neighbours = append(p.Neighbours, registry.Neighbour{AreaRef: ref(), Metres: number()})
	}
	if random.IntN(2) == 0 && p.Managed == nil {
		p.Managed, p.Neighbours = []registry.AreaRef{}, []registry.Neighbour{}
	}
	if random.IntN(3) > 0 {
		c := someCandidate(random, text)
		p.Responsible = &registry.Responsible{Unit: c.Unit, Rule: c.Rule, Because: c.Because}
		if random.IntN(2) == 0 {
			p.Responsible.Competent = &registry.UnitRef{Code: registry.UnitCode(text()), Name: text()}
			p.Responsible.PassedOver = []registry.Candidate{}
		}
		for range random.IntN(3) {
			p.Responsible.PassedOver = append(p.Responsible.PassedOver, someCandidate(random, text))
		}
	}
	return p
}

func someCandidate(random *rand.Rand, text func() string) registry.Candidate {
	c := registry.Candidate{
		Unit:    registry.UnitRef{Code: registry.UnitCode(text()), Name: text()},
		Rule:    registry.Ground{By: text(), Role: registry.Role(text()), Level: registry.Level(text()), Kind: text(), Subject: text()},
		Because: registry.Text{ZH: text(), EN: text()},
	}
	if random.IntN(2) == 0 {
		c.Rule.Area = &registry.AreaRef{Code: text(), Name: text()}
	}
	return c
}
