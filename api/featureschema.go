package api

import (
	"bytes"
	"encoding/json"

	"citygrid/registry"
)

// relDescribedBy leads to the JSON Schema of a feature as GeoJSON. Relations are compared without regard to case, but GDAL up to 3.6 reads this one
// only in this spelling, and without it guesses the types of fields from the first ten features.
const relDescribedBy = "describedBy"

// featureSchemaDocument is a JSON Schema of a whole feature. Part 5's /schema is of its properties alone.
type featureSchemaDocument struct {
	ID         string             `json:"$id"`
	Type       string             `json:"type"`
	Title      string             `json:"title"`
	Properties featureSchemaParts `json:"properties"`
}

type featureSchemaParts struct {
	ID         schemaProperty         `json:"id"`
	Properties featureSchemaAttribute `json:"properties"`
}

type featureSchemaAttribute struct {
	Title      string           `json:"title"`
	Type       string           `json:"type"`
	Properties schemaProperties `json:"properties"`
}

// schemaProperties are written in their order: that of the fields in a client.
type schemaProperties []namedSchema

type namedSchema struct {
	name string
	schemaProperty
}

// MarshalJSON writes an object.
func (s schemaProperties) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, p := range s {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := json.Marshal(p.name)
		if err != nil {
			return nil, err
		}
		of, err := json.Marshal(p.schemaProperty)
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(of)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// featureSchema describes a feature with the one type that each property has, and says in the words of OpenAPI 3.0 that any may be null: a list of types,
// as JSON Schema itself would have it, makes GDAL read every field as text. What a city adds is left open: GDAL keeps it as JSON then.
func (s *Server) featureSchema(r *request) (*answer, error) {
	c, tag, err := s.collectionDescribed(r)
	if err != nil {
		return nil, err
	}
	var properties schemaProperties
	for _, p := range c.Properties {
		if p.Type != registry.ObjectProperty {
			of := schemaOf(p)
			of.Nullable = true
			properties = append(properties, namedSchema{p.Name, of})
		}
	}
	a, err := tagged(tag)(jsonAnswer(featureSchemaDocument{
		ID: s.base + c.path(featureSchemaPath), Type: "object", Title: c.title,
		Properties: featureSchemaParts{
			ID:         schemaProperty{Title: "标识 id", Type: "string"},
			Properties: featureSchemaAttribute{Title: "属性 properties", Type: "object", Properties: properties},
		},
	}))
	if err == nil {
		a.mediaType = typeSchema
	}
	return a, err
}

const featureSchemaPath = "/feature-schema"
