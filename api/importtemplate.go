package api

import (
	"bytes"
	"context"
	"strings"

	"citygrid/registry"
	"citygrid/registry/catalog"
	"citygrid/registry/census/template"
)

// importTemplate is the workbook that a crew fills in: by the edition that the city uses, of all classes of components or of those named.
func (s *Server) importTemplate(r *request) (*answer, error) {
	desk, err := s.desk()
	if err != nil {
		return nil, err
	}
	edition, err := s.activeEdition(r.ctx)
	if err != nil {
		return nil, err
	}
	var classes []catalog.ClassCode
	if text, given := r.params["class"]; given {
		for _, code := range strings.Split(text, ",") {
			classes = append(classes, catalog.ClassCode(code))
		}
	}
	var out bytes.Buffer
	if err := template.Write(&out, desk.Catalogue(), edition, classes); err != nil {
		return nil, err
	}
	return &answer{mediaType: typeWorkbook, cache: "no-store", filename: "citygrid-census.xlsx", body: out.Bytes()}, nil
}

// activeEdition is the edition that the city uses; NotFound while there is no city.
func (s *Server) activeEdition(ctx context.Context) (catalog.Edition, error) {
	editions, err := s.registry.Editions(ctx)
	if err != nil {
		return "", err
	}
	for _, e := range editions {
		if e.Active {
			return e.Edition, nil
		}
	}
	return "", registry.NewError(registry.NotFound, "no_city", "尚未载入城市", "no city was loaded yet")
}
