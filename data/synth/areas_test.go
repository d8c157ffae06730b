package synth_test

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"citygrid/geo"
	"citygrid/registry/catalog"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

func TestParentsAreTiledByTheirChildren(t *testing.T) {
	t.Parallel()
	for _, seed := range []uint64{0, 2, math.MaxUint64} {
		d := yichang(t, seed)
		levels := [][]area{d.areas(t, districtsFile), d.areas(t, streetsFile), d.areas(t, communitiesFile), d.areas(t, cellsFile)}
		counts := []int{len(levels[0]), len(levels[1]), len(levels[2])}
		if counts[0] != 5 || counts[1] != 17 || counts[2] != 127 {
			t.Errorf("seed %d: %v districts, streets and communities, want 5, 17, 127", seed, counts)
		}
		if n := len(levels[3]); n < 1100 || n > 1199 {
			t.Errorf("seed %d: %d cells, want 1,100 to 1,199", seed, n)
		}
		for i, parents := range levels[:3] {
			used := 0
			for _, p := range parents {
				var parts []geo.Area
				for _, c := range levels[i+1] {
					if strings.HasPrefix(c.code, p.code) {
						parts = append(parts, c.cover)
					}
				}
				used += len(parts)
				if !geo.SameCover(parts, p.cover) {
					t.Errorf("seed %d: %s %s is not its %d children", seed, p.code, p.name, len(parts))
				}
			}
			if used != len(levels[i+1]) {
				t.Errorf("seed %d: level %d: %d of %d areas have a parent", seed, i+1, used, len(levels[i+1]))
			}
		}
		for _, street := range levels[1] {
			if n := len(street.cover.MultiPolygon()); n != 1 {
				t.Errorf("seed %d: %s is in %d pieces", seed, street.name, n)
			}
		}
		for _, community := range levels[2] {
			if n := len(community.cover.MultiPolygon()); n != 1 {
				t.Errorf("seed %d: %s is in %d pieces", seed, community.name, n)
			}
		}
	}
}

// Together with the test above this is validity: borders that meet in common
// vertices only make simple rings, and cells that do not overlap.
func TestBordersMeetInCommonVerticesOnly(t *testing.T) {
	t.Parallel()
	for _, seed := range []uint64{1, 5} {
		checkBorders(t, yichang(t, seed).areas(t, cellsFile))
	}
}

func checkBorders(t *testing.T, cells []area) {
	t.Helper()
	sides := map[segment]int{} // each direction of a border may be one cell's only
	var segments []segment
	for _, c := range cells {
		for _, polygon := range c.cover.MultiPolygon() {
			for _, ring := range polygon {
				for i := 1; i < len(ring); i++ {
					s := segment{ring[i-1], ring[i]}
					if sides[s]++; sides[s] > 1 {
						t.Fatalf("two areas lie left of %v", s)
					}
					if sides[segment{s[1], s[0]}] == 0 {
						segments = append(segments, s)
					}
				}
			}
		}
	}
	const square = 0.002 // degree
	index := map[[2]int][]segment{}
	for _, s := range segments {
		lo, hi := bound(s)
		for x := int(lo[0] / square); x <= int(hi[0]/square); x++ {
			for y := int(lo[1] / square); y <= int(hi[1]/square); y++ {
				index[[2]int{x, y}] = append(index[[2]int{x, y}], s)
			}
		}
	}
	compared := 0
	for _, near := range index {
		for i, a := range near {
			for _, b := range near[i+1:] {
				compared++
				if collide(a, b) {
					t.Fatalf("%v and %v meet away from a common end", a, b)
				}
			}
		}
	}
	if compared < len(segments) {
		t.Fatalf("only %d pairs of %d segments were compared", compared, len(segments))
	}
}

type segment [2]orb.Point

func bound(s segment) (lo, hi orb.Point) {
	return orb.Point{min(s[0][0], s[1][0]), min(s[0][1], s[1][1])}, orb.Point{max(s[0][0], s[1][0]), max(s[0][1], s[1][1])}
}

// collide tells whether two segments have a point in common that is not an end of
// both.
func collide(a, b segment) bool {
	alo, ahi := bound(a)
	blo, bhi := bound(b)
	if ahi[0] < blo[0] || bhi[0] < alo[0] || ahi[1] < blo[1] || bhi[1] < alo[1] {
		return false
	}
	for _, p := range a {
		if on(p, b) {
			return true
		}
	}
	for _, p := range b {
		if on(p, a) {
			return true
		}
	}
	return geo.Orient(a[0], a[1], b[0])*geo.Orient(a[0], a[1], b[1]) < 0 && geo.Orient(b[0], b[1], a[0])*geo.Orient(b[0], b[1], a[1]) < 0
}

// on tells whether p lies on s between its ends.
func on(p orb.Point, s segment) bool {
	if p == s[0] || p == s[1] || geo.Orient(s[0], s[1], p) != 0 {
		return false
	}
	lo, hi := bound(s)
	return lo[0] <= p[0] && p[0] <= hi[0] && lo[1] <= p[1] && p[1] <= hi[1]
}

