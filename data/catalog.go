package data

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"citygrid/registry/catalog"
)

// Catalog reads the embedded lists of the three editions, the filing standards
// of CJ/T 214-2007 and the crosswalk. An error means that this package was built
// with a damaged table; it names file, line and column.
func Catalog() (*catalog.Catalog, error) {
	c, err := readCatalog(tables)
	if err != nil {
		return nil, fmt.Errorf("read code tables: %w", err)
	}
	return c, nil
}

func readCatalog(files fs.FS) (*catalog.Catalog, error) {
	var classes []catalog.Class
	var subclasses []catalog.Subclass
	for _, edition := range catalog.Editions() {
		for _, kind := range catalog.Kinds() {
			var err error
			classes, subclasses, err = readList(files, edition, kind, classes, subclasses)
			if err != nil {
				return nil, err
			}
		}
	}
	standards, err := readStandards(files, subclasses)
	if err != nil {
		return nil, err
	}
	crosswalk, err := readCrosswalk(files)
	if err != nil {
		return nil, err
	}
	return catalog.New(classes, subclasses, standards, crosswalk)
}

// readList appends one edition's components or events. A class is written out
// on each of its sub-classes; the spellings must agree.
func readList(files fs.FS, edition catalog.Edition, kind catalog.Kind, classes []catalog.Class, subclasses []catalog.Subclass) ([]catalog.Class, []catalog.Subclass, error) {
	name := fmt.Sprintf("catalog/%s_%s.csv", kind, edition)
	for r, err := range readTable(files, name, listHeader(kind)) {
		if err != nil {
			return nil, nil, err
		}
		class := catalog.Class{
			Edition: edition,
			Kind:    kind,
			Code:    parse(&r, "class_code", catalog.ParseClassCode),
			NameZH:  r.text("class_name_zh"),
			NameEN:  r.text("class_name_en"),
		}
		known := slices.IndexFunc(classes, func(c catalog.Class) bool {
			return c.Edition == edition && c.Kind == kind && c.Code == class.Code
		})
		switch {
		case known < 0:
			classes = append(classes, class)
		case classes[known] != class:
			r.fail("class_name_zh", fmt.Errorf("class %s is %s here and %s above", class.Code, class.NameZH, classes[known].NameZH))
		}
		subclass := catalog.Subclass{
			Edition:    edition,
			Kind:       kind,
			Class:      class.Code,
			Code:       parse(&r, "subclass_code", subclassParser(edition)),
			NameZH:     r.text("subclass_name_zh"),
			NameEN:     r.text("subclass_name_en"),
			Source:     r.text("source"),
			Confidence: r.text("confidence"),
		}
		if kind == catalog.KindComponent {
			subclass.Geometry = parse(&r, "geometry", catalog.ParseGeometry)
			subclass.Accuracy = parse(&r, "accuracy_class", catalog.ParseAccuracy)
		}
		if r.err != nil {
			return nil, nil, r.err
		}
		subclasses = append(subclasses, subclass)
	}
	return classes, subclasses, nil
}

func listHeader(kind catalog.Kind) []string {
	header := []string{"class_code", "class_name_zh", "class_name_en", "subclass_code", "subclass_name_zh", "subclass_name_en"}
	if kind == catalog.KindComponent {
		header = append(header, "geometry", "accuracy_class")
	}
	return append(header, "source", "confidence")
}

// readStandards reads the filing standards. Their sub-class names are there for
// the reader of the file; they must be the names of the list.
func readStandards(files fs.FS, subclasses []catalog.Subclass) ([]catalog.FilingStandard, error) {
	const edition = catalog.Edition2007
	header := []string{
		"id", "kind", "subclass_code", "subclass_name_zh", "filing_condition_zh", "filing_condition_en",
		"time_limit_value", "time_limit_unit", "closing_condition_zh", "responsible_unit_type", "source", "confidence",
	}
	var standards []catalog.FilingStandard
	for r, err := range readTable(files, fmt.Sprintf("catalog/filing_standards_%s.csv", edition), header) {
		if err != nil {
			return nil, err
		}
		standard := catalog.FilingStandard{
			ID:                  r.text("id"),
			Edition:             edition,
			Kind:                parse(&r, "kind", catalog.ParseKind),
			Subclass:            parse(&r, "subclass_code", subclassParser(edition)),
			ConditionZH:         r.text("filing_condition_zh"),
			ConditionEN:         r.text("filing_condition_en"),
			ClosingZH:           r.text("closing_condition_zh"),
			ResponsibleUnitType: parse(&r, "responsible_unit_type", catalog.ParseUnitType),
			Source:              r.text("source"),
			Confidence:          r.text("confidence"),
		}
		standard.Limit = parse(&r, "time_limit_unit", func(unit string) (catalog.Limit, error) {
			return catalog.ParseLimit(r.text("time_limit_value") + unit)
		})
		name := r.text("subclass_name_zh")
		if !slices.ContainsFunc(subclasses, func(s catalog.Subclass) bool {
			return s.Edition == edition && s.Kind == standard.Kind && s.Code == standard.Subclass && s.NameZH == name
		}) {
			r.fail("subclass_name_zh", errors.New("is not the name in the list"))
		}
		if r.err != nil {
			return nil, r.err
		}
		standards = append(standards, standard)
	}
	return standards, nil
}

func readCrosswalk(files fs.FS) ([]catalog.Crosswalk, error) {
	header := []string{
		"kind", "code_cjt214_2007", "code_gbt30428_2013", "code_gbt47678_2026",
		"name_2026_zh", "relation", "note", "confidence",
	}
	var rows []catalog.Crosswalk
	for r, err := range readTable(files, "catalog/crosswalk.csv", header) {
		if err != nil {
			return nil, err
		}
		rows = append(rows, catalog.Crosswalk{
			Kind:       parse(&r, "kind", catalog.ParseKind),
			Code2007:   parseOptional(&r, "code_cjt214_2007", subclassParser(catalog.Edition2007)),
			Code2013:   parseOptional(&r, "code_gbt30428_2013", subclassParser(catalog.Edition2013)),
			Code2026:   parseOptional(&r, "code_gbt47678_2026", subclassParser(catalog.Edition2026)),
			Name2026ZH: r.text("name_2026_zh"),
			Relation:   parse(&r, "relation", catalog.ParseRelation),
			Note:       r.optional("note"),
			Confidence: r.text("confidence"),
		})
		if r.err != nil {
			return nil, r.err
		}
	}
	return rows, nil
}

func subclassParser(edition catalog.Edition) func(string) (catalog.SubclassCode, error) {
	return func(text string) (catalog.SubclassCode, error) {
		return catalog.ParseSubclassCode(edition, text)
	}
}
