package geo_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"citygrid/geo"
)

func squares(tb testing.TB, boxes ...[4]float64) []geo.Area {
	var out []geo.Area
	for _, b := range boxes {
		out = append(out, mustArea(tb, orb.MultiPolygon{{box(b[0], b[1], b[2], b[3])}}))
	}
	return out
}

func unit(x, y float64) [4]float64 { return [4]float64{x, y, x + 1, y + 1} }

func TestDissolveGivesRingsThatTouchOnlyInPoints(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		boxes [][4]float64
		want  orb.MultiPolygon
	}{
		"one alone": {[][4]float64{unit(0, 0)}, orb.MultiPolygon{{box(0, 0, 1, 1)}}},
		"two neighbours keep the ends of their border": {
			[][4]float64{unit(0, 0), unit(1, 0)},
			orb.MultiPolygon{{{{0, 0}, {1, 0}, {2, 0}, {2, 1}, {1, 1}, {0, 1}, {0, 0}}}},
		},
		"two apart":                          {[][4]float64{unit(3, 0), unit(0, 0)}, orb.MultiPolygon{{box(0, 0, 1, 1)}, {box(3, 0, 4, 1)}}},
		"two that meet in a corner stay two": {[][4]float64{unit(1, 1), unit(0, 0)}, orb.MultiPolygon{{box(0, 0, 1, 1)}, {box(1, 1, 2, 2)}}},
		"eight round a hole": {
			[][4]float64{unit(0, 0), unit(1, 0), unit(2, 0), unit(0, 1), unit(2, 1), unit(0, 2), unit(1, 2), unit(2, 2)},
			orb.MultiPolygon{{
				{{0, 0}, {1, 0}, {2, 0}, {3, 0}, {3, 1}, {3, 2}, {3, 3}, {2, 3}, {1, 3}, {0, 3}, {0, 2}, {0, 1}, {0, 0}},
				{{1, 1}, {1, 2}, {2, 2}, {2, 1}, {1, 1}},
			}},
		},
		"seven round a hole that touches the outside in a corner": {
			[][4]float64{unit(0, 0), unit(1, 0), unit(2, 0), unit(0, 1), unit(2, 1), unit(0, 2), unit(1, 2)},
			orb.MultiPolygon{{
				{{0, 0}, {1, 0}, {2, 0}, {3, 0}, {3, 1}, {3, 2}, {2, 2}, {2, 3}, {1, 3}, {0, 3}, {0, 2}, {0, 1}, {0, 0}},
				{{1, 1}, {1, 2}, {2, 2}, {2, 1}, {1, 1}},
			}},
		},
	} {
		got, err := geo.Dissolve(squares(t, c.boxes...))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if !got.MultiPolygon().Equal(c.want) {
			t.Errorf("%s:\n%v, want\n%v", name, got.MultiPolygon(), c.want)
		}
	}
}

func TestDissolvePutsHolesIntoTheSmallestRingAroundThem(t *testing.T) {
	t.Parallel()
	lake := mustArea(t, orb.MultiPolygon{{box(0, 0, 10, 10), box(2, 2, 8, 8)}})
	island := mustArea(t, orb.MultiPolygon{{box(3, 3, 7, 7), box(4, 4, 6, 6)}})
	inner := mustArea(t, orb.MultiPolygon{{{{5, 4}, {6, 5}, {5, 6}, {4, 5}, {5, 4}}}})
	got, err := geo.Dissolve([]geo.Area{inner, island, lake})
	if err != nil {
		t.Fatal(err)
	}
	want := orb.MultiPolygon{
		{box(0, 0, 10, 10), {{2, 2}, {2, 8}, {8, 8}, {8, 2}, {2, 2}}},
		{box(3, 3, 7, 7), {{4, 4}, {4, 6}, {6, 6}, {6, 4}, {4, 4}}},
		{{{4, 5}, {5, 4}, {6, 5}, {5, 6}, {4, 5}}},
	}
	if !got.MultiPolygon().Equal(want) {
		t.Errorf("%v, want\n%v", got.MultiPolygon(), want)
	}
}

