package api_test

import (
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// hostile is what somebody may have written into a survey, as text, as name of an attribute and as code of an area.
const hostile = `"><script>alert('x')</script><img src=x onerror=alert(1)><a href="javascript:alert(1)">{{.}}</a></td></table></style></title>]]>&lt;` + "\u202e"

func TestHostileTextsStayTextsOnEveryPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	db, err := pgx.Connect(t.Context(), s.database)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close(t.Context())
	const strange = `M /?#&"'<b>%2F+;é市`
	for _, change := range []struct {
		query  string
		values []any
	}{
		{"update component set name = $1, note = $1, dept2_code = $1, dept2_name = $1, data_source = $1, stated_grid = $1, extra = jsonb_build_object($1::text, $1::text, '__proto__', 'x')", []any{hostile}},
		{"update area set name = $1, name_en = $1 where level = 'street'", []any{hostile}},
		{"insert into area (code, level, name, name_en, square_metres, geom, change_id) select $1, level, name, name_en, square_metres, geom, change_id from area where code = 'M01'", []any{strange}},
	} {
		if _, err := db.Exec(t.Context(), change.query, change.values...); err != nil {
			t.Fatal(err)
		}
	}
	for _, target := range []string{
		"/collections/components/items?f=html", "/collections/components/items/4205020118000001?f=html", "/collections/streets/items?f=html", "/collections/streets/items/420502001?f=html",
		"/collections/components/items?f=html&note=" + url.QueryEscape(hostile), "/collections/components/items?f=html&limit=1&sortby=note",
	} {
		got := s.get(target)
		if got.Status != 200 || strings.Count(got.Body, "<script") != 0 || strings.Contains(got.Body, "<img") || strings.Contains(got.Body, `href="javascript`) || strings.Contains(got.Body, "alert('x')") {
			t.Errorf("%s: %d %s", target, got.Status, got.Body)
		}
		if !strings.Contains(got.Body, "&lt;script&gt;") || strings.Count(got.Body, "</style>") != 1 || strings.Count(got.Body, "</title>") < 1 {
			t.Errorf("%s does not show the text: %s", target, got.Body)
		}
		if policy := got.Header.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none'; style-src 'sha256-") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: %s", target, policy)
		}
	}
	page := s.get("/collections/managed-areas/items?f=html")
	found := 0
	for _, link := range regexp.MustCompile(`href="([^"]*)"`).FindAllStringSubmatch(page.Body, -1) {
		to, err := url.Parse(html.UnescapeString(link[1]))
		if err != nil {
			t.Errorf("%s: %v", link[1], err)
		} else if to.Path == "/v1/collections/managed-areas/items/"+strange {
			found++
		}
	}
	if found != 2 { // in the table and in the drawing
		t.Errorf("%d links lead to the area with a strange code: %s", found, page.Body)
	}
	one := s.get("/collections/managed-areas/items/" + url.PathEscape(strange))
	equal(t, at(t, one.ok(), "id"), strange)
	equal(t, s.get(linked(t, one.ok(), "self")).Body, one.Body)
}

func TestFeaturesAreDrawnOnlyWhereLongitudeComesFirst(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for system, drawn := range map[string]bool{"": true, crs84: true, axes[1].uri: true, axes[2].uri: false, axes[4].uri: false, axes[5].uri: false} {
		for _, target := range []string{"/collections/components/items?f=html", "/collections/streets/items/420502001?f=html"} {
			if system != "" {
				target = with(target, "crs", system)
			}
			if got := s.get(target); got.Status != 200 || strings.Contains(got.Body, "<svg") != drawn {
				t.Errorf("%s: %d, drawn %v", target, got.Status, !drawn)
			}
		}
	}
}
