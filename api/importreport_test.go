package api_test

import (
	"archive/zip"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"citygrid/registry/intake"
	"citygrid/registry/vector"
)

func TestTheReportOnAFileIsThereInThreeForms(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id := o.send("name=路灯.csv&accept=all", lamps(1, 2)+"4205020118500099,路灯,,=崭新,2011-12-31,111.295,30.705,钢\n").ID
	if i := o.settled(id); i.State != "rejected" {
		t.Fatalf("%+v", i)
	}
	document := o.call("GET", "/imports/"+id+"/report.json", nil, o.key)
	equal(t, at(t, document.ok(), "errors"), 1.0)
	equal(t, at(t, document.ok(), "batch", "id"), id)
	equal(t, at(t, document.ok(), "issues", 0, "column_letter"), "D")
	if got := document.Header.Get("Content-Disposition"); got != "attachment; filename*=utf-8''%E8%B7%AF%E7%81%AF.report.json" {
		t.Errorf("it is saved as %s", got)
	}
	table := o.call("GET", "/imports/"+id+"/report.csv", nil, o.key)
	if table.Status != http.StatusOK || !strings.Contains(table.Body, ",unknown_state,'=崭新,") {
		t.Errorf("%d %s", table.Status, table.Body)
	}
	workbook := o.call("GET", "/imports/"+id+"/report.xlsx", nil, o.key)
	if workbook.Status != http.StatusOK {
		t.Fatalf("%d %s", workbook.Status, workbook.Body)
	}
	all, err := zip.NewReader(strings.NewReader(workbook.Body), int64(len(workbook.Body)))
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, f := range all.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		found = found || strings.Contains(string(text), "=崭新")
	}
	if !found {
		t.Error("the faulty cell is not in the workbook")
	}
	// A file that came another way is not kept here, what was found in it is.
	list := o.call("GET", "/imports", nil, o.key).ok()
	direct, _ := at(t, list, "imports", 1, "id").(string)
	for path, status := range map[string]int{"/report.json": 200, "/report.csv": 200, "/report.xlsx": 404} {
		if got := o.call("GET", "/imports/"+direct+path, nil, o.key); got.Status != status {
			t.Errorf("%s: %d %s", path, got.Status, got.Body)
		}
	}
}

func TestRejectsComeBackInTheFilesOwnFormat(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	bad := "4205020118500099,路灯,,崭新,2011-12-31,111.295,30.705,钢\r\n"
	rows := strings.ReplaceAll(lamps(1, 3), "\n", "\r\n")
	body, err := simplifiedchinese.GBK.NewEncoder().String(rows + bad + strings.TrimPrefix(strings.ReplaceAll(lamps(4, 2), "\n", "\r\n"), strings.ReplaceAll(surveyHeader, "\n", "\r\n")))
	if err != nil {
		t.Fatal(err)
	}
	want, err := simplifiedchinese.GBK.NewEncoder().String(strings.ReplaceAll(surveyHeader, "\n", "\r\n") + bad)
	if err != nil {
		t.Fatal(err)
	}
	id := o.send("name=..%2F路灯.CSV&accept=good", body).ID
	if i := o.settled(id); i.State != "promoted" || i.Rows.Bad != 1 {
		t.Fatalf("%+v", i)
	}
	o.restart()
	got := o.call("GET", "/imports/"+id+"/rejects", nil, o.key)
	if got.Status != http.StatusOK || got.Body != want || got.Header.Get("Content-Disposition") != "attachment; filename*=utf-8''%E8%B7%AF%E7%81%AF.rejects.CSV" {
		t.Errorf("%d %s %q", got.Status, got.Header, got.Body)
	}
	mended := strings.Replace(got.Body, string([]byte{0xd5, 0xb8, 0xd0, 0xc2}), string([]byte{0xcd, 0xea, 0xba, 0xc3}), 1)
	if i := o.settled(o.send("name=b.csv&accept=all", mended).ID); i.State != "promoted" || i.Changes.Created != 1 {
		t.Errorf("mended: %+v", i)
	}

	// A workbook that is named as a table.
	book := o.send("name=b.csv", book(t, lamps(11, 2), lamps(21, 1)+strings.TrimSpace(bad))).ID
	o.settled(book)
	got = o.call("GET", "/imports/"+book+"/rejects", nil, o.key)
	f, err := excelize.OpenReader(strings.NewReader(got.Body))
	if err != nil {
		t.Fatalf("%d %v", got.Status, err)
	}
	defer f.Close()
	if lines, err := f.GetRows("二"); err != nil || len(lines) != 2 || lines[1][3] != "崭新" || len(f.GetSheetList()) != 1 {
		t.Errorf("%v %q %v", f.GetSheetList(), lines, err)
	}
	if name := got.Header.Get("Content-Disposition"); name != "attachment; filename=b.rejects.xlsx" {
		t.Error(name)
	}

	none := o.send("name=c.csv&accept=all", lamps(1, 3)).ID
	o.settled(none)
	unread := o.send("name=d.csv&accept=all", "x,y\n1,2\n").ID
	o.settled(unread)
	for what, id := range map[string]string{"none": none, "not read": unread, "unknown": "550e8400-e29b-41d4-a716-446655440000"} {
		if got := o.call("GET", "/imports/"+id+"/rejects", nil, o.key); got.Status != http.StatusNotFound {
			t.Errorf("%s: %d %s", what, got.Status, got.Body)
		}
	}
	if got := o.call("GET", "/imports/"+id+"/rejects", nil); got.Status != http.StatusUnauthorized {
		t.Errorf("without a key: %d", got.Status)
	}
	if err := os.Remove(filepath.Join(o.dir, id)); err != nil {
		t.Fatal(err)
	}
	if got := o.call("GET", "/imports/"+id+"/rejects", nil, o.key); got.Status != http.StatusNotFound || !strings.Contains(got.Body, "file_gone") {
		t.Errorf("without its file: %d %s", got.Status, got.Body)
	}
}

