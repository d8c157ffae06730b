package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"citygrid/api"
	"citygrid/data"
	"citygrid/registry"
	"citygrid/registry/intake"
	"citygrid/registry/postgis"
)

// office is a site that takes survey files, behind a real HTTP server.
type office struct {
	*site
	dir  string // of uploads
	url  string
	key  string // header of a registrar
	desk *intake.Desk
	stop func() // ends the desk's work and waits for it
}

func newOffice(t *testing.T, change ...func(*intake.Config)) *office {
	t.Helper()
	o := &office{site: newSite(t), dir: filepath.Join(t.TempDir(), "uploads")}
	o.key = o.mint(registry.Key{Roles: []string{"registrar"}})
	o.open(change...)
	return o
}

// open serves the site with a new desk, as a new process would.
func (o *office) open(change ...func(*intake.Config)) {
	o.t.Helper()
	lists, err := data.Catalog()
	if err != nil {
		o.t.Fatal(err)
	}
	c := intake.Config{Store: o.store, Catalogue: lists, Dir: o.dir, Clock: clock, Log: slog.New(slog.NewJSONHandler(o.log, nil)), Retry: 20 * time.Millisecond}
	for _, f := range change {
		f(&c)
	}
	if o.desk, err = intake.New(c); err != nil {
		o.t.Fatal(err)
	}
	o.config.Imports = o.desk
	handler, err := api.New(o.config)
	if err != nil {
		o.t.Fatal(err)
	}
	o.server = handler
	server := httptest.NewUnstartedServer(handler)
	server.Config = api.NewHTTPServer(handler, o.config.Log, time.Now)
	server.Start()
	o.url = server.URL
	ctx, cancel := context.WithCancel(context.Background())
	var work sync.WaitGroup
	work.Go(func() { o.desk.Run(ctx) })
	o.stop = sync.OnceFunc(func() {
		cancel()
		work.Wait()
		server.Close()
	})
	o.t.Cleanup(o.stop)
}

// call makes a request over the network.
func (o *office) call(method, target string, body io.Reader, headers ...string) reply {
	o.t.Helper()
	r, err := http.NewRequestWithContext(o.t.Context(), method, o.url+target, body)
	if err != nil {
		o.t.Fatal(err)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Add(name, value)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		o.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		o.t.Fatal(err)
	}
	return reply{o.t, answer.StatusCode, answer.Header, string(text)}
}

// imported is what an import answers, as far as tests look at it.
type imported struct {
	ID, State, Reason, Name, Accept, Actor string
	Same                                   string `json:"same_as"`
	SHA                                    string `json:"sha256"`
	Active                                 bool
	Rows                                   struct{ Read, Good, Bad int }
	Changes                                struct{ Created, Updated, Unchanged int }
	Recognised                             []struct{ EN string }
	Issues                                 struct {
		Errors, Warnings int
		Codes            []struct {
			Code     string
			Severity string
			Count    int
		} `json:"by_code"`
	}
	Failure struct{ Code string }
	Links   []struct{ Rel, Href string }
}

func (r reply) imported(status int) (i imported) {
	r.t.Helper()
	if r.Status != status {
		r.t.Fatalf("status %d, not %d: %s", r.Status, status, r.Body)
	}
	if err := json.Unmarshal([]byte(r.Body), &i); err != nil {
		r.t.Fatalf("%v in %s", err, r.Body)
	}
	return i
}

// send sends a file and wants it taken. What it leaves open is refused.
func (o *office) send(query, body string, headers ...string) imported {
	o.t.Helper()
	return o.sendAsking(query+"&answer=*%3Drefuse", body, headers...)
}

// sendAsking sends a file that may leave something open.
func (o *office) sendAsking(query, body string, headers ...string) imported {
	o.t.Helper()
	return o.call("POST", "/imports?"+query, strings.NewReader(body), append(headers, o.key)...).imported(http.StatusAccepted)
}

// settled waits until nothing happens by itself any more.
func (o *office) settled(id string) imported {
	o.t.Helper()
	for range 6000 {
		i := o.call("GET", "/imports/"+id, nil, o.key).imported(http.StatusOK)
		if !i.Active && i.State != "received" && i.State != "checked" {
			return i
		}
		time.Sleep(10 * time.Millisecond)
	}
	o.t.Fatalf("import %s does not end", id)
	return imported{}
}

