package api

import (
	"citygrid/registry"
	"citygrid/registry/catalog"
)

// editionDocument describes one edition of the catalogue.
type editionDocument struct {
	Edition             catalog.Edition `json:"edition"`
	Title               string          `json:"title"`
	Active              bool            `json:"active"`
	ComponentClasses    int             `json:"component_classes"`
	ComponentSubclasses int             `json:"component_subclasses"`
	EventClasses        int             `json:"event_classes"`
	EventSubclasses     int             `json:"event_subclasses"`
	FilingStandards     int             `json:"filing_standards"`
}

// profileDocument counts what the city uses of its edition, for one kind.
type profileDocument struct {
	Classes         int `json:"classes"`
	Subclasses      int `json:"subclasses"`
	FilingStandards int `json:"filing_standards"`
}

// catalog lists the editions and counts what the city uses of the active one.
func (s *Server) catalog(r *request) (*answer, error) {
	tag, err := s.validator(r, registry.CollectionCatalogue, registry.CollectionCity)
	if err != nil {
		return nil, err
	}
	editions, err := s.registry.Editions(r.ctx)
	if err != nil {
		return nil, err
	}
	profile := map[catalog.Kind]profileDocument{}
	for _, kind := range catalog.Kinds() {
		list, err := s.registry.SubclassesInUse(r.ctx, kind)
		if err != nil {
			return nil, err
		}
		profile[kind] = countProfile(list)
	}
	return tagged(tag)(jsonAnswer(encodeCatalogue(editions, profile)))
}

// catalogueDocument is the answer of /catalog; active is null while no city was applied.
type catalogueDocument struct {
	Active   *catalog.Edition                 `json:"active"`
	Profile  map[catalog.Kind]profileDocument `json:"profile"`
	Editions []editionDocument                `json:"editions"`
}

func encodeCatalogue(editions []registry.CatalogueSummary, profile map[catalog.Kind]profileDocument) catalogueDocument {
	document := catalogueDocument{Profile: profile, Editions: []editionDocument{}}
	for _, e := range editions {
		if e.Active {
			document.Active = &e.Edition
		}
		document.Editions = append(document.Editions, editionDocument{
			e.Edition, e.Edition.Title(), e.Active, e.ComponentClasses, e.ComponentSubclasses, e.EventClasses, e.EventSubclasses, e.FilingStandards,
		})
	}
	return document
}

func countProfile(list []registry.SubclassInUse) profileDocument {
	classes := map[catalog.ClassCode]bool{}
	p := profileDocument{Subclasses: len(list)}
	for _, subclass := range list {
		classes[subclass.Class] = true
		p.FilingStandards += subclass.FilingStandards
	}
	p.Classes = len(classes)
	return p
}

// subclassDocument is a subclass that the city uses.
type subclassDocument struct {
	Edition         catalog.Edition      `json:"edition"`
	Kind            catalog.Kind         `json:"kind"`
	Class           catalog.ClassCode    `json:"class"`
	ClassNameZH     string               `json:"class_name_zh"`
	ClassNameEN     string               `json:"class_name_en"`
	Code            catalog.SubclassCode `json:"code"`
	NameZH          string               `json:"name_zh"`
	NameEN          string               `json:"name_en"`
	Geometry        *catalog.Geometry    `json:"geometry"` // usual shape; null for events
	Accuracy        *catalog.Accuracy    `json:"accuracy"` // class of positional accuracy; null for events
	FilingStandards int                  `json:"filing_standards"`
	Components      int64                `json:"components"`
	Source          string               `json:"source"`
	Confidence      string               `json:"confidence"`
}

func (s *Server) componentSubclasses(r *request) (*answer, error) {
	return s.subclassList(r, catalog.KindComponent)
}

func (s *Server) eventSubclasses(r *request) (*answer, error) {
	return s.subclassList(r, catalog.KindEvent)
}

func (s *Server) subclassList(r *request, kind catalog.Kind) (*answer, error) {
	tag, err := s.validator(r, registry.CollectionCatalogue, registry.CollectionCity, registry.CollectionComponents)
	if err != nil {
		return nil, err
	}
	list, err := s.registry.SubclassesInUse(r.ctx, kind)
	if err != nil {
		return nil, err
	}
	counts := registry.ComponentCounts{}
	if kind == catalog.KindComponent {
		if counts, err = s.registry.ComponentCounts(r.ctx, r.scope); err != nil {
			return nil, err
		}
	}
	documents := make([]subclassDocument, len(list))
	for i, c := range list {
		documents[i] = subclassDocument{
			c.Edition, c.Kind, c.Class, c.ClassNameZH, c.ClassNameEN, c.Code, c.NameZH, c.NameEN,
			known(c.Geometry), known(c.Accuracy), c.FilingStandards, counts[c.Edition][c.Code], c.Source, c.Confidence,
		}
	}
	return tagged(tag)(jsonAnswer(map[string][]subclassDocument{"subclasses": documents}))
}

// standardDocument is a condition for filing a case.
type standardDocument struct {
	ID                    string               `json:"id"`
	Edition               catalog.Edition      `json:"edition"`
	Kind                  catalog.Kind         `json:"kind"`
	Subclass              catalog.SubclassCode `json:"subclass"`
	ConditionZH           string               `json:"condition_zh"`
	ConditionEN           string               `json:"condition_en"`
	Limit                 limitDocument        `json:"limit"`
	ClosingZH             string               `json:"closing_zh"`
	ResponsibleUnitType   catalog.UnitType     `json:"responsible_unit_type"`
	ResponsibleUnitTypeZH string               `json:"responsible_unit_type_zh"`
	Source                string               `json:"source"`
	Confidence            string               `json:"confidence"`
}

// limitDocument is a time limit, taken apart and as the standard writes it.
type limitDocument struct {
	Value  int               `json:"value"`
	Unit   catalog.LimitUnit `json:"unit"`
	Season string            `json:"season"`
	Note   string            `json:"note"`
	Text   string            `json:"text"`
}

func (s *Server) filingStandards(r *request) (*answer, error) {
	kind, err := r.params.Kind()
	if err != nil {
		return nil, err
	}
	subclass, err := r.params.Subclass()
	if err != nil {
		return nil, err
	}
	if err := s.registry.CheckSubclass(kind, subclass); err != nil {
		return nil, err
	}
	tag, err := s.validator(r, registry.CollectionCatalogue, registry.CollectionCity)
	if err != nil {
		return nil, err
	}
	list, err := s.registry.FilingStandards(r.ctx, kind, subclass)
	if err != nil {
		return nil, err
	}
	documents := make([]standardDocument, len(list))
	for i, f := range list {
		documents[i] = standardDocument{
			f.ID, f.Edition, f.Kind, f.Subclass, f.ConditionZH, f.ConditionEN,
			limitDocument{f.Limit.Value, f.Limit.Unit, f.Limit.Season, f.Limit.Note, f.Limit.String()},
			f.ClosingZH, f.ResponsibleUnitType, f.ResponsibleUnitType.NameZH(), f.Source, f.Confidence,
		}
	}
	return tagged(tag)(jsonAnswer(map[string][]standardDocument{"filing_standards": documents}))
}

// known is nil for an empty text.
func known[T ~string](text T) *T {
	if text == "" {
		return nil
	}
	return &text
}
