package vector_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"citygrid/registry/vector"
)

// secret is a file that every user may read, with a word that must not come out.
func secret(t *testing.T) (file, word string) {
	t.Helper()
	word = "secret-7431"
	file = filepath.Join(folderOf(t), "secret.csv")
	if err := errors.Join(os.WriteFile(file, []byte("ObjID,Note\n"+word+",1\n"), 0o644), os.Chmod(filepath.Dir(file), 0o755)); err != nil {
		t.Fatal(err)
	}
	return file, word
}

// all are the texts of each record, with nothing left out.
func all(t *testing.T, file []byte, name string) (rows []string, err error) {
	t.Helper()
	sources, _, err := vector.Unpack(t.Context(), bytes.NewReader(file), int64(len(file)), name, folderOf(t))
	if err != nil {
		return nil, err
	}
	for _, s := range sources {
		for r, err := range tool(t).Records(t.Context(), s) {
			if err != nil {
				return rows, err
			}
			rows = append(rows, strings.Join(r.Values, "|"))
		}
	}
	return rows, nil
}

// A table of a module of SQLite reads the file that it names, and is a layer as any other. Indexes are such tables too.
func TestAGeoPackageReadsNoOtherFile(t *testing.T) {
	t.Parallel()
	other, word := secret(t)
	module := fmt.Sprintf(`using VirtualText('%s', 'UTF-8', 1, POINT, DOUBLEQUOTE, ',')`, other)
	listed := `insert into gpkg_contents(table_name, data_type, identifier) values ('evil', 'attributes', 'evil')`
	for name, c := range map[string]struct {
		statements []string
		refused    bool
	}{
		"as it is":                            {nil, false},
		"a view":                              {[]string{`create view evil as select ObjID, upper(ObjName) as ObjName from lamps`, listed}, false},
		"a trigger":                           {[]string{`create trigger evil after insert on lamps begin delete from lamps; end`}, false},
		"a virtual table":                     {[]string{`create virtual table evil ` + module, listed}, true},
		"one under a name that says an index": {[]string{`create virtual table "evil using rtree (" ` + module}, true},
		"one that nothing lists":              {[]string{`create virtual table evil ` + module}, true},
		"a view of it":                        {[]string{`create virtual table e ` + module, `create view evil as select * from e`, listed}, true},
		"a view that calls":                   {[]string{`create view evil as select ST_AsText(geom) as ObjID from lamps`, listed}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := made(t, "GPKG", "crew.gpkg", "-nln", "lamps")
			sqlite(t, filepath.Join(folder, "crew.gpkg"), c.statements...)
			rows, err := all(t, bytesOf(t, folder, "crew.gpkg"), "crew.gpkg")
			if strings.Contains(strings.Join(rows, "\n"), word) {
				t.Errorf("the other file is read: %q", rows)
			}
			var fault *vector.Fault
			if c.refused != errors.As(err, &fault) || !c.refused && (err != nil || len(rows) < 2) {
				t.Errorf("%v, %q", err, rows)
			}
		})
	}
}

