package torture_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/paulmach/orb"

	"citygrid/registry"
	"citygrid/registry/catalog"
)

// asked is how many subjects there are.
const asked = 2

// subjects are what a point is asked about.
func subjects() [asked]registry.Subject {
	return [asked]registry.Subject{{Kind: catalog.KindEvent, Subclass: "0102"}, {Kind: catalog.KindComponent, Subclass: "0118"}}
}

// probes are the points that are asked about in every revision: each place that a vertex can have, the middle of edges between such
// places, the middle of each lot, points anywhere, and points outside.
func (b *board) probes(rng *rand.Rand) []orb.Point {
	var out []orb.Point
	middle := func(p, q orb.Point) orb.Point { return orb.Point{(p[0] + q[0]) / 2, (p[1] + q[1]) / 2} }
	for x := range b {
		for y := range b[x] {
			out = append(out, b[x][y][:]...)
			if x > 0 {
				out = append(out, middle(b[x-1][y][0], b[x][y][0]))
			}
			if y > 0 {
				out = append(out, middle(b[x][y-1][0], b[x][y][0]))
			}
			if x > 0 && y > 0 {
				out = append(out, orb.Point{west + lotDegrees*(float64(x)-0.5), south + lotDegrees*(float64(y)-0.5)})
			}
		}
	}
	for range 100 { // from two lots beyond the border on
		out = append(out, orb.Point{west + lotDegrees*(rng.Float64()*(columns+4)-2), south + lotDegrees*(rng.Float64()*(rows+4)-2)})
	}
	return append(out, orb.Point{west - 1, south}, orb.Point{west, south + 30}, orb.Point{-west, -south}, orb.Point{180, 90})
}

// tale is what an answer says, in the words that can be of one revision or of another.
type tale struct {
	Grid, Inspector, Community, Officer, Street, District, Managed string // code and name of each
	Border                                                         bool
	Responsible                                                    string // unit, its name, and the rule by which it answers
	Competent                                                      string
}

// told puts a placement into the words of a tale.
func told(p registry.Placement) tale {
	area := func(a registry.AreaRef) string { return a.Code + " " + a.Name }
	person := func(p *registry.Person) string {
		if p == nil {
			return ""
		}
		return p.Code + " " + p.Name
	}
	out := tale{
		Grid: area(p.Grid.AreaRef), Inspector: person(p.Grid.Inspector), Community: area(p.Community.AreaRef), Officer: person(p.Community.Officer),
		Street: area(p.Street), District: area(p.District), Border: p.Border,
	}
	for _, m := range p.Managed {
		out.Managed += area(m) + ";"
	}
	if r := p.Responsible; r != nil {
		out.Responsible = fmt.Sprintf("%s %s %s %s %s %s %s %s", r.Unit.Code, r.Unit.Name, r.Rule.By, r.Rule.Role, area(*r.Rule.Area), r.Rule.Level, r.Rule.Kind, r.Rule.Subject)
		if r.Competent != nil {
			out.Competent = fmt.Sprintf("%s %s", r.Competent.Code, r.Competent.Name)
		}
	}
	return out
}

// truth is what PostGIS says of the probes in one revision.
type truth struct {
	cell   []string // of each probe, empty outside
	border []bool
	cells  map[string]*[asked]tale // by code, for each subject; Border is not set
	near   [][]stood               // what stands around each place that is asked about
}

// tale is the right answer about a probe and a subject; ok is false outside.
func (u *truth) tale(probe, subject int) (out tale, ok bool) {
	if u.cell[probe] == "" {
		return tale{}, false
	}
	out = u.cells[u.cell[probe]][subject]
	out.Border = u.border[probe]
	return out, true
}

// witness reads truths from the database, in SQL of its own: what it shares with the program is the tables.
type witness struct {
	db     *pgxpool.Pool
	probes []orb.Point
	known  map[[asked]tale]*[asked]tale // most cells stay as they are from one revision to the next
}

