package api

import (
	"fmt"
	"hash/crc32"
	"slices"
	"strings"

	"citygrid/registry"
)

// baseLayer gives a layer of the base map as the document that it came as.
func (s *Server) baseLayer(r *request) (*answer, error) {
	name := r.path("layer")
	if layers := registry.BaseLayers(); !slices.Contains(layers, name) {
		return nil, missing("no_such_layer", "layer", name, registry.Text{ZH: "没有这个底图图层", EN: "no such base layer"},
			registry.Text{ZH: "应为以下之一：" + strings.Join(layers, "、"), EN: "write one of " + strings.Join(layers, ", ")})
	}
	body, err := s.registry.BaseLayer(r.ctx, r.scope, name)
	if err != nil {
		return nil, err
	}
	tag, err := s.unlessKnown(r, fmt.Sprintf(`W/"%08x-%d"`, crc32.ChecksumIEEE(body), len(body)))
	if err != nil {
		return nil, err
	}
	return &answer{mediaType: typeGeoJSON, tag: tag, body: body}, nil
}
