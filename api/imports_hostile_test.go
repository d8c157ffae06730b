package api_test

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"citygrid/data"
	"citygrid/registry/census"
	"citygrid/registry/intake"
)

// form writes a multipart body of parts, each as "filename|content"; a part without filename, or with an = before its name, is a plain field.
func form(t *testing.T, parts ...string) (body, contentType string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, p := range parts {
		name, content, _ := strings.Cut(p, "|")
		var err error
		part := io.Writer(nil)
		if field, plain := strings.CutPrefix(name, "="); plain || name == "" {
			part, err = w.CreateFormField(cmp.Or(field, "x"))
		} else {
			part, err = w.CreateFormFile("file", name)
		}
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(part, content)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String(), "Content-Type: " + w.FormDataContentType()
}

// nothing fails the test when anything is left of a refused file.
func (o *office) nothing() {
	o.t.Helper()
	if left := o.files(); len(left) != 0 {
		o.t.Errorf("files are left: %q", left)
	}
	kept, err := o.store.Uploads(o.t.Context(), 10)
	if err != nil || len(kept) != 0 {
		o.t.Errorf("uploads are recorded: %+v, %v", kept, err)
	}
}

func TestAFormWithOneFileIsTaken(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	body, header := form(t, "路灯.csv|"+lamps(1, 3))
	i := o.settled(o.send("accept=all", body, header).ID)
	if i.State != "promoted" || i.Name != "路灯.csv" || i.Changes.Created != 3 {
		t.Errorf("%+v", i)
	}
	body, header = form(t, "../../etc/passwd.csv|"+lamps(1, 3))
	if i := o.send("accept=all", body, header); i.Name != "passwd.csv" {
		t.Errorf("%+v", i)
	}
}

func TestHostileBodiesAreRefusedAndLeaveNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	whole, header := form(t, "a.csv|"+lamps(1, 3))
	two, twoHeader := form(t, "a.csv|x", "b.csv|y")
	field, fieldHeader := form(t, "|x")
	none, noneHeader := form(t)
	late, lateHeader := form(t, "a.csv|"+lamps(1, 1), "=scope|all")
	long, longHeader := form(t, "=scope|"+strings.Repeat("x", 40<<10), "a.csv|x")
	many, manyHeader := form(t, append(slices.Repeat([]string{"=sheet|"}, 1001), "a.csv|x")...)
	unknown, unknownHeader := form(t, "=colour|red", "a.csv|x")
	twice, twiceHeader := form(t, "=scope|all", "a.csv|x")
	exe, exeHeader := form(t, "a.exe|MZ")
	for what, c := range map[string]struct {
		query, body, header string
		status              int
		code                string
	}{
		"two files":                         {"", two, twoHeader, 400, "invalid_body"},
		"a field":                           {"", field, fieldHeader, 400, "invalid_body"},
		"an empty form":                     {"", none, noneHeader, 400, "invalid_body"},
		"a form cut short":                  {"", whole[:len(whole)-30], header, 400, "invalid_body"},
		"a field after the file":            {"", late, lateHeader, 400, "invalid_body"},
		"long fields":                       {"", long, longHeader, 400, "invalid_body"},
		"many fields":                       {"", many, manyHeader, 400, "invalid_body"},
		"an unknown field":                  {"", unknown, unknownHeader, 400, "invalid_parameter"},
		"a field twice":                     {"scope=all", twice, twiceHeader, 400, "invalid_parameter"},
		"a system nobody knows":             {"name=a.csv&crs=moon", "x", "X-None: ", 400, "invalid_parameter"},
		"a crew with spaces round its name": {"name=a.csv&profile=%20x", "x", "X-None: ", 400, "invalid_parameter"},
		"a long crew":                       {"name=a.csv&profile=" + strings.Repeat("x", 81), "x", "X-None: ", 400, "invalid_parameter"},
		"what blank cells do":               {"name=a.csv&blank=maybe", "x", "X-None: ", 400, "invalid_parameter"},
		"a scope":                           {"name=a.csv&scope=town", "x", "X-None: ", 400, "invalid_parameter"},
		"a column without attribute":        {"name=a.csv&column=x", "x", "X-None: ", 400, "invalid_parameter"},
		"an attribute nobody knows":         {"name=a.csv&column=x%3DColour", "x", "X-None: ", 400, "invalid_parameter"},
		"a column with NUL":                 {"name=a.csv&column=a%00%3DObjID", "x", "X-None: ", 400, "invalid_parameter"},
		"columns with NUL":                  {"name=a.csv&columns=%7B%22a%5Cu0000%22%3A%22ObjID%22%7D", "x", "X-None: ", 400, "invalid_parameter"},
		"columns that are a list":           {"name=a.csv&columns=%5B1%5D", "x", "X-None: ", 400, "invalid_parameter"},
		"columns null":                      {"name=a.csv&columns=null", "x", "X-None: ", 400, "invalid_parameter"},
		"a sheet with a line":               {"name=a.csv&sheet=a%0Ab", "x", "X-None: ", 400, "invalid_parameter"},
		"no form at all":                    {"", "hello", header, 400, "invalid_body"},
		"no boundary":                       {"", whole, "Content-Type: multipart/form-data", 400, "invalid_body"},
		"a format nobody knows":             {"", exe, exeHeader, 415, "unsupported_format"},
		"no name":                           {"", lamps(1, 1), "X-None: ", 400, "invalid_parameter"},
		"a name with a line":                {"name=a%0Ab.csv", lamps(1, 1), "X-None: ", 400, "invalid_parameter"},
		"a name too long":                   {"name=" + strings.Repeat("a", 300) + ".csv", lamps(1, 1), "X-None: ", 400, "invalid_parameter"},
		"a folder":                          {"name=..%2F..", lamps(1, 1), "X-None: ", 400, "invalid_parameter"},
		"no bytes":                          {"name=a.csv", "", "X-None: ", 400, "invalid_parameter"},
		"compressed":                        {"name=a.csv", "x", "Content-Encoding: gzip", 400, "invalid_parameter"},
		"a policy":                          {"name=a.csv&accept=some", "x", "X-None: ", 400, "invalid_parameter"},
		"an encoding":                       {"name=a.csv&encoding=latin1", "x", "X-None: ", 400, "invalid_parameter"},
		"an idempotency key":                {"name=a.csv", "x", "Idempotency-Key: " + strings.Repeat("k", 300), 400, "invalid_parameter"},
	} {
		got := o.call("POST", "/imports?"+c.query, strings.NewReader(c.body), c.header, o.key)
		if got.Status != c.status || !strings.Contains(got.Body, `"code":"`+c.code+`"`) {
			t.Errorf("%s: %d %s", what, got.Status, got.Body)
		}
	}
	o.nothing()
}

