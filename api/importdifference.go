package api

import (
	"encoding/json"
	"fmt"
	"strconv"

	"citygrid/geo/geojson"
	"citygrid/registry"
	"citygrid/registry/catalog"
	"citygrid/registry/census"
	"citygrid/registry/intake"
)

// differenceRoutes say what the promotion of a preview would change.
func differenceRoutes() []route {
	of := func(path string, handle func(*Server, *request) (*answer, error), params ...string) route {
		// They compare whole files: on the connections of imports, so they take a turn of their own.
		return route{method: "GET", path: "/imports/:importId" + path, handle: handle, params: params, budget: differenceBudget, registrar: true}
	}
	return []route{
		of("/difference", (*Server).importDifference, "scope"),
		of("/changes", (*Server).importChanges, "limit", "after"),
		of("/preview", (*Server).importPreview, "limit", "after"),
		of("/missing", (*Server).importMissing, "scope"),
	}
}

// differenceJSON is a census.Difference as it is written.
type differenceJSON struct {
	Totals     map[census.ChangeKind]int64 `json:"totals"`
	Kinds      []kindJSON                  `json:"kinds"`
	Columns    []columnJSON                `json:"columns"`
	Renumbered []renumberedJSON            `json:"renumbered"`
	Missing    []missingJSON               `json:"missing"`
	Links      []link                      `json:"links"`
}

type kindJSON struct {
	Subclass catalog.SubclassCode `json:"subclass"`
	Kind     census.ChangeKind    `json:"kind"`
	Count    int64                `json:"count"`
}

type columnJSON struct {
	Column     string `json:"column"`
	Rows       int64  `json:"rows"`
	Format     int64  `json:"format"`
	Cleared    int64  `json:"cleared"`
	Only       int64  `json:"only"`
	OnlyFormat int64  `json:"only_format"`
}

type renumberedJSON struct {
	Subclass catalog.SubclassCode `json:"subclass"`
	Sheet    string               `json:"sheet,omitempty"`
	Row      int64                `json:"row"`
	New      string               `json:"new"`
	Old      string               `json:"old"`
	Metres   float64              `json:"distance_m"`
}

type missingJSON struct {
	Subclass catalog.SubclassCode `json:"subclass"`
	Code     string               `json:"code"`
	Grid     string               `json:"grid"`
}

// importDifference counts what would change.
func (s *Server) importDifference(r *request) (*answer, error) {
	desk, id, scope, leave, err := s.admitDifference(r)
	if err != nil {
		return nil, err
	}
	defer leave()
	d, err := desk.Store().Difference(r.ctx, id, scope)
	if err != nil {
		return nil, err
	}
	b, err := desk.Store().Batch(r.ctx, id)
	if err != nil {
		return nil, err
	}
	path := importPath(id)
	out := differenceJSON{
		Totals: map[census.ChangeKind]int64{}, Kinds: make([]kindJSON, len(d.Kinds)), Columns: make([]columnJSON, len(d.Columns)),
		Renumbered: make([]renumberedJSON, len(d.Renumbered)), Missing: make([]missingJSON, len(d.Missing)),
		Links: []link{
			s.link("self", typeJSON, path+"/difference", r.http.URL.RawQuery, ""), s.link("up", typeJSON, path, "", "the import"),
			s.link("item", typeJSON, path+"/changes", "", "row by row (逐行)"), s.link("item", typeGeoJSON, path+"/preview", "", "on the map (地图)"),
			s.link("item", typeGeoJSON, path+"/missing", r.http.URL.RawQuery, "what is missing, on the map (缺失部件)"),
		},
	}
	for n, k := range d.Kinds {
		out.Kinds[n] = kindJSON(k)
		out.Totals[k.Kind] += k.Count
	}
	for n, c := range d.Columns {
		out.Columns[n] = columnJSON(c)
	}
	for n, p := range d.Renumbered {
		sheet, row := b.Place(p.Line)
		out.Renumbered[n] = renumberedJSON{p.Subclass, sheet, row, p.New, p.Old, centimetres(p.Metres)}
	}
	for n, m := range d.Missing {
		out.Missing[n] = missingJSON(m)
	}
	return noStore(jsonAnswer(out))
}

// admitDifference waits until a difference may be computed: of the request's import, in its scope. leave gives the place back.
func (s *Server) admitDifference(r *request) (desk *intake.Desk, id census.BatchID, scope census.Scope, leave func(), err error) {
	if desk, id, err = s.deskAndID(r); err != nil {
		return nil, id, scope, nil, err
	}
	if scope, err = s.scopeOf(r, id); err == nil {
		leave, err = s.admit(r.ctx, s.differences)
	}
	return desk, id, scope, leave, err
}

// scopeOf is the scope that the request declares, else the one that was declared with the file.
func (s *Server) scopeOf(r *request, id census.BatchID) (census.Scope, error) {
	text, given := r.params["scope"]
	if !given {
		u, err := s.imports.Store().Upload(r.ctx, id)
		if err != nil && registry.KindOf(err) != registry.NotFound { // it came another way
			return census.Scope{}, err
		}
		text = u.Scope
	}
	return census.ParseScope(text)
}

// changeJSON is what would happen to one row.
type changeJSON struct {
	Sheet   string                `json:"sheet,omitempty"`
	Row     int64                 `json:"row"`
	Code    string                `json:"code"`
	Kind    census.ChangeKind     `json:"kind"`
	Columns []census.ColumnChange `json:"columns"`
	Metres  float64               `json:"distance_m,omitempty"`
}

