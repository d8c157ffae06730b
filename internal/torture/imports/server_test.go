package imports_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"citygrid/internal/dbtest"
)

// server is a running citygrid serve.
type server struct {
	*program
	base, key string
}

var addressLine = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

// lookEvery is how often something is looked at that cannot be waited for.
const lookEvery = 10 * time.Millisecond

// serve starts one on the trial's database, or on what leads to it, and returns when it is ready.
func (r *trial) serve(databaseURL string) (*server, error) {
	p, err := r.begin(databaseURL, "serve", "--listen", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	for begun := time.Now(); time.Since(begun) < patience; time.Sleep(lookEvery) {
		if base := addressLine.FindString(p.said()); base != "" && strings.Contains(p.said(), "CityGrid is ready") {
			return &server{p, base, r.town.key}, nil
		}
		select {
		case <-p.ended:
			return nil, errors.New("the server does not start: " + p.said())
		default:
		}
	}
	p.kill()
	return nil, errors.New("the server is not ready: " + p.said())
}

// end ends it where it still runs.
func (s *server) end() {
	s.kill()
	<-s.ended
}

// answer is what a server says of an import, or a problem.
type answer struct {
	status            int
	ID, State, Reason string
	Active            bool
	Revision          int64
	Code              string // of a problem
	Failure           *struct{ Code string }
	Changes           struct{ Created, Updated, Unchanged int }
	text              string
}

// ask sends a request with the key of a crew.
func (s *server) ask(method, path, idempotencyKey string, body []byte) (a answer, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, s.base+path, bytes.NewReader(body))
	if err != nil {
		return a, err
	}
	if s.key != "" { // to know a key the database is asked
		request.Header.Set("Authorization", "Bearer "+s.key)
	}
	if idempotencyKey != "" {
		request.Header.Set("Idempotency-Key", idempotencyKey)
	}
	response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
	if err != nil {
		return a, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err == nil {
		err = json.Unmarshal(text, &a)
	}
	a.status, a.text = response.StatusCode, string(text)
	return a, err
}

// send posts a survey file.
func (s *server) send(file, accept, idempotencyKey string) (answer, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return answer{}, err
	}
	return s.ask("POST", "/imports?name=survey.csv&accept="+accept, idempotencyKey, content)
}

// settled waits until nothing happens to an import by itself, or a state that a test waits for is there.
func (s *server) settled(id string, also func(answer) bool) (a answer, err error) {
	for begun := time.Now(); time.Since(begun) < patience; time.Sleep(lookEvery) {
		a, err = s.ask("GET", "/imports/"+id, "", nil)
		if err == nil && a.status == http.StatusOK && (!a.Active || also != nil && also(a)) {
			return a, nil
		}
	}
	return a, errors.Join(err, fmt.Errorf("import %s does not end: %s", id, a.text))
}

const idempotencyKey = "delivery 7"

// The server is struck at each call from a file's arrival to its promotion, in each manner, and the same request is sent again, to it or to the next one.
func TestAnUploadStruckAtAnyDatabaseCallIsFinishedUnderTheSameKey(t *testing.T) {
	t.Parallel()
	w := newTown(t, dbtest.URL(t))
	calls := w.callsOfServer(t)
	for i, how := range manners() {
		own := figures.of(t, "`POST /imports` "+how.name)
		each(drawnOf(calls, 1, 10+uint64(i)), func(n int) { w.strikeServer(t, own, n, how) })
	}
}

// callsOfServer is how many calls an import makes that nobody disturbs.
func (w *town) callsOfServer(t *testing.T) int {
	t.Helper()
	r := w.trial(t)
	defer r.end()
	p := newProxy(t, r.url)
	defer p.close()
	s, err := r.serve(p.url(t, r.url))
	if err != nil {
		t.Fatal(err)
	}
	p.arm(nil)
	sent, err := s.send(survey(t, "survey.csv"), "all", idempotencyKey)
	if err != nil || sent.status != http.StatusAccepted {
		t.Fatalf("%v %s", err, sent.text)
	}
	if err := r.decided(nil); err != nil {
		t.Fatal(err)
	}
	calls, _ := p.calls()
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	return calls
}

// decided waits, asking the database alone, until the upload is decided, or something else is.
func (r *trial) decided(or <-chan struct{}) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return connected(r.url, func(_ context.Context, conn *pgx.Conn) error {
		for {
			var done bool
			if err := conn.QueryRow(ctx, `select exists (select from import_upload where not kept)`).Scan(&done); err != nil || done {
				return err
			}
			select {
			case <-or:
				return nil
			case <-time.After(lookEvery):
			}
		}
	})
}

func (w *town) strikeServer(t *testing.T, own *tally, n int, how manner) {
	r := w.trial(t)
	defer r.end()
	p := newProxy(t, r.url)
	defer p.close()
	s, err := r.serve(p.url(t, r.url))
	if err != nil {
		t.Error(err)
		return
	}
	defer func() { s.end() }() // it may be another by then
	hit := make(chan struct{})
	p.arm(&strike{hits: func(c call) bool { return c.number == n }, after: how.after, do: func() {
		if how.kill {
			s.kill()
			<-s.ended
		}
		close(hit)
	}})
	file := survey(t, "survey.csv")
	first, _ := s.send(file, "all", idempotencyKey) // it may never be answered
	if err := r.decided(hit); err != nil {
		t.Error(err)
		return
	}
	struck := p.disarm()
	if struck == nil {
		if err := s.stop(); err != nil {
			t.Error(err)
		}
		return
	}
	<-hit
	var faults []string
	taken := int64(0)
	if how.kill {
		half, _ := r.half()
		if half != "" {
			faults = append(faults, half)
		}
		if taken, err = r.staged(); err != nil {
			t.Error(err)
		}
		s, err = r.serve(r.url)
		if err != nil {
			figures.add(t, own, struck.String(), time.Since(struck.at), taken, taken, append(faults, err.Error()))
			return
		}
	}
	again, err := s.send(file, "all", idempotencyKey)
	for try := 0; err == nil && again.status == http.StatusServiceUnavailable && try < 5; try++ { // as it asks for
		time.Sleep(100 * time.Millisecond)
		again, err = s.send(file, "all", idempotencyKey)
	}
	switch {
	case err != nil || again.status != http.StatusAccepted:
		faults = append(faults, fmt.Sprintf("sent again: %v %s", err, again.text))
	case first.ID != "" && first.ID != again.ID:
		faults = append(faults, "sent again it is "+again.ID+", not "+first.ID)
	default:
		if again, err = s.settled(again.ID, nil); err != nil {
			faults = append(faults, err.Error())
		} else if again.State != "promoted" || again.Failure != nil || again.Changes.Created != created || again.Changes.Updated != updated {
			faults = append(faults, "sent again it is "+again.text)
		}
	}
	r.tidied(1)
	recovery := time.Since(struck.at)
	if err := s.stop(); err != nil {
		faults = append(faults, err.Error())
	}
	if faults = append(faults, r.faults(1)...); len(faults) > 0 {
		faults = append(faults, "the server said: "+s.said())
	}
	left, err := r.staged()
	if err != nil {
		t.Error(err)
	}
	figures.add(t, own, struck.String(), recovery, taken, left, faults)
}