func TestAFileBeyondTheLimitIsRefused(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(c *intake.Config) { c.MaxBytes = 1 << 20 })
	// Announced: refused before the body is sent.
	conn := o.dial()
	fmt.Fprintf(conn, "POST /imports?name=a.csv HTTP/1.1\r\nHost: x\r\n%s\r\nContent-Length: %d\r\n\r\n", o.key, 10<<30)
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil || answer.StatusCode != http.StatusRequestEntityTooLarge {
		t.Fatalf("%v %v", answer, err)
	}
	if text, _ := io.ReadAll(answer.Body); !strings.Contains(string(text), "1 MiB") {
		t.Errorf("the limit is not named: %s", text)
	}
	// Not announced: refused when it is reached.
	for _, size := range []int{1<<20 + 1, 20 << 20} {
		body := io.MultiReader(strings.NewReader(surveyHeader), io.LimitReader(endless{}, int64(size-len(surveyHeader))))
		if got := o.call("POST", "/imports?name=a.csv", struct{ io.Reader }{body}, o.key); got.Status != http.StatusRequestEntityTooLarge {
			t.Errorf("%d bytes: %d %s", size, got.Status, got.Body)
		}
	}
	o.nothing()
}

// endless is a stream of x.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

func (o *office) dial() net.Conn {
	o.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(o.url, "http://"))
	if err != nil {
		o.t.Fatal(err)
	}
	o.t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	return conn
}

