package torture_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/paulmach/orb"

	"citygrid/registry"
	"citygrid/registry/locator"
)

const (
	batch    = 500                    // points of a question about many
	breath   = 500 * time.Microsecond // between two questions, which leaves the processors to the others
	patience = 20 * time.Second       // of a client: longer than any answer of this machine takes
)

// reader asks about probes until it is told to stop, and leaves the judging to the court.
type reader struct {
	name   string
	probes []orb.Point
	places *locator.Locator
	base   string // of the API
	client *http.Client
	court  *court
	rng    *rand.Rand
	last   int64 // the revision of the last answer that named one
}

// question is one way to ask, which returns an error where a question about coordinates fails.
type question func(*reader, context.Context) error

// questions are the ways of the eight readers.
func questions() map[string]question {
	return map[string]question{
		"Place 1": (*reader).place, "Place 2": (*reader).place, "Place 3": (*reader).place,
		"Cells 1": (*reader).cells, "Cells 2": (*reader).cells,
		"GET /locate 1": (*reader).get, "GET /locate 2": (*reader).get,
		"POST /locate": (*reader).post,
	}
}

// read asks until ctx ends.
func (r *reader) read(ctx context.Context, ask question) {
	for ctx.Err() == nil {
		if err := ask(r, ctx); err != nil && ctx.Err() == nil {
			r.court.t.Errorf("%s failed: %v", r.name, err)
			return
		}
		time.Sleep(breath)
	}
}

// place asks the locator about a point.
func (r *reader) place(context.Context) error {
	probe, subject := r.rng.IntN(len(r.probes)), r.rng.IntN(asked)
	from := r.places.Revision()
	p, err := r.places.Place(r.probes[probe], subjects()[subject])
	at := time.Now()
	var outside *registry.OutsideError
	if errors.As(err, &outside) {
		r.claim(probe, at, from, r.places.Revision(), isOutside(probe))
		return nil
	}
	if err != nil {
		return err
	}
	r.named(p.Revision)
	r.claim(probe, at, p.Revision, p.Revision, isTale(probe, subject, told(p)))
	return nil
}

// cells asks the locator about many points at once; the same few again and again, so that a swap often falls between two of them.
func (r *reader) cells(context.Context) error {
	probes, points := r.few()
	held, err := r.places.Hold()
	if err != nil {
		return err
	}
	codes, revision := codesOf(held, points), held.Revision()
	at := time.Now()
	r.named(revision)
	r.claim(probes[0], at, revision, revision, areCells(probes, codes))
	return nil
}

// get asks the API about a point.
func (r *reader) get(ctx context.Context) error {
	probe, subject := r.rng.IntN(len(r.probes)), r.rng.IntN(asked)
	s := subjects()[subject]
	url := fmt.Sprintf("%s/locate?lon=%v&lat=%v&kind=%s&subclass=%s", r.base, r.probes[probe][0], r.probes[probe][1], s.Kind, s.Subclass)
	from := r.places.Revision()
	status, body, err := r.fetch(ctx, http.MethodGet, url, nil)
	at := time.Now()
	if err != nil {
		return err
	}
	var problem struct{ Code string }
	if status == http.StatusNotFound && json.Unmarshal(body, &problem) == nil && problem.Code == "outside_all_cells" {
		r.claim(probe, at, from, r.places.Revision(), isOutside(probe))
		return nil
	}
	var p registry.Placement
	if err := json.Unmarshal(body, &p); status != http.StatusOK || err != nil {
		return fmt.Errorf("status %d, %w: %s", status, err, body)
	}
	r.named(p.Revision)
	r.claim(probe, at, p.Revision, p.Revision, isTale(probe, subject, told(p)))
	return nil
}

