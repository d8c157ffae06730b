package postgis

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/twpayne/go-geom"

	"citygrid/geo"
	"citygrid/registry"
)

// statement is a query that is put together for one request: its text from constants of this package, whatever was asked for bound.
type statement struct {
	text strings.Builder
	args []any
}

// add appends text of this package.
func (b *statement) add(parts ...string) {
	for _, part := range parts {
		b.text.WriteString(part)
	}
}

// bind gives the placeholder of a value.
func (b *statement) bind(value any, sqlType string) string {
	b.args = append(b.args, value)
	return "$" + strconv.Itoa(len(b.args)) + "::" + sqlType
}

// query runs the statement. It is planned for its values every time: how many features a box holds decides how they are best found, and PostgreSQL
// would keep one plan for all boxes after a few of them.
func (b *statement) query(ctx context.Context, q querier) (pgx.Rows, error) {
	return q.Query(ctx, b.text.String(), append([]any{pgx.QueryExecModeCacheDescribe}, b.args...)...)
}

// one runs a statement of one row.
func (b *statement) one(ctx context.Context, q querier, into ...any) error {
	rows, err := b.query(ctx, q)
	if err != nil {
		return err
	}
	_, err = pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (struct{}, error) { return struct{}{}, row.Scan(into...) })
	return err
}

// column is where a scalar property is kept.
type column struct {
	value   string // null, or an empty text, where a feature lacks the property
	order   string // what features are ordered by: never null, with lacking ones before all others
	sqlType string // of both
}

// code, word and day make columns of codes, of texts in any language, and of days.
func code(value string) column { return column{value, value, `text collate "C"`} }

func word(value string) column {
	return column{value, "left(" + value + ", " + strconv.Itoa(registry.OrderPrefix) + `) collate "C"`, `text collate "C"`}
}

func day(value string) column {
	return column{value, "coalesce(" + value + ", '" + registry.NoDateKey + "')", "date"}
}

// componentColumn is the column of a scalar property of components; ok is false for any other name.
func componentColumn(property string) (c column, ok bool) {
	switch property {
	case registry.CodeProperty:
		return code(`c.code`), true
	case "name":
		return word(`c.name`), true
	case "class":
		return code(`left(c.subclass, 2)`), true
	case "subclass":
		return code(`c.subclass`), true
	case "edition":
		return code(`c.edition`), true
	case "state":
		return word(`c.state`), true
	case "grid":
		return code(`coalesce(c.grid, '')`), true
	case "stated_grid":
		return word(`c.stated_grid`), true
	case "supervisor_code":
		return code(`c.dept1_code`), true
	case "supervisor_name":
		return word(`c.dept1_name`), true
	case "owner_code":
		return code(`c.dept2_code`), true
	case "owner_name":
		return word(`c.dept2_name`), true
	case "maintainer_code":
		return code(`c.dept3_code`), true
	case "maintainer_name":
		return word(`c.dept3_name`), true
	case "first_surveyed":
		return day(`c.first_surveyed`), true
	case "changed_on":
		return day(`c.changed_on`), true
	case "data_source":
		return word(`c.data_source`), true
	case "note":
		return word(`c.note`), true
	}
	return column{}, false
}

// areaColumn is the column of a scalar property of areas; ok is false for any other name.
func areaColumn(property string) (c column, ok bool) {
	switch property {
	case registry.CodeProperty:
		return code(`c.code`), true
	case "name":
		return word(`c.name`), true
	case "name_en":
		return word(`c.name_en`), true
	case "level":
		return code(`c.level`), true
	case "parent":
		return code(`coalesce(c.parent, '')`), true
	case "square_metres":
		return column{`c.square_metres`, `c.square_metres`, "float8"}, true
	}
	return column{}, false
}

// finder finds the column of a property.
type finder func(property string) (column, bool)

// find is Invalid for a property by which features are neither selected nor sorted.
func (f finder) find(property string) (column, error) {
	if c, ok := f(property); ok {
		return c, nil
	}
	return column{}, registry.InvalidField(property, "", "没有这个属性，或不能按它筛选、排序", "there is no such property, or none to select or sort by")
}

// selects appends the conditions of a Selection, each behind "and".
func (b *statement) selects(f finder, s registry.Selection) error {
	b.boxes(s.Bounds)
	if s.Within != nil {
		area := b.bind(ringEWKB(s.Within), "geometry")
		b.add(" and c.geom && ", area, " and st_intersects(c.geom, ", area, ")")
	}
	for _, e := range s.Equal {
		c, err := f.find(e.Property)
		if err != nil {
			return err
		}
		if e.Value == "" {
			b.add(" and coalesce(", c.value, "::text, '') = ''")
		} else {
			b.add(" and ", c.value, " = ", b.bind(e.Value, c.sqlType))
		}
	}
	return nil
}

