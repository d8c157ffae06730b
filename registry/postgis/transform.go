package postgis

import (
	"context"
	"errors"
	"math"
	"regexp"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/paulmach/orb"

	"citygrid/geo/crs"
	"citygrid/registry"
)

// transformChunk is how many points go through one statement: a third of a megabyte, a tenth of a second.
const transformChunk = 10_000

// plausible is beyond every coordinate in the plane: the earth's circumference is 1.3e8 feet, a zone prefix adds 6e7 metres.
const plausible = 2e8

// ToWGS84 converts positions of a system, x then y, to degrees on WGS 84, by PROJ; see registry.Store.
func (s *Store) ToWGS84(ctx context.Context, system crs.System, points []orb.Point) ([]orb.Point, error) {
	converted := make([]orb.Point, 0, len(points))
	for chunk := range slices.Chunk(points, transformChunk) {
		var err error
		if converted, err = s.transform(ctx, converted, system, chunk); systemFault(err) {
			return nil, &crs.DatumError{System: system}
		} else if err != nil {
			return nil, err
		}
	}
	return converted, nil
}

// transform appends a chunk.
func (s *Store) transform(ctx context.Context, dst []orb.Point, system crs.System, points []orb.Point) ([]orb.Point, error) {
	xs, ys := make([]float64, len(points)), make([]float64, len(points))
	for i, p := range points {
		if !(math.Abs(p[0]) <= plausible && math.Abs(p[1]) <= plausible) { // NaN too
			p = nowhere()
		}
		xs[i], ys[i] = p[0], p[1]
	}
	rows, err := s.pool.Query(ctx, sqlToWGS84, system.Number(), xs, ys)
	if err != nil {
		return nil, interpret("convert positions", err)
	}
	defer rows.Close()
	before := len(dst)
	for rows.Next() {
		var p orb.Point
		var holds, honest bool
		if err := rows.Scan(&p[0], &p[1], &holds, &honest); err != nil {
			return nil, interpret("convert positions", err)
		}
		if holds && !honest {
			return nil, &crs.DatumError{System: system}
		}
		if !holds || !(math.Abs(p[0]) <= 180 && math.Abs(p[1]) <= 90) {
			p = nowhere()
		}
		dst = append(dst, p)
	}
	if err := rows.Err(); err != nil {
		return nil, interpret("convert positions", err)
	}
	if len(dst)-before < len(points) { // no row of spatial_ref_sys, no rows at all
		return nil, &crs.UnknownError{Text: system.String()}
	}
	return dst, nil
}

var projError = regexp.MustCompile(`^transform: .*\(\d+\)$`)

// systemFault reports whether PROJ ended a statement: for a fault of the system, since those of points are null (converted, in the schema).
func systemFault(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "XX000" && projError.MatchString(pg.Message)
}

// System tells the axes of a system of EPSG. PostGIS's table names those of a system in the plane only where the first goes east, and those of degrees
// never, which go north first. It fails with a *crs.UnknownError for a system that is not there, or that has no two axes.
func (s *Store) System(ctx context.Context, system crs.System) (registry.System, error) {
	out := registry.System{Number: system.Number()}
	err := s.pool.QueryRow(ctx, sqlSystem, system.Number()).Scan(&out.Degrees, &out.NorthFirst)
	if errors.Is(err, pgx.ErrNoRows) {
		return out, &crs.UnknownError{Text: system.String()}
	}
	return out, interpret("look up a coordinate system", err)
}

const sqlSystem = `
select srtext ~ '^GEOG', srtext !~* 'AXIS\["[^"]*",EAST'
from spatial_ref_sys where auth_name = 'EPSG' and auth_srid = $1 and srid = $1 and srtext ~ '^(GEOGCS|PROJCS)'`

func nowhere() orb.Point { return orb.Point{math.NaN(), math.NaN()} }

// sqlToWGS84 gives a row a point, in order. A position holds that comes back as the same numbers, to 4 cm: what PROJ folds onto the earth
// from beyond the map does not. Its conversion is honest where the datum is today's, told by the ellipsoid, or where something was
// done about it: PROJ takes degrees on one datum for degrees on another, without a word, where it knows no transformation. Degrees on the
// system's own datum are what base, the number of its geographic system, gives. Geocentric systems need a third number.
const sqlToWGS84 = `
with system as (
    select srid, srtext ~ '(SPHEROID|ELLIPSOID)\["(GRS 1980|WGS 84|CGCS2000)"' as modern,
        coalesce(substring(srtext from 'GEOGCS\[.*AUTHORITY\["EPSG","(\d+)"\]\],PROJECTION')::int, srid) as base
    from spatial_ref_sys
    where auth_name = 'EPSG' and auth_srid = $1 and srtext !~ '^GEOCCS'
)
select coalesce(st_x(world), 'nan'), coalesce(st_y(world), 'nan'),
    coalesce(abs(st_x(again) - x) + abs(st_y(again) - y) <= 1e-8 * (1 + abs(x) + abs(y)), false),
    modern or not coalesce(st_equals(world, st_setsrid(converted(given, base), 4326)), false)
from system, unnest($2::float8[], $3::float8[]) with ordinality as points (x, y, n)
cross join lateral (select st_setsrid(st_makepoint(nullif(x, 'nan'), y), srid) as given offset 0) as g
cross join lateral (select converted(given, 4326) as world offset 0) as w
cross join lateral (select converted(world, srid) as again offset 0) as a
order by n`
