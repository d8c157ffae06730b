package evidence_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"

	"citygrid/geo"
	"citygrid/geo/crs"
	"citygrid/registry/evidence"
)

var city = orb.Bound{Min: orb.Point{111.1, 30.5}, Max: orb.Point{111.5, 30.9}}

// places are where things stand in the city.
func places(n int) (all []orb.Point) {
	r := rand.New(rand.NewPCG(1, 2))
	for range n {
		all = append(all, orb.Point{111.2 + 0.2*r.Float64(), 30.6 + 0.2*r.Float64()})
	}
	return all
}

// written are the numbers by which a reading gives the places: found by Newton's method, which needs the reading alone.
func written(t *testing.T, r evidence.Reading, at []orb.Point, x, y float64, step float64) (pairs []evidence.Pair) {
	t.Helper()
	for _, want := range at {
		for try := 0; ; try++ {
			p, err := r.ToWGS84(x, y)
			east, err2 := r.ToWGS84(x+step, y)
			north, err3 := r.ToWGS84(x, y+step)
			if err != nil || err2 != nil || err3 != nil || try == 50 {
				t.Fatalf("%v at %v, %v: %v", r, x, y, err)
			}
			a, b, c, d := (east[0]-p[0])/step, (north[0]-p[0])/step, (east[1]-p[1])/step, (north[1]-p[1])/step
			dx, dy, det := want[0]-p[0], want[1]-p[1], a*d-b*c
			if math.Abs(dx)+math.Abs(dy) < 1e-10 {
				break
			}
			x, y = x+(d*dx-b*dy)/det, y+(a*dy-c*dx)/det
		}
		pairs = append(pairs, evidence.Pair{X: x, Y: y, At: want})
	}
	return pairs
}

func judge(pairs []evidence.Pair, taken evidence.Reading, known bool) (evidence.Verdict, []evidence.Finding) {
	for i := range pairs {
		pairs[i].Known = known
	}
	found := evidence.Weigh(pairs, city, taken)
	return evidence.Judge(found, taken), found
}

func TestTraps30To32TheReadingThatFitsIsProposed(t *testing.T) {
	t.Parallel()
	at := places(200)
	for text, start := range map[string][2]float64{
		"EPSG:4326/swapped": {30.7, 111.3}, "EPSG:4546": {526_000, 3_397_000}, "EPSG:4525": {37_526_000, 3_397_000},
		"EPSG:4546/swapped": {3_397_000, 526_000}, "EPSG:4525/swapped": {3_397_000, 37_526_000},
		"EPSG:4508": {526_000, 3_397_000}, "EPSG:4497": {19_526_000, 3_397_000},
	} {
		want, err := evidence.Parse(text)
		if err != nil || want.String() != text {
			t.Fatalf("%s: %v, %v", text, want, err)
		}
		step := 1e-4
		if want.System.IsZone() {
			step = 1
		}
		verdict, found := judge(written(t, want, at, start[0], start[1], step), evidence.Reading{}, false)
		if !verdict.Open || !verdict.Proposed || verdict.Shifted {
			t.Errorf("%s: %+v", text, verdict)
		}
		p, q := found[0].Reading, written(t, want, at[:1], start[0], start[1], step)[0]
		if got, err := p.ToWGS84(q.X, q.Y); err != nil || geo.Metres(got, at[0]) > 0.01 {
			t.Errorf("%s: read as %v it is %v m away, %v", text, p, geo.Metres(got, at[0]), err)
		}
	}
}

// TestTrap37OtherUnitsOfAZoneAreProposed: of degrees there are no other units.
func TestTrap37OtherUnitsOfAZoneAreProposed(t *testing.T) {
	t.Parallel()
	at := places(200)
	for text, start := range map[string][2]float64{
		"EPSG:4546/km": {526, 3397}, "EPSG:4546/km/swapped": {3397, 526}, "EPSG:4546/mm": {526e6, 3397e6}, "EPSG:4525/km": {37526, 3397}, "EPSG:4508/ft": {1.726e6, 11.15e6},
	} {
		want, err := evidence.Parse(text)
		if err != nil || want.String() != text {
			t.Fatalf("%s: %v, %v", text, want, err)
		}
		pairs := written(t, want, at, start[0], start[1], start[0]*1e-6)
		verdict, found := judge(pairs, evidence.Reading{}, false)
		if !verdict.Open || !verdict.Proposed {
			t.Fatalf("%s: %+v", text, verdict)
		}
		if got, err := found[0].ToWGS84(pairs[0].X, pairs[0].Y); err != nil || geo.Metres(got, at[0]) > 0.01 {
			t.Errorf("%s: read as %v it is %v m away, %v", text, found[0].Reading, geo.Metres(got, at[0]), err)
		}
	}
	for _, text := range []string{"EPSG:4326/km", "GCJ-02/ft", "EPSG:4546/mile", "EPSG:4546/km/km", "EPSG:4546/swapped/km"} {
		if r, err := evidence.Parse(text); err == nil {
			t.Errorf("%s is %v", text, r)
		}
	}
}