func changeOf(b census.Batch, c census.Change) changeJSON {
	sheet, row := b.Place(c.Line)
	return changeJSON{sheet, row, c.Code, c.Kind, listed(c.Columns), centimetres(c.Metres)}
}

// importChanges lists the rows that would change anything.
func (s *Server) importChanges(r *request) (*answer, error) {
	b, changes, next, leave, err := s.pageOfChanges(r, "/changes", typeJSON)
	if err != nil {
		return nil, err
	}
	defer leave()
	list := make([]changeJSON, len(changes))
	for n, c := range changes {
		list[n] = changeOf(b, c)
	}
	links := append([]link{s.link("self", typeJSON, importPath(b.ID)+"/changes", r.http.URL.RawQuery, "")}, next...)
	return noStore(jsonAnswer(map[string]any{"changes": list, "links": links}))
}

// importPreview shows the same on a map: each row where it would stand, and in moved_from where its component stands now.
func (s *Server) importPreview(r *request) (*answer, error) {
	b, changes, next, leave, err := s.pageOfChanges(r, "/preview", typeGeoJSON)
	if err != nil {
		return nil, err
	}
	defer leave()
	codes := make([]string, len(changes))
	for n, c := range changes {
		codes[n] = c.Code
	}
	shapes, err := s.imports.Store().ChangeShapes(r.ctx, b.ID, codes)
	if err != nil {
		return nil, err
	}
	w := featureWriter{dst: buffer()}
	w.openCollection()
	for _, c := range changes {
		if len(shapes[c.Code].New) == 0 { // the batch was staged anew between the two questions
			continue
		}
		if err := w.change(changeOf(b, c), shapes[c.Code]); err != nil {
			return nil, err
		}
	}
	self := s.link("self", typeGeoJSON, importPath(b.ID)+"/preview", r.http.URL.RawQuery, "")
	w.closeCollection(&page{matched: -1, links: append([]link{self}, next...)})
	return &answer{mediaType: typeGeoJSON, cache: "no-store", body: w.dst, pooled: true}, nil
}

// importMissing shows on a map what the preview lacks of the scope.
func (s *Server) importMissing(r *request) (*answer, error) {
	desk, id, scope, leave, err := s.admitDifference(r)
	if err != nil {
		return nil, err
	}
	defer leave()
	missing, err := desk.Store().MissingShapes(r.ctx, id, scope)
	if err != nil {
		return nil, err
	}
	w := featureWriter{dst: buffer()}
	w.openCollection()
	for _, m := range missing {
		if err := w.begin(m.Code, m.Shape); err != nil {
			return nil, err
		}
		w.text("kind", string(census.ChangeMissing))
		w.text("subclass", string(m.Subclass))
		w.text("grid", m.Grid)
		w.end(nil)
	}
	self := s.link("self", typeGeoJSON, importPath(id)+"/missing", r.http.URL.RawQuery, "")
	w.closeCollection(&page{matched: int64(len(missing)), links: []link{self, s.link("up", typeJSON, importPath(id), "", "the import")}})
	return &answer{mediaType: typeGeoJSON, cache: "no-store", body: w.dst, pooled: true}, nil
}

// change writes a changed row as a feature.
func (w *featureWriter) change(c changeJSON, shape census.ChangeShape) error {
	if err := w.begin(c.Code, shape.New); err != nil {
		return err
	}
	w.text("kind", string(c.Kind))
	if c.Sheet != "" {
		w.text("sheet", c.Sheet)
	}
	w.name("row")
	w.dst = strconv.AppendInt(w.dst, c.Row, 10)
	columns, err := json.Marshal(c.Columns)
	if err != nil {
		return fmt.Errorf("encode change %s: %w", c.Code, err)
	}
	w.raw("columns", columns)
	if c.Kind == census.ChangeMoved && shape.Old != nil {
		w.number("distance_m", c.Metres, -1)
		w.name("moved_from")
		if w.dst, err = geojson.AppendEWKB(w.dst, shape.Old); err != nil {
			return fmt.Errorf("encode change %s: %w", c.Code, err)
		}
	}
	w.end(nil)
	return nil
}

// pageOfChanges reads a page of changed rows after a row. What it returns last ends the turn among those who compare.
func (s *Server) pageOfChanges(r *request, under, mediaType string) (b census.Batch, changes []census.Change, next []link, leave func(), err error) {
	desk, id, err := s.deskAndID(r)
	if err != nil {
		return b, nil, nil, nil, err
	}
	limit, err := r.params.Limit()
	if err != nil {
		return b, nil, nil, nil, err
	}
	limit = min(limit, census.MaxChanges)
	after, err := r.params.AfterRow()
	if err != nil {
		return b, nil, nil, nil, err
	}
	if leave, err = s.admit(r.ctx, s.differences); err != nil {
		return b, nil, nil, nil, err
	}
	if changes, err = desk.Store().Changes(r.ctx, id, after, limit); err == nil {
		b, err = desk.Store().Batch(r.ctx, id) // its sheets
	}
	if err != nil {
		leave()
		return b, nil, nil, nil, err
	}
	if len(changes) == limit { // there may be more; if not, the next page is empty
		query := fmt.Sprintf("limit=%d&after=%d", limit, changes[limit-1].Line)
		next = []link{s.link("next", mediaType, importPath(id)+under, query, "next page")}
	}
	return b, changes, next, leave, nil
}