// ringEWKB is the polygon inside a ring.
func ringEWKB(r orb.Ring) []byte {
	flat := make([]float64, 0, 2*len(r))
	for _, p := range r {
		flat = append(flat, p[0], p[1])
	}
	return geo.AppendEWKB(nil, geom.NewPolygonFlat(geom.XY, flat, []int{len(flat)}).SetSRID(4326))
}

// during appends the condition that the days of a component reach into an interval, or that it has none.
func (b *statement) during(i registry.Interval) {
	if !i.From.IsZero() {
		b.add(" and coalesce(c.changed_on, c.first_surveyed, 'infinity') >= ", b.bind(i.From.Format(time.DateOnly), "date"))
	}
	if !i.To.IsZero() {
		b.add(" and coalesce(c.first_surveyed, c.changed_on, '-infinity') <= ", b.bind(i.To.Format(time.DateOnly), "date"))
	}
}

// boxes appends the condition that a geometry touches a box. As geometry a box without width or height is a line or a point; as an envelope it would
// be a polygon that is not valid.
func (b *statement) boxes(bounds []orb.Bound) {
	if bounds == nil {
		return
	}
	b.add(" and (false")
	for _, box := range bounds {
		corner := func(p orb.Point) string {
			return "st_point(" + b.bind(p[0], "float8") + ", " + b.bind(p[1], "float8") + ")"
		}
		area := "st_setsrid(st_makebox2d(" + corner(box.Min) + ", " + corner(box.Max) + ")::geometry, 4326)"
		b.add(" or c.geom && ", area, " and st_intersects(c.geom, ", area, ")")
	}
	b.add(")")
}

// step is an order's column, and which way it goes.
type step struct {
	column
	descending bool
}

// steps are those of a page's order, the code as the last; where a page comes before, all go the other way.
func (f finder) steps(p registry.Page) ([]step, error) {
	var steps []step
	for _, o := range p.Order {
		c, err := f.find(o.Property)
		if err != nil {
			return nil, err
		}
		steps = append(steps, step{c, o.Descending != p.Before})
		if o.Property == registry.CodeProperty {
			return steps, nil // no two are alike
		}
	}
	return append(steps, step{code(`c.code`), p.Before}), nil
}

// pageOf selects a page: some attributes of each row, its geometry and its keys, of what from selects.
func pageOf(attributes string, columns finder, p registry.Page, from func(*statement) error) (*statement, error) {
	steps, err := columns.steps(p)
	if err != nil {
		return nil, err
	}
	b := &statement{}
	b.add("select ", attributes, b.geometry(p), ", ", keys(steps))
	if err := from(b); err != nil {
		return nil, err
	}
	return b, b.page(steps, p)
}

// page appends what of the selected features a page has: those behind a place, in order, one more than fit.
func (b *statement) page(steps []step, p registry.Page) error {
	if p.After != nil {
		if len(p.After) != len(steps) {
			return fmt.Errorf("a place of %d keys in an order of %d", len(p.After), len(steps))
		}
		b.behind(steps, p.After)
	}
	b.add(" order by ")
	for i, s := range steps {
		if i > 0 {
			b.add(", ")
		}
		b.add(s.order)
		if s.descending {
			b.add(" desc")
		}
	}
	b.add(" limit ", b.bind(p.Limit+1, "int"))
	if p.Offset > 0 {
		b.add(" offset ", b.bind(p.Offset, "int"))
	}
	return nil
}

// behind appends the condition that a feature stands behind keys: behind the first, or, where the first are equal, behind the rest.
func (b *statement) behind(steps []step, keys registry.Keys) {
	b.add(" and ")
	for i, s := range steps {
		sign := " > "
		if s.descending {
			sign = " < "
		}
		key := b.bind(keys[i], s.sqlType)
		if i == len(steps)-1 {
			b.add(s.order, sign, key, strings.Repeat(")", 2*i))
			return
		}
		b.add("(", s.order, sign, key, " or ", s.order, " = ", key, " and (")
	}
}

// keys is an array of the keys of a row: what a page's place is made of. A page in the order of codes needs none.
func keys(steps []step) string {
	if len(steps) == 1 {
		return "null::text[]"
	}
	list := make([]string, len(steps))
	for i, s := range steps {
		list[i] = "(" + s.order + ")::text"
	}
	return "array[" + strings.Join(list, ", ") + "]"
}

// geometry is a page's geometry: as it is kept, in another coordinate system, or none.
func (b *statement) geometry(p registry.Page) string {
	switch {
	case p.NoGeometry:
		return "null::geometry"
	case p.SRID != 0:
		return "st_setsrid(st_transform(c.geom, " + b.bind(p.SRID, "int") + "), 0)" // whose numbers these are is known to who asked
	}
	return "c.geom"
}
