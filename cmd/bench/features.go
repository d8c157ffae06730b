package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/labstack/echo/v4"
)

const (
	itemsPath           = "/collections/components/items"
	featureConnections  = 8
	featuresCompared    = 20 // pages that are compared with PostGIS's own before the rounds
	allocationsMeasured = 50 // pages
)

// askFeatures measures the pages of a collection of components: beside the same features written by PostGIS, far on beside the first, and not sent at all.
func askFeatures(ctx context.Context, l *lab) (section, error) {
	c, err := l.city(ctx, l.size.crowded)
	if err != nil {
		return section{}, err
	}
	s := section{
		title: "Features of a collection",
		about: fmt.Sprintf("Pages of %s of a city of %s components, %d connections kept alive by wrk, no compression.",
			number(float64(l.size.page)), number(float64(c.drawn.Components)), featureConnections),
		notes: []string{
			"\"`ST_AsGeoJSON` in PostGIS\": one query that makes the FeatureCollection of the same features in the same order, with the same properties, as one text. pgx hands it through, echo without " +
				"middleware writes it; as many connections to the database. CityGrid counts besides what a box has beyond its page, and knows that until something changes.",
			"\"A constant 304\": a file below `/console/` of the same server, asked for with its validator. It passes the same router, middleware and writer; no query is read, no key, and no collection is looked up.",
			"Memory is what one request allocates in all, in the mean, beside its text, which goes into a buffer that requests pass on.",
		},
	}
	heard, deaf := c.listen(ctx)
	defer deaf()
	if err := heard(); err != nil {
		return section{}, err
	}
	ours, err := c.serve(ctx, nil)
	if err != nil {
		return section{}, err
	}
	defer ours.close()
	for _, ask := range []func(context.Context, *city, *site, *section) error{l.askPages, l.askFarPage, l.askUnchanged, l.askAllocations, l.askWalk} {
		if err := ask(ctx, c, ours, &s); err != nil {
			return section{}, err
		}
	}
	return s, nil
}

// listen has the store hear of changes, as that of a server does, until deaf is called.
func (c *city) listen(ctx context.Context) (heard func() error, deaf func()) {
	ctx, stop := context.WithCancel(ctx)
	first, ended := make(chan error, 1), make(chan struct{})
	tell := func(err error) {
		select {
		case first <- err:
		default:
		}
	}
	go func() {
		c.store.Listen(ctx, func() { tell(nil) }, tell)
		close(ended)
	}()
	return func() error { return <-first }, func() { stop(); <-ended }
}

// askPages compares pages of boxes with what PostGIS writes by itself.
func (l *lab) askPages(ctx context.Context, c *city, ours *site, s *section) error {
	paths := l.boxPaths(c)
	pool, err := c.pool(ctx)
	if err != nil {
		return err
	}
	defer pool.Close()
	theirs, err := writtenByPostGIS(pool)
	if err != nil {
		return err
	}
	defer theirs.close()
	features, size := 0, 0
	for _, path := range paths[:min(len(paths), featuresCompared)] {
		n, bytes, err := sameFeatures(ctx, ours, theirs, path)
		if err != nil {
			return err
		}
		features, size = features+n, size+bytes
	}
	compared := min(len(paths), featuresCompared)
	s.notes = append(s.notes, fmt.Sprintf("Of %d of the boxes the features of both were compared: the same codes and places in the same order, %s features and %s bytes of ours in the mean.",
		compared, number(float64(features/compared)), number(float64(size/compared))))
	question := comparison{
		what: "A box, at most " + number(float64(l.size.page)) + " features", unit: "requests/s", more: true,
		ways: []way{
			{name: "CityGrid", round: l.get(ours, featureConnections, paths)},
			{name: "`ST_AsGeoJSON` in PostGIS", round: l.get(theirs, featureConnections, paths), wanted: 1.6},
		},
	}
	return l.compare(ctx, question, s)
}

func (l *lab) compare(ctx context.Context, question comparison, s *section) error {
	l.say("features: %s", question.what)
	o, err := question.run(ctx, l.size.rounds)
	if err == nil {
		s.add(o)
	}
	return err
}