// A .tab may be a view of other tables, or a list of them.
func TestATABReadsNoOtherTable(t *testing.T) {
	t.Parallel()
	folder := made(t, "MapInfo File", "crew.tab", "-lco", "ENCODING=CP936")
	other := folderOf(t)
	for _, ext := range []string{".tab", ".dat", ".map", ".id"} {
		if err := os.WriteFile(filepath.Join(other, "other"+ext), bytesOf(t, folder, "crew"+ext), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	header := string(bytesOf(t, folder, "crew.tab"))
	set := func(header string) []byte {
		return archiveOf(t, "crew.tab", header, "crew.dat", string(bytesOf(t, folder, "crew.dat")), "crew.map", string(bytesOf(t, folder, "crew.map")),
			"crew.id", string(bytesOf(t, folder, "crew.id")))
	}
	view := "!table\n!version 300\n!charset Neutral\n\nopen table \"" + other + "/other\"\nopen table \"crew2\"\n  Create View both As Select ObjID, Note From other, crew2 Where other.ObjID = crew2.ObjID\n"
	for name, text := range map[string]string{
		"a view": view, "between returns": strings.ReplaceAll(view, "\n", "\r"),
		"a seamless layer": header + "begin_metadata\n\"\\IsSeamless\" = \"TRUE\"\nend_metadata\n",
	} {
		if rows, err := read(t.Context(), t, set(text), "a.zip"); !problem(err, vector.ProblemKind) || len(rows) > 0 {
			t.Errorf("%s: %v, %q", name, err, rows)
		}
	}
	if rows, err := read(t.Context(), t, set(header+"begin_metadata\n\"\\IsReadOnly\" = \"FALSE\"\nend_metadata\n"), "a.zip"); err != nil || len(rows) != 2 {
		t.Errorf("%v, %q", err, rows)
	}
	if rows, err := read(t.Context(), t, set(header+strings.Repeat(" \n", 300_000)), "a.zip"); !problem(err, vector.ProblemDamaged) {
		t.Errorf("a header without end: %v, %q", err, rows)
	}
}

// What an address in KML leads to is not read, whatever it is, and entities are no text.
func TestKMLReadsNoOtherFile(t *testing.T) {
	t.Parallel()
	other, word := secret(t)
	place := `<Placemark><name>%s</name><description>%s</description><ExtendedData><Data name="ObjID"><value>1</value></Data></ExtendedData><Point><coordinates>111.2,30.7</coordinates></Point></Placemark>`
	linked := filepath.Join(filepath.Dir(other), "other.kml")
	if err := os.WriteFile(linked, []byte(`<kml xmlns="http://www.opengis.net/kml/2.2"><Document>`+fmt.Sprintf(place, word, word)+`</Document></kml>`), 0o644); err != nil {
		t.Fatal(err)
	}
	entities, last := `<!ENTITY a "laughs at this">`, "a"
	for _, name := range strings.Split("bcdefghij", "") {
		entities += fmt.Sprintf("<!ENTITY %s %q>", name, strings.Repeat("&"+last+";", 16))
		last = name
	}
	for name, c := range map[string]struct {
		kind, declared, name, description, link string
	}{
		"another file": {declared: `<!ENTITY x SYSTEM "file://` + other + `">`, name: "&x;"},
		"laughs":       {declared: entities, description: "&j;"},
		"a link":       {link: "<NetworkLink><Link><href>file://" + linked + "</href></Link></NetworkLink>"},
		"a far link":   {link: "<NetworkLink><Link><href>http://127.0.0.1:1/other.kml</href></Link></NetworkLink>"},
		"a style":      {link: "<styleUrl>file://" + linked + "#s</styleUrl>"},
	} {
		doctype := ""
		if c.declared != "" {
			doctype = "<!DOCTYPE kml [" + c.declared + "]>"
		}
		kml := doctype + `<kml xmlns="http://www.opengis.net/kml/2.2"><Document>` + c.link + fmt.Sprintf(place, c.name, c.description) + `</Document></kml>`
		for file, body := range map[string][]byte{"a.kml": []byte(kml), "a.kmz": archiveOf(t, "doc.kml", kml)} {
			rows, err := all(t, body, file)
			if strings.Contains(strings.Join(rows, "\n"), word) || err != nil && !problem(err, vector.ProblemDamaged) || err == nil && len(rows) != 1 {
				t.Errorf("%s in %s: %v, %.300q", name, file, err, rows)
			}
		}
	}
}

// What an archive unpacks to is counted while it is written, whatever its list says.
func TestABombIsRefusedBeforeItFillsTheDisk(t *testing.T) {
	t.Parallel()
	folder := folderOf(t)
	bomb := archiveOf(t, "a.kml", strings.Repeat(" ", 90<<20), "b.kml", strings.Repeat(" ", 90<<20))
	if _, _, err := vector.Unpack(t.Context(), bytes.NewReader(bomb), int64(len(bomb)), "a.zip", folder); !problem(err, vector.ProblemTooLarge) {
		t.Errorf("%d bytes: %v", len(bomb), err)
	}
	written := int64(0)
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil {
			written += info.Size()
		}
	}
	if most := int64(64<<20 + 300*len(bomb) + 1); written > most {
		t.Errorf("%d bytes are written of at most %d", written, most)
	}
}

// An archive that holds itself is no data set in itself, and what is inside is not unpacked.
func TestArchivesInArchivesAreNotUnpacked(t *testing.T) {
	t.Parallel()
	kml := string(bytesOf(t, made(t, "LIBKML", "crew.kml"), "crew.kml"))
	inner := string(archiveOf(t, "crew.kml", kml))
	rows, err := read(t.Context(), t, archiveOf(t, "crew.kml", kml, "crew.zip", inner, "crew.kmz", inner), "a.zip")
	if err != nil || len(rows) != 2 {
		t.Errorf("%v, %q", err, rows)
	}
	if _, err := read(t.Context(), t, archiveOf(t, "a.zip", inner), "a.zip"); !problem(err, vector.ProblemKind) {
		t.Errorf("%v", err)
	}
}
