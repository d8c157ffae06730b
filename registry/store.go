package registry

import (
	"context"
	"time"

	"github.com/paulmach/orb"

	"citygrid/geo/crs"
	"citygrid/registry/catalog"
)

// The collections that keep a revision of their own: the validator of their answers.
const (
	CollectionCity             = "city"
	CollectionCatalogue        = "catalogue"
	CollectionAreas            = "areas"
	CollectionUnits            = "units"
	CollectionResponsibilities = "responsibilities"
	CollectionStaff            = "staff"
	CollectionComponents       = "components"
)

// Revisions holds the last revision of each collection.
type Revisions map[string]int64

// Latest is the highest of the named collections' revisions.
func (r Revisions) Latest(collections ...string) int64 {
	var latest int64
	for _, c := range collections {
		latest = max(latest, r[c])
	}
	return latest
}

// ComponentQuery selects a page of components in code order.
type ComponentQuery struct {
	Bounds  []orb.Bound // any of these, in degrees; nil: everywhere. A box across the antimeridian is two
	After   string      // only codes above this one; the page's keyset
	Limit   int         // 1 to 10,000
	Removed bool        // also what is in the state 移除
}

// ComponentPage is one page of components.
type ComponentPage struct {
	Components []Component
	Matched    int64 // how many the query selects on all pages
	More       bool  // another page follows
}

// AreaQuery selects a page of areas of one level in code order.
type AreaQuery struct {
	Level  Level
	Bounds []orb.Bound // as in ComponentQuery
	After  string
	Limit  int
}

// AreaPage is one page of areas.
type AreaPage struct {
	Areas   []Area
	Matched int64
	More    bool
}

// CatalogueSummary describes one edition in the store.
type CatalogueSummary struct {
	Edition             catalog.Edition
	Active              bool
	ComponentClasses    int
	ComponentSubclasses int
	EventClasses        int
	EventSubclasses     int
	FilingStandards     int
}

// SubclassInUse is a subclass of the city's profile with its class and how many filing standards it has.
type SubclassInUse struct {
	catalog.Subclass
	ClassNameZH, ClassNameEN string
	FilingStandards          int
}

// ComponentCounts is how many live components there are of each subclass.
type ComponentCounts map[catalog.Edition]map[catalog.SubclassCode]int64

// CityStandard is a filing standard and whether it is the city's own rather than a published one.
type CityStandard struct {
	catalog.FilingStandard
	City bool
}

// Key is an API key as the store knows it: never its secret.
type Key struct {
	ID           string // 8 characters, public
	SecretSHA256 []byte // 32 bytes
	Owner        string
	Roles        []string
	CreatedAt    time.Time
	ExpiresAt    time.Time // zero: never
	RevokedAt    time.Time // zero: live
}

// LocatorData is what an answer about a point needs, all of one revision.
type LocatorData struct {
	Revision      int64 // the last of LocatorCollections
	AreasRevision int64 // of CollectionAreas
	City          City
	Areas         []Area
	ManagedCells  map[string][]string // managed area → cells
	Units         []Unit
	Rules         []Responsibility
	Staff         []Staff
	InUse         map[catalog.Kind][]catalog.SubclassCode // the city's profile of its active edition, each list in code order
}

// Store is what the registry asks of the place where it is kept; registry/postgis is its implementation. Reads return an
// Error of kind NotFound for what does not exist or is outside the scope, and Unavailable when the database is away.
type Store interface {
	// City returns NotFound while no profile was applied.
	City(ctx context.Context, s Scope) (City, error)
	Revisions(ctx context.Context) (Revisions, error)

	Components(ctx context.Context, s Scope, q ComponentQuery) (ComponentPage, error)
	// Component finds a component by any of its codes, old ones included.
	Component(ctx context.Context, s Scope, code string) (Component, error)
	// ComponentsNear lists live components within metres of p in the order of Nearest, the limit first ones.
	ComponentsNear(ctx context.Context, s Scope, p orb.Point, metres float64, limit int) ([]Near, error)
	// ComponentsAmong reads the live ones of some candidates, in any order, with their distances from p, and the revision of
	// CollectionComponents at the same moment.
	ComponentsAmong(ctx context.Context, s Scope, p orb.Point, c Candidates) (near []Near, revision int64, err error)
	// ComponentsExtent is the bound of all live components in degrees; ok is false when there are none.
	ComponentsExtent(ctx context.Context, s Scope) (b orb.Bound, ok bool, err error)
	// ComponentCounts must not be changed: the next caller may get the same map. Nil where the scope sees nothing.
	ComponentCounts(ctx context.Context, s Scope) (ComponentCounts, error)

	Areas(ctx context.Context, s Scope, q AreaQuery) (AreaPage, error)
	Area(ctx context.Context, s Scope, level Level, code string) (Area, error)
	// AreasExtent is the bound of all areas of a level in degrees; ok is false when there are none.
	AreasExtent(ctx context.Context, s Scope, level Level) (b orb.Bound, ok bool, err error)
	Units(ctx context.Context, s Scope) ([]Unit, error)
	// BaseLayer returns a base-map layer as the GeoJSON document that it came as.
	BaseLayer(ctx context.Context, s Scope, name string) ([]byte, error)

	Editions(ctx context.Context) ([]CatalogueSummary, error)
	SubclassesInUse(ctx context.Context, kind catalog.Kind) ([]SubclassInUse, error)
	// FilingStandards of the active edition; empty kind or subclass: all.
	FilingStandards(ctx context.Context, kind catalog.Kind, subclass catalog.SubclassCode) ([]catalog.FilingStandard, error)

	// ToWGS84 converts positions of a system that crs does not compute, x then y, to degrees on WGS 84. What is no position there becomes
	// NaN, NaN. It fails with a *crs.UnknownError for a system that there is not, or whose positions need a third number, and with a
	// *crs.DatumError where a position could only be converted by taking one datum for another.
	ToWGS84(ctx context.Context, system crs.System, points []orb.Point) ([]orb.Point, error)

	LocatorData(ctx context.Context) (LocatorData, error)
	Key(ctx context.Context, id string) (Key, error)
}

// Act says who changes the registry, why and when; each becomes one row of the change log.
type Act struct {
	Actor  string
	Reason string
	At     time.Time
}

// LocatorCollections are the collections that answers about a point depend on.
func LocatorCollections() []string {
	return []string{CollectionCity, CollectionCatalogue, CollectionAreas, CollectionUnits, CollectionResponsibilities, CollectionStaff}
}
