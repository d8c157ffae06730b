package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"citygrid/api"
	"citygrid/registry"
)

// board is n points, every third outside, as the body of a request.
func board(n int) string {
	var b strings.Builder
	b.WriteByte('[')
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		if i%3 == 2 {
			b.WriteString("[0,0]")
		} else {
			fmt.Fprintf(&b, "[111.28%d,30.7%d5]", 1+i%9, i%2)
		}
	}
	b.WriteByte(']')
	return b.String()
}

func TestManyPointsAreAnsweredInTheirOrder(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, n := range []int{1, 1000, registry.MaxPoints} {
		var got []*string
		r := s.do(http.MethodPost, "/locate", board(n))
		if err := json.Unmarshal([]byte(r.Body), &got); err != nil || len(got) != n {
			t.Fatalf("%d points: %d answers, %v: %.200s", n, len(got), err, r.Body)
		}
		for i, code := range got {
			want := "420502001001001"
			if i%2 == 1 {
				want = "420502001001002"
			}
			if (code == nil) != (i%3 == 2) || code != nil && *code != want {
				t.Fatalf("point %d: got %v", i, code)
			}
		}
	}
}

func TestDetailOfManyPointsIsThatOfEach(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	got, ok := s.do(http.MethodPost, "/locate?detail=true", board(3000)).ok().([]any)
	if !ok || len(got) != 3000 {
		t.Fatalf("%d answers", len(got))
	}
	equal(t, got[0], s.get("/locate?lon=111.281&lat=30.705").ok())
	equal(t, got[2998], s.get("/locate?lon=111.282&lat=30.705").ok())
	equal(t, got[2999], nil)
}

func TestLinesAreAnsweredAsTheArrayIs(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for target, n := range map[string]int{"/locate": registry.MaxPoints, "/locate?detail=true": 3000, "/locate?crs=EPSG:4490": 7} {
		array := board(n)
		lines := "[" + strings.ReplaceAll(strings.Trim(array, "[]"), "],[", "]\n[") + "]\n"
		var want []json.RawMessage
		if err := json.Unmarshal([]byte(s.do(http.MethodPost, target, array).Body), &want); err != nil {
			t.Fatal(err)
		}
		got := s.do(http.MethodPost, target, lines, "Content-Type: application/x-ndjson")
		values := strings.SplitAfter(got.Body, "\n")
		if got.Header.Get("Content-Type") != "application/x-ndjson" || len(values) != n+1 || len(want) != n || values[n] != "" {
			t.Fatalf("%s: %s, %d values and %d lines", target, got.Header, len(want), len(values))
		}
		for i := range want {
			if values[i] != string(want[i])+"\n" {
				t.Fatalf("%s: line %d is %s, not %s", target, i+1, values[i], want[i])
			}
		}
	}
}

// aging is a placer that has another revision each time that it is held.
type aging struct {
	slow
	revision int64
}

func (a *aging) Hold() (registry.Places, error) {
	a.revision++
	return agingPlaces{a.slow, a.revision}, nil
}

type agingPlaces struct {
	slow
	revision int64
}

func (a agingPlaces) Place(orb.Point, registry.Subject) (registry.Placement, error) {
	return registry.Placement{Revision: a.revision}, nil
}

func TestPlacementsOfOneListAreOfOneRevision(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.config.Registry = registry.New(s.store, &aging{slow: slow{func() {}}})
	server, err := api.New(s.config)
	if err != nil {
		t.Fatal(err)
	}
	s.server = server
	for want := 1.0; want <= 3; want++ {
		for i, placement := range s.do(http.MethodPost, "/locate?detail=true", board(2000)).ok().([]any) {
			if got := at(t, placement, "revision"); got != want {
				t.Fatalf("placement %d of list %v: revision %v", i, want, got)
			}
		}
	}
}

// crowded is the real store where more stands around every point than one answer holds.
type crowded struct{ registry.Store }

func (c crowded) ComponentsNear(ctx context.Context, s registry.Scope, p orb.Point, metres float64, limit int) ([]registry.Near, error) {
	near, err := c.Store.ComponentsNear(ctx, s, p, metres, limit)
	if err != nil || len(near) == 0 {
		return near, err
	}
	return slices.Repeat(near[:1], limit), nil
}

func TestListOfWhatIsHereSaysWhetherItIsWhole(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const target = "/whats-here?lon=111.2812&lat=30.7012&radius=1"
	whole := s.get(target).ok()
	equal(t, []any{at(t, whole, "complete"), at(t, whole, "components", "numberReturned")}, []any{true, float64(1)})
	s.config.Registry = registry.New(crowded{s.store}, slow{func() {}})
	server, err := api.New(s.config)
	if err != nil {
		t.Fatal(err)
	}
	s.server = server
	cut := s.get(target).ok()
	equal(t, []any{at(t, cut, "complete"), at(t, cut, "components", "numberReturned")}, []any{false, float64(registry.MaxNear)})
}

func TestBodyLargerThanItsLimitIsRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	large := "[" + strings.Repeat(" ", 8<<20) + "]"
	for name, change := range map[string]func(*http.Request){
		"announced":   func(*http.Request) {},
		"unannounced": func(r *http.Request) { r.ContentLength = -1 },
	} {
		r := s.request(http.MethodPost, "/locate", large)
		change(r)
		if got := s.serve(r); got.Status != http.StatusRequestEntityTooLarge || !strings.Contains(got.Body, "8388608") {
			t.Errorf("%s: %d %s", name, got.Status, got.Body)
		}
	}
	for _, inside := range []string{"[111.28,", "[111.28,30.7"} { // the limit cuts the number that follows
		r := s.request(http.MethodPost, "/locate", "["+strings.Repeat(" ", 8<<20-len(inside)-1)+inside+"123456]]")
		r.ContentLength = -1
		if got := s.serve(r); got.Status != http.StatusRequestEntityTooLarge {
			t.Errorf("cut inside a number: %d %s", got.Status, got.Body)
		}
	}
	many := "[" + strings.Repeat("[1,2],", registry.MaxPoints) + "[1,2]]"
	if got := s.do(http.MethodPost, "/locate", many); got.Status != http.StatusRequestEntityTooLarge || !strings.Contains(got.Body, "too_many_points") {
		t.Errorf("too many points: %d %s", got.Status, got.Body)
	}
	if got := s.do(http.MethodPost, "/locate", "[]", "Content-Encoding: gzip"); got.Status != http.StatusBadRequest {
		t.Errorf("compressed: %d %s", got.Status, got.Body)
	}
}