// boxPaths asks for boxes anywhere in the city that have about as many components as a page.
func (l *lab) boxPaths(c *city) []string {
	rnd := rand.New(rand.NewPCG(l.size.seed, 5))
	cells := c.cells()
	side := math.Sqrt(float64(l.size.page) * float64(len(cells)) / float64(c.drawn.Components)) // in cells, which are alike
	var paths []string
	for range l.size.questions {
		cell := cells[rnd.IntN(len(cells))].Bound()
		middle, dx, dy := cell.Center(), side*(cell.Max[0]-cell.Min[0])/2, side*(cell.Max[1]-cell.Min[1])/2
		box := strings.Join([]string{degrees(middle[0] - dx), degrees(middle[1] - dy), degrees(middle[0] + dx), degrees(middle[1] + dy)}, ",")
		paths = append(paths, address(itemsPath, "bbox", box, "limit", strconv.Itoa(l.size.page)))
	}
	return paths
}

// writtenByPostGIS serves pages of boxes as PostGIS writes them.
func writtenByPostGIS(pool *pgxpool.Pool) (*site, error) {
	e := echo.New()
	e.GET(itemsPath, func(r echo.Context) error {
		var box [4]float64
		for i, text := range strings.SplitN(r.QueryParam("bbox"), ",", len(box)) {
			var err error
			if box[i], err = strconv.ParseFloat(text, 64); err != nil {
				return err
			}
		}
		limit, err := strconv.Atoi(r.QueryParam("limit"))
		if err != nil {
			return err
		}
		var body []byte
		if err := pool.QueryRow(r.Request().Context(), sqlFeatures, box[0], box[1], box[2], box[3], limit).Scan(&body); err != nil {
			return err
		}
		return r.Blob(http.StatusOK, "application/geo+json", body)
	})
	log, logger, err := accessLog()
	if err != nil {
		return nil, err
	}
	return listen(e, log, logger)
}

// collectionPage is what is looked at of a page.
type collectionPage struct {
	Features []struct {
		Geometry struct {
			Coordinates []float64 `json:"coordinates"`
		} `json:"geometry"`
		Properties struct {
			Code string `json:"code"`
		} `json:"properties"`
	} `json:"features"`
	Links []struct {
		Href string `json:"href"`
		Rel  string `json:"rel"`
	} `json:"links"`
}

func (s *site) page(ctx context.Context, path string) (p collectionPage, size int, err error) {
	body, err := s.ask(ctx, httptest.NewRequest(http.MethodGet, path, nil))
	if err != nil {
		return p, 0, err
	}
	if err := json.Unmarshal(body, &p); err != nil {
		return p, 0, fmt.Errorf("%s: %w", path, err)
	}
	return p, len(body), nil
}

// next is the path of the page behind, empty where there is none.
func (p collectionPage) next() (string, error) {
	for _, link := range p.Links {
		if link.Rel == "next" {
			at, err := url.Parse(link.Href)
			return at.RequestURI(), err
		}
	}
	return "", nil
}

// sameFeatures fails where two sites have other features on a page. It returns how many there are, and the bytes of the first site's page.
func sameFeatures(ctx context.Context, a, b *site, path string) (n, size int, err error) {
	one, size, err := a.page(ctx, path)
	if err != nil {
		return 0, 0, err
	}
	other, _, err := b.page(ctx, path)
	if err != nil {
		return 0, 0, err
	}
	if len(one.Features) == 0 || len(one.Features) != len(other.Features) {
		return 0, 0, fmt.Errorf("%s: %d and %d features", path, len(one.Features), len(other.Features))
	}
	for i, x := range one.Features {
		y := other.Features[i]
		if x.Properties.Code != y.Properties.Code || !slices.Equal(x.Geometry.Coordinates, y.Geometry.Coordinates) {
			return 0, 0, fmt.Errorf("%s: feature %d is %v and %v", path, i, x, y)
		}
	}
	return len(one.Features), size, nil
}

// askFarPage compares the last page that is reached by the links of those before it with the first.
func (l *lab) askFarPage(ctx context.Context, c *city, ours *site, s *section) error {
	first := address(itemsPath, "limit", strconv.Itoa(l.size.page))
	pages := c.drawn.Components / l.size.page
	path := first
	for n := 1; n < pages; n++ {
		p, _, err := ours.page(ctx, path)
		if err != nil {
			return err
		}
		if path, err = p.next(); err != nil || path == "" {
			return fmt.Errorf("page %d of %d has none behind it (%v)", n, pages, err)
		}
	}
	question := comparison{
		what: fmt.Sprintf("Page %s", number(float64(pages))), unit: "requests/s", more: true,
		ways: []way{
			{name: "CityGrid, by the links next", round: l.get(ours, featureConnections, []string{path})},
			{name: "CityGrid, page 1", round: l.get(ours, featureConnections, []string{first}), wanted: 1 / 1.3},
		},
	}
	return l.compare(ctx, question, s)
}

