package api

import (
	"fmt"
	"hash/crc32"
	"slices"
	"strings"
	"time"

	"citygrid/api/query"
	"citygrid/registry"
	"citygrid/registry/catalog"
)

const components = "components"

// collection is one collection of features.
type collection struct {
	query.Collection
	title       string
	description string
	level       registry.Level    // of areas; empty for components
	class       catalog.ClassCode // of components; empty: all
	revision    string            // the registry's collection whose revision validates it
	takes       []string          // the query parameters of its items
	list        string            // which list it is of: part of the validator of what shows it
}

// offered are the collections of a city. They are the same until its profile changes, or what it is served in.
type offered struct {
	city    registry.City
	classes []catalog.Class
	more    []registry.System
	all     []collection
}

// collectionsServed lists the collections, the one with the most to say first. The list must not be changed.
func (s *Server) collectionsServed() ([]collection, error) {
	city, classes, err := s.registry.Served()
	if err != nil {
		return nil, err
	}
	var more []registry.System
	if s.systems != nil {
		more = s.systems()
	}
	if last := s.offered.Load(); last != nil && last.city == city && slices.Equal(last.classes, classes) && slices.Equal(last.more, more) {
		return last.all, nil
	}
	all := collectionsOf(classes, query.Systems(city.Centre[0], more))
	s.offered.Store(&offered{city, classes, more, all})
	return all, nil
}

// collectionsOf are the collections of a city with some classes of components, each in some coordinate systems.
func collectionsOf(classes []catalog.Class, systems []query.System) []collection {
	all := []collection{componentsOf(catalog.Class{}, systems)}
	for _, class := range classes {
		all = append(all, componentsOf(class, systems))
	}
	for _, a := range []struct {
		level                  registry.Level
		id, title, description string
	}{
		{registry.LevelGrid, "grid-cells", "单元网格 Grid cells", "Unit grid cells (单元网格), the smallest areas of city management; they tile the communities."},
		{registry.LevelCommunity, "communities", "社区 Communities", "Communities (社区); they tile the streets."},
		{registry.LevelStreet, "streets", "街道 Streets", "Streets, towns and townships (街道、镇、乡); they tile the districts."},
		{registry.LevelDistrict, "districts", "区 Districts", "Districts and counties (区、县)."},
		{
			registry.LevelManaged, "managed-areas", "市管区域 Managed areas",
			"Areas that the city itself manages (市管区域): whole grid cells, across the borders of communities and streets.",
		},
	} {
		all = append(all, collection{
			Collection: query.Collection{ID: a.id, Properties: registry.AreaProperties(), Systems: systems},
			title:      a.title, description: a.description, level: a.level, revision: registry.CollectionAreas,
		})
	}
	list := crc32.NewIEEE()
	for _, c := range all {
		fmt.Fprintln(list, c.ID, systemURIs(c))
	}
	for i := range all {
		all[i].list = fmt.Sprintf("-%08x", list.Sum32())
		all[i].takes = append(query.ItemsParameters(), all[i].Parameters()...)
	}
	return all
}

// componentsOf is the collection of the components of a class, or of all.
func componentsOf(class catalog.Class, systems []query.System) collection {
	c := collection{
		Collection: query.Collection{ID: components, Properties: registry.ComponentProperties(), Systems: systems, Timed: true},
		title:      "部件 Components", class: class.Code, revision: registry.CollectionComponents,
		description: "City management components (城市管理部件): what stands in the streets, with class, state and responsible departments.",
	}
	if code := string(class.Code); code != "" {
		c.ID += "-" + code
		c.Fixed = []registry.Equal{{Property: "class", Value: code}}
		c.title = class.NameZH + " " + class.NameEN
		c.description = fmt.Sprintf("Components of class (大类) %s, %s (%s).", code, class.NameEN, class.NameZH)
	}
	return c
}

// collectionOf finds the collection that a request names.
func (s *Server) collectionOf(r *request) (collection, error) {
	id := r.path("collectionId")
	all, err := s.collectionsServed()
	if err != nil {
		return collection{}, err
	}
	if i := slices.IndexFunc(all, func(c collection) bool { return c.ID == id }); i >= 0 {
		return all[i], nil
	}
	what := registry.Text{ZH: "没有这个要素集；可用的要素集见 /collections", EN: "no such collection; see /collections for those there are"}
	var ids []string
	for _, c := range all {
		ids = append(ids, c.ID)
	}
	return collection{}, missing("no_such_collection", "collectionId", id, what,
		registry.Text{ZH: "应为以下之一：" + strings.Join(ids, "、"), EN: "write one of " + strings.Join(ids, ", ")})
}

// path is where a collection, or a part of it, is served.
func (c collection) path(under string) string { return "/collections/" + c.ID + under }

