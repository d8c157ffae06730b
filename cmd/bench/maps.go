package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/paulmach/orb"

	"citygrid/registry"
	"citygrid/registry/catalog"
	"citygrid/registry/census"
	"citygrid/registry/evidence"
	"citygrid/registry/postgis"
)

// weighedRows is how many rows of a file an import weighs at most for the evidence of where it lies.
const weighedRows = 20_000

// askMaps measures files of geographic information systems on their way into the registry, and the weighing of where a file lies.
func askMaps(ctx context.Context, l *lab) (section, error) {
	d, err := l.newDelivery(ctx)
	if err != nil {
		return section{}, err
	}
	rows := number(float64(d.rows)) + " rows"
	s := section{
		title: "citygrid import, files of maps",
		about: fmt.Sprintf("Survey files of %s each, made by ogr2ogr of the CSV file of the part before: points with height and 8 columns, as a GeoPackage and as a Shapefile in GBK in a zip archive. "+
			"Every row is checked, placed in its cell, staged and promoted. Each round begins with a fresh copy of an empty registry.", rows),
		notes: []string{
			"\"ogr2ogr to CSV, then CityGrid\": ogr2ogr alone writes the same file as CSV with the coordinates in columns, and CityGrid imports that. CityGrid may take 1.5 times as long: 0.67 × as many rows a second.",
			"The weighing looks up where the components of a sample of " + number(weighedRows) + " rows are known, tries every reading on each and judges, against the registry that holds all of them; the import beside it is that of the same file " +
				"again, the shortest that there is. What it costs a row to be noted for the sample is within the import.",
		},
	}
	for _, f := range []struct {
		name, file string
		make       []string
	}{
		{"A GeoPackage", filepath.Join(d.dir, "first.gpkg"), []string{"-f", "GPKG"}},
		{"A Shapefile in GBK", filepath.Join(d.dir, "first.shp.zip"), []string{"-f", "ESRI Shapefile", "-lco", "ENCODING=GBK", "-lco", "RESIZE=YES"}},
	} {
		l.say("maps: %s", f.name)
		err := command(ctx, nil, "ogr2ogr", append(f.make, f.file, d.first, "-a_srs", "EPSG:4326", "-oo", "X_POSSIBLE_NAMES=Lon", "-oo", "Y_POSSIBLE_NAMES=Lat",
			"-oo", "Z_POSSIBLE_NAMES=Height", "-oo", "KEEP_GEOM_COLUMNS=NO")...)
		if err != nil {
			return section{}, err
		}
		o, err := comparison{what: f.name + " into an empty registry, " + rows, unit: "rows/s", more: true, cold: true, ways: []way{
			{name: "CityGrid", round: d.round(emptyRegistry, func(ctx context.Context, url string) error { return take(ctx, url, f.file, true) })},
			{name: "ogr2ogr to CSV, then CityGrid", wanted: 1 / 1.5, round: d.round(emptyRegistry, func(ctx context.Context, url string) error { return d.throughCSV(ctx, url, f.file) })},
		}}.run(ctx, l.size.imports)
		if err != nil {
			return section{}, err
		}
		s.add(o)
	}
	l.say("maps: evidence for position")
	o, err := d.askEvidence(ctx)
	if err != nil {
		return section{}, err
	}
	s.add(o)
	return s, nil
}

// throughCSV has ogr2ogr write a file as CSV, and imports that.
func (d *delivery) throughCSV(ctx context.Context, url, file string) error {
	table := filepath.Join(d.dir, "through.csv")
	if err := os.Remove(table); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := command(ctx, nil, "ogr2ogr", "-f", "CSV", table, file, "-lco", "GEOMETRY=AS_XYZ"); err != nil {
		return err
	}
	return take(ctx, url, table, true)
}