func TestAPromotedFileIsTakenBack(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	first := o.settled(o.send("name=a.csv&accept=all", lamps(1, 4)).ID)
	second := o.settled(o.send("name=b.csv&accept=all", second()).ID)
	if got := o.call("POST", "/imports/"+second.ID+"/undo", nil, o.key); got.Status != http.StatusBadRequest {
		t.Errorf("without a reason: %d %s", got.Status, got.Body)
	}
	got := o.call("POST", "/imports/"+second.ID+"/undo?reason=%E9%94%99%E4%BA%86", nil, o.key).ok()
	equal(t, at(t, got, "restored"), 2.0)
	equal(t, at(t, got, "withdrawn"), 1.0)
	equal(t, at(t, got, "left"), []any{})
	if i := o.settled(second.ID); i.State != "undone" || i.Active {
		t.Errorf("%+v", i)
	}
	equal(t, at(t, o.call("GET", "/collections/components/items/4205020118500002", nil).ok(), "properties", "state"), "完好")
	if got := o.call("GET", "/collections/components/items/4205020118500900", nil); got.Status != http.StatusNotFound {
		t.Errorf("what it had created is there: %d", got.Status)
	}
	if got := o.call("POST", "/imports/"+second.ID+"/undo?reason=again", nil, o.key); got.Status != http.StatusConflict {
		t.Errorf("twice: %d %s", got.Status, got.Body)
	}
	for id, status := range map[string]int{first.ID: 200, "550e8400-e29b-41d4-a716-446655440000": 404} {
		if got := o.call("POST", "/imports/"+id+"/undo?reason=x", nil, o.key); got.Status != status {
			t.Errorf("%s: %d %s", id, got.Status, got.Body)
		}
	}
}

func TestTheTemplateOfTheCitysEditionNeedsNoKey(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	got := o.call("GET", "/catalog/template.xlsx?class=01", nil)
	if got.Status != http.StatusOK || !strings.Contains(got.Header.Get("Content-Disposition"), "citygrid-census.xlsx") {
		t.Fatalf("%d %s", got.Status, got.Body)
	}
	book, err := excelize.OpenReader(strings.NewReader(got.Body))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	cell, err := book.GetCellValue(book.GetSheetList()[1], "A1")
	if all := o.call("GET", "/catalog/template.xlsx", nil); err != nil || !strings.Contains(cell, "ObjID") || len(all.Body) <= len(got.Body) {
		t.Errorf("%v, %q, %d bytes of all classes, %d of one", err, cell, len(all.Body), len(got.Body))
	}
	if got := o.call("GET", "/catalog/template.xlsx?class=99", nil); got.Status < 400 || got.Status >= 500 || !strings.Contains(got.Body, "99") {
		t.Errorf("of a class that does not exist: %d %s", got.Status, got.Body)
	}
}

func TestRejectsOfAMapFileAreAGeoPackage(t *testing.T) {
	t.Parallel()
	tool, err := vector.Find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	o := newOffice(t, func(c *intake.Config) { c.Maps = tool })
	var kml strings.Builder
	kml.WriteString(`<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Schema name="s" id="s">` +
		`<SimpleField name="ObjID" type="string"/><SimpleField name="ObjState" type="string"/><SimpleField name="ORDate" type="string"/></Schema>`)
	for n, state := range []string{"完好", "崭新"} {
		fmt.Fprintf(&kml, `<Placemark><ExtendedData><SchemaData schemaUrl="#s"><SimpleData name="ObjID">420502011850000%d</SimpleData><SimpleData name="ObjState">%s</SimpleData>`+
			`<SimpleData name="ORDate">2011-12-31</SimpleData></SchemaData></ExtendedData><Point><coordinates>111.28%d,30.70055</coordinates></Point></Placemark>`, n+1, state, n+1)
	}
	kml.WriteString(`</Document></kml>`)
	id := o.send("name=a.kml&accept=good", kml.String()).ID
	if i := o.settled(id); i.State != "promoted" || i.Rows.Bad != 1 || i.Changes.Created != 1 {
		t.Fatalf("%+v %s", i, o.call("GET", "/imports/"+id+"/issues", nil, o.key).Body)
	}
	got := o.call("GET", "/imports/"+id+"/rejects", nil, o.key)
	if got.Status != http.StatusOK || !strings.HasPrefix(got.Body, "SQLite format 3\x00") || !strings.Contains(got.Body, "崭新") ||
		got.Header.Get("Content-Disposition") != "attachment; filename=a.rejects.gpkg" || got.Header.Get("Content-Type") != "application/geopackage+sqlite3" {
		t.Errorf("%d %s %.200q", got.Status, got.Header, got.Body)
	}
}
