package api

import (
	"citygrid/registry"
)

// The relations of links to what describes the properties of a collection.
const (
	relQueryables = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
	relSortables  = "http://www.opengis.net/def/rel/ogc/1.0/sortables"
	relSchema     = "http://www.opengis.net/def/rel/ogc/1.0/schema"
)

// schemaDocument is a JSON Schema of the properties of features, as OGC API - Features, Parts 3 and 5, want it.
type schemaDocument struct {
	Schema     string                    `json:"$schema"`
	ID         string                    `json:"$id"`
	Type       string                    `json:"type"`
	Title      string                    `json:"title"`
	Properties map[string]schemaProperty `json:"properties"`
	Additional bool                      `json:"additionalProperties"`
}

type schemaProperty struct {
	Title      string          `json:"title"`
	Type       string          `json:"type,omitempty"`
	Format     string          `json:"format,omitempty"`
	Enum       []string        `json:"enum,omitempty"`
	Items      *schemaProperty `json:"items,omitempty"`
	Additional *schemaProperty `json:"additionalProperties,omitempty"`
	Nullable   bool            `json:"nullable,omitempty"`
	Unit       string          `json:"x-ogc-unit,omitempty"`
	Role       string          `json:"x-ogc-role,omitempty"`
	Sequence   int             `json:"x-ogc-propertySeq,omitempty"`
}

// queryablesLink leads to the properties by which the features of a collection can be selected. Whatever can be filtered has it, also in its header Link:
// Part 3 wants it there.
func (s *Server) queryablesLink(c collection) link {
	return s.link(relQueryables, typeSchema, c.path("/queryables"), "", "properties to select by (可筛选属性)")
}

// queryables lists the properties by which features can be selected: each is a query parameter of the same name, and bbox is for the geometry.
func (s *Server) queryables(r *request) (*answer, error) {
	return s.describeProperties(r, "/queryables", true, true)
}

// sortables lists the properties that sortby takes.
func (s *Server) sortables(r *request) (*answer, error) {
	return s.describeProperties(r, "/sortables", true, false)
}

// schema lists all that a feature has.
func (s *Server) schema(r *request) (*answer, error) {
	return s.describeProperties(r, "/schema", false, true)
}

// collectionDescribed is the collection that a request names, and the validator of what is said of its properties.
func (s *Server) collectionDescribed(r *request) (collection, string, error) {
	c, err := s.collectionOf(r)
	if err != nil {
		return collection{}, "", err
	}
	tag, err := s.validator(r, registry.CollectionCatalogue, registry.CollectionCity)
	return c, tag, err
}

func (s *Server) describeProperties(r *request, under string, scalar, geometry bool) (*answer, error) {
	c, tag, err := s.collectionDescribed(r)
	if err != nil {
		return nil, err
	}
	d := schemaDocument{
		Schema: "https://json-schema.org/draft/2020-12/schema", ID: s.base + c.path(under), Type: "object", Title: c.title,
		Properties: map[string]schemaProperty{},
	}
	for i, p := range c.Properties {
		if scalar && !p.Scalar() {
			continue
		}
		of := schemaOf(p)
		if under == "/schema" {
			of.Sequence = i + 1
			of.Role = map[string]string{registry.CodeProperty: "id", "first_surveyed": "primary-interval-start", "changed_on": "primary-interval-end"}[p.Name]
		}
		d.Properties[p.Name] = of
	}
	if geometry {
		d.Properties["geometry"] = schemaProperty{Title: "几何 geometry", Format: geometryFormat(c), Role: "primary-geometry", Sequence: len(c.Properties) + 1}
	}
	a, err := tagged(tag)(jsonAnswer(d))
	if err == nil {
		a.mediaType = typeSchema
	}
	return a, err
}

// geometryFormat is what OGC calls the geometries of a collection.
func geometryFormat(c collection) string {
	if c.level != "" {
		return "geometry-multipolygon"
	}
	return "geometry-any"
}

func schemaOf(p registry.Property) schemaProperty {
	of := schemaProperty{Title: p.Title.ZH + " " + p.Title.EN, Type: "string", Enum: p.Enum, Unit: p.Unit}
	switch p.Type {
	case registry.DateProperty:
		of.Format = "date"
	case registry.NumberProperty:
		of.Type = "number"
	case registry.ListProperty:
		of.Type, of.Items = "array", &schemaProperty{Title: p.Title.EN, Type: "string"}
	case registry.ObjectProperty:
		of.Type, of.Additional = "object", &schemaProperty{Title: p.Title.EN, Type: "string"}
	}
	return of
}