// see reads the truth of the present revision and its number.
func (s *witness) see(ctx context.Context) (revision int64, u *truth, err error) {
	u = &truth{cells: map[string]*[asked]tale{}}
	err = pgx.BeginTxFunc(ctx, s.db, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, sqlRevision).Scan(&revision); err != nil {
			return err
		}
		covers, err := coveredBy(ctx, tx, s.probes)
		if err != nil {
			return err
		}
		for _, c := range covers {
			u.cell, u.border = append(u.cell, c.cell), append(u.border, c.count > 1)
		}
		var tales [asked]tale
		args, into := []any{time.Now().UTC().Add(8 * time.Hour).Format(time.DateOnly)}, []any{}
		var code string
		into = append(into, &code)
		for i, subject := range subjects() {
			args = append(args, string(subject.Kind), string(subject.Subclass))
			t := &tales[i]
			into = append(into, &t.Grid, &t.Inspector, &t.Community, &t.Officer, &t.Street, &t.District, &t.Managed, &t.Responsible, &t.Competent)
		}
		rows, err := tx.Query(ctx, sqlTales, args...)
		if err != nil {
			return err
		}
		_, err = pgx.ForEachRow(rows, into, func() error {
			if s.known[tales] == nil {
				same := tales
				s.known[tales] = &same
			}
			u.cells[code] = s.known[tales]
			return nil
		})
		return err
	})
	return revision, u, err
}

const (
	sqlRevision = `select max(revision) from collection where name <> 'components'`

	// A subject's kind and subclass are $2 and $3, or $4 and $5; $1 is the day. The order of docs/adr/0006 is that of one "order by".
	sqlTales = `
with cell as (
    select g.code, g.code || ' ' || g.name as grid, coalesce(i.code || ' ' || i.name, '') as inspector,
        c.code || ' ' || c.name as community, coalesce(o.code || ' ' || o.name, '') as officer,
        s.code || ' ' || s.name as street, d.code || ' ' || d.name as district,
        coalesce((select string_agg(m.code || ' ' || m.name || ';', '' order by m.code)
            from managed_cell mc join area m on m.code = mc.area where mc.cell = g.code), '') as managed
    from area g join area c on c.code = g.parent join area s on s.code = c.parent join area d on d.code = s.parent
        left join staff i on i.role = 'inspector' and i.area = g.code
        left join staff o on o.role = 'officer' and o.area = c.code
    where g.level = 'grid'
), ground as (
    select g.code as cell, a.code, a.name, a.level, array_position(array['grid', 'community', 'street', 'managed', 'district'], a.level::text) as rank
    from area g join area a on a.level <> 'managed' and g.code like a.code || '%'
        or exists (select from managed_cell mc where mc.area = a.code and mc.cell = g.code)
    where g.level = 'grid'
    union all
    select g.code, city.code, city.name, 'city', 9 from area g cross join city where g.level = 'grid'
), answer as (
    select w.cell, q.n, r.unit, u.name, r.role, w.code, w.name as area_name, w.level, r.kind, r.subject,
        row_number() over (partition by w.cell, q.n order by r.role = 'territory', w.rank, w.code, r.subject = '*', length(r.subject) = 2, r.kind = '*',
            array_position(array['maintainer', 'owner', 'competent', 'territory'], r.role::text), r.unit) as place
    from ground w join responsibility r on r.area = w.code join unit u on u.code = r.unit
        join (values (1, $2::text, $3::text), (2, $4, $5)) as q (n, kind, subclass)
            on r.kind in (q.kind, '*') and r.subject in (q.subclass, left(q.subclass, 2), '*')
    where $1::date between coalesce(r.valid_from, '-infinity') and coalesce(r.valid_to, 'infinity')
), judged as (
    select cell, n,
        max(concat_ws(' ', unit, name, case role when 'territory' then 'territory' else 'rule' end, role, code, area_name, level, kind, subject))
            filter (where place = 1) as responsible,
        max(unit) filter (where place = 1) as first,
        (array_agg(unit || ' ' || name order by place) filter (where role = 'competent'))[1] as competent
    from answer group by cell, n
), spoken as (
    select cell, n, responsible, case when competent not like first || ' %' then competent else '' end as competent from judged
)
select code, ` + sqlTaleColumns + `, coalesce(a.responsible, ''), coalesce(a.competent, ''),
    ` + sqlTaleColumns + `, coalesce(b.responsible, ''), coalesce(b.competent, '')
from cell left join spoken a on a.cell = code and a.n = 1 left join spoken b on b.cell = code and b.n = 2`

	sqlTaleColumns = `grid, inspector, community, officer, street, district, managed`
)