// post asks the API about many points, for their codes or for their placements.
func (r *reader) post(ctx context.Context) error {
	probes, points := r.few()
	detail := r.rng.IntN(4) == 0
	from := r.places.Revision()
	status, body, err := r.fetch(ctx, http.MethodPost, fmt.Sprintf("%s/locate?detail=%v", r.base, detail), encode(points))
	at, to := time.Now(), r.places.Revision()
	if err != nil {
		return err
	}
	if !detail {
		var codes []string // null is ""
		if err := json.Unmarshal(body, &codes); status != http.StatusOK || err != nil {
			return fmt.Errorf("status %d, %w: %s", status, err, body)
		}
		r.claim(probes[0], at, from, to, areCells(probes, codes))
		return nil
	}
	var placements []*registry.Placement
	if err := json.Unmarshal(body, &placements); status != http.StatusOK || err != nil || len(placements) != len(probes) {
		return fmt.Errorf("status %d, %d placements, %w: %s", status, len(placements), err, body)
	}
	for _, p := range placements { // all are of one revision, those too that say nothing
		if p != nil {
			from, to = p.Revision, p.Revision
			r.named(p.Revision)
		}
	}
	for i, p := range placements {
		if p == nil {
			r.claim(probes[i], at, from, to, isOutside(probes[i]))
			continue
		}
		r.claim(probes[i], at, from, to, isWhere(probes[i], *p, from))
	}
	return nil
}

func (r *reader) fetch(ctx context.Context, method, url string, body []byte) (status int, answer []byte, err error) {
	q, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	if body != nil {
		q.Header.Set("Content-Type", "application/json")
	}
	a, err := r.client.Do(q)
	if err != nil {
		return 0, nil, err
	}
	defer a.Body.Close()
	answer, err = io.ReadAll(a.Body)
	return a.StatusCode, answer, err
}

// few draws up to four probes that follow each other again and again.
func (r *reader) few() (probes []int, points []orb.Point) {
	var some [4]int
	for i := range some {
		some[i] = r.rng.IntN(len(r.probes))
	}
	for i := range batch {
		probe := some[i%len(some)]
		probes, points = append(probes, probe), append(points, r.probes[probe])
	}
	return probes, points
}

// named holds a reader's answers to their order: a later one is of no earlier revision.
func (r *reader) named(revision int64) {
	if revision < r.last {
		r.court.t.Errorf("%s: revision %d was answered after %d", r.name, revision, r.last)
	}
	r.last = revision
}

func (r *reader) claim(probe int, at time.Time, from, to int64, wrong func(*truth) string) {
	r.court.hear(claim{from: from, to: to, by: r.name, about: fmt.Sprint(r.probes[probe]), wrong: wrong}, at)
}

func isOutside(probe int) func(*truth) string {
	return func(u *truth) string {
		if u.cell[probe] == "" {
			return ""
		}
		return "it is said to be outside and is in " + u.cell[probe]
	}
}

func isTale(probe, subject int, said tale) func(*truth) string {
	return func(u *truth) string {
		if right, ok := u.tale(probe, subject); !ok || said != right {
			return fmt.Sprintf("it is not\n  %+v but\n  %+v", said, right)
		}
		return ""
	}
}

// isWhere judges one of a list of answers to nobody's question who answers. The list is of the revision of the court's truth, and must
// name it at each.
func isWhere(probe int, p registry.Placement, revision int64) func(*truth) string {
	said := told(p)
	return func(u *truth) string {
		right, ok := u.tale(probe, 0)
		right.Responsible, right.Competent = "", ""
		if !ok || said != right || p.Revision != revision {
			return fmt.Sprintf("it is not\n  %+v of revision %d but\n  %+v of %d", said, p.Revision, right, revision)
		}
		return ""
	}
}

func areCells(probes []int, codes []string) func(*truth) string {
	return func(u *truth) string {
		if len(codes) != len(probes) {
			return fmt.Sprintf("there are %d codes of %d points", len(codes), len(probes))
		}
		for i, probe := range probes {
			if codes[i] != u.cell[probe] {
				return fmt.Sprintf("point %d of the list is not in %q but in %q", i, codes[i], u.cell[probe])
			}
		}
		return ""
	}
}
