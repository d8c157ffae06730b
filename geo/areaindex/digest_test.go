package areaindex_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"citygrid/geo/areaindex"
)

func TestTwoBuildsOfTheSameItemsHaveOneDigest(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(40, 41))
	items := city(t, rnd, 20, 20)
	want := mustBuild(t, items).Digest()
	for range 3 {
		again := slices.Clone(items)
		for i, item := range again {
			again[i].Area = mustArea(t, item.Area.MultiPolygon())
		}
		rnd.Shuffle(len(again), func(i, j int) { again[i], again[j] = again[j], again[i] })
		if got := mustBuild(t, again).Digest(); got != want {
			t.Errorf("%x and %x", got, want)
		}
	}
}

func TestEachBitOfACoordinateChangesTheDigest(t *testing.T) {
	t.Parallel()
	items := city(t, rand.New(rand.NewPCG(42, 43)), 3, 3)
	x := mustBuild(t, items)
	want := x.Digest()
	for i := range x.Len() {
		ring := x.Area(i).MultiPolygon()[0][0]
		for bit := range 64 {
			at := &ring[(7*bit)%len(ring)][bit%2]
			before := *at
			*at = math.Float64frombits(math.Float64bits(before) ^ 1<<bit)
			if x.Digest() == want {
				t.Errorf("bit %d of %v in area %d does not show", bit, before, i)
			}
			*at = before
		}
	}
	if got := x.Digest(); got != want {
		t.Errorf("restored: %x, was %x", got, want)
	}
}

func TestEachBitOfTheGridChangesTheDigest(t *testing.T) {
	t.Parallel()
	x := mustBuild(t, city(t, rand.New(rand.NewPCG(44, 45)), 2, 2))
	want := x.Digest()
	flips := 0
	x.FlipGridBits(func(what string) {
		flips++
		if x.Digest() == want {
			t.Errorf("%s does not show", what)
		}
	})
	if got := x.Digest(); got != want || flips < 10_000 {
		t.Errorf("restored after %d flips: %x, was %x", flips, got, want)
	}
}

func TestDigestTellsCodesAndAreasApart(t *testing.T) {
	t.Parallel()
	items := city(t, rand.New(rand.NewPCG(46, 47)), 3, 3)
	seen := map[uint64]string{mustBuild(t, nil).Digest(): "nothing", mustBuild(t, items).Digest(): "all"}
	for name, change := range map[string]func([]areaindex.Item) []areaindex.Item{
		"one less":      func(i []areaindex.Item) []areaindex.Item { return i[1:] },
		"another code":  func(i []areaindex.Item) []areaindex.Item { i[0].Code += "0"; return i },
		"two exchanged": func(i []areaindex.Item) []areaindex.Item { i[0].Area, i[1].Area = i[1].Area, i[0].Area; return i },
	} {
		got := mustBuild(t, change(slices.Clone(items))).Digest()
		if other, ok := seen[got]; ok {
			t.Errorf("%s has the digest of %s", name, other)
		}
		seen[got] = name
	}
}

func BenchmarkDigest(b *testing.B) {
	x := mustBuild(b, city(b, rand.New(rand.NewPCG(48, 49)), 100, 100))
	bytes := x.GridBytes()
	for i := range x.Len() {
		bytes += 16 * len(x.Area(i).MultiPolygon()[0][0])
	}
	for b.Loop() {
		x.Digest()
	}
	b.SetBytes(int64(bytes))
}
