package api

import "citygrid/registry"

// landing is the first page of the API: where everything else is.
func (s *Server) landing(r *request) (*answer, error) {
	title, description := "CityGrid", "Components, grid cells and responsibilities of a city (城市管理部件、单元网格与责任单位)."
	return jsonAnswer(struct {
		Title       string `json:"title"`
		Description string `json:"description"`
		Version     string `json:"version"`
		Links       []link `json:"links"`
	}{title, description, s.version, []link{
		s.link("self", typeJSON, "/", "", "this document"),
		s.alternate("/", ""),
		s.link("service-desc", typeOpenAPI, "/api", "", "the API, as an OpenAPI 3.0 document"),
		s.link("service-doc", typeHTML, "/api", "f=html", "the API, to read (接口说明)"),
		s.link("conformance", typeJSON, "/conformance", "", "the standards that the API keeps"),
		s.link("data", typeJSON, "/collections", "", "collections of features (要素集)"),
		s.link("related", typeJSON, "/city", "", "the city"),
		s.link("related", typeJSON, "/catalog", "", "classes of components and events (部件与事件分类)"),
		s.link("related", typeJSON, "/units", "", "units (单位)"),
		s.link("related", "text/html", "/map", "", "map (地图)"),
		s.link("related", "text/html", "/imports", "", "survey files (普查文件入库)"),
	}})
}

// conformance lists the conformance classes of the standards that the API keeps in full.
func (s *Server) conformance(r *request) (*answer, error) {
	return jsonAnswer(map[string][]string{"conformsTo": {
		"http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
		"http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
		"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
		"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
		"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/html",
		"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
		"http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
		"http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables",
		"http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables-query-parameters",
		"http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/schemas",
		"http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/core-roles-features",
		"http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/returnables-and-receivables",
		"http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/sortables",
	}})
}

// city describes the one city that is served.
func (s *Server) city(r *request) (*answer, error) {
	tag, err := s.validator(r, registry.CollectionCity)
	if err != nil {
		return nil, err
	}
	city, err := s.registry.City(r.ctx, r.scope)
	if err != nil {
		return nil, err
	}
	return tagged(tag)(jsonAnswer(city))
}

// units lists every unit.
func (s *Server) units(r *request) (*answer, error) {
	tag, err := s.validator(r, registry.CollectionUnits)
	if err != nil {
		return nil, err
	}
	units, err := s.registry.Units(r.ctx, r.scope)
	if err != nil {
		return nil, err
	}
	return tagged(tag)(jsonAnswer(map[string][]registry.Unit{"units": listed(units)}))
}

// tagged puts a validator on an answer.
func tagged(tag string) func(*answer, error) (*answer, error) {
	return func(a *answer, err error) (*answer, error) {
		if err == nil {
			a.tag = tag
		}
		return a, err
	}
}

// listed makes a list that is written [] when it is empty, never null.
func listed[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
