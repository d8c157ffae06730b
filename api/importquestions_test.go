package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"citygrid/registry"
	"citygrid/registry/intake"
)

// open is a file that leaves the states 好的 and 半新 open.
func open() string {
	return strings.Replace(strings.Replace(lamps(1, 4), "完好", "好的", 2), "完好", "半新", 1)
}

// reply sends answers.
func (o *office) reply(id string, answers map[string]string, headers ...string) reply {
	o.t.Helper()
	body, err := json.Marshal(map[string]any{"answers": answers})
	if err != nil {
		o.t.Fatal(err)
	}
	return o.call("POST", "/imports/"+id+"/questions", strings.NewReader(string(body)), append(headers, o.key)...)
}

// keys are the questions that are open about a file.
func (o *office) keys(id string) (keys []string) {
	o.t.Helper()
	list, _ := at(o.t, o.call("GET", "/imports/"+id+"/questions", nil, o.key).ok(), "questions").([]any)
	for _, q := range list {
		keys = append(keys, at(o.t, q, "key").(string))
	}
	return keys
}

func TestWhatAFileLeavesOpenIsAnsweredAndItIsReadAgain(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id := o.sendAsking("name=a.csv&accept=all", open()).ID
	events := o.call("GET", "/imports/"+id+"/events", nil, o.key)
	if !strings.Contains(events.Body, "event: ended\ndata: {\"id\":\""+id+"\",\"state\":\"needs_answers\"") {
		t.Errorf("the events do not end: %s", events.Body)
	}
	i := o.settled(id)
	if i.State != "needs_answers" || i.Active || i.Rows.Read != 4 || i.Links[len(i.Links)-1].Rel != "questions" {
		t.Errorf("%+v", i)
	}
	asked := o.call("GET", "/imports/"+id+"/questions", nil, o.key)
	equal(t, at(t, asked.ok(), "questions", 0, "key"), "state.好的")
	equal(t, at(t, asked.ok(), "questions", 0, "rows"), 2.0)
	equal(t, at(t, asked.ok(), "questions", 0, "proposal"), "完好")
	equal(t, at(t, asked.ok(), "questions", 1, "key"), "state.半新")
	equal(t, at(t, asked.ok(), "answers"), map[string]any{})
	if asked.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%s", asked.Header)
	}
	if got := o.call("GET", "/collections/components/items/4205020118500004", nil); got.Status != http.StatusNotFound {
		t.Errorf("something is visible: %d", got.Status)
	}
	if left := o.files(); len(left) != 1 {
		t.Errorf("files: %q", left)
	}

	if got := o.call("GET", "/imports/"+id+"/rejects", nil, o.key); got.Status != http.StatusConflict {
		t.Errorf("rejects before the answers: %d %s", got.Status, got.Body)
	}

	// One of two, and one that is not asked.
	sent := o.reply(id, map[string]string{"state.好的": "完好", "unit.某处": "U1"})
	if again := sent.imported(http.StatusAccepted); again.ID != id || sent.Header.Get("Location") != base+"/imports/"+id || again.State == "needs_answers" && !again.Active {
		t.Errorf("%+v %s", again, sent.Header)
	}
	if i := o.settled(id); i.State != "needs_answers" {
		t.Errorf("%+v", i)
	}
	equal(t, any(strings.Join(o.keys(id), " ")), any("state.半新"))
	answered := o.call("GET", "/imports/"+id+"/questions", nil, o.key).ok()
	equal(t, at(t, answered, "answers"), map[string]any{"state.好的": "完好", "unit.某处": "U1"})
	equal(t, at(t, answered, "applied"), []any{map[string]any{"key": "state.好的", "value": "完好", "rows": 2.0}})

	o.reply(id, map[string]string{"state.半新": "破损"}).imported(http.StatusAccepted)
	if i := o.settled(id); i.State != "promoted" || i.Changes.Created != 4 {
		t.Errorf("%+v", i)
	}
	equal(t, at(t, o.call("GET", "/collections/components/items/4205020118500003", nil).ok(), "properties", "state"), "破损")
	if got := o.reply(id, map[string]string{"state.半新": "破损"}); got.Status != http.StatusConflict || !strings.Contains(got.Body, "no_questions") {
		t.Errorf("answers to what is promoted: %d %s", got.Status, got.Body)
	}
}