// askUnchanged compares the answer that nothing has changed with one that is given without looking.
func (l *lab) askUnchanged(ctx context.Context, c *city, _ *site, s *section) error {
	pages, paths := stored([][]byte{[]byte(`{}`)})
	ours, err := c.serve(ctx, pages)
	if err != nil {
		return err
	}
	defer ours.close()
	unchanged := func(path string) (func(context.Context) (float64, error), error) {
		tag, err := ours.validator(ctx, path)
		w := wrk{connections: connections, lasts: l.size.load, method: http.MethodGet, header: "If-None-Match: " + tag, paths: []string{path}}
		return func(ctx context.Context) (float64, error) { return w.run(ctx, l.dir, ours.base) }, err
	}
	items, err := unchanged(address(itemsPath, "limit", strconv.Itoa(l.size.page)))
	if err != nil {
		return err
	}
	constant, err := unchanged(paths[0])
	if err != nil {
		return err
	}
	question := comparison{
		what: "A page that has not changed", unit: "requests/s", more: true,
		ways: []way{{name: "CityGrid, 304", round: items}, {name: "a constant 304", round: constant, wanted: 0.8}},
	}
	return l.compare(ctx, question, s)
}

// validator is the entity tag of an answer, which the site must take for unchanged.
func (s *site) validator(ctx context.Context, path string) (string, error) {
	ask := func(known string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(ctx, http.MethodGet, path, nil)
		r.Header.Set("If-None-Match", known)
		w := httptest.NewRecorder()
		s.handler.ServeHTTP(w, r)
		return w
	}
	tag := ask("").Header().Get("ETag")
	if again := ask(tag); tag == "" || again.Code != http.StatusNotModified || again.Body.Len() > 0 {
		return "", fmt.Errorf("%s with the validator %s: status %d", path, tag, again.Code)
	}
	return tag, nil
}

// askAllocations weighs a page of a box that holds no more, and one of the whole city.
func (l *lab) askAllocations(ctx context.Context, c *city, ours *site, s *section) error {
	t := table{title: "Memory of a page", header: []string{"of", "kB allocated", "kB of its text"}}
	for _, of := range []struct{ name, path string }{
		{"about " + number(float64(l.size.page)) + " features", l.boxPaths(c)[0]},
		{number(float64(c.drawn.Components)) + " features", address(itemsPath, "limit", strconv.Itoa(l.size.page))},
	} {
		_, size, err := ours.page(ctx, of.path)
		if err != nil {
			return err
		}
		allocated, err := ours.allocated(ctx, of.path)
		if err != nil {
			return err
		}
		text := float64(size) / 1e3
		t.rows = append(t.rows, []string{of.name, number(allocated), number(text)})
		s.verdicts = append(s.verdicts, verdict{"Memory of a page of " + of.name, "at most " + number(text) + " kB, its text", number(allocated) + " kB", allocated <= text})
	}
	s.tables = append(s.tables, t)
	return nil
}

// discarded is an answer that nobody keeps.
type discarded struct{ header http.Header }

func (d discarded) Header() http.Header         { return d.header }
func (d discarded) Write(p []byte) (int, error) { return len(p), nil }
func (d discarded) WriteHeader(int)             {}

// allocated is how many kilobytes an answer allocates in the mean.
func (s *site) allocated(ctx context.Context, path string) (kilo float64, err error) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range allocationsMeasured {
		r := httptest.NewRequestWithContext(ctx, http.MethodGet, path, nil)
		s.handler.ServeHTTP(discarded{http.Header{}}, r)
	}
	runtime.ReadMemStats(&after)
	return float64(after.TotalAlloc-before.TotalAlloc) / allocationsMeasured / 1e3, ctx.Err()
}

// sqlFeatures is a page as PostGIS writes it. The properties are those that a page of CityGrid has.
const sqlFeatures = `
select '{"type":"FeatureCollection","features":[' || coalesce(string_agg(st_asgeojson(t.*, 'geom', 7), ','), '') || ']}' from (
    select code, name, substr(subclass, 1, 2) as class, subclass, edition, state, grid, grids_also, stated_grid,
        dept1_code as supervisor_code, dept1_name as supervisor_name, dept2_code as owner_code, dept2_name as owner_name,
        dept3_code as maintainer_code, dept3_name as maintainer_name, first_surveyed, changed_on, data_source, note, extra, geom
    from component where state <> '移除' and st_intersects(geom, st_makeenvelope($1, $2, $3, $4, 4326)) order by code limit $5
) t`