func TestDissolveOfATessellationIsItsFrameWhateverTheOrder(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(5, 6))
	cells := tessellation(t, rnd, 9, 7)
	want, err := geo.Dissolve(cells)
	if err != nil {
		t.Fatal(err)
	}
	if mp := want.MultiPolygon(); len(mp) != 1 || len(mp[0]) != 1 {
		t.Fatalf("%d parts", len(mp))
	}
	sum := 0.0
	for _, c := range cells {
		sum += c.SquareMetres()
	}
	near(t, "square metres", want.SquareMetres(), sum, 1e-12)
	rnd.Shuffle(len(cells), func(i, j int) { cells[i], cells[j] = cells[j], cells[i] })
	half, err := geo.Dissolve(cells[:30])
	if err != nil {
		t.Fatal(err)
	}
	got, err := geo.Dissolve(append([]geo.Area{half}, cells[30:]...))
	if err != nil {
		t.Fatal(err)
	}
	if !got.MultiPolygon().Equal(want.MultiPolygon()) {
		t.Error("dissolving in two steps gives another area")
	}
}

func TestDissolveRefusesNothingAndOverlap(t *testing.T) {
	t.Parallel()
	same := squares(t, unit(0, 0), unit(0, 0))
	for want, areas := range map[string][]geo.Area{"there are no areas": nil, "they overlap": same} {
		if _, err := geo.Dissolve(areas); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

func TestSameCoverFindsAMissingADoubleAndAMovedPart(t *testing.T) {
	t.Parallel()
	cells := tessellation(t, rand.New(rand.NewPCG(7, 8)), 6, 5)
	whole, err := geo.Dissolve(cells)
	if err != nil {
		t.Fatal(err)
	}
	moved := cells[7].MultiPolygon().Clone()
	moved[0][0][2][0] += 1e-13
	for name, c := range map[string]struct {
		parts []geo.Area
		want  bool
	}{
		"all":     {cells, true},
		"missing": {cells[1:], false},
		"double":  {append(cells[:len(cells):len(cells)], cells[3]), false},
		"moved":   {append(append(cells[:7:7], mustArea(t, moved)), cells[8:]...), false},
		"itself":  {[]geo.Area{whole}, true},
		"none":    {nil, false},
	} {
		if got := geo.SameCover(c.parts, whole); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestDissolveOfAnySquaresHasRingsWithoutRepeatedPointsAndTheSameGround(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(9, 10))
	for range 300 {
		var boxes [][4]float64
		taken := map[orb.Point]bool{}
		for x := range 6 {
			for y := range 6 {
				if rnd.IntN(5) < 3 {
					boxes = append(boxes, unit(float64(x), float64(y)))
					taken[orb.Point{float64(x) + 0.5, float64(y) + 0.5}] = true
				}
			}
		}
		got, err := geo.Dissolve(squares(t, boxes...))
		if err != nil {
			t.Fatal(err)
		}
		again, err := geo.NewArea(got.MultiPolygon())
		if err != nil || !again.MultiPolygon().Equal(got.MultiPolygon()) {
			t.Fatalf("NewArea makes something else of it: %v", err)
		}
		for _, polygon := range got.MultiPolygon() {
			for _, ring := range polygon {
				seen := map[orb.Point]bool{}
				for _, p := range ring[1:] {
					if seen[p] {
						t.Fatalf("a ring of %v passes %v twice", boxes, p)
					}
					seen[p] = true
				}
			}
		}
		for x := range 6 {
			for y := range 6 {
				p := orb.Point{float64(x) + 0.5, float64(y) + 0.5}
				if in := got.Side(p) == geo.Inside; in != taken[p] {
					t.Fatalf("%v of %v is inside: %v", p, boxes, in)
				}
			}
		}
	}
}
