package api

import (
	"slices"
	"strconv"

	"citygrid/api/query"
	"citygrid/registry"
)

// The headers that speak of features, as OGC and those who read other formats than GeoJSON want them.
const (
	headerCRS       = "Content-Crs"
	headerMatched   = "OGC-NumberMatched"
	headerEstimate  = "OGC-NumberMatched-Estimate"
	headerReturned  = "OGC-NumberReturned"
	exposedToClient = "Content-Crs, ETag, Link, Location, OGC-NumberMatched, OGC-NumberMatched-Estimate, OGC-NumberReturned, Retry-After, " + requestIDHeader
)

// itemsParameters are the query parameters that items of some collection take.
func itemsParameters() []string {
	names := query.ItemsParameters()
	for _, properties := range [][]registry.Property{registry.ComponentProperties(), registry.AreaProperties()} {
		for _, p := range properties {
			if p.Scalar() && !slices.Contains(names, p.Name) {
				names = append(names, p.Name)
			}
		}
	}
	return names
}

// items answers one page of a collection's features.
func (s *Server) items(r *request) (*answer, error) {
	c, err := s.collectionOf(r)
	if err != nil {
		return nil, err
	}
	if err := r.params.Only(c.takes); err != nil {
		return nil, err
	}
	q, err := r.params.Items(r.ctx, s.registry, c.Collection)
	if err != nil {
		return nil, err
	}
	tag, err := s.validator(r, c.revision)
	if err != nil {
		return nil, err
	}
	w := newFeatureWriter(q)
	w.openCollection()
	part, err := s.appendPage(r, &w, c, q)
	if err != nil {
		return nil, err
	}
	p := page{matched: part.Matched, at: s.now(), links: s.pageLinks(c, q, part)}
	a := &answer{mediaType: typeGeoJSON, tag: tag, pooled: true, headers: map[string]string{
		headerCRS: "<" + q.System.URI + ">", headerReturned: strconv.Itoa(w.count),
	}}
	switch {
	case part.Estimated: // clients take what stands in the document as exact
		a.headers[headerEstimate] = strconv.FormatInt(part.Matched, 10)
		p.matched = -1
	case part.Matched >= 0:
		a.headers[headerMatched] = strconv.FormatInt(part.Matched, 10)
	}
	a.link = headerOf(p.links, "next", "prev", relQueryables)
	w.closeCollection(&p)
	a.body = w.dst
	return a, nil
}

// pageLinks lead from a page to those beside it.
func (s *Server) pageLinks(c collection, q query.Items, part registry.Part) []link {
	path := c.path("/items")
	links := []link{
		s.link("self", typeGeoJSON, path, q.Query(), "this page"),
		s.alternate(path, q.As(formatHTML)),
		s.link("collection", typeJSON, c.path(""), "", c.title),
		s.queryablesLink(c),
	}
	// Behind a page before there is at least the feature that it was asked before.
	if after := q.Before || part.More; after && part.Last != nil {
		links = append(links, s.link("next", typeGeoJSON, path, q.Next(part.Last), "next page"))
	}
	if before := !q.Before && !q.First() || q.Before && part.More; before && part.First != nil {
		links = append(links, s.link("prev", typeGeoJSON, path, q.Previous(part.First), "previous page"))
	}
	return links
}

// appendPage reads a page from the store and writes its features.
func (s *Server) appendPage(r *request, w *featureWriter, c collection, q query.Items) (registry.Part, error) {
	if c.level == "" {
		return s.registry.EachComponent(r.ctx, r.scope, registry.ComponentQuery{Selection: q.Selection, Page: q.Page}, func(c *registry.Component) error {
			return w.component(c, nil, nil)
		})
	}
	p, err := s.registry.Areas(r.ctx, r.scope, registry.AreaQuery{Level: c.level, Selection: q.Selection, Page: q.Page})
	if err != nil {
		return registry.Part{}, err
	}
	for i := range p.Areas {
		if err := w.area(&p.Areas[i], nil); err != nil {
			return registry.Part{}, err
		}
	}
	return p.Part, nil
}

// item answers one feature. A component is found by any of its codes, and named by its current one.
func (s *Server) item(r *request) (*answer, error) {
	c, err := s.collectionOf(r)
	if err != nil {
		return nil, err
	}
	id := r.path("featureId")
	if !storable(id) {
		return nil, noSuchFeature(c, id)
	}
	q, err := r.params.Shape(c.Collection)
	if err != nil {
		return nil, err
	}
	tag, err := s.validator(r, c.revision)
	if err != nil {
		return nil, err
	}
	w := newFeatureWriter(q)
	if c.level == "" {
		err = s.appendComponent(r, &w, c, q, id)
	} else {
		err = s.appendArea(r, &w, c, q, id)
	}
	if isNoRecord(err) {
		return nil, noSuchFeature(c, id)
	}
	if err != nil {
		return nil, err
	}
	return &answer{mediaType: typeGeoJSON, tag: tag, body: w.dst, pooled: true, headers: map[string]string{headerCRS: "<" + q.System.URI + ">"}}, nil
}

func (s *Server) appendComponent(r *request, w *featureWriter, c collection, q query.Items, id string) error {
	found, err := s.registry.Component(r.ctx, r.scope, id)
	if err != nil {
		return err
	}
	if c.class != "" && found.Code.Subclass().Class() != c.class {
		return noSuchFeature(c, id)
	}
	if q.SRID != 0 {
		p, err := s.registry.Components(r.ctx, r.scope, registry.ComponentQuery{Selection: alone(found.Code.String()), Page: aloneIn(q.SRID)})
		if err != nil {
			return err
		}
		if len(p.Components) == 0 { // it went between the two questions
			return noSuchFeature(c, id)
		}
		found = p.Components[0]
	}
	return w.component(&found, nil, s.itemLinks(c, q, found.Code.String()))
}

func (s *Server) appendArea(r *request, w *featureWriter, c collection, q query.Items, id string) error {
	found, err := s.registry.Area(r.ctx, r.scope, c.level, id)
	if err != nil {
		return err
	}
	if q.SRID != 0 {
		p, err := s.registry.Areas(r.ctx, r.scope, registry.AreaQuery{Level: c.level, Selection: alone(found.Code), Page: aloneIn(q.SRID)})
		if err != nil {
			return err
		}
		if len(p.Areas) == 0 {
			return noSuchFeature(c, id)
		}
		found = p.Areas[0]
	}
	return w.area(&found, s.itemLinks(c, q, found.Code))
}

// alone selects the feature with a code, also one that was removed.
func alone(code string) registry.Selection {
	return registry.Selection{Equal: []registry.Equal{{Property: registry.CodeProperty, Value: code}}, Removed: true}
}

// aloneIn is a page of one feature in a coordinate system.
func aloneIn(srid int) registry.Page {
	return registry.Page{Limit: 1, Count: registry.CountNone, SRID: srid}
}

func (s *Server) itemLinks(c collection, q query.Items, code string) []link {
	return []link{
		s.link("self", typeGeoJSON, itemPath(c.ID, code), q.Query(), ""),
		s.alternate(itemPath(c.ID, code), q.As(formatHTML)),
		s.link("collection", typeJSON, c.path(""), "", c.title),
	}
}