func TestTrap34AGridOfTheCitysOwnIsTried(t *testing.T) {
	t.Parallel()
	at := places(200)
	grid := crs.Grid{Name: "宜昌", Zone: 4546, East: 490_000, North: 3_350_000, Rotation: 321, Scale: 1.00004}
	for _, text := range []string{"LOCAL:宜昌", "LOCAL:宜昌/swapped"} {
		want, err := evidence.Parse(text, grid)
		if err != nil || want.String() != text || !want.Metres() {
			t.Fatalf("%s: %v, %v", text, want, err)
		}
		pairs := written(t, want, at, 40_000, 40_000, 1)
		if verdict, _ := judge(pairs, evidence.Reading{}, false); verdict.Open {
			t.Errorf("%s is not stored: %+v", text, verdict)
		}
		found := evidence.Weigh(pairs, city, evidence.Reading{}, grid)
		if verdict := evidence.Judge(found, evidence.Reading{}); !verdict.Proposed || verdict.Proposal.String() != text {
			t.Errorf("%s: %+v\n%+v", text, verdict, found)
		}
	}
	if r, err := evidence.Parse("LOCAL:上海", grid); err == nil {
		t.Errorf("LOCAL:上海 is %v", r)
	}
}

func TestTrap36PackedDegreesAreProposed(t *testing.T) {
	t.Parallel()
	pack := func(v float64) float64 {
		seconds := v * 3600
		degrees := math.Floor(seconds / 3600)
		minutes := math.Floor((seconds - degrees*3600) / 60)
		return degrees + minutes/100 + (seconds-degrees*3600-minutes*60)/10000
	}
	var pairs []evidence.Pair
	for _, p := range places(200) {
		p[0] += 0.05
		pairs = append(pairs, evidence.Pair{X: pack(p[0]), Y: pack(p[1]), At: p})
	}
	packed := evidence.Reading{System: crs.WGS84, Packed: true}
	for _, p := range pairs {
		if got, err := packed.ToWGS84(p.X, p.Y); err != nil || geo.Metres(got, p.At) > 1e-4 {
			t.Fatalf("%v is %v, %v", p, got, err)
		}
	}
	if got, err := packed.ToWGS84(111.6, 30.1); err == nil {
		t.Errorf("60 minutes are %v", got)
	}
	verdict, found := judge(pairs, evidence.Reading{}, true)
	if !verdict.Open || !verdict.Proposed || verdict.Proposal.String() != "DD.MMSS" {
		t.Errorf("%+v\n%+v", verdict, found)
	}
}

func TestTraps33And35AShiftIsSeenOnlyByWhatIsKnown(t *testing.T) {
	t.Parallel()
	at := places(200)
	gcj := evidence.Reading{System: crs.GCJ02}
	shifted := written(t, gcj, at, 111.3, 30.7, 1e-4)
	if verdict, found := judge(shifted, evidence.Reading{}, false); verdict.Open {
		t.Errorf("nothing is known: %+v\n%+v", verdict, found)
	}
	if verdict, found := judge(shifted, evidence.Reading{}, true); !verdict.Open || !verdict.Shifted || verdict.Proposal.String() != "GCJ-02" {
		t.Errorf("GCJ-02: %+v\n%+v", verdict, found)
	}
	baidu := written(t, evidence.Reading{System: crs.BD09}, at, 111.3, 30.7, 1e-4)
	if verdict, found := judge(baidu, evidence.Reading{}, true); !verdict.Open || !verdict.Shifted || verdict.Proposal.String() != "BD-09" {
		t.Errorf("BD-09: %+v\n%+v", verdict, found)
	}
	var old []evidence.Pair // as Beijing 1954 is, read as CGCS2000
	for _, p := range at {
		old = append(old, evidence.Pair{X: p[0] + 30/95_700.0, Y: p[1] + 52/110_860.0, At: p})
	}
	verdict, found := judge(old, evidence.Reading{}, true)
	if !verdict.Open || !verdict.Shifted || verdict.Proposed {
		t.Errorf("an old datum: %+v", verdict)
	}
	for _, f := range found {
		if f.Reading.String() == "EPSG:4326" && (math.Abs(f.East-30) > 1 || math.Abs(f.North-52) > 1 || f.Spread > 1) {
			t.Errorf("the vector is %.1f, %.1f ± %.1f", f.East, f.North, f.Spread)
		}
	}
}