func TestAnswersMayComeWithTheFile(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	body, header := form(t, "=answer|state.半新=破损", "=answer|state.不问=完好", "a.csv|"+open())
	if i := o.settled(o.sendAsking("accept=all&answer=state.%E5%A5%BD%E7%9A%84%3D%E5%AE%8C%E5%A5%BD", body, header).ID); i.State != "promoted" || i.Changes.Created != 4 {
		t.Errorf("%+v", i)
	}
	// One that is no option is told when the file is read.
	if i := o.settled(o.sendAsking("name=b.csv&accept=all&answer=state.%E5%A5%BD%E7%9A%84%3Dx", open()).ID); i.State != "failed" || i.Failure.Code != "invalid_parameter" {
		t.Errorf("%+v", i)
	}
}

func TestWrongAnswersAreRefusedAndChangeNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id := o.sendAsking("name=a.csv", open()).ID
	o.settled(id)
	queued := o.send("name=b.csv", lamps(10, 2)).ID
	o.settled(queued)
	path := "/imports/" + id + "/questions"
	many := map[string]string{}
	for n := range 1001 {
		many[fmt.Sprint("unit.", n)] = "U1"
	}
	tooMany, _ := json.Marshal(map[string]any{"answers": many})
	for what, c := range map[string]struct {
		path, body, header string
		status             int
		code               string
	}{
		"no option":            {path, `{"answers":{"state.好的":"完好","state.半新":"新"}}`, "", 422, "no_option"},
		"all but refused":      {path, `{"answers":{"*":"yes"}}`, "", 400, "invalid_parameter"},
		"no answer":            {path, `{"answers":{}}`, "", 400, "invalid_body"},
		"no body":              {path, ``, "", 400, "invalid_body"},
		"null":                 {path, `null`, "", 400, "invalid_body"},
		"a list":               {path, `{"answers":["x"]}`, "", 400, "invalid_body"},
		"a number":             {path, `{"answers":{"state.好的":1}}`, "", 400, "invalid_body"},
		"two documents":        {path, `{"answers":{"state.好的":"完好"}}{}`, "", 400, "invalid_body"},
		"another member":       {path, `{"answers":{"state.好的":"完好"},"force":true}`, "", 400, "invalid_body"},
		"broken UTF-8":         {path, "{\"answers\":{\"state.\xff\":\"完好\"}}", "", 400, "invalid_body"},
		"depth":                {path, strings.Repeat(`{"answers":`, 20000), "", 400, "invalid_body"},
		"NUL":                  {path, `{"answers":{"state.\u0000":"完好"}}`, "", 400, "invalid_parameter"},
		"an empty value":       {path, `{"answers":{"state.好的":""}}`, "", 400, "invalid_parameter"},
		"an empty key":         {path, `{"answers":{"":"完好"}}`, "", 400, "invalid_parameter"},
		"an equals sign":       {path, `{"answers":{"state.好=的":"完好"}}`, "", 400, "invalid_parameter"},
		"a long key":           {path, `{"answers":{"unit.` + strings.Repeat("x", 600) + `":"U1"}}`, "", 400, "invalid_parameter"},
		"a long value":         {path, `{"answers":{"unit.x":"` + strings.Repeat("x", 600) + `"}}`, "", 400, "invalid_parameter"},
		"many":                 {path, string(tooMany), "", 400, "invalid_parameter"},
		"a huge body":          {path, `{"answers":{"unit.x":"` + strings.Repeat("x", 2<<20) + `"}}`, "", 413, "body_too_large"},
		"a form":               {path, "answers", "Content-Type: multipart/form-data; boundary=x", 415, "unsupported_media_type"},
		"compressed":           {path, `{}`, "Content-Encoding: gzip", 400, "invalid_parameter"},
		"a parameter":          {path + "?force=1", `{"answers":{"state.好的":"完好"}}`, "", 400, "invalid_parameter"},
		"a preview":            {"/imports/" + queued + "/questions", `{"answers":{"state.好的":"完好"}}`, "", 409, "no_questions"},
		"an unknown import":    {"/imports/550e8400-e29b-41d4-a716-446655440000/questions", `{"answers":{"a":"b"}}`, "", 404, ""},
		"what is no id at all": {"/imports/x/questions", `{"answers":{"a":"b"}}`, "", 404, ""},
	} {
		header := c.header
		if header == "" {
			header = "Content-Type: application/json"
		}
		got := o.call("POST", c.path, strings.NewReader(c.body), header, o.key)
		if got.Status != c.status || !strings.Contains(got.Body, c.code) {
			t.Errorf("%s: %d %s", what, got.Status, got.Body)
		}
	}
	body := `{"answers":{"state.好的":"完好","state.半新":"破损"}}`
	for header, want := range map[string]int{"X-None: ": 401, "Authorization: Bearer x": 401, o.mint(registry.Key{Roles: []string{"reader"}}): 403} {
		for _, method := range []string{"GET", "POST"} {
			if got := o.call(method, path, strings.NewReader(body), header); got.Status != want {
				t.Errorf("%s with %.20s: %d %s", method, header, got.Status, got.Body)
			}
		}
	}
	if got := o.call("GET", "/imports/550e8400-e29b-41d4-a716-446655440000/questions", nil, o.key); got.Status != http.StatusNotFound {
		t.Errorf("%d %s", got.Status, got.Body)
	}
	if got := o.keys(id); len(got) != 2 {
		t.Errorf("%q are open", got)
	}
	equal(t, at(t, o.call("GET", path, nil, o.key).ok(), "answers"), map[string]any{})
	if list, _ := at(t, o.call("GET", "/imports/"+queued+"/questions", nil, o.key).ok(), "questions").([]any); len(list) != 0 {
		t.Errorf("a preview has questions: %v", list)
	}
}

