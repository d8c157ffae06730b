package query

import (
	"net/url"
	"slices"
	"testing"

	"citygrid/registry"
)

var (
	things  = Collection{ID: "components", Properties: registry.ComponentProperties(), Systems: Systems(111, nil), Timed: true}
	streets = Collection{ID: "streets", Properties: registry.AreaProperties(), Systems: Systems(111, nil)}
)

func TestNextPageKeepsTheQueryAndMayChangeTheLimit(t *testing.T) {
	t.Parallel()
	first, err := Parameters{"bbox": "1,2,3,4", "limit": "10"}.Items(t.Context(), noStore(), things)
	if err != nil || first.After != nil || first.Limit != 10 {
		t.Fatalf("got %+v, %v", first, err)
	}
	values, err := url.ParseQuery(first.Next(registry.Keys{"4205020102000123"}))
	if err != nil {
		t.Fatal(err)
	}
	next := Parameters{"bbox": values.Get("bbox"), "limit": "10000", "cursor": values.Get("cursor")}
	second, err := next.Items(t.Context(), noStore(), things)
	if err != nil || !slices.Equal(second.After, registry.Keys{"4205020102000123"}) || second.Limit != 10_000 || values.Get("limit") != "10" {
		t.Errorf("got %+v, %v", second, err)
	}
	if _, err := next.Items(t.Context(), noStore(), streets); err == nil {
		t.Error("the cursor is taken by another collection")
	}
	next["bbox"] = "1.0,2,0,3.00,4e0,9"
	if got, err := next.Items(t.Context(), noStore(), things); err != nil || !slices.Equal(got.After, second.After) {
		t.Errorf("the same box in other words: %+v, %v", got, err)
	}
	next["bbox"] = "1,2,3,5"
	if _, err := next.Items(t.Context(), noStore(), things); err == nil {
		t.Error("the cursor is taken by another box")
	}
}

func TestQueryOfAPageAsksForItAgain(t *testing.T) {
	t.Parallel()
	q, err := Parameters{"limit": "5", "bbox": "1,2,3,4"}.Items(t.Context(), noStore(), streets)
	if got, want := q.Query(), "bbox=1%2C2%2C3%2C4&limit=5"; err != nil || got != want {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
}

func TestDatetimeTakesWhatMapClientsSend(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"2026-01-31", "2022-04-03T", "2022-04-03T/..", "../2022-04-03", "/2022-04-03", "2022-04-03/", "../..",
		"2026-01-31T08:00:00Z", "2026-01-31T08:00:00+08:00", "2026-01-31T08:00:00.123Z",
		"0000-01-01T00:00:00Z/2020-01-01T00:00:00Z", "2020-01-01T00:00:00Z/9999-12-31T00:00:00Z",
	} {
		if _, err := (Parameters{"datetime": text}).Items(t.Context(), noStore(), things); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	for _, text := range []string{"", "..", "yesterday", "2026-13-01", "2026-01-31T25:00:00Z", "2026-02-01/2026-01-01", "a/b", "2026-01-01/2026-01-02/2026-01-03"} {
		_, err := Parameters{"datetime": text}.Items(t.Context(), noStore(), things)
		if got, want := refused(t, err), invalidParameter("datetime", text); got != want {
			t.Errorf("%q: got %+v, want %+v", text, got, want)
		}
	}
}
