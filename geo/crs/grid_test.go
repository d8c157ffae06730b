package crs

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"citygrid/internal/dbtest"
)

// invented is no city's.
var invented = Grid{Name: "测试", Zone: 4546, East: 491_234.567, North: 3_352_345.678, Rotation: -754.321, Scale: 1.000_037_5}

// TestAGridAgreesWithPostGIS: ST_Affine with the parameters and ST_Transform from the zone come to the same place, to a thousandth of a millimetre.
func TestAGridAgreesWithPostGIS(t *testing.T) {
	t.Parallel()
	prefixed := invented
	prefixed.Zone, prefixed.East, prefixed.Rotation = 4525, prefixed.East+37_000_000, 91*3600
	db := dbtest.Pool(t)
	for _, g := range []Grid{invented, prefixed} {
		rows, err := db.Query(t.Context(), `
			select e, n, st_x(p), st_y(p) from generate_series(-20000.0, 60000, 7919) e, generate_series(-10000.0, 70000, 7907) n
			cross join lateral st_transform(st_transform(st_setsrid(st_affine(st_makepoint(e, n),
				$3 * cos($2), $3 * sin($2), -$3 * sin($2), $3 * cos($2), $4, $5), $1::int), 4490), 4326) p`,
			g.Zone.Number(), g.Rotation/3600*math.Pi/180, g.Scale, g.East, g.North)
		if err != nil {
			t.Fatal(err)
		}
		points, worst := 0, 0.0
		var e, n float64
		var want orb.Point
		for rows.Next() {
			if err := rows.Scan(&e, &n, &want[0], &want[1]); err != nil {
				t.Fatal(err)
			}
			got, err := g.ToWGS84(e, n)
			if err != nil {
				t.Fatal(err)
			}
			points, worst = points+1, max(worst, metresApart(got, want))
		}
		if err := rows.Err(); err != nil || points < 100 || worst > 1e-4 {
			t.Errorf("%v: %d points, %g m apart, %v", g.Zone, points, worst, err)
		}
	}
}

func TestABearingInTheGridPlusTheRotationIsTheBearingInTheZone(t *testing.T) {
	t.Parallel()
	g := Grid{Name: "a", Zone: 4546, Rotation: 90 * 3600, Scale: 1}
	if e, n := g.ToZone(0, 100); math.Abs(e-100) > 1e-9 || math.Abs(n) > 1e-9 {
		t.Errorf("north of the grid, turned clockwise by 90°, is %v east, %v north", e, n)
	}
}

func TestControlPointsGiveTheParametersBack(t *testing.T) {
	t.Parallel()
	var points []Control
	for i, p := range [][2]float64{{30_000, 45_000}, {31_500, 44_200}, {28_750, 46_010}, {30_400, 47_300}} {
		e, n := invented.ToZone(p[0], p[1])
		points = append(points, Control{p[0], p[1], e, n})
		if i == 0 {
			continue
		}
		got, left, err := FitGrid(Grid{Name: "测试", Zone: 4546}, points)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(got.East-invented.East) > 1e-5 || math.Abs(got.North-invented.North) > 1e-5 ||
			math.Abs(got.Rotation-invented.Rotation) > 1e-5 || math.Abs(got.Scale-invented.Scale) > 1e-10 {
			t.Errorf("%d points: shift %v, %v, rotation %v, scale %v", i+1, got.East, got.North, got.Rotation, got.Scale)
		}
		for _, r := range left {
			if r.Metres() > 1e-8 {
				t.Errorf("%d points: %v is left", i+1, r)
			}
		}
	}
	points[2].ZoneEast += 0.3
	got, left, err := FitGrid(Grid{Name: "测试", Zone: 4546}, points)
	if err != nil || got.Zone != 4546 {
		t.Fatal(got, err)
	}
	sum := Residual{}
	for i, r := range left {
		sum.East, sum.North = sum.East+r.East, sum.North+r.North
		if i != 2 && r.Metres() >= left[2].Metres() {
			t.Errorf("the point that was measured wrongly leaves %v, another %v", left[2], r)
		}
	}
	if sum.Metres() > 1e-8 {
		t.Errorf("the residuals add up to %v", sum)
	}
}

func TestWhatIsNoGridIsRefused(t *testing.T) {
	t.Parallel()
	change := func(do func(*Grid)) Grid { g := invented; do(&g); return g }
	for parameter, g := range map[string]Grid{
		"name":     change(func(g *Grid) { g.Name = "a/b" }),
		"zone":     change(func(g *Grid) { g.Zone = CGCS2000 }),
		"east":     change(func(g *Grid) { g.East = math.NaN() }),
		"north":    change(func(g *Grid) { g.North = math.Inf(1) }),
		"rotation": change(func(g *Grid) { g.Rotation = 181 * 3600 }),
		"scale":    change(func(g *Grid) { g.Scale = 0.000_037_5 }),
	} {
		var bad *GridError
		if err := g.Check(); !errors.As(err, &bad) || bad.Parameter != parameter || bad.ZH() == "" || bad.Error() == "" {
			t.Errorf("%s: %v", parameter, err)
		}
	}
	good := invented
	if err := good.Check(); err != nil {
		t.Error(err)
	}
	swapped := []Control{{0, 0, 500_000, 3_400_000}, {1000, 0, 500_000, 3_401_000}, {0, 2000, 502_000, 3_400_000}, {700, 400, 500_400, 3_400_700}}
	for name, points := range map[string][]Control{"none": nil, "one": swapped[:1], "one twice": {swapped[0], swapped[0]}, "swapped": swapped, "not a number": {{math.NaN(), 0, 0, 0}, {1, 5, 1, 5}}} {
		if g, _, err := FitGrid(Grid{Name: "a", Zone: 4546}, points); err == nil {
			t.Errorf("%s: %v", name, g.Scale)
		}
	}
	if p, err := invented.ToWGS84(1e9, 0); err == nil || strings.Contains(err.Error(), "491") {
		t.Errorf("%v, %v", p, err)
	}
	if p, err := invented.ToWGS84(math.NaN(), 0); err == nil {
		t.Errorf("%v", p)
	}
}

func TestThePrintedGridIsItsName(t *testing.T) {
	t.Parallel()
	g := invented
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if got := fmt.Sprintf(verb+verb, g, &g); got != "LOCAL:测试LOCAL:测试" {
			t.Errorf("%s: %s", verb, got)
		}
	}
	for text, want := range map[string]string{"LOCAL:测试": "测试", "local：测试": "测试", "Local:": "", "LOCAL": "-", "EPSG:4546": "-"} {
		got, found := ParseLocal(text)
		if !found {
			got = "-"
		}
		if got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
