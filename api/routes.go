package api

import (
	"net/http"
	"slices"
	"time"

	"citygrid/api/pages"
)

// The time that an answer may take.
const (
	locateBudget     = 200 * time.Millisecond
	itemsBudget      = 5 * time.Second
	healthBudget     = time.Second
	importBudget     = 30 * time.Minute // of a survey file on its way, and of the events about it
	differenceBudget = 10 * time.Minute // to compare a file with the registry
	detailBudget     = 30 * time.Second // of the placements of a list of points, from when its body has arrived
)

// route is one thing that is served.
type route struct {
	method, path string
	handle       func(*Server, *request) (*answer, error)
	params       []string      // the query parameters that it takes
	repeated     []string      // of which these may be given more than once, beside params
	budget       time.Duration // 0: the handler bounds itself
	database     bool          // needs the database for every answer
	open         bool          // needs no key
	registrar    bool          // needs the key of a registrar
	page         bool          // for people: not in the OpenAPI document
	// people is what a browser gets that asks for HTML, open to all; nil: the same as a program.
	people func(*Server, *request) (*answer, error)
	view   pages.View // how people see the answer; empty: as programs do
}

// routes is the list of what is served. The OpenAPI document and this table are held together by a test.
func routes() []route {
	get := func(path string, handle func(*Server, *request) (*answer, error), params ...string) route {
		return route{method: http.MethodGet, path: path, handle: handle, params: params, budget: itemsBudget, database: true}
	}
	open := func(path string, handle func(*Server, *request) (*answer, error)) route {
		return route{method: http.MethodGet, path: path, handle: handle, budget: healthBudget, open: true}
	}
	seen := func(r route, view pages.View) route {
		r.view = view
		if !slices.Contains(r.params, "f") {
			r.params = append(r.params, "f")
		}
		return r
	}
	page := func(path string, handle func(*Server, *request) (*answer, error)) route {
		r := open(path, handle)
		r.page = true
		return r
	}
	locate := get("/locate", (*Server).locate, "lon", "lat", "crs", "kind", "subclass", "component")
	locate.budget, locate.database = locateBudget, false
	return slices.Concat(importRoutes(), photoRoutes(), []route{
		seen(open("/", (*Server).landing), pages.Landing),
		seen(open("/conformance", (*Server).conformance), pages.Conformance),
		seen(open("/api", (*Server).api), pages.Definition),
		seen(get("/collections", (*Server).collections), pages.Collections),
		seen(get("/collections/:collectionId", (*Server).collection), pages.Collection),
		seen(get("/collections/:collectionId/queryables", (*Server).queryables), pages.Schema),
		seen(get("/collections/:collectionId/sortables", (*Server).sortables), pages.Schema),
		seen(get("/collections/:collectionId/schema", (*Server).schema), pages.Schema),
		get("/collections/:collectionId/feature-schema", (*Server).featureSchema),
		seen(get("/collections/:collectionId/items", (*Server).items, itemsParameters()...), pages.Items),
		seen(get("/collections/:collectionId/items/:featureId", (*Server).item, "crs", "properties", "skipGeometry", "precision", "f"), pages.Item),
		locate,
		{method: http.MethodPost, path: "/locate", handle: (*Server).locateAll, params: []string{"crs", "detail"}},
		get("/whats-here", (*Server).whatsHere, "lon", "lat", "crs", "radius"),
		get("/catalog", (*Server).catalog),
		get("/catalog/component-subclasses", (*Server).componentSubclasses),
		get("/catalog/event-subclasses", (*Server).eventSubclasses),
		get("/catalog/filing-standards", (*Server).filingStandards, "kind", "subclass"),
		get("/units", (*Server).units),
		get("/city", (*Server).city),
		get("/base/:layer", (*Server).baseLayer),
		open("/healthz", (*Server).healthz),
		open("/readyz", (*Server).readyz),
		open("/metrics", (*Server).metricsPage),
		page("/map", (*Server).mapPage),
		page("/console/*", (*Server).consoleFile),
	})
}