// files are the names in the folder of uploads.
func (o *office) files() (names []string) {
	o.t.Helper()
	entries, err := os.ReadDir(o.dir)
	if err != nil && !os.IsNotExist(err) {
		o.t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

const surveyHeader = "ObjID,ObjName,BGID,ObjState,ORDate,Lon,Lat,Material\n"

// lamps writes n good rows, numbered from first, some 10 m apart.
func lamps(first, n int) string {
	var b strings.Builder
	b.WriteString(surveyHeader)
	for i := first; i < first+n; i++ {
		fmt.Fprintf(&b, "4205020118%06d,路灯,,完好,2011-12-31,%.5f,%.5f,钢\n", 500000+i, 111.28055+float64(i%90)/1e4, 30.70055+float64(i/90%90)/1e4)
	}
	return b.String()
}

func TestAFileGoesTheWholeWayOverHTTP(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	body, err := simplifiedchinese.GBK.NewEncoder().String(lamps(1, 3) + "4205020118500099,路灯,,=崭新,2011-12-31,111.295,30.705,钢\n")
	if err != nil {
		t.Fatal(err)
	}
	sent := o.call("POST", "/imports?name=%2Fhome%2Fcrew%2F路灯.csv&accept=none&answer=*%3Drefuse", strings.NewReader(body), o.key)
	id := sent.imported(http.StatusAccepted).ID
	if sent.Header.Get("Location") != base+"/imports/"+id {
		t.Errorf("Location: %s", sent.Header.Get("Location"))
	}
	if info, err := os.Stat(o.dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("folder of uploads: %v, %v", info, err)
	}
	i := o.settled(id)
	if i.State != "staged" || i.Name != "路灯.csv" || i.Rows.Read != 4 || i.Rows.Good != 3 || i.Rows.Bad != 1 || i.Issues.Errors != 1 ||
		len(i.Issues.Codes) != 1 || i.Issues.Codes[0].Code != "unknown_state" || !strings.HasPrefix(i.Actor, "test (") ||
		len(i.Recognised) == 0 || i.Recognised[0].EN != "read as GB18030" || i.Links[len(i.Links)-1].Rel != "commit" {
		t.Errorf("%+v", i)
	}
	if got := o.call("GET", "/collections/components/items/4205020118500001", nil); got.Status != http.StatusNotFound {
		t.Errorf("a preview is visible: %d %s", got.Status, got.Body)
	}

	issues := o.call("GET", "/imports/"+id+"/issues", nil, o.key).ok()
	equal(t, at(t, issues, "issues", 0, "row"), 5.0)
	equal(t, at(t, issues, "issues", 0, "value"), "=崭新")
	equal(t, at(t, issues, "issues", 0, "message", "zh") != "", true)
	for _, header := range []string{"Accept: text/csv", "X-None: "} {
		target := "/imports/" + id + "/issues"
		if header == "X-None: " {
			target += "?f=csv"
		}
		table := o.call("GET", target, nil, o.key, header, "Accept-Language: zh")
		if table.Header.Get("Content-Type") != "text/csv; charset=utf-8" || !strings.HasPrefix(table.Body, "\ufeffsheet,row,column,severity,code,value,instead,message\r\n") ||
			!strings.Contains(table.Body, "\r\n,5,ObjState,error,unknown_state,'=崭新,,状态只能是") {
			t.Errorf("%s: %s", table.Header, table.Body)
		}
	}

	if got := o.call("POST", "/imports/"+id+"/commit", nil, o.key); got.Status != http.StatusConflict || !strings.Contains(got.Body, "rows_with_errors") {
		t.Errorf("all of a file with an error: %d %s", got.Status, got.Body)
	}
	i = o.call("POST", "/imports/"+id+"/commit?accept=good", nil, o.key).imported(http.StatusOK)
	if i.State != "promoted" || i.Changes.Created != 3 || i.Active {
		t.Errorf("%+v", i)
	}
	feature := o.call("GET", "/collections/components/items/4205020118500001", nil).ok()
	equal(t, at(t, feature, "properties", "grid"), "420502001001001")
	for _, target := range []string{"/commit?accept=good", ""} {
		method := map[string]string{"": "DELETE"}[target]
		if method == "" {
			method = "POST"
		}
		if got := o.call(method, "/imports/"+id+target, nil, o.key); got.Status != http.StatusConflict || !strings.Contains(got.Body, "batch_not_staged") {
			t.Errorf("%s of what is promoted: %d %s", method, got.Status, got.Body)
		}
	}
}

func TestAcceptDecidesWhatIsTakenWithoutACommit(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	bad := "4205020118500099,路灯,,崭新,2011-12-31,111.285,30.705,钢\n"
	for _, c := range []struct{ accept, body, state, reason string }{
		{"all", lamps(1, 2) + bad, "rejected", "rows_with_errors"},
		{"good", lamps(3, 2) + bad, "promoted", ""},
		{"all", lamps(5, 2), "promoted", ""},
		{"good", "x,y\n1,2\n", "rejected", "file_not_read"},
	} {
		i := o.settled(o.send("name=a.csv&accept="+c.accept, c.body).ID)
		if i.State != c.state || i.Reason != c.reason || i.Accept != c.accept {
			t.Errorf("%s: %+v", c.accept, i)
		}
	}
	if left := o.files(); len(left) != 3 { // of all but the one in which nothing was found
		t.Errorf("files are left: %q", left)
	}
	list := o.call("GET", "/imports", nil, o.key).ok()
	if all, _ := at(t, list, "imports").([]any); len(all) != 6 { // and the two of the city itself
		t.Errorf("%d imports are listed", len(all))
	}
}

func TestADeskCountsWhatItDoes(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.settled(o.send("name=a.csv&accept=all", lamps(1, 2)).ID)
	o.settled(o.send("name=b.csv", lamps(3, 2)).ID)
	o.settled(o.send("name=c.csv&accept=all", "x\n").ID)
	if got := o.desk.Stats(); got != (intake.Stats{Taken: 3, Promoted: 1}) {
		t.Errorf("%+v", got)
	}
}

func TestTheSameFileTwiceChangesNothingAndSaysSo(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	first := o.settled(o.send("name=a.csv&accept=all", lamps(1, 5)).ID)
	again := o.settled(o.send("name=b.csv&accept=all", lamps(1, 5)).ID)
	if first.Changes.Created != 5 || again.Changes.Created != 0 || again.Changes.Unchanged != 5 || again.Same != first.ID {
		t.Errorf("%+v\n%+v", first, again)
	}
}

func TestAnIdempotencyKeyNamesOneFile(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	first := o.send("name=a.csv&accept=all", lamps(1, 5), "Idempotency-Key: k1")
	if again := o.send("name=a.csv&accept=all", lamps(1, 5), "Idempotency-Key: k1"); again.ID != first.ID {
		t.Errorf("another import %s", again.ID)
	}
	if got := o.call("POST", "/imports?name=a.csv", strings.NewReader(lamps(1, 6)), "Idempotency-Key: k1", o.key); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("another file under the same key: %d %s", got.Status, got.Body)
	}
	if other := o.send("name=a.csv", lamps(1, 5)); other.ID == first.ID {
		t.Error("without a key it is the same import")
	}
	o.settled(first.ID)
	if again := o.send("name=a.csv&accept=all", lamps(1, 5), "Idempotency-Key: k1"); again.ID != first.ID || again.State != "promoted" {
		t.Errorf("after the promotion: %+v", again)
	}
	stranger := o.mint(registry.Key{Roles: []string{"registrar"}})
	i := o.call("POST", "/imports?name=a.csv", strings.NewReader(lamps(1, 6)), "Idempotency-Key: k1", stranger).imported(http.StatusAccepted)
	if i.ID == first.ID {
		t.Error("the key of another sender counts")
	}
}

func TestSurveyFilesNeedARegistrarsKey(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	reader := o.mint(registry.Key{Roles: []string{"reader"}})
	id := o.send("name=a.csv", lamps(1, 2)).ID
	o.settled(id)
	for _, c := range []struct{ method, target string }{
		{"POST", "/imports?name=a.csv"}, {"GET", "/imports"}, {"GET", "/imports/" + id}, {"DELETE", "/imports/" + id},
		{"GET", "/imports/" + id + "/issues"}, {"GET", "/imports/" + id + "/events"}, {"POST", "/imports/" + id + "/commit"},
	} {
		for header, want := range map[string]int{"X-None: ": 401, "Authorization: Bearer x": 401, reader: 403} {
			if got := o.call(c.method, c.target, nil, header); got.Status != want {
				t.Errorf("%s %s with %.20s: %d %s", c.method, c.target, header, got.Status, got.Body)
			}
		}
	}
	if i := o.settled(id); i.State != "staged" {
		t.Errorf("%+v", i)
	}
}

func TestADiscardedPreviewLeavesNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id := o.send("name=a.csv", lamps(1, 2)).ID
	o.settled(id)
	if i := o.call("DELETE", "/imports/"+id, nil, o.key).imported(http.StatusOK); i.State != "rejected" || i.Reason != "discarded" {
		t.Errorf("%+v", i)
	}
	if left := o.files(); len(left) != 0 {
		t.Errorf("files are left: %q", left)
	}
	if got := o.call("POST", "/imports/"+id+"/commit", nil, o.key); got.Status != http.StatusConflict {
		t.Errorf("%d %s", got.Status, got.Body)
	}
	for _, unknown := range []string{"x", "550e8400-e29b-41d4-a716-446655440000"} {
		if got := o.call("GET", "/imports/"+unknown, nil, o.key); got.Status != http.StatusNotFound {
			t.Errorf("%s: %d", unknown, got.Status)
		}
	}
}

// restart ends the process and begins another on the same database and folder.
func (o *office) restart(change ...func(*intake.Config)) {
	o.t.Helper()
	o.stop()
	o.store.Close()
	store, err := postgis.Open(o.t.Context(), postgis.Config{URL: o.database})
	if err != nil {
		o.t.Fatal(err)
	}
	o.t.Cleanup(store.Close)
	if _, err := store.RejectInterrupted(o.t.Context(), clock()); err != nil { // the first that a server does
		o.t.Fatal(err)
	}
	o.store = store
	o.site.start()
	o.open(change...)
}
