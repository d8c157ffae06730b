package api

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"sync"

	"citygrid/registry"
)

//go:embed openapi.json
var definition []byte

const (
	itemsOf      = "/collections/{collectionId}/items"
	propertyName = "property-" // of the components of the document that are parameters
)

// definitionOf is the OpenAPI document of a server: what is the same for all, its address and version, and the parameters that are properties. For
// each collection that is served the path of its items stands there a second time, with the parameters that it has: map clients select by these only
// when they find them so.
type definitionOf struct {
	document map[string]any
	mu       sync.Mutex
	ids      string // of the collections in text
	text     []byte
}

// newDefinition completes the embedded document.
func newDefinition(base, version string) (*definitionOf, error) {
	d := &definitionOf{}
	if err := json.Unmarshal(definition, &d.document); err != nil {
		return nil, err
	}
	info := d.document["info"].(map[string]any)
	if version != "" {
		info["version"] = version
	}
	d.document["servers"] = []any{map[string]any{"url": base}}
	parameters := d.member("components", "parameters")
	for _, properties := range [][]registry.Property{registry.ComponentProperties(), registry.AreaProperties()} {
		for _, p := range properties {
			if p.Scalar() {
				parameters[propertyName+p.Name] = map[string]any{
					"name": p.Name, "in": "query", "required": false, "style": "form", "explode": false,
					"description": "Features whose " + p.Title.EN + " (" + p.Title.ZH + ") is this.", "schema": schemaOf(p),
				}
			}
		}
	}
	get := d.member("paths", itemsOf)["get"].(map[string]any)
	listed := get["parameters"].([]any)
	for _, name := range itemsParameters() {
		if parameters[propertyName+name] != nil {
			listed = append(listed, refTo(propertyName+name))
		}
	}
	get["parameters"] = listed
	_, err := d.of(nil)
	return d, err
}

// member is a member of a member of the document.
func (d *definitionOf) member(names ...string) map[string]any {
	at := d.document
	for _, name := range names {
		at = at[name].(map[string]any)
	}
	return at
}

func refTo(parameter string) map[string]any {
	return map[string]any{"$ref": "#/components/parameters/" + parameter}
}

// of is the document for some collections.
func (d *definitionOf) of(all []collection) ([]byte, error) {
	ids := make([]string, len(all))
	for i, c := range all {
		ids[i] = c.ID
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if key := strings.Join(ids, " "); d.text == nil || key != d.ids {
		document := maps.Clone(d.document)
		paths := maps.Clone(d.member("paths"))
		for _, c := range all {
			paths[c.path("/items")] = d.itemsOf(c)
		}
		document["paths"] = paths
		text, err := json.MarshalIndent(document, "", "  ")
		if err != nil {
			return nil, fmt.Errorf("encode: %w", err)
		}
		d.ids, d.text = key, text
	}
	return d.text, nil
}

// itemsOf is the path of the items of one collection.
func (d *definitionOf) itemsOf(c collection) map[string]any {
	get := maps.Clone(d.member("paths", itemsOf, "get"))
	get["operationId"] = "items-" + c.ID
	get["summary"] = c.title
	var parameters []any
	for _, p := range get["parameters"].([]any) {
		ref := p.(map[string]any)["$ref"].(string)
		if name, of := strings.CutPrefix(ref, "#/components/parameters/"+propertyName); !of && !strings.HasSuffix(ref, "/collectionId") {
			parameters = append(parameters, p)
		} else if of {
			for _, known := range c.Parameters() {
				if known == name {
					parameters = append(parameters, p)
				}
			}
		}
	}
	get["parameters"] = parameters
	return map[string]any{"get": get}
}

// api serves the OpenAPI document. Without a city there are no collections to be named.
func (s *Server) api(r *request) (*answer, error) {
	all, err := s.collectionsServed()
	if err != nil && registry.KindOf(err) != registry.Unavailable {
		return nil, err
	}
	text, err := s.definition.of(all)
	if err != nil {
		return nil, err
	}
	return &answer{mediaType: typeOpenAPI, body: text}, nil
}
