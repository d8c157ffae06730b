package api_test

import (
	"bytes"
	"math"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// book writes rows of text as the sheets 一, 二 and 三.
func book(t *testing.T, sheets ...string) string {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, text := range sheets {
		name := string([]rune("一二三")[i])
		if _, err := f.NewSheet(name); err != nil {
			t.Fatal(err)
		}
		for r, line := range strings.Split(strings.TrimSpace(text), "\n") {
			cells := strings.Split(line, ",")
			at, err := excelize.CoordinatesToCellName(1, r+1)
			if err == nil {
				err = f.SetSheetRow(name, at, &cells)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestWhatIsSaidBesideAFileIsUsedAndKept(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.settled(o.send("name=a.csv&accept=all", lamps(1, 4)).ID)
	odd := strings.Replace(strings.Replace(lamps(1, 3), "ObjID", "灯=号", 1), "ObjState", "现状", 1)
	whole := book(t, odd, strings.Replace(lamps(100, 3), "ObjID", "unknown", 1), lamps(200, 2))
	body, header := form(t, "=sheet|三", "=columns|"+`{"现状":"ObjState"}`, "=scope|grid=420502001,subclass=0118", "=accept|none", "a.xlsx|"+whole)
	sent := o.send("sheet=%E4%B8%80&column="+url.QueryEscape("灯=号=ObjID"), body, header)
	for round := range 2 {
		i := o.settled(sent.ID)
		if i.State != "staged" || i.Rows.Good != 5 || i.Rows.Bad != 0 {
			t.Fatalf("%d: %+v", round, i)
		}
		document := o.call("GET", "/imports/"+sent.ID, nil, o.key).ok()
		equal(t, at(t, document, "sheets"), []any{"一", "三"})
		equal(t, at(t, document, "columns"), map[string]any{"灯=号": "ObjID", "现状": "ObjState"})
		equal(t, at(t, document, "scope"), "grid=420502001,subclass=0118")
		difference := o.call("GET", "/imports/"+sent.ID+"/difference", nil, o.key)
		for range 100 { // the lock of the process that is gone may be held a moment longer
			if difference.Status == http.StatusOK {
				break
			}
			o.settled(sent.ID)
			difference = o.call("GET", "/imports/"+sent.ID+"/difference", nil, o.key)
		}
		missing, _ := at(t, difference.ok(), "missing").([]any)
		if len(missing) == 0 || at(t, missing[len(missing)-1], "code") != "4205020118500004" {
			t.Errorf("missing from what was declared with the file: %v", missing)
		}
		narrow := o.call("GET", "/imports/"+sent.ID+"/difference?scope=grid=999", nil, o.key).ok()
		if list, _ := at(t, narrow, "missing").([]any); len(list) != 0 {
			t.Errorf("missing from what the request declares: %v", list)
		}
		if round == 0 {
			o.restart() // and it is checked anew from what is kept
		}
	}
}

func TestWhatWasFixedIsCountedByColumnAndCode(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id := o.send("name=a.csv&accept=all", strings.Replace(strings.ReplaceAll(lamps(1, 4), "2011-12-31", "2011.12.31"), "4205020118", "４205020118", 2)).ID
	if i := o.settled(id); i.State != "promoted" {
		t.Fatalf("%+v", i)
	}
	fixes := at(t, o.call("GET", "/imports/"+id, nil, o.key).ok(), "issues", "fixes")
	equal(t, at(t, fixes, 0, "column"), "ORDate")
	equal(t, at(t, fixes, 0, "code"), "date_form")
	equal(t, at(t, fixes, 0, "cells"), 4.0)
	equal(t, at(t, fixes, 0, "value"), "2011.12.31")
	equal(t, at(t, fixes, 0, "instead"), "2011-12-31")
	equal(t, at(t, fixes, 1, "code"), "full_width")
	equal(t, at(t, fixes, 1, "cells"), 2.0)
	for severity, count := range map[string]int{"fixed": 6, "error": 0, "warning": 0} {
		if list, _ := at(t, o.call("GET", "/imports/"+id+"/issues?severity="+severity, nil, o.key).ok(), "issues").([]any); len(list) != count {
			t.Errorf("%s: %v", severity, list)
		}
	}
	page := o.call("GET", "/imports/"+id+"/issues?severity=fixed&limit=4", nil, o.key).ok()
	equal(t, at(t, page, "links", 2, "href"), base+"/imports/"+id+"/issues?limit=4&after=4&severity=fixed")
	if got := o.call("GET", "/imports/"+id+"/issues?severity=bad", nil, o.key); got.Status != http.StatusBadRequest {
		t.Errorf("%d %s", got.Status, got.Body)
	}
	if _, listed := at(t, o.call("GET", "/imports", nil, o.key).ok(), "imports", 0, "issues").(map[string]any)["fixes"]; listed {
		t.Error("the list shows them too")
	}
}

func TestRowsOfAWorkbookAreNamedBySheetAndRow(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.settled(o.send("name=a.csv&accept=all", lamps(1, 3)).ID)
	bad := "4205020118500099,路灯,,崭新,2011-12-31,111.295,30.705,钢\n"
	id := o.send("name=a.xlsx", book(t, lamps(11, 2), lamps(8101, 1)+bad+strings.TrimPrefix(lamps(8102, 1), surveyHeader))).ID
	if i := o.settled(id); i.State != "staged" || i.Rows.Bad != 1 {
		t.Fatalf("%+v", i)
	}
	var places []any
	target := "/imports/" + id + "/changes?limit=1"
	for target != "" {
		page := o.call("GET", target, nil, o.key).ok()
		changes, _ := at(t, page, "changes").([]any)
		links, _ := at(t, page, "links").([]any)
		target = ""
		for _, c := range changes {
			places = append(places, at(t, c, "sheet"), at(t, c, "row"))
		}
		if len(links) > 1 {
			target = strings.TrimPrefix(at(t, links[1], "href").(string), base)
		}
	}
	equal(t, any(places), any([]any{"一", 2.0, "一", 3.0, "二", 2.0, "二", 4.0}))
	features := o.call("GET", "/imports/"+id+"/preview", nil, o.key).ok()
	equal(t, at(t, features, "features", 3, "properties", "sheet"), "二")
	equal(t, at(t, features, "features", 3, "properties", "row"), 4.0)
	issues := o.call("GET", "/imports/"+id+"/issues", nil, o.key).ok()
	for n, row := range []float64{2, 3, 4} { // beside them what stands where others stand
		equal(t, at(t, issues, "issues", n, "sheet"), "二")
		equal(t, at(t, issues, "issues", n, "row"), row)
	}
	// What sheet 二 has stands where two of the first delivery stand.
	difference := o.call("GET", "/imports/"+id+"/difference?scope=grid=420502001,subclass=0118", nil, o.key).ok()
	for n, row := range []float64{2, 4} {
		equal(t, at(t, difference, "renumbered", n, "sheet"), "二")
		equal(t, at(t, difference, "renumbered", n, "row"), row)
	}
}

func TestPositionsAreReadInTheSystemThatIsSaid(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	body := "ObjID,ObjState,ORDate,X,Y\n4205020118500001,完好,2011-12-31,3397881.866,527264.948\n"
	i := o.settled(o.send("name=a.csv&accept=all&crs=EPSG:4546", body).ID)
	if i.State != "promoted" {
		t.Fatalf("%+v %s", i, o.call("GET", "/imports/"+i.ID+"/issues", nil, o.key).Body)
	}
	feature := o.call("GET", "/collections/components/items/4205020118500001", nil).ok()
	for n, want := range []float64{111.2846, 30.7012} {
		if got := at(t, feature, "geometry", "coordinates", n).(float64); math.Abs(got-want) > 1e-7 {
			t.Errorf("%v, not %v", got, want)
		}
	}
	equal(t, at(t, o.call("GET", "/imports/"+i.ID, nil, o.key).ok(), "crs"), "EPSG:4546")
}
