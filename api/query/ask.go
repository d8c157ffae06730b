package query

import (
	"context"
	"errors"

	"citygrid/registry"
	"citygrid/registry/catalog"
)

// Ask reads the question of a placement: lon and lat, in crs if given, and optionally kind and subclass, or component.
func (p Parameters) Ask(ctx context.Context, places *registry.Registry) (registry.Ask, error) {
	point, err := p.Point(ctx, places)
	if err != nil {
		return registry.Ask{}, err
	}
	kind, err := p.Kind()
	if err != nil {
		return registry.Ask{}, err
	}
	subclass, err := p.Subclass()
	if err != nil {
		return registry.Ask{}, err
	}
	component, err := p.Component()
	if err != nil {
		return registry.Ask{}, err
	}
	return registry.Ask{Point: point, Kind: kind, Subclass: subclass, Component: component}, nil
}

// Kind reads the parameter kind, empty when absent.
func (p Parameters) Kind() (catalog.Kind, error) {
	text, given := p["kind"]
	if !given {
		return "", nil
	}
	kind, err := catalog.ParseKind(text)
	return kind, codeFault("kind", text, err)
}

// Subclass reads the parameter subclass, empty when absent: digits of the length of any edition. It needs kind, because the
// same digits name a component and an event. Whether the active edition has it is not asked here.
func (p Parameters) Subclass() (catalog.SubclassCode, error) {
	text, given := p["subclass"]
	if !given {
		return "", nil
	}
	if _, given := p["kind"]; !given {
		return "", invalid(field("kind", "", "给出 subclass 时必须同时给出 kind：component 或 event",
			"required beside subclass: component or event"))
	}
	var first error
	for _, edition := range catalog.Editions() {
		code, err := catalog.ParseSubclassCode(edition, text)
		if err == nil {
			return code, nil
		}
		if first == nil {
			first = err
		}
	}
	return "", codeFault("subclass", text, first)
}

// Component reads the parameter component, a component's code in any edition, empty when absent.
func (p Parameters) Component() (string, error) {
	text, given := p["component"]
	if !given {
		return "", nil
	}
	var first error
	for _, edition := range catalog.Editions() {
		_, err := catalog.ParseComponentCode(edition, text)
		if err == nil {
			return text, nil
		}
		if first == nil {
			first = err
		}
	}
	return "", codeFault("component", text, first)
}

// codeFault turns a refusal of the catalogue into one of a parameter.
func codeFault(name, value string, err error) error {
	var bad *catalog.CodeError
	if !errors.As(err, &bad) {
		return err
	}
	message := bad.Message()
	return invalid(field(name, value, message.ZH, message.EN))
}
