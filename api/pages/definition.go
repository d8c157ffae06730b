package pages

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// definition is what people read of an OpenAPI document.
type definition struct {
	Info struct {
		Title       string `json:"title"`
		Version     string `json:"version"`
		Description string `json:"description"`
	} `json:"info"`
	Tags []struct {
		Name        string `json:"name"`
		Description string `json:"description"`
	} `json:"tags"`
	Paths      map[string]map[string]operation `json:"paths"`
	Components struct {
		Parameters map[string]parameter `json:"parameters"`
	} `json:"components"`
}

type operation struct {
	Summary     string      `json:"summary"`
	Description string      `json:"description"`
	Tags        []string    `json:"tags"`
	Parameters  []parameter `json:"parameters"`
}

type parameter struct {
	Ref         string `json:"$ref"`
	Name        string `json:"name"`
	In          string `json:"in"`
	Description string `json:"description"`
	Schema      struct {
		Type    string      `json:"type"`
		Minimum json.Number `json:"minimum"`
		Maximum json.Number `json:"maximum"`
		Default any         `json:"default"`
		Enum    []any       `json:"enum"`
	} `json:"schema"`
}

// listed is an operation with where it is.
type listed struct {
	Method, Path string
	operation
}

// Operations are those with a tag, by path. The paths of single collections are left out: they say again what the path of any collection says.
func (d definition) Operations(tag string) []listed {
	var out []listed
	for _, path := range slices.Sorted(maps.Keys(d.Paths)) {
		if rest, of := strings.CutPrefix(path, "/collections/"); of && !strings.HasPrefix(rest, "{") {
			continue
		}
		for _, method := range slices.Sorted(maps.Keys(d.Paths[path])) {
			o := d.Paths[path][method]
			if !slices.Contains(o.Tags, tag) {
				continue
			}
			for i, p := range o.Parameters {
				if p.Ref != "" {
					o.Parameters[i] = d.Components.Parameters[p.Ref[strings.LastIndexByte(p.Ref, '/')+1:]]
				}
			}
			out = append(out, listed{strings.ToUpper(method), path, o})
		}
	}
	return out
}
