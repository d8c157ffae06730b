package census

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"citygrid/geo"
	"citygrid/geo/pointindex"
	"citygrid/registry"
	"citygrid/registry/catalog"
)

// tolerance is how near, in metres, two things of one sub-class stand when they may be one thing that was surveyed twice; 0 where nobody can
// say. It is the mean error that the accuracy class allows: surveyed twice, most things come out that near or little farther, while neighbours of the
// same kind that close are rare (in one city's lamps 6 pairs within 0.5 m, 366 within 5 m).
func tolerance(a catalog.Accuracy) float64 {
	switch a {
	case catalog.AccuracyA:
		return 0.5
	case catalog.AccuracyB:
		return 1
	case catalog.AccuracyC:
		return 10
	}
	return 0
}

// nearness is where the points of the file stand, by sub-class: 16 bytes a row.
type nearness struct {
	tolerances map[catalog.SubclassCode]float64
	places     map[catalog.SubclassCode][]place
	bound      orb.Bound // of them all
	shapes     *shapes
}

func newNearness(subclasses map[catalog.SubclassCode]catalog.Subclass) *nearness {
	n := &nearness{tolerances: map[catalog.SubclassCode]float64{}, places: map[catalog.SubclassCode][]place{}, shapes: newShapes()}
	for code, s := range subclasses {
		if t := tolerance(s.Accuracy); t > 0 {
			n.tolerances[code] = t
			n.places[code] = nil // the key of all rows: theirs would hold on to their records
		}
	}
	return n
}

// add takes a row that is not removed.
func (n *nearness) add(row *StagedRow) {
	code := row.Code.Subclass()
	held, ok := n.places[code]
	if !ok || row.State == registry.Removed {
		return
	}
	r := geo.NewEWKBReader(row.Geometry)
	if kind, err := r.Header(); err != nil || kind != geo.KindPoint {
		n.shapes.add(code, row.Line, row.Geometry)
		return
	}
	x, y, _, err := r.Position()
	if err != nil {
		return
	}
	p := orb.Point{x, y}
	if n.bound == (orb.Bound{}) {
		n.bound = p.Bound()
	}
	n.bound = n.bound.Extend(p)
	n.places[code] = append(held, place{pointindex.At(p), row.Line})
}

// around is where the store may hold something near to what lies within a bound.
func (n *nearness) around(bound orb.Bound) orb.Bound {
	farthest := 0.0
	for _, t := range n.tolerances {
		farthest = max(farthest, t)
	}
	north := farthest / 110_000 // metres a degree at least
	lat := min(90, max(math.Abs(bound.Min[1]), math.Abs(bound.Max[1]))+north)
	east := min(180, north/math.Cos(lat*math.Pi/180))
	return orb.Bound{
		Min: orb.Point{bound.Min[0] - east, bound.Min[1] - north},
		Max: orb.Point{bound.Max[0] + east, bound.Max[1] + north},
	}
}

// subclasses are those of which the file has a point, in order.
func (n *nearness) subclasses() []catalog.SubclassCode {
	var codes []catalog.SubclassCode
	for code, places := range n.places {
		if len(places) > 0 {
			codes = append(codes, code)
		}
	}
	slices.Sort(codes)
	return codes
}

// closeness is a warning in the making: either a neighbour, or a crowd of which neighbour.row is the first row.
type closeness struct {
	neighbour
	tolerance float64
	rows      []int64 // of a crowd, the first few
	inFile    int     // of a crowd
	inStore   int
	shape     bool // lines or polygons
}

// checkNear warns of what stands so near to another of its sub-class that they may be the same thing (import trap 28), as things will be
// after the promotion: rows are compared with each other and with what the store holds and no row names.
func (r *run) checkNear(ctx context.Context) error {
	var found []closeness
	var more int64 // than are kept
	keep := func(c closeness) {
		if len(found) < r.config.MaxIssues {
			found = append(found, c)
		} else {
			more++
		}
	}
	if err := r.nearPoints(ctx, keep); err != nil {
		return err
	}
	if err := r.nearShapes(ctx, keep); err != nil {
		return err
	}
	slices.SortFunc(found, func(a, b closeness) int { return cmp.Compare(a.row, b.row) })
	if err := r.reportNear(ctx, found); err != nil {
		return err
	}
	r.warnings += more
	return nil
}