func TestAClientThatHangsUpInTheMiddleLeavesNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for _, header := range []string{"Content-Type: text/csv", "Content-Type: multipart/form-data; boundary=b"} {
		conn := o.dial()
		fmt.Fprintf(conn, "POST /imports?name=a.csv HTTP/1.1\r\nHost: x\r\n%s\r\n%s\r\nContent-Length: 1000000\r\n\r\n", o.key, header)
		fmt.Fprint(conn, "--b\r\nContent-Disposition: form-data; name=file; filename=a.csv\r\n\r\n"+lamps(1, 100))
		for range 500 { // until it has begun
			if len(o.files()) > 0 {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		if len(o.files()) != 1 {
			t.Fatalf("%s: files: %q", header, o.files())
		}
		conn.Close()
		for range 500 {
			if len(o.files()) == 0 {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		o.nothing()
	}
}

func TestTooManyFilesAtOnceAreTurnedAway(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(c *intake.Config) { c.Kept = 2 })
	o.settled(o.send("name=a.csv", lamps(1, 2)).ID)
	o.settled(o.send("name=b.csv", lamps(3, 2)).ID)
	got := o.call("POST", "/imports?name=c.csv", strings.NewReader(lamps(5, 2)), o.key)
	if got.Status != http.StatusServiceUnavailable || got.Header.Get("Retry-After") == "" || !strings.Contains(got.Body, "imports_full") {
		t.Errorf("%d %s", got.Status, got.Body)
	}
}

func TestEventsEndWithTheBatch(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id := o.send("name=a.csv&accept=all", lamps(1, 8000)).ID
	events := o.call("GET", "/imports/"+id+"/events", nil, o.key) // ends by itself
	if events.Header.Get("Content-Type") != "text/event-stream" || events.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%s", events.Header)
	}
	all := strings.Split(strings.TrimSuffix(events.Body, "\n\n"), "\n\n")
	for n, e := range all {
		event, body, _ := strings.Cut(e, "\ndata: ")
		if want := map[bool]string{true: "event: ended", false: "event: progress"}[n == len(all)-1]; event != want {
			t.Errorf("%d of %d is %q", n, len(all), e)
		}
		if n == len(all)-1 {
			got := parse(t, body)
			equal(t, at(t, got, "state"), "promoted")
			equal(t, at(t, got, "rows", "read"), 8000.0)
		}
	}
	if head := o.call("HEAD", "/imports/"+id+"/events", nil, o.key); head.Status != http.StatusOK {
		t.Errorf("HEAD: %d", head.Status)
	}
}

// TestBothDoorsMakeTheSameOfAFile imports one file as the command does and another office over HTTP.
func TestBothDoorsMakeTheSameOfAFile(t *testing.T) {
	t.Parallel()
	body := lamps(1, 50) + "4205020118500099,路灯,,崭新,2011-12-31,111.285,30.705,钢\n" +
		"4205020118500100,路灯,,完好,2011-12-31,222.285,30.705,钢\n" + strings.TrimPrefix(lamps(7, 1), surveyHeader)
	o := newOffice(t)
	got := o.settled(o.send("name=a.csv&accept=good", body).ID)

	direct := newSite(t)
	lists, err := data.Catalog()
	if err != nil {
		t.Fatal(err)
	}
	c, err := census.Present(t.Context(), direct.store, census.Config{
		Store: direct.store, Catalogue: lists, Clock: clock, Actor: "test", Accept: census.AcceptGood,
	})
	if err != nil {
		t.Fatal(err)
	}
	want, err := c.Import(t.Context(), census.File{Name: "a.csv", Format: census.FormatCSV, Body: strings.NewReader(body),
		Answers: map[string]string{census.AnswerEverything: census.AnswerRefuse}})
	if err != nil {
		t.Fatal(err)
	}
	if b := want.Batch; got.Rows.Read != int(b.Read) || got.Rows.Good != int(b.Good) || got.Rows.Bad != int(b.Bad) || b.Bad != 2 ||
		got.Changes.Created != int(b.Counts.Created) || got.SHA != b.Digest || got.Issues.Errors != int(want.Errors) || got.Issues.Warnings != int(want.Warnings) {
		t.Errorf("%+v\n%+v", got, want)
	}
	listed, _ := at(t, o.call("GET", "/imports/"+got.ID+"/issues", nil, o.key).ok(), "issues").([]any)
	if len(listed) != len(want.Issues) || len(listed) == 0 {
		t.Errorf("%d issues, not %d", len(listed), len(want.Issues))
	}
}

func TestTwoFilesAtOnceAreBothTaken(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	var ids []string
	for n := range 5 {
		ids = append(ids, o.send("name=a.csv&accept=all", lamps(1+1000*n, 1000)).ID)
	}
	for _, id := range ids {
		if i := o.settled(id); i.State != "promoted" || i.Changes.Created != 1000 {
			t.Errorf("%+v", i)
		}
	}
}
