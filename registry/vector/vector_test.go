package vector_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"citygrid/geo"
	"citygrid/registry/vector"
)

// found is what all tests read with.
var found = sync.OnceValues(func() (*vector.Tool, error) { return vector.Find(context.Background()) })

func tool(t testing.TB) *vector.Tool {
	t.Helper()
	tool, err := found()
	if err != nil {
		t.Fatal(err)
	}
	return tool
}

const crew = `ObjID,ObjName,Note,Lon,Lat
4205020118000001,路灯,"a ""quoted"" text, with a comma",111.285,30.705
4205020118000002,路灯,"two
lines	and a \ tab",111.286,30.706
`

// made is a folder with the file that GDAL makes of the crew's table, and what belongs to it.
func made(t testing.TB, driver, name string, args ...string) string {
	t.Helper()
	folder := t.TempDir()
	table := filepath.Join(t.TempDir(), "crew.csv")
	if err := os.WriteFile(table, []byte(crew), 0o600); err != nil {
		t.Fatal(err)
	}
	args = append([]string{"-f", driver, filepath.Join(folder, name), table, "-oo", "X_POSSIBLE_NAMES=Lon", "-oo", "Y_POSSIBLE_NAMES=Lat", "-a_srs", "EPSG:4490"}, args...)
	if out, err := exec.Command("ogr2ogr", args...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return folder
}

// packed is a zip archive of what is in a folder, below a folder of its own.
func packed(t testing.TB, folder, below string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	err := filepath.WalkDir(folder, func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		within, _ := filepath.Rel(folder, name)
		member, err := w.Create(below + within)
		if err == nil {
			_, err = member.Write(text)
		}
		return err
	})
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// folderOf is an empty folder that every user can reach, as a process's own folder of temporary files is.
func folderOf(t testing.TB) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "citygrid-vector-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	return folder
}

func read(ctx context.Context, t testing.TB, file []byte, name string) (rows []string, err error) {
	t.Helper()
	sources, _, err := vector.Unpack(t.Context(), bytes.NewReader(file), int64(len(file)), name, folderOf(t))
	if err != nil {
		return nil, err
	}
	program := tool(t)
	for _, s := range sources {
		for r, err := range program.Records(ctx, s) {
			if err != nil {
				return rows, err
			}
			rows = append(rows, told(t, s, r))
		}
	}
	return rows, nil
}

// told is a record in one line: the columns of the crew's table and the place.
func told(t testing.TB, s vector.Source, r vector.Record) string {
	t.Helper()
	var cells []string
	for i, column := range r.Columns {
		if slices.Contains([]string{"ObjID", "ObjName", "Note"}, column) {
			cells = append(cells, r.Values[i])
		}
	}
	at := "nowhere"
	if r.Shape != nil {
		g, err := geo.DecodeEWKB(r.Shape)
		if err != nil {
			t.Fatal(err)
		}
		at = fmt.Sprintf("%.9g", g.FlatCoords()[:2]) // a geodatabase rounds to a grid
	}
	return fmt.Sprintf("%s#%d %q %s %d", s.Name, r.Number, cells, at, r.SRID)
}