func TestManagedAreaFollowsItsStreets(t *testing.T) {
	t.Parallel()
	// Street corners and bends, known to about 150 m.
	bounds := orb.LineString{
		{111.2743, 30.7115}, {111.2895, 30.7110}, {111.2905, 30.7048}, {111.2922, 30.7000}, {111.2951, 30.6958}, {111.2874, 30.6905},
		{111.2830, 30.6925}, {111.2786, 30.6950}, {111.2766, 30.6972}, {111.2725, 30.7018}, {111.2714, 30.7045}, {111.2722, 30.7082}, {111.2743, 30.7115},
	}
	for _, seed := range []uint64{1, 4} {
		d := yichang(t, seed)
		managed := d.managed(t)
		var parts []geo.Area
		whole, inside := map[string]float64{}, map[string]float64{}
		for _, c := range d.areas(t, cellsFile) {
			size := c.cover.SquareMetres()
			whole[c.code[:12]] += size
			if managed[c.code] {
				parts = append(parts, c.cover)
				inside[c.code[:12]] += size
			}
		}
		outline, err := geo.Dissolve(parts)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(parts); n < 135 || n > 165 || n != len(managed) {
			t.Errorf("seed %d: %d managed cells of %d listed, want about 150", seed, n, len(managed))
		}
		if km2 := outline.SquareMetres() / 1e6; km2 < 3.2 || km2 > 3.7 {
			t.Errorf("seed %d: %.3f km², want 3.2 to 3.7", seed, km2)
		}
		if len(outline.MultiPolygon()) != 1 || len(outline.MultiPolygon()[0]) != 1 {
			t.Errorf("seed %d: the managed area is not one piece without holes", seed)
		}
		if side := outline.Side(orb.Point{111.2846, 30.7012}); side != geo.Inside {
			t.Errorf("seed %d: 111.2846, 30.7012 is %s", seed, side)
		}
		ring := outline.MultiPolygon()[0][0]
		for _, p := range bounds {
			if m := toLine(p, orb.LineString(ring)); m > 150 {
				t.Errorf("seed %d: the outline is %.0f m from %v", seed, m, p)
			}
		}
		for _, p := range ring {
			if m := toLine(p, bounds); m > 150 {
				t.Errorf("seed %d: %v of the outline is %.0f m from the bounds", seed, p, m)
			}
		}
		names := map[string]string{}
		for _, c := range d.areas(t, communitiesFile) {
			names[c.code] = c.name
		}
		got := map[string]bool{}
		for code, size := range inside {
			got[code[:9]+" "+names[code]] = true
			if part := size / whole[code]; part <= 0.5 {
				t.Errorf("seed %d: only %.2f of %s is inside", seed, part, names[code])
			}
		}
		for _, want := range knownCommunities() {
			if !got[want] {
				t.Errorf("seed %d: %s is not in the managed area: %v", seed, want, got)
			}
		}
		if len(got) != 17 {
			t.Errorf("seed %d: %d communities in the managed area, want 17", seed, len(got))
		}
	}
}

func knownCommunities() []string {
	var out []string
	for street, names := range map[string]string{
		"420502002": "尚书巷 墨池巷 中书街 四方堰 环城北路 东门外正街 环城东路 解放路 翁家堰 气象台",
		"420502003": "二马路 小林园 夷陵路 桃花岭 果园路",
		"420502001": "铁路坝",
		"420503001": "新隆康路",
	} {
		for _, name := range strings.Fields(names) {
			out = append(out, street+" "+name+"社区")
		}
	}
	return out
}

func TestCellsHaveManyVerticesAndGrowOutward(t *testing.T) {
	t.Parallel()
	d := yichang(t, 1)
	managed := d.managed(t)
	vertices, inner, outer := 0, 0.0, 0.0
	cells := d.areas(t, cellsFile)
	for _, c := range cells {
		vertices += len(c.cover.MultiPolygon()[0][0])
		if managed[c.code] {
			inner += c.cover.SquareMetres()
		} else {
			outer += c.cover.SquareMetres()
		}
	}
	if mean := float64(vertices) / float64(len(cells)); mean < 60 || mean > 90 {
		t.Errorf("%.1f vertices a cell, want 60 to 90", mean)
	}
	inner, outer = inner/float64(len(managed)), outer/float64(len(cells)-len(managed))
	if inner < 20_000 || inner > 26_000 || outer < 2*inner {
		t.Errorf("cells of %.0f m² inside the managed area and %.0f outside, want about 23,000 and more than twice that", inner, outer)
	}
}

func TestCodesNestAndCellsAreNumberedInRows(t *testing.T) {
	t.Parallel()
	d := yichang(t, 1)
	next := map[string]int{}
	var earlier area
	for _, c := range d.areas(t, cellsFile) {
		code, err := catalog.ParseGridCode(c.code)
		if err != nil {
			t.Fatal(err)
		}
		if c.code <= earlier.code {
			t.Errorf("%s comes after %s", c.code, earlier.code)
		}
		community := c.code[:12]
		next[community]++
		if n, _ := strconv.Atoi(c.code[12:]); n != next[community] {
			t.Errorf("%s: the sequence has a gap", code)
		}
		// Within a row to the east; the next row begins farther west and its middle lies to the south.
		if next[community] > 1 {
			a, b := earlier.cover.Bound().Center(), c.cover.Bound().Center()
			if b[0] <= a[0]-0.0002 && b[1] >= a[1]+0.002 {
				t.Errorf("%s lies north-west of %s", c.code, earlier.code)
			}
		}
		earlier = c
	}
}

// toLine is how many metres p lies from a line, on a plane that touches the Earth at p.
func toLine(p orb.Point, line orb.LineString) float64 {
	north := 111_000.0 // metres a degree, within half a percent
	east := north * math.Cos(p[1]*math.Pi/180)
	best := math.Inf(1)
	for i := 1; i < len(line); i++ {
		best = min(best, planar.DistanceFromSegment(
			orb.Point{(line[i-1][0] - p[0]) * east, (line[i-1][1] - p[1]) * north},
			orb.Point{(line[i][0] - p[0]) * east, (line[i][1] - p[1]) * north}, orb.Point{}))
	}
	return best
}
