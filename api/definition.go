package api

import (
	_ "embed"
	"encoding/json"
	"fmt"
)

//go:embed openapi.json
var definition []byte

// completeDefinition puts the address and the version of this server into the OpenAPI document.
func completeDefinition(base, version string) ([]byte, error) {
	var document map[string]json.RawMessage
	if err := json.Unmarshal(definition, &document); err != nil {
		return nil, err
	}
	var info map[string]any
	if err := json.Unmarshal(document["info"], &info); err != nil {
		return nil, fmt.Errorf("info: %w", err)
	}
	if version != "" {
		info["version"] = version
	}
	for name, value := range map[string]any{"info": info, "servers": []map[string]string{{"url": base}}} {
		text, err := json.Marshal(value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		document[name] = text
	}
	return json.MarshalIndent(document, "", "  ")
}

// api serves the OpenAPI document.
func (s *Server) api(r *request) (*answer, error) {
	return &answer{mediaType: typeOpenAPI, body: s.definition}, nil
}
