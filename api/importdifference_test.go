package api_test

import (
	"net/http"
	"strings"
	"testing"
)

// second is a later delivery of lamps(1, 4): the first is as it was, the second in another state, the third moved, the fourth left out, and
// one is new.
func second() string {
	rows := strings.SplitAfter(strings.TrimSuffix(lamps(1, 4), "\n"), "\n")
	return rows[0] + rows[1] + strings.Replace(rows[2], "完好", "破损", 1) + strings.Replace(rows[3], "111.28085,", "111.29985,", 1) +
		strings.TrimPrefix(lamps(900, 1), surveyHeader)
}

func TestAPreviewSaysWhatItWouldChange(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.settled(o.send("name=a.csv&accept=all", lamps(1, 4)).ID)
	id := o.send("name=b.csv", second()).ID
	o.settled(id)

	got := o.call("GET", "/imports/"+id+"/difference?scope=grid=420502001,subclass=0118", nil, o.key).ok()
	equal(t, at(t, got, "totals", "created"), 1.0)
	equal(t, at(t, got, "totals", "updated"), 1.0)
	equal(t, at(t, got, "totals", "moved"), 1.0)
	equal(t, at(t, got, "totals", "unchanged"), 1.0)
	missing, _ := at(t, got, "missing").([]any)
	if len(missing) == 0 || at(t, missing[len(missing)-1], "code") != "4205020118500004" {
		t.Errorf("missing: %v", missing)
	}
	equal(t, at(t, o.call("GET", "/imports/"+id+"/difference", nil, o.key).ok(), "missing"), []any{})
	shown := o.call("GET", "/imports/"+id+"/missing?scope=grid=420502001,subclass=0118", nil, o.key).ok()
	equal(t, at(t, shown, "numberReturned"), float64(len(missing)))
	last := at(t, shown, "features", len(missing)-1)
	equal(t, at(t, last, "id"), "4205020118500004")
	equal(t, at(t, last, "geometry", "coordinates", 0), 111.28095)
	equal(t, at(t, last, "properties", "kind"), "missing")
	equal(t, at(t, o.call("GET", "/imports/"+id+"/missing", nil, o.key).ok(), "numberReturned"), 0.0)

	changes := o.call("GET", "/imports/"+id+"/changes?limit=2", nil, o.key).ok()
	equal(t, at(t, changes, "changes", 0), map[string]any{
		"row": 3.0, "code": "4205020118500002", "kind": "updated",
		"columns": []any{map[string]any{"column": "ObjState", "old": "完好", "new": "破损", "format": false, "cleared": false}},
	})
	equal(t, at(t, changes, "changes", 1, "kind"), "moved")
	next, _ := at(t, changes, "links", 1, "href").(string)
	rest := o.call("GET", strings.TrimPrefix(next, base), nil, o.key).ok()
	equal(t, at(t, rest, "changes", 0, "kind"), "created")

	preview := o.call("GET", "/imports/"+id+"/preview", nil, o.key)
	if preview.Header.Get("Content-Type") != "application/geo+json" {
		t.Errorf("%s", preview.Header)
	}
	features := preview.ok()
	equal(t, at(t, features, "numberReturned"), 3.0)
	equal(t, at(t, features, "features", 1, "geometry", "coordinates", 0), 111.29985)
	equal(t, at(t, features, "features", 1, "properties", "moved_from", "coordinates", 0), 111.28085)
	equal(t, at(t, features, "features", 2, "id"), "4205020118500900")

	if i := o.call("POST", "/imports/"+id+"/commit", nil, o.key).imported(http.StatusOK); i.Changes.Created != 1 || i.Changes.Updated != 2 || i.Changes.Unchanged != 1 {
		t.Errorf("it did something else: %+v", i)
	}
	for _, path := range []string{"/difference", "/changes", "/preview", "/missing?scope=all"} {
		if got := o.call("GET", "/imports/"+id+path, nil, o.key); got.Status != http.StatusConflict {
			t.Errorf("%s of what is promoted: %d %s", path, got.Status, got.Body)
		}
	}
	for target, status := range map[string]int{"/difference?scope=town": 400, "/changes?after=-1": 400, "/preview?limit=0": 400, "/missing?scope=x": 400} {
		if got := o.call("GET", "/imports/"+id+target, nil, o.key); got.Status != status {
			t.Errorf("%s: %d", target, got.Status)
		}
	}
}
