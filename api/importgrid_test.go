package api_test

import (
	"math"
	"net/http"
	"strings"
	"testing"

	"citygrid/geo/crs"
	"citygrid/registry/census"
)

// TestTrap34AGridIsNamedInARequestAndItsParametersStayInside: neither an answer nor the log has them.
func TestTrap34AGridIsNamedInARequestAndItsParametersStayInside(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	body := "ObjID,ObjName,ObjState,ORDate,X,Y\n4205020118500001,路灯,完好,2011-12-31,47881.866,37264.948\n" // 111.2846 30.7012
	const inGrid = "name=a.csv&accept=all&crs=LOCAL:%E5%AE%9C%E6%98%8C"
	refused := o.call("POST", "/imports?"+inGrid, strings.NewReader(body), o.key)
	if refused.Status != http.StatusBadRequest || !strings.Contains(refused.Body, "its four parameters") {
		t.Errorf("a grid that is not stored: %d %s", refused.Status, refused.Body)
	}
	if got := o.call("POST", "/imports?name=a.csv&crs=LOCAL:a%2Fb", strings.NewReader(body), o.key); got.Status != http.StatusBadRequest {
		t.Errorf("a name that is none: %d %s", got.Status, got.Body)
	}
	if left := o.files(); len(left) > 0 {
		t.Errorf("files: %q", left)
	}
	grid := crs.Grid{Name: "宜昌", Zone: 4546, East: 490_000, North: 3_350_000, Scale: 1}
	if _, err := o.store.PutGrid(t.Context(), census.StoredGrid{Grid: grid, Actor: "ling", StoredAt: clock()}); err != nil {
		t.Fatal(err)
	}
	id := o.sendAsking(inGrid, body).ID
	if i := o.settled(id); i.State != "promoted" || i.Changes.Created != 1 {
		t.Fatalf("%+v", i)
	}
	at0 := at(t, o.call("GET", "/collections/components/items/4205020118500001", nil).ok(), "geometry", "coordinates").([]any)
	if math.Abs(at0[0].(float64)-111.2846) > 1e-7 || math.Abs(at0[1].(float64)-30.7012) > 1e-7 {
		t.Errorf("it stands at %v", at0)
	}
	asked := strings.Replace(body, "500001", "500002", 1)
	question := o.sendAsking("name=b.csv&accept=all", asked).ID
	if i := o.settled(question); i.State != "needs_answers" {
		t.Fatalf("%+v", i)
	}
	questions := o.call("GET", "/imports/"+question+"/questions", nil, o.key)
	if !strings.Contains(questions.Body, "LOCAL:宜昌/swapped") {
		t.Errorf("%s", questions.Body)
	}
	o.reply(question, map[string]string{"position": "LOCAL:宜昌/swapped"}).imported(http.StatusAccepted)
	if i := o.settled(question); i.State != "promoted" {
		t.Errorf("%+v", i)
	}
	for _, said := range []string{o.log.String(), refused.Body, questions.Body, o.call("GET", "/imports/"+id, nil, o.key).Body, o.call("GET", "/imports/"+id+"/report.json", nil, o.key).Body} {
		if strings.Contains(said, "490000") || strings.Contains(said, "3350000") || strings.Contains(said, "527264") {
			t.Errorf("the parameters are told: %s", said)
		}
	}
}