func TestOneOfManyAnswersAtOnceIsTaken(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id := o.sendAsking("name=a.csv&accept=all", open()).ID
	o.settled(id)
	status := make(chan int)
	for range 8 {
		go func() {
			status <- o.reply(id, map[string]string{"state.好的": "完好", "state.半新": "破损"}).Status
		}()
	}
	taken := 0
	for range 8 {
		switch s := <-status; s {
		case http.StatusAccepted:
			taken++
		case http.StatusConflict:
		default:
			t.Errorf("%d", s)
		}
	}
	if i := o.settled(id); taken != 1 || i.State != "promoted" || i.Changes.Created != 4 {
		t.Errorf("%d were taken: %+v", taken, i)
	}
}

func TestAnOpenFileOutlivesItsProcessAndCanBeDiscarded(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id, other := o.sendAsking("name=a.csv&accept=all", open()).ID, o.sendAsking("name=b.csv", open()).ID
	o.settled(id)
	o.settled(other)
	o.reply(id, map[string]string{"state.好的": "完好"}).imported(http.StatusAccepted)
	o.settled(id)
	o.restart()
	if i := o.settled(id); i.State != "needs_answers" || strings.Join(o.keys(id), " ") != "state.半新" || len(o.files()) != 2 {
		t.Fatalf("%+v %q %q", i, o.keys(id), o.files())
	}
	if got := o.call("POST", "/imports/"+id+"/commit?accept=good", nil, o.key); got.Status != http.StatusConflict {
		t.Errorf("a commit: %d %s", got.Status, got.Body)
	}
	if i := o.call("DELETE", "/imports/"+other, nil, o.key).imported(http.StatusOK); i.State != "rejected" || i.Reason != "discarded" {
		t.Errorf("%+v", i)
	}
	if got := o.reply(other, map[string]string{"state.好的": "完好"}); got.Status != http.StatusConflict {
		t.Errorf("answers to what is discarded: %d %s", got.Status, got.Body)
	}
	o.reply(id, map[string]string{"state.半新": "refuse"}).imported(http.StatusAccepted)
	if i := o.settled(id); i.State != "rejected" || i.Reason != "rows_with_errors" || i.Rows.Bad != 1 {
		t.Errorf("%+v", i)
	}
}

