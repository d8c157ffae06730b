package api_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// moved are the rows of a file, all of them some metres further east and north.
func moved(t *testing.T, file string, east, north float64) string {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(file), "\n")
	for i, line := range lines[1:] {
		cells := strings.Split(line, ",")
		var lon, lat float64
		if _, err := fmt.Sscan(cells[5], &lon); err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Sscan(cells[6], &lat); err != nil {
			t.Fatal(err)
		}
		cells[2] = "" // the cell that it states
		cells[5], cells[6] = fmt.Sprintf("%.9f", lon+east/(111_320*math.Cos(lat*math.Pi/180))), fmt.Sprintf("%.9f", lat+north/110_860)
		lines[i+1] = strings.Join(cells, ",")
	}
	return strings.Join(lines, "\n") + "\n"
}

// TestTrap33AShiftIsToldWithItsVectorWhereComponentsAreKnown, and where none are the report says that it cannot know.
func TestTrap33AShiftIsToldWithItsVectorWhereComponentsAreKnown(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	shifted := moved(t, lamps(1, 40), 30, 52)
	fresh := o.sendAsking("name=fresh.csv", shifted).ID
	if i := o.settled(fresh); i.State != "staged" {
		t.Fatalf("on an empty registry: %+v", i)
	}
	for _, target := range []string{"/imports/" + fresh, "/imports/" + fresh + "/report.json"} {
		first := at(t, o.call("GET", target, nil, o.key).ok(), "positions", 0)
		equal(t, first, map[string]any{"reading": "EPSG:4326", "taken": true, "rows": 40.0, "inside": 40.0, "known": 0.0})
	}
	o.call("DELETE", "/imports/"+fresh, nil, o.key)

	if i := o.settled(o.send("name=a.csv&accept=all", lamps(1, 40)).ID); i.State != "promoted" {
		t.Fatalf("%+v", i)
	}
	id := o.sendAsking("name=b.csv&accept=all", shifted).ID
	if i := o.settled(id); i.State != "needs_answers" {
		t.Fatalf("%+v", i)
	}
	known := at(t, o.call("GET", "/imports/"+id, nil, o.key).ok(), "positions", 0)
	equal(t, at(t, known, "known"), 40.0)
	if east, north, spread := at(t, known, "offset", "east").(float64), at(t, known, "offset", "north").(float64), at(t, known, "offset", "spread").(float64); math.Abs(east-30) > 0.2 ||
		math.Abs(north-52) > 0.2 || spread > 0.2 {
		t.Errorf("the vector is %v, %v ± %v", east, north, spread)
	}
	asked := o.call("GET", "/imports/"+id+"/questions", nil, o.key)
	equal(t, at(t, asked.ok(), "questions", 0, "key"), "position")
	if !strings.Contains(asked.Body, "no system that can be computed explains the shift") || !strings.Contains(asked.Body, "Beijing 1954") {
		t.Errorf("%s", asked.Body)
	}
}