func bytesOf(t testing.TB, folder, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func gbk(s string) string {
	b, err := simplifiedchinese.GB18030.NewEncoder().String(s)
	if err != nil {
		panic(err)
	}
	return b
}

func TestEveryKindIsReadAsItIs(t *testing.T) {
	t.Parallel()
	text := "two\nlines\tand a \\ tab"
	want := []string{
		`crew#1 ["4205020118000001" "路灯" "a \"quoted\" text, with a comma"] [111.285 30.705] 4490`,
		`crew#2 ["4205020118000002" "路灯" ` + fmt.Sprintf("%q", text) + `] [111.286 30.706] 4490`,
	}
	flat := func(rows []string) []string { // what the format cannot hold
		out := slices.Clone(rows)
		for i := range out {
			out[i] = strings.NewReplacer(`\\n`, " ", `\n`, " ", `\t`, " ").Replace(out[i])
		}
		return out
	}
	system := func(rows []string, srid string) []string {
		out := slices.Clone(rows)
		for i := range out {
			out[i] = strings.TrimSuffix(out[i], "4490") + srid
		}
		return out
	}
	raw := slices.Clone(want)
	for i := range raw {
		raw[i] = strings.ReplaceAll(raw[i], `"路灯"`, fmt.Sprintf("%q", gbk("路灯")))
	}
	for _, c := range []struct {
		kind, driver, file string
		args               []string
		want               []string
	}{
		{"a GeoPackage", "GPKG", "crew.gpkg", nil, want},
		{"a FlatGeobuf", "FlatGeobuf", "crew.fgb", []string{"-lco", "SPATIAL_INDEX=NO"}, want},
		{"a file geodatabase", "OpenFileGDB", "crew.gdb", nil, want},
		{"a Shapefile, whose texts stay bytes", "ESRI Shapefile", "crew.shp", []string{"-lco", "ENCODING=GBK"}, raw},
		{"MapInfo TAB, whose texts stay bytes", "MapInfo File", "crew.tab", []string{"-lco", "ENCODING=CP936"}, system(raw, "0")},
		{"MapInfo MIF, whose texts stay bytes", "MapInfo File", "crew.mif", []string{"-lco", "ENCODING=CP936"}, system(raw, "0")},
		{"KML", "LIBKML", "crew.kml", nil, system(want, "4326")},
	} {
		t.Run(c.kind, func(t *testing.T) {
			t.Parallel()
			folder := made(t, c.driver, c.file, c.args...)
			got, err := read(t.Context(), t, packed(t, folder, "普查/"), "all.zip")
			if err != nil || !slices.Equal(flat(got), flat(c.want)) {
				t.Errorf("packed: %v\n%s\nwant\n%s", err, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
			kind, ok := vector.KindOf(c.file)
			if !ok {
				t.Fatalf("%s is of no kind", c.file)
			}
			if len(kind.Parts()) == 1 {
				alone, err := read(t.Context(), t, bytesOf(t, folder, c.file), c.file)
				if err != nil || !slices.Equal(alone, got) {
					t.Errorf("by itself: %v\n%s\nnot\n%s", err, strings.Join(alone, "\n"), strings.Join(got, "\n"))
				}
			} else if _, err := read(t.Context(), t, []byte("not a set"), c.file); !problem(err, vector.ProblemIncomplete) {
				t.Errorf("a part by itself: %v", err)
			}
		})
	}
}

func problem(err error, p vector.Problem) bool {
	var fault *vector.Fault
	return errors.As(err, &fault) && fault.Problem == p && fault.ZH != "" && fault.EN != ""
}

// A drawing has no columns of a crew, and tells no number of its system; its layer and height are there.
func TestADrawingIsReadWithLayerAndHeight(t *testing.T) {
	t.Parallel()
	drawing := "0\nSECTION\n2\nENTITIES\n0\nPOINT\n8\n" + gbk("路灯") + "\n10\n526123.4\n20\n3397000.5\n30\n58.25\n0\nENDSEC\n0\nEOF\n"
	sources, _, err := vector.Unpack(t.Context(), strings.NewReader(drawing), int64(len(drawing)), "地形图.DXF", folderOf(t))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for r, err := range tool(t).Records(t.Context(), sources[0]) {
		if err != nil {
			t.Fatal(err)
		}
		g, err := geo.DecodeEWKB(r.Shape)
		if err != nil {
			t.Fatal(err)
		}
		if at := fmt.Sprint(g.FlatCoords()); at != "[526123.4 3.3970005e+06 58.25]" || r.Values[slices.Index(r.Columns, "Layer")] != gbk("路灯") {
			t.Errorf("%s in %q of %q", at, r.Values, r.Columns)
		}
		n++
	}
	if n != 1 {
		t.Errorf("%d records", n)
	}
}

func TestTrap7NamesInAnArchiveAreGB18030(t *testing.T) {
	t.Parallel()
	folder := made(t, "ESRI Shapefile", "crew.shp", "-lco", "ENCODING=GBK")
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, ext := range []string{".SHP", ".dbf", ".Shx", ".prj"} {
		member, err := w.CreateHeader(&zip.FileHeader{Name: gbk("普查\\路灯") + ext, NonUTF8: true})
		if err == nil {
			_, err = member.Write(bytesOf(t, folder, "crew"+strings.ToLower(ext)))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	rows, err := read(t.Context(), t, b.Bytes(), "all.zip")
	if err != nil || len(rows) != 2 || !strings.HasPrefix(rows[0], "路灯#1 ") {
		t.Errorf("%v, %q", err, rows)
	}
}

func TestTrap43AShapefileWithoutItsIndexIsRead(t *testing.T) {
	t.Parallel()
	folder := made(t, "ESRI Shapefile", "crew.shp", "-lco", "ENCODING=GBK")
	whole, err := read(t.Context(), t, packed(t, folder, ""), "all.zip")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(folder, "crew.shx")); err != nil {
		t.Fatal(err)
	}
	rows, err := read(t.Context(), t, packed(t, folder, ""), "all.zip")
	if err != nil || len(rows) != 2 || !slices.Equal(rows, whole) {
		t.Errorf("%v, %q, not %q", err, rows, whole)
	}
	if err := os.Remove(filepath.Join(folder, "crew.dbf")); err != nil {
		t.Fatal(err)
	}
	if _, err := read(t.Context(), t, packed(t, folder, ""), "all.zip"); !problem(err, vector.ProblemIncomplete) {
		t.Errorf("without .dbf: %v", err)
	}
}

func TestWhatAnArchiveMustNotDoItDoesNot(t *testing.T) {
	t.Parallel()
	archive := func(fill func(*zip.Writer)) []byte {
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		fill(w)
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	put := func(w *zip.Writer, h *zip.FileHeader, body string) {
		member, err := w.CreateHeader(h)
		if err == nil {
			_, err = io.WriteString(member, body)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	kml := string(bytesOf(t, made(t, "LIBKML", "crew.kml"), "crew.kml"))
	link := &zip.FileHeader{Name: "link.kml"}
	link.SetMode(0o777 | os.ModeSymlink)
	evil := archive(func(w *zip.Writer) {
		put(w, &zip.FileHeader{Name: "../../../../tmp/citygrid-evil.kml"}, kml)
		put(w, link, "/etc/passwd")
		put(w, &zip.FileHeader{Name: "note.exe"}, "x")
	})
	folder := folderOf(t)
	sources, passed, err := vector.Unpack(t.Context(), bytes.NewReader(evil), int64(len(evil)), "evil.zip", folder)
	if err != nil || passed != 2 || len(sources) != 1 || sources[0].Name != "citygrid-evil" {
		t.Errorf("%v, %d passed over, %+v", err, passed, sources)
	}
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != 1 || entries[0].Name() != "1.kml" {
		t.Errorf("%v, %v", err, entries)
	}

	for name, c := range map[string]struct {
		file []byte
		want vector.Problem
	}{
		"100,000 entries": {archive(func(w *zip.Writer) {
			for i := range 100_000 {
				put(w, &zip.FileHeader{Name: fmt.Sprint(i, ".kml")}, "")
			}
		}), vector.ProblemTooLarge},
		"many data sets": {archive(func(w *zip.Writer) {
			for i := range 300 {
				put(w, &zip.FileHeader{Name: fmt.Sprint(i, ".kml")}, "")
			}
		}), vector.ProblemTooLarge},
		"nothing to read": {archive(func(w *zip.Writer) { put(w, &zip.FileHeader{Name: "a.txt"}, "") }), vector.ProblemKind},
		"cut":             {evil[:len(evil)-40], vector.ProblemDamaged},
	} {
		if _, _, err := vector.Unpack(t.Context(), bytes.NewReader(c.file), int64(len(c.file)), "a.zip", folderOf(t)); !problem(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Text of another kind than its name says is what GDAL would open all the same, were its drivers not switched off: a virtual dataset reads any file.
func TestOnlyTheDriversOfTheseFormatsAreThere(t *testing.T) {
	t.Parallel()
	virtual := `<OGRVRTDataSource><OGRVRTLayer name="passwd"><SrcDataSource>CSV:/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>`
	for _, name := range []string{"a.kml", "a.gpkg", "a.dxf", "a.fgb"} {
		if rows, err := read(t.Context(), t, []byte(virtual), name); !problem(err, vector.ProblemDamaged) || len(rows) > 0 {
			t.Errorf("%s: %v, %q", name, err, rows)
		}
	}
}

func TestDamagedFilesAreRefused(t *testing.T) {
	t.Parallel()
	gpkg := bytesOf(t, made(t, "GPKG", "crew.gpkg"), "crew.gpkg")
	for name, file := range map[string][]byte{"a.gpkg": gpkg[:len(gpkg)/2], "b.gpkg": gpkg[:100], "c.kml": nil} {
		if rows, err := read(t.Context(), t, file, name); !problem(err, vector.ProblemDamaged) {
			t.Errorf("%s: %v, %q", name, err, rows)
		}
	}
	folder := made(t, "ESRI Shapefile", "crew.shp", "-lco", "ENCODING=GBK")
	shp := bytesOf(t, folder, "crew.shp")
	shp[24], shp[25] = 0x7f, 0xff // the length of the file, in words
	copy(shp[104:], "\x7f\xff\xff\xff")
	if err := errors.Join(os.WriteFile(filepath.Join(folder, "crew.shp"), shp, 0o600), os.Remove(filepath.Join(folder, "crew.shx"))); err != nil {
		t.Fatal(err)
	}
	if rows, err := read(t.Context(), t, packed(t, folder, ""), "all.zip"); !problem(err, vector.ProblemDamaged) {
		t.Errorf("lengths that are lies: %v, %q", err, rows)
	}
}

func TestReadingEndsWithItsReader(t *testing.T) {
	t.Parallel()
	file := bytesOf(t, made(t, "GPKG", "crew.gpkg"), "crew.gpkg")
	sources, _, err := vector.Unpack(t.Context(), bytes.NewReader(file), int64(len(file)), "crew.gpkg", folderOf(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range tool(t).Records(t.Context(), sources[0]) {
		if err != nil {
			t.Fatal(err)
		}
		break
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range tool(t).Records(ctx, sources[0]) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
	}
}