func TestAFileThatNobodyAnswersExpires(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id := o.sendAsking("name=a.csv", open()).ID
	o.settled(id)
	o.restart(func(c *intake.Config) {
		c.Clock = func() time.Time { return clock().Add(25 * time.Hour) }
	})
	for range 500 {
		if i := o.settled(id); i.State == "rejected" && i.Failure.Code == "expired" {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("it is kept: %+v", o.settled(id))
}

func TestWhatWasSaidOfACrewsFileHoldsForItsNext(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	odd := func(body string) string { return strings.Replace(body, "ObjID", "灯号", 1) }
	first := o.sendAsking("name=a.csv&accept=all&profile=%E4%B8%80%E9%98%9F&column=%E7%81%AF%E5%8F%B7%3DObjID", odd(open())).ID
	if i := o.settled(first); i.State != "needs_answers" {
		t.Fatalf("%+v", i)
	}
	o.reply(first, map[string]string{"state.好的": "完好", "state.半新": "破损"}).imported(http.StatusAccepted)
	if i := o.settled(first); i.State != "promoted" {
		t.Fatalf("%+v", i)
	}
	crew, err := o.store.Crew(t.Context(), "一队")
	if err != nil || len(crew.Said) != 3 || crew.Said["state.半新"].Value != "破损" || !strings.HasPrefix(crew.Said["state.半新"].Actor, "test (") {
		t.Errorf("%+v %v", crew, err)
	}
	o.restart(func(c *intake.Config) {
		c.Clock = func() time.Time { return clock().Add(time.Hour) }
	})
	more := odd(strings.ReplaceAll(strings.ReplaceAll(open(), "0118500", "0118600"), "好的", "半新"))
	next := o.settled(o.sendAsking("name=b.csv&accept=all&profile=%E4%B8%80%E9%98%9F", more).ID)
	said := ""
	for _, r := range next.Recognised {
		said += r.EN + "\n"
	}
	if next.State != "promoted" || next.Changes.Created != 4 || !strings.Contains(said, "remembered from 2026-") || !strings.Contains(said, ": state.半新 = 破损") {
		t.Errorf("%+v", next)
	}
	equal(t, at(t, o.call("GET", "/imports/"+next.ID, nil, o.key).ok(), "profile"), "一队")
	// What is said now goes before, and is remembered instead.
	if i := o.settled(o.sendAsking("name=b.csv&accept=all&profile=%E4%B8%80%E9%98%9F&answer=state.%E5%8D%8A%E6%96%B0%3D%E5%AE%8C%E5%A5%BD", more).ID); i.Changes.Updated != 3 {
		t.Errorf("%+v", i)
	}
	if crew, err := o.store.Crew(t.Context(), "一队"); err != nil || crew.Said["state.半新"].Value != "完好" {
		t.Errorf("%+v %v", crew, err)
	}
	if i := o.settled(o.sendAsking("name=b.csv&profile=%E4%BA%8C%E9%98%9F", more).ID); i.State != "needs_answers" {
		t.Errorf("another crew: %+v", i)
	}
}

func TestAnEmptyCellKeepsWhereTheSenderSaysSo(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.settled(o.send("name=a.csv&accept=all", lamps(1, 2)).ID)
	blank := strings.ReplaceAll(lamps(1, 2), "钢", "")
	kept := o.settled(o.send("name=b.csv&blank=keep", blank).ID)
	equal(t, at(t, o.call("GET", "/imports/"+kept.ID, nil, o.key).ok(), "blank"), "keep")
	equal(t, at(t, o.call("GET", "/imports/"+kept.ID+"/difference", nil, o.key).ok(), "totals", "unchanged"), 2.0)
	cleared := o.settled(o.send("name=b.csv&blank=clear", blank).ID)
	equal(t, at(t, o.call("GET", "/imports/"+cleared.ID+"/difference", nil, o.key).ok(), "totals", "updated"), 2.0)
}
