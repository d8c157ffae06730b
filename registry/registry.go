package registry

import (
	"context"
	"errors"
	"fmt"

	"github.com/paulmach/orb"

	"citygrid/registry/catalog"
)

// Limits of the questions about a place.
const (
	MaxRadius     = 500.0 // metres, of WhatsHere
	DefaultRadius = 30.0  // metres
	MaxNear       = 1000  // components in one answer of WhatsHere
	MaxPoints     = 100_000
)

// leastRadius, in metres, stands for every smaller radius: PostgreSQL fails with an underflow on the smallest numbers.
const leastRadius = 1e-6

// Registry answers the questions of the API and of the command: reads come from the Store, places from the Placer.
type Registry struct {
	Store
	placer Placer
	finder Finder // nil: the store is asked for all that is near
}

// New makes a Registry over a store and a placer.
func New(store Store, placer Placer) *Registry { return &Registry{Store: store, placer: placer} }

// Ask is a question about a point: where it is, and, with a subclass or a component, who answers.
type Ask struct {
	Point     orb.Point // longitude, latitude
	Kind      catalog.Kind
	Subclass  catalog.SubclassCode
	Component string // the code of a component; its subclass and recorded departments are taken
}

// Locate answers an Ask. It fails with an OutsideError where no cell covers the point, with NotFound for an unknown component, with
// Invalid for a subclass that the city does not use and with Forbidden for a scope that sees nothing. Only a component needs the store.
func (r *Registry) Locate(ctx context.Context, s Scope, a Ask) (Placement, error) {
	if s.Empty() {
		return Placement{}, seesNothing()
	}
	subject := Subject{Kind: a.Kind, Subclass: a.Subclass}
	if a.Component != "" {
		c, err := r.Component(ctx, s, a.Component)
		if err != nil {
			return Placement{}, err
		}
		if a.Kind == catalog.KindEvent || a.Subclass != "" && a.Subclass != c.Code.Subclass() {
			return Placement{}, InvalidField("component", a.Component,
				"部件的小类与 kind/subclass 参数不一致，请去掉这两个参数", "the component's subclass contradicts kind/subclass: leave those two out")
		}
		subject = c.Subject()
	} else if err := r.CheckSubclass(a.Kind, a.Subclass); err != nil {
		return Placement{}, err
	}
	return r.placer.Place(a.Point, subject)
}

// CheckSubclass refuses, from memory, a subclass that the city's profile does not have: the general rules would give it an answer that
// nobody stands for. An empty code passes.
func (r *Registry) CheckSubclass(kind catalog.Kind, code catalog.SubclassCode) error {
	if code == "" {
		return nil
	}
	if kind == "" {
		return InvalidField("kind", "", "给出小类时必须同时给出 kind：component 或 event", "required beside a subclass: component or event")
	}
	used, err := r.placer.Uses(kind, code)
	if err != nil || used {
		return err
	}
	return InvalidField("subclass", string(code),
		fmt.Sprintf("城市现行目录中没有该小类；见 /catalog/%s-subclasses", kind),
		fmt.Sprintf("the city's catalogue has no such subclass; see /catalog/%s-subclasses", kind))
}

// Served is the city and the classes of components that its profile has, in code order, from memory. It fails with Unavailable before anything was read.
func (r *Registry) Served() (City, []catalog.Class, error) { return r.placer.Served() }

// Hold gives the Places of this moment, for many points in one answer. It fails with Forbidden for a scope that sees nothing.
func (r *Registry) Hold(s Scope) (Places, error) {
	if s.Empty() {
		return nil, seesNothing()
	}
	return r.placer.Hold()
}

// Here is what stands around a point, and where the point is.
type Here struct {
	Placement  *Placement // nil outside all cells
	Outside    *OutsideError
	Components []Near // nearest first, at most MaxNear
	Complete   bool   // nothing more stands within the radius
}

// WhatsHere lists what stands within metres of p, nearest first, the nearest MaxNear where there is more. A point outside all cells still lists what is near. It fails with
// Forbidden for a scope that sees nothing.
func (r *Registry) WhatsHere(ctx context.Context, s Scope, p orb.Point, metres float64) (Here, error) {
	if s.Empty() {
		return Here{}, seesNothing()
	}
	if !(metres > 0 && metres <= MaxRadius) {
		return Here{}, NewError(Invalid, "invalid_radius", "半径须大于 0 且不超过 500 米", "the radius must be above 0 and at most 500 metres")
	}
	near, err := r.componentsNear(ctx, s, p, max(metres, leastRadius), MaxNear+1) // one more tells whether all fit
	if err != nil {
		return Here{}, err
	}
	here := Here{Components: near[:min(len(near), MaxNear)], Complete: len(near) <= MaxNear}
	place, err := r.placer.Place(p, Subject{})
	var outside *OutsideError
	switch {
	case err == nil:
		here.Placement = &place
	case errors.As(err, &outside):
		here.Outside = outside
	default:
		return Here{}, err
	}
	return here, nil
}

func seesNothing() error {
	return NewError(Forbidden, "no_role", "该密钥没有任何可用角色，无权读取", "the key has no role that may read")
}