// nearPoints finds the points that are almost in one place.
func (r *run) nearPoints(ctx context.Context, keep func(closeness)) error {
	codes := r.near.subclasses()
	if len(codes) == 0 {
		return nil
	}
	leaveOut(r.near.places, r.doubles)
	for s, err := range r.staging.Standing(ctx, r.config.Edition, codes, r.near.around(r.near.bound)) {
		if err != nil {
			return err
		}
		code := codes[s.Subclass]
		r.near.places[code] = append(r.near.places[code], place{pointindex.At(s.At), -s.ID})
	}
	for _, code := range codes {
		t := r.near.tolerances[code]
		sweep(r.near.places[code], t, nil,
			func(n neighbour) { keep(closeness{neighbour: n, tolerance: t}) },
			func(places []place) { keep(crowdOf(places, t)) })
		delete(r.near.places, code)
	}
	return nil
}

// leaveOut forgets rows that are not to be promoted.
func leaveOut[K comparable](held map[K][]place, lines []int64) {
	if len(lines) == 0 {
		return
	}
	out := make(map[int64]bool, len(lines))
	for _, line := range lines {
		out[line] = true
	}
	for key, places := range held {
		held[key] = slices.DeleteFunc(places, func(p place) bool { return out[p.who] })
	}
}

// crowdOf counts a crowd and lists as many of its rows as are shown.
func crowdOf(places []place, tolerance float64) closeness {
	const most = 5
	c := closeness{tolerance: tolerance}
	for _, p := range places {
		if p.stored() {
			c.inStore++
			continue
		}
		c.inFile++
		at, _ := slices.BinarySearch(c.rows, p.who)
		if at < most {
			c.rows = slices.Insert(c.rows, at, p.who)
			c.rows = c.rows[:min(len(c.rows), most)]
		}
	}
	c.row = c.rows[0]
	return c
}

// reportNear turns what was found into warnings, with the codes of those concerned.
func (r *run) reportNear(ctx context.Context, found []closeness) error {
	if len(found) == 0 {
		return nil
	}
	var lines, ids []int64
	for _, c := range found {
		lines = append(lines, c.row)
		if c.who > 0 {
			lines = append(lines, c.who)
		} else if c.who < 0 {
			ids = append(ids, -c.who)
		}
	}
	ofRows, ofComponents, err := r.staging.Codes(ctx, lines, ids)
	if err != nil {
		return err
	}
	for _, c := range found {
		is := Issue{Row: c.row, Column: r.codeColumn(c.row), Code: CodeNearDuplicate, Value: ofRows[c.row], Severity: Warning}
		switch {
		case c.inFile > 0:
			is.Message = c.crowdText(r.batch.list(c.rows, c.inFile, c.row))
		case c.who > 0:
			is.Message = c.pairText(ofRows[c.who], catalog.Text{ZH: "第 " + r.batch.rowText(c.who, c.row) + " 行", EN: "row " + r.batch.rowText(c.who, c.row)})
		default:
			is.Message = c.pairText(ofComponents[-c.who], catalog.Text{ZH: "已在库中", EN: "in the registry"})
		}
		r.report(is)
	}
	return nil
}

func (c closeness) pairText(code string, where catalog.Text) catalog.Text {
	t := catalog.Text{
		ZH: fmt.Sprintf("与 %s（%s）属同一小类，相距 %.2f 米，在该小类的定位误差 %g 米以内", code, where.ZH, c.metres, c.tolerance),
		EN: fmt.Sprintf("%.2f m from %s, %s, of the same sub-class, which is surveyed to %g m", c.metres, code, where.EN, c.tolerance),
	}
	if c.shape {
		t = c.shapeText(code, where)
	}
	if c.count > 1 {
		t.ZH += fmt.Sprintf("，共 %d 个这样近", c.count)
		t.EN += fmt.Sprintf("; %d are that near", c.count)
	}
	t.ZH += "；是否重复普查？如是，请只留一个；如确为不同部件，可不处理"
	t.EN += ": was one thing surveyed twice? Then keep one of them; if they are different things, leave them"
	return t
}

func (c closeness) crowdText(rows string) catalog.Text {
	t := catalog.Text{
		ZH: fmt.Sprintf("%d 个同小类部件挤在 %g 米见方之内：第 %s 行", c.inFile+c.inStore, c.tolerance, rows),
		EN: fmt.Sprintf("%d components of the sub-class stand within a square of %g m: rows %s", c.inFile+c.inStore, c.tolerance, rows),
	}
	if c.inStore > 0 {
		t.ZH += fmt.Sprintf("，另有 %d 个已在库中", c.inStore)
		t.EN += fmt.Sprintf(", and %d in the registry", c.inStore)
	}
	t.ZH += "；坐标是否为同一默认值，或重复普查？请核对"
	t.EN += ": is the position a default, or was one thing surveyed many times? Check them"
	return t
}
