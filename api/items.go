package api

import (
	"fmt"

	"citygrid/api/query"
	"citygrid/registry"
)

// items answers one page of a collection's features, in code order.
func (s *Server) items(r *request) (*answer, error) {
	c, err := collectionNamed(r.path("collectionId"))
	if err != nil {
		return nil, err
	}
	q, err := r.params.Items(c.id)
	if err != nil {
		return nil, err
	}
	tag, err := s.validator(r, c.revision)
	if err != nil {
		return nil, err
	}
	w := featureWriter{dst: buffer()}
	w.openCollection()
	matched, more, err := s.appendPage(r, &w, c, q)
	if err != nil {
		return nil, err
	}
	links := []link{
		s.link("self", typeGeoJSON, "/collections/"+c.id+"/items", q.Query(), "this page"),
		s.link("collection", typeJSON, "/collections/"+c.id, "", c.title),
	}
	header := ""
	if more {
		next := s.link("next", typeGeoJSON, "/collections/"+c.id+"/items", q.Next(w.last), "next page")
		links = append(links, next)
		header = fmt.Sprintf(`<%s>; rel="next"; type="%s"`, next.Href, next.Type)
	}
	w.closeCollection(&page{matched: matched, at: s.now(), links: links})
	return &answer{mediaType: typeGeoJSON, tag: tag, link: header, body: w.dst, pooled: true}, nil
}

// appendPage reads a page from the store and writes its features. It tells how many features there are in all and whether more follow.
func (s *Server) appendPage(r *request, w *featureWriter, c collection, q query.Items) (matched int64, more bool, err error) {
	if c.id == components {
		p, err := s.registry.Components(r.ctx, r.scope, registry.ComponentQuery{Bounds: q.Bounds, After: q.After, Limit: q.Limit})
		if err != nil {
			return 0, false, err
		}
		for i := range p.Components {
			if err := w.component(&p.Components[i], nil, nil); err != nil {
				return 0, false, err
			}
		}
		return p.Matched, p.More, nil
	}
	p, err := s.registry.Areas(r.ctx, r.scope, registry.AreaQuery{Level: c.level, Bounds: q.Bounds, After: q.After, Limit: q.Limit})
	if err != nil {
		return 0, false, err
	}
	for i := range p.Areas {
		if err := w.area(&p.Areas[i], nil); err != nil {
			return 0, false, err
		}
	}
	return p.Matched, p.More, nil
}

// item answers one feature. A component is found by any of its codes, and named by its current one.
func (s *Server) item(r *request) (*answer, error) {
	c, err := collectionNamed(r.path("collectionId"))
	if err != nil {
		return nil, err
	}
	id := r.path("featureId")
	if !storable(id) {
		return nil, noSuchFeature(c, id)
	}
	tag, err := s.validator(r, c.revision)
	if err != nil {
		return nil, err
	}
	w := featureWriter{dst: buffer()}
	if c.id == components {
		err = s.appendComponent(r, &w, c, id)
	} else {
		err = s.appendArea(r, &w, c, id)
	}
	if isNoRecord(err) {
		return nil, noSuchFeature(c, id)
	}
	if err != nil {
		return nil, err
	}
	return &answer{mediaType: typeGeoJSON, tag: tag, body: w.dst, pooled: true}, nil
}

func (s *Server) appendComponent(r *request, w *featureWriter, c collection, id string) error {
	found, err := s.registry.Component(r.ctx, r.scope, id)
	if err != nil {
		return err
	}
	return w.component(&found, nil, s.itemLinks(c, found.Code.String()))
}

func (s *Server) appendArea(r *request, w *featureWriter, c collection, id string) error {
	found, err := s.registry.Area(r.ctx, r.scope, c.level, id)
	if err != nil {
		return err
	}
	return w.area(&found, s.itemLinks(c, found.Code))
}

func (s *Server) itemLinks(c collection, code string) []link {
	return []link{
		s.link("self", typeGeoJSON, itemPath(c.id, code), "", ""),
		s.link("collection", typeJSON, "/collections/"+c.id, "", c.title),
	}
}
