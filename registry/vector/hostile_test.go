package vector_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"citygrid/registry/vector"
)

// archiveOf packs texts under names, in the order in which they are given: name, text, name, text.
func archiveOf(t testing.TB, members ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(members); i += 2 {
		member, err := w.Create(members[i])
		if err == nil {
			_, err = member.Write([]byte(members[i+1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAnArchiveWithDamageInsideIsDamaged(t *testing.T) {
	t.Parallel()
	kml := string(bytesOf(t, made(t, "LIBKML", "crew.kml"), "crew.kml"))
	file := archiveOf(t, "crew.kml", kml)
	for i := range 40 {
		file[60+i] = 0xff // within what is compressed
	}
	if _, _, err := vector.Unpack(t.Context(), bytes.NewReader(file), int64(len(file)), "a.zip", folderOf(t)); !problem(err, vector.ProblemDamaged) {
		t.Errorf("%v", err)
	}
}

func TestDataSetsOfOneNameAreToldApart(t *testing.T) {
	t.Parallel()
	kml := string(bytesOf(t, made(t, "LIBKML", "crew.kml"), "crew.kml"))
	file := archiveOf(t, "东区/路灯.kml", kml, "西区/路灯.kml", kml, "西区/路灯.dxf", "0\nEOF\n", "bad\x00\xff\n.kml", kml)
	sources, _, err := vector.Unpack(t.Context(), bytes.NewReader(file), int64(len(file)), "a.zip", folderOf(t))
	var names []string
	for _, s := range sources {
		names = append(names, s.Name)
	}
	if want := []string{"路灯", "西区/路灯", "西区/路灯.dxf", "bad_?_"}; err != nil || len(names) != 4 || !slices.Equal(names[:3], want[:3]) || strings.ContainsAny(names[3], "\x00\n") {
		t.Errorf("%v, %q", err, names)
	}
}

func TestUnpackingEndsWithItsContext(t *testing.T) {
	t.Parallel()
	file := archiveOf(t, "a.kml", strings.Repeat(" ", 1<<20))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, file := range map[string][]byte{"a.zip": file, "a.gpkg": []byte("SQLite format 3\x00")} {
		if _, _, err := vector.Unpack(ctx, bytes.NewReader(file), int64(len(file)), name, folderOf(t)); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A column with a default value makes GDAL write INSERT for a record without a value, which is no record of COPY.
func TestRecordsAreNotLostForADefaultOrAName(t *testing.T) {
	t.Parallel()
	folder := made(t, "GPKG", "crew.gpkg", "-nln", "lamps")
	sqlite(t, filepath.Join(folder, "crew.gpkg"),
		`alter table lamps add column kind text default 'lamp'`,
		`update lamps set kind = null`,
		"alter table lamps rename column Note to \"a\nb\"\"c\\\"",
	)
	file := bytesOf(t, folder, "crew.gpkg")
	sources, _, err := vector.Unpack(t.Context(), bytes.NewReader(file), int64(len(file)), "crew.gpkg", folderOf(t))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]int{}
	for r, err := range tool(t).Records(t.Context(), sources[0]) {
		if err != nil {
			t.Fatal(err)
		}
		found[r.Layer]++
		if r.Layer == "lamps" && (!slices.Contains(r.Columns, "a\nb\"c\\") || r.SRID != 4490) {
			t.Errorf("%q in %d", r.Columns, r.SRID)
		}
	}
	if found["lamps"] != 2 || len(found) != 1 {
		t.Errorf("%v", found)
	}
}

// sqlite changes a GeoPackage by statements.
func sqlite(t testing.TB, file string, statements ...string) {
	t.Helper()
	for _, s := range statements {
		gdal(t, "ogrinfo", "-q", "-sql", s, file)
	}
}

func TestNothingIsLeftWhenAReaderStops(t *testing.T) {
	t.Parallel()
	table := filepath.Join(t.TempDir(), "many.csv")
	var b strings.Builder
	b.WriteString("ObjID,Lon,Lat\n")
	for i := range 50_000 {
		fmt.Fprintf(&b, "%d,111.2,30.7\n", i)
	}
	if err := os.WriteFile(table, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	gdal(t, "ogr2ogr", "-f", "FlatGeobuf", filepath.Join(folder, "many.fgb"), table, "-oo", "X_POSSIBLE_NAMES=Lon", "-oo", "Y_POSSIBLE_NAMES=Lat")
	file := bytesOf(t, folder, "many.fgb")
	lent := folderOf(t)
	sources, _, err := vector.Unpack(t.Context(), bytes.NewReader(file), int64(len(file)), "many.fgb", lent)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n := 0
	for _, err := range tool(t).Records(ctx, sources[0]) {
		if n++; n == 100 {
			cancel()
		}
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("after %d: %v", n, err)
		}
	}
	if n < 100 || n == 50_000 {
		t.Errorf("%d records after the end", n)
	}
	for range tool(t).Records(t.Context(), sources[0]) {
		break
	}
	if left := childrenIn(t, lent); len(left) > 0 {
		t.Errorf("processes are left: %q", left)
	}
}

// childrenIn are the processes that name a folder.
func childrenIn(t testing.TB, folder string) (found []string) {
	t.Helper()
	names, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if text, err := os.ReadFile(name); err == nil && bytes.Contains(text, []byte(folder)) {
			found = append(found, string(text))
		}
	}
	return found
}

func gdal(t testing.TB, args ...string) {
	t.Helper()
	if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
		t.Fatalf("%q: %v: %s", args, err, out)
	}
}

// Columns that a GeoPackage has for itself, or that look like numbers, and layers whose names are one in SQLite.
func TestAPackageTakesEveryNameOfLayersAndColumns(t *testing.T) {
	t.Parallel()
	p, err := tool(t).NewPackage()
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	columns := []string{"ObjID", "fid", "geom", "2023", "a;b"}
	layers := []string{"a/b", "a_b", "A_B", "GPKG_contents", "x", "X", "x 2"}
	for _, layer := range layers {
		if err := p.Add(layer, 4490, columns, []string{layer, "seven", "here", "2", "b"}, "POINT (111.2 30.7)"); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := p.WriteTo(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	sources, _, err := vector.Unpack(t.Context(), bytes.NewReader(b.Bytes()), int64(b.Len()), "a.gpkg", folderOf(t))
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for r, err := range tool(t).Records(t.Context(), sources[0]) {
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(r.Columns, columns) || !slices.Equal(r.Values[1:], []string{"seven", "here", "2", "b"}) || r.Shape == nil {
			t.Errorf("%q: %q, %q", r.Layer, r.Columns, r.Values)
		}
		found = append(found, r.Values[0])
	}
	slices.Sort(found)
	slices.Sort(layers)
	if !slices.Equal(found, layers) {
		t.Errorf("%q, not %q", found, layers)
	}
}