// askEvidence compares the weighing of where a file lies with the import of the file, in milliseconds.
func (d *delivery) askEvidence(ctx context.Context) (outcome, error) {
	pairs, codes, err := d.sample()
	if err != nil {
		return outcome{}, err
	}
	milliseconds := func(do func(ctx context.Context, url string) error) func(context.Context) (float64, error) {
		perSecond := d.round(fullRegistry, do)
		return func(ctx context.Context) (float64, error) {
			rate, err := perSecond(ctx)
			return 1000 * float64(d.rows) / rate, err
		}
	}
	imported := milliseconds(func(ctx context.Context, url string) error { return take(ctx, url, d.first, true) })
	weighed := func(ctx context.Context) (float64, error) {
		if err := d.copyDatabase(ctx, fullRegistry, roundRegistry); err != nil {
			return 0, err
		}
		return d.weighPositions(ctx, pairs, codes)
	}
	return comparison{what: "Evidence for position, " + number(float64(d.rows)) + " rows", unit: "ms", cold: true, ways: []way{
		{name: "CityGrid, weighing", round: weighed},
		{name: "CityGrid, the import", wanted: 10, round: imported},
	}}.run(ctx, d.size.imports)
}

// sample are the positions and codes of rows all over the first file, as many as an import tries.
func (d *delivery) sample() (pairs []evidence.Pair, codes []string, err error) {
	in, err := os.Open(d.first)
	if err != nil {
		return nil, nil, fmt.Errorf("sample: %w", err)
	}
	defer in.Close()
	rows := csv.NewReader(in)
	rows.ReuseRecord = true
	every := max(1, d.rows/weighedRows)
	for n := -1; ; n++ {
		r, err := rows.Read()
		if err == io.EOF {
			return pairs, codes, nil
		}
		if err != nil {
			return nil, nil, fmt.Errorf("sample: %w", err)
		}
		if n < 0 || n%every != 0 || len(pairs) == weighedRows {
			continue
		}
		lon, lonErr := strconv.ParseFloat(r[8], 64)
		lat, latErr := strconv.ParseFloat(r[9], 64)
		if err := errors.Join(lonErr, latErr); err != nil {
			return nil, nil, fmt.Errorf("sample: %w", err)
		}
		pairs, codes = append(pairs, evidence.Pair{X: lon, Y: lat}), append(codes, string([]byte(r[0])))
	}
}

// weighPositions does what an import does between its last row and the checks of the whole file. Every component must be known, and nothing be in doubt.
func (d *delivery) weighPositions(ctx context.Context, pairs []evidence.Pair, codes []string) (milliseconds float64, err error) {
	store, err := postgis.Open(ctx, postgis.Config{URL: d.cluster.URL(roundRegistry)})
	if err != nil {
		return 0, err
	}
	defer store.Close()
	city, err := store.City(ctx, registry.Scope{All: true})
	if err != nil {
		return 0, err
	}
	batch := census.Batch{ID: census.NewBatchID(), Source: "weighed.csv", State: census.Received, Actor: "bench", StartedAt: time.Now()}
	staging, err := store.OpenStaging(ctx, batch)
	if err != nil {
		return 0, err
	}
	defer staging.Close()
	began := time.Now()
	at, err := staging.KnownPoints(ctx, catalog.Edition2007, codes)
	if err != nil {
		return 0, err
	}
	for i := range pairs {
		pairs[i].At, pairs[i].Known = at[codes[i]]
	}
	e := city.Extent
	found := evidence.Weigh(pairs, orb.Bound{Min: orb.Point{e[0], e[1]}, Max: orb.Point{e[2], e[3]}}, evidence.Reading{})
	verdict := evidence.Judge(found, evidence.Reading{})
	milliseconds = 1000 * time.Since(began).Seconds()
	if len(at) != len(pairs) || verdict.Open || found[0].Inside != len(pairs) {
		return 0, fmt.Errorf("weigh: %d of %d are known, %d lie in the city", len(at), len(pairs), found[0].Inside)
	}
	return milliseconds, nil
}
