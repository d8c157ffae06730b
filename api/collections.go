package api

import (
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"citygrid/api/query"
	"citygrid/registry"
)

const (
	crs84      = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
	components = "components"
)

// collection is one collection of features.
type collection struct {
	id          string
	title       string
	description string
	level       registry.Level // of areas; empty for components
	revision    string         // the registry's collection whose revision validates it
}

// collectionsServed lists the collections, the one with the most to say first.
func collectionsServed() []collection {
	return []collection{
		{components, "部件 Components", "City management components (城市管理部件): what stands in the streets, with class, state and responsible departments.",
			"", registry.CollectionComponents},
		{"grid-cells", "单元网格 Grid cells", "Unit grid cells (单元网格), the smallest areas of city management; they tile the communities.",
			registry.LevelGrid, registry.CollectionAreas},
		{"communities", "社区 Communities", "Communities (社区); they tile the streets.", registry.LevelCommunity, registry.CollectionAreas},
		{"streets", "街道 Streets", "Streets, towns and townships (街道、镇、乡); they tile the districts.", registry.LevelStreet, registry.CollectionAreas},
		{"districts", "区 Districts", "Districts and counties (区、县).", registry.LevelDistrict, registry.CollectionAreas},
		{"managed-areas", "市管区域 Managed areas", "Areas that the city itself manages (市管区域): whole grid cells, across the borders of communities and streets.",
			registry.LevelManaged, registry.CollectionAreas},
	}
}

// collectionNamed finds a collection by its id.
func collectionNamed(id string) (collection, error) {
	all := collectionsServed()
	if i := slices.IndexFunc(all, func(c collection) bool { return c.id == id }); i >= 0 {
		return all[i], nil
	}
	what := registry.Text{ZH: "没有这个要素集；可用的要素集见 /collections", EN: "no such collection; see /collections for those there are"}
	var ids []string
	for _, c := range all {
		ids = append(ids, c.id)
	}
	return collection{}, missing("no_such_collection", "collectionId", id, what,
		registry.Text{ZH: "应为以下之一：" + strings.Join(ids, "、"), EN: "write one of " + strings.Join(ids, ", ")})
}

// collectionDocument describes a collection as OGC API - Features 7.14 asks.
type collectionDocument struct {
	ID               string          `json:"id"`
	Title            string          `json:"title"`
	Description      string          `json:"description"`
	ItemType         string          `json:"itemType"`
	CRS              []string        `json:"crs"`
	Extent           *extentDocument `json:"extent,omitempty"`
	DefaultItemsPage int             `json:"defaultItemsPageSize"`
	MaximumItemsPage int             `json:"maximumItemsPageSize"`
	Links            []link          `json:"links"`
}

type extentDocument struct {
	Spatial struct {
		BBox [][4]float64 `json:"bbox"`
		CRS  string       `json:"crs"`
	} `json:"spatial"`
}

func (s *Server) collections(r *request) (*answer, error) {
	tag, err := s.validator(r, registry.CollectionAreas, registry.CollectionComponents)
	if err != nil {
		return nil, err
	}
	document := struct {
		Links       []link               `json:"links"`
		CRS         []string             `json:"crs"`
		Collections []collectionDocument `json:"collections"`
	}{Links: []link{s.link("self", typeJSON, "/collections", "", "")}, CRS: []string{crs84}}
	for _, c := range collectionsServed() {
		described, err := s.describe(r, c)
		if err != nil {
			return nil, err
		}
		document.Collections = append(document.Collections, described)
	}
	return tagged(tag)(jsonAnswer(document))
}

func (s *Server) collection(r *request) (*answer, error) {
	c, err := collectionNamed(r.path("collectionId"))
	if err != nil {
		return nil, err
	}
	tag, err := s.validator(r, registry.CollectionAreas, registry.CollectionComponents)
	if err != nil {
		return nil, err
	}
	document, err := s.describe(r, c)
	if err != nil {
		return nil, err
	}
	return tagged(tag)(jsonAnswer(document))
}

func (s *Server) describe(r *request, c collection) (collectionDocument, error) {
	path := "/collections/" + c.id
	document := collectionDocument{
		ID: c.id, Title: c.title, Description: c.description, ItemType: "feature", CRS: []string{crs84},
		DefaultItemsPage: query.DefaultLimit, MaximumItemsPage: query.MaxLimit,
		Links: []link{
			s.link("self", typeJSON, path, "", ""),
			s.link("items", typeGeoJSON, path+"/items", "", c.title),
		},
	}
	b, known, err := s.extent(r, c)
	if err != nil {
		return collectionDocument{}, err
	}
	if known {
		document.Extent = &extentDocument{}
		document.Extent.Spatial.BBox = [][4]float64{{b.Min[0], b.Min[1], b.Max[0], b.Max[1]}}
		document.Extent.Spatial.CRS = crs84
	}
	return document, nil
}

// extent is the bound of what a collection holds for the scope, known only where that is anything.
func (s *Server) extent(r *request, c collection) (b orb.Bound, known bool, err error) {
	if c.id == components {
		return s.registry.ComponentsExtent(r.ctx, r.scope)
	}
	return s.registry.AreasExtent(r.ctx, r.scope, c.level)
}
