package census

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"citygrid/geo"
	"citygrid/geo/pointindex"
)

// swept is what sweep tells of some places, by row; a crowd as its members, in order.
func swept(places []place, metres float64) (near []neighbour, crowds [][]int64) {
	sweep(slices.Clone(places), metres, nil, func(n neighbour) { near = append(near, n) }, func(members []place) {
		var who []int64
		for _, p := range members {
			who = append(who, p.who)
		}
		slices.Sort(who)
		crowds = append(crowds, who)
	})
	slices.SortFunc(near, func(a, b neighbour) int { return cmp.Compare(a.row, b.row) })
	return near, crowds
}

// everyPair is sweep without bands: each place against each, but for the members of crowds.
func everyPair(places []place, metres float64, crowds [][]int64) []neighbour {
	thronged := map[int64]bool{}
	for _, c := range crowds {
		for _, who := range c {
			thronged[who] = true
		}
	}
	var near []neighbour
	for _, p := range places {
		n := neighbour{row: p.who}
		for _, q := range places {
			if p.who == q.who || p.stored() || thronged[p.who] || !q.stored() && q.who > p.who && !thronged[q.who] {
				continue
			}
			if d := geo.Metres(p.at.Point(), q.at.Point()); d <= metres {
				if n.count == 0 || d < n.metres || d == n.metres && q.who < n.who {
					n.who, n.metres = q.who, d
				}
				n.count++
			}
		}
		if n.count > 0 {
			near = append(near, n)
		}
	}
	slices.SortFunc(near, func(a, b neighbour) int { return cmp.Compare(a.row, b.row) })
	return near
}

// scatter puts rows and a third as many components into a square of so many metres at a latitude, in steps that make equal positions
// and equal distances common.
func scatter(rnd *rand.Rand, n int, lat, side float64) []place {
	const step = 10 // 0.11 m
	places := make([]place, n)
	for i := range places {
		reach := int32(max(1, side/0.011/step))
		places[i] = place{
			at:  pointindex.Position{X: 1112800000 + step*rnd.Int32N(reach), Y: int32(lat*1e7) + step*rnd.Int32N(reach)},
			who: int64(i) + 1,
		}
		if rnd.IntN(4) == 0 {
			places[i].who = -places[i].who
		}
	}
	return places
}

func TestTrap28SweepFindsWhatEveryPairOfPlacesHas(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(28, 1))
	told := 0
	for _, lat := range []float64{30.7, 0, -0.000001, 53, 78, -89.9999} {
		for _, metres := range []float64{0.5, 1, 10} {
			for _, side := range []float64{4, 40, 400} {
				for _, n := range []int{0, 1, 2, 9, 300} {
					places := scatter(rnd, n, lat, side)
					near, crowds := swept(places, metres)
					if want := everyPair(places, metres, crowds); !slices.Equal(near, want) {
						t.Fatalf("%d places, %v m, at %v: found %d, want %d\n%v\n%v", n, metres, lat, len(near), len(want), near, want)
					}
					told += len(near)
				}
			}
		}
	}
	if told < 1000 {
		t.Errorf("only %d rows had a neighbour: the test shows little", told)
	}
}

func TestTrap28WhatACrowdHoldsStandsInOneSquare(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(28, 2))
	seen := 0
	for range 200 {
		places := scatter(rnd, 200, 30.7, 3)
		byWho := map[int64]place{}
		for _, p := range places {
			byWho[p.who] = p
		}
		_, crowds := swept(places, 0.5)
		for _, crowd := range crowds {
			seen++
			if len(crowd) <= crowded || crowd[len(crowd)-1] < 0 {
				t.Fatalf("a crowd of %v", crowd)
			}
			for _, a := range crowd {
				for _, b := range crowd {
					if d := geo.Metres(byWho[a].at.Point(), byWho[b].at.Point()); d > 0.5*1.5 {
						t.Fatalf("two of a crowd are %v m apart", d)
					}
				}
			}
		}
	}
	if seen < 100 {
		t.Errorf("only %d crowds: the test shows little", seen)
	}
}

func TestTrap28AMillionPlacesInOneAreOneCrowd(t *testing.T) {
	t.Parallel()
	places := make([]place, 1_000_000)
	for i := range places {
		places[i] = place{at: pointindex.Position{X: 1112800000, Y: 307000000}, who: int64(i) + 1}
	}
	for i := range 200 { // a ring around, each beside the crowd
		places[i].at.X += int32(i%20 - 10)
		places[i].at.Y += int32(i/20 - 5)
	}
	began := time.Now()
	near, crowds := swept(places, 0.5)
	members := len(near)
	for _, c := range crowds {
		members += len(c)
	}
	if took := time.Since(began); members != len(places) || took > time.Minute {
		t.Errorf("%d of %d are told of, in %v", members, len(places), took)
	}
}

func FuzzSweepTellsWhatEveryPairTells(f *testing.F) {
	f.Add(uint64(1), uint16(40), 30.7, 3.0, 0.5)
	f.Add(uint64(2), uint16(200), -89.9, 100.0, 10.0)
	f.Fuzz(func(t *testing.T, seed uint64, n uint16, lat, side, metres float64) {
		if !(lat >= -90 && lat < 89.9) || !(side >= 0 && side < 1000) || !(metres > 0.01 && metres < 100) {
			return
		}
		places := scatter(rand.New(rand.NewPCG(seed, 1)), int(n%400), lat, side)
		near, crowds := swept(places, metres)
		if want := everyPair(places, metres, crowds); !slices.Equal(near, want) {
			t.Errorf("found %v\nwant %v", near, want)
		}
	})
}