func TestWhatIsRightIsNotAskedAbout(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	var pairs []evidence.Pair
	for i, p := range places(500) {
		q := evidence.Pair{X: p[0] + r.NormFloat64()*2e-5, Y: p[1] + r.NormFloat64()*2e-5, At: p} // surveyed again, to 2 m
		if i%20 == 0 {
			q.X, q.Y = q.Y, q.X // single rows that are swapped are faults of these rows
		}
		pairs = append(pairs, q)
	}
	if verdict, found := judge(pairs, evidence.Reading{}, true); verdict.Open {
		t.Errorf("%+v\n%+v", verdict, found)
	}
	for i := range pairs {
		pairs[i].X += 1 // another city
	}
	if verdict, _ := judge(pairs, evidence.Reading{}, true); verdict.Open {
		t.Errorf("no reading fits: %+v", verdict)
	}
	if verdict := evidence.Judge(evidence.Weigh(nil, city, evidence.Reading{}), evidence.Reading{}); verdict.Open {
		t.Errorf("no rows: %+v", verdict)
	}
}

func TestNumbersThatAreNoneWeighNothing(t *testing.T) {
	t.Parallel()
	pairs := []evidence.Pair{{X: math.NaN(), Y: 30.7, Known: true, At: city.Center()}, {X: math.Inf(1), Y: math.Inf(-1), Known: true, At: city.Center()}}
	for _, f := range evidence.Weigh(pairs, city, evidence.Reading{}) {
		if f.Inside != 0 || f.Known != 0 {
			t.Errorf("%+v", f)
		}
	}
}

func FuzzReading(f *testing.F) {
	for _, text := range []string{"EPSG:4546", "EPSG:4546/swapped", "DD.MMSS", "DD.MMSS/swapped", "GCJ-02", "bd-09", "4490", "EPSG:3857", "EPSG:4546/km/swapped", "LOCAL:a", ""} {
		f.Add(text, 111.1725, 30.42)
	}
	f.Fuzz(func(t *testing.T, text string, x, y float64) {
		r, err := evidence.Parse(text)
		if err != nil {
			return
		}
		again, err := evidence.Parse(r.String())
		if err != nil || again != r {
			t.Fatalf("%q is %+v, and that as %q is %+v, %v", text, r, r.String(), again, err)
		}
		if p, err := r.ToWGS84(x, y); err == nil && !(math.Abs(p[0]) <= 180 && math.Abs(p[1]) <= 90) {
			t.Fatalf("%v of %v, %v is %v", r, x, y, p)
		}
	})
}

func TestAReadingThatFitsATenthOfTheRowsIsListedWhereverTheyStand(t *testing.T) {
	t.Parallel()
	zone := evidence.Reading{System: 4546}
	pairs := written(t, zone, places(600), 526_000, 3_397_000, 1)
	for _, p := range places(4400) {
		pairs = append(pairs, evidence.Pair{X: p[0], Y: p[1]})
	}
	verdict, found := judge(pairs, evidence.Reading{}, false)
	if verdict.Open || len(found) < 2 || found[0].Inside != 4400 {
		t.Fatalf("%+v, %+v", verdict, found)
	}
	for _, f := range found {
		if f.Reading.String() == zone.String() {
			if f.Inside != 600 {
				t.Errorf("%+v", f)
			}
			return
		}
	}
	t.Errorf("%v is not among %+v", zone, found)
}