// collectionDocument describes a collection as OGC API - Features, Parts 1 and 2, ask.
type collectionDocument struct {
	ID               string          `json:"id"`
	Title            string          `json:"title"`
	Description      string          `json:"description"`
	ItemType         string          `json:"itemType"`
	ItemCount        int64           `json:"itemCount"`
	CRS              []string        `json:"crs"`
	StorageCRS       string          `json:"storageCrs"`
	Extent           *extentDocument `json:"extent,omitempty"`
	DefaultItemsPage int             `json:"defaultItemsPageSize"`
	MaximumItemsPage int             `json:"maximumItemsPageSize"`
	Links            []link          `json:"links"`
}

type extentDocument struct {
	Spatial  spatialExtent   `json:"spatial"`
	Temporal *temporalExtent `json:"temporal,omitempty"`
}

type spatialExtent struct {
	BBox [][4]float64 `json:"bbox"`
	CRS  string       `json:"crs"`
}

type temporalExtent struct {
	Interval [][2]string `json:"interval"`
	TRS      string      `json:"trs"`
}

const gregorian = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"

func (s *Server) collections(r *request) (*answer, error) {
	all, err := s.collectionsServed() // from memory, which may be behind the registry for a moment
	if err != nil {
		return nil, err
	}
	tag, err := s.validatorWith(r, all[0].list, registry.CollectionAreas, registry.CollectionComponents, registry.CollectionCatalogue, registry.CollectionCity)
	if err != nil {
		return nil, err
	}
	document := struct {
		Links       []link               `json:"links"`
		CRS         []string             `json:"crs"`
		Collections []collectionDocument `json:"collections"`
	}{Links: []link{s.link("self", typeJSON, "/collections", "", ""), s.alternate("/collections", "")}, CRS: systemURIs(all[0])}
	for _, c := range all {
		described, err := s.describe(r, c)
		if err != nil {
			return nil, err
		}
		document.Collections = append(document.Collections, described)
	}
	return tagged(tag)(jsonAnswer(document))
}

func (s *Server) collection(r *request) (*answer, error) {
	c, err := s.collectionOf(r)
	if err != nil {
		return nil, err
	}
	tag, err := s.validatorWith(r, c.list, c.revision, registry.CollectionCatalogue, registry.CollectionCity)
	if err != nil {
		return nil, err
	}
	document, err := s.describe(r, c)
	if err != nil {
		return nil, err
	}
	a, err := tagged(tag)(jsonAnswer(document))
	if err == nil {
		a.link = headerOf(document.Links, relQueryables)
	}
	return a, err
}

func (s *Server) describe(r *request, c collection) (collectionDocument, error) {
	sum, err := s.summary(r, c)
	if err != nil {
		return collectionDocument{}, err
	}
	return collectionDocument{
		ID: c.ID, Title: c.title, Description: c.description, ItemType: "feature", ItemCount: sum.Total,
		CRS: systemURIs(c), StorageCRS: c.Systems[0].URI, Extent: extentOf(sum),
		DefaultItemsPage: query.DefaultLimit, MaximumItemsPage: query.MaxLimit,
		Links: []link{
			s.link("self", typeJSON, c.path(""), "", ""),
			s.alternate(c.path(""), ""),
			s.link("items", typeGeoJSON, c.path("/items"), "", c.title),
			s.queryablesLink(c),
			s.link(relSortables, typeSchema, c.path("/sortables"), "", "properties to sort by (可排序属性)"),
			s.link(relSchema, typeSchema, c.path("/schema"), "", "all properties (全部属性)"),
			s.link(relDescribedBy, typeSchema, c.path(featureSchemaPath), "", "a feature as GeoJSON (GeoJSON 要素)"),
		},
	}, nil
}

func systemURIs(c collection) []string {
	uris := make([]string, len(c.Systems))
	for i, system := range c.Systems {
		uris[i] = system.URI
	}
	return uris
}

// summary is what a collection holds for the scope.
func (s *Server) summary(r *request, c collection) (registry.Summary, error) {
	if c.level != "" {
		return s.registry.AreasSummary(r.ctx, r.scope, c.level)
	}
	return s.registry.ComponentsSummary(r.ctx, r.scope, c.class)
}

// extentOf is nil for an empty collection.
func extentOf(sum registry.Summary) *extentDocument {
	if sum.Total == 0 {
		return nil
	}
	b := sum.Bound
	e := &extentDocument{Spatial: spatialExtent{BBox: [][4]float64{{b.Min[0], b.Min[1], b.Max[0], b.Max[1]}}, CRS: query.CRS84}}
	if from, to := sum.During.From, sum.During.To; !from.IsZero() {
		e.Temporal = &temporalExtent{Interval: [][2]string{{from.Format(time.RFC3339), to.Format(time.RFC3339)}}, TRS: gregorian}
	}
	return e
}
