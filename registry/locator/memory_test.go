package locator_test

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"citygrid/registry"
	"citygrid/registry/catalog"
)

// memory answers the questions of the scripts from the locator, as the API does.
type memory struct{ *town }

func (m memory) answer(ctx context.Context, q question) (string, error) {
	m.clock.set(noon(q.day))
	ask := registry.Ask{Point: q.point, Component: q.component}
	if q.component == "" {
		ask.Kind, ask.Subclass = q.kind, q.subclass
	}
	place, err := registry.New(m.store, m.places).Locate(ctx, registry.Scope{All: true}, ask)
	var outside *registry.OutsideError
	if errors.As(err, &outside) {
		return fmt.Sprintf("nearest %s %.1f m", outside.Nearest.Code, outside.Metres), nil
	}
	if err != nil {
		return "", err
	}
	switch q.verb {
	case "locate":
		if place.Border {
			return "grid " + place.Grid.Code + " border", nil
		}
		return "grid " + place.Grid.Code, nil
	case "above":
		s := fmt.Sprintf("community %s, street %s, district %s", place.Community.Code, place.Street.Code, place.District.Code)
		for _, m := range place.Managed {
			s += ", managed " + m.Code
		}
		return s, nil
	case "near":
		var near []string
		for _, n := range place.Neighbours {
			near = append(near, fmt.Sprintf("%s %.1f m", n.Code, n.Metres))
		}
		return orNone(near), nil
	case "staff":
		var staff []string
		if p := place.Grid.Inspector; p != nil {
			staff = append(staff, "inspector "+p.Code)
		}
		if p := place.Community.Officer; p != nil {
			staff = append(staff, "officer "+p.Code)
		}
		return orNone(staff), nil
	case "whose":
		return answering(place.Responsible), nil
	case "passed":
		var passed []string
		if r := place.Responsible; r != nil {
			for _, c := range r.PassedOver {
				passed = append(passed, standing(c.Unit, c.Rule))
			}
		}
		return orNone(passed), nil
	}
	return "inside", nil
}

func answering(r *registry.Responsible) string {
	if r == nil {
		return "nobody"
	}
	s := standing(r.Unit, r.Rule)
	if r.Competent != nil {
		s += ", competent " + string(r.Competent.Code)
	}
	return s
}

// standing is a unit and where it has that from: "U01 rule M01", "W02 recorded owner", "D01 territory 420502".
func standing(u registry.UnitRef, g registry.Ground) string {
	if g.Area == nil {
		return fmt.Sprintf("%s %s %s", u.Code, g.By, g.Role)
	}
	return fmt.Sprintf("%s %s %s", u.Code, g.By, g.Area.Code)
}

func orNone(parts []string) string {
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts, ", ")
}

// kindOf is the kind of thing that a question is about: a component's is known.
func (q question) kindOf() catalog.Kind {
	if q.component != "" {
		return catalog.KindComponent
	}
	return q.kind
}
