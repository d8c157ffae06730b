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

// ComponentQuery asks for a page of components.
type ComponentQuery struct {
	Selection
	Page
}

// ComponentPage is one page of components.
type ComponentPage struct {
	Components []Component
	Part
}

// AreaQuery asks for a page of areas of one level.
type AreaQuery struct {
	Level Level
	Selection
	Page
}

// AreaPage is one page of areas.
type AreaPage struct {
	Areas []Area
	Part
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
	Classes       []catalog.Class                         // of components in that profile, in code order
}

// Store is what the registry asks of the place where it is kept; registry/postgis is its implementation. Reads return an
// Error of kind NotFound for what does not exist or is outside the scope, and Unavailable when the database is away.
type Store interface {
	// City returns NotFound while no profile was applied.
	City(ctx context.Context, s Scope) (City, error)
	Revisions(ctx context.Context) (Revisions, error)
	// HeardRevisions is Revisions without asking the database while its changes are heard of. It is behind by the milliseconds that an announcement
	// takes, and by some seconds where the connection that hears fell silent and nobody noticed yet. The map must not be changed.
	HeardRevisions(ctx context.Context) (Revisions, error)

	Components(ctx context.Context, s Scope, q ComponentQuery) (ComponentPage, error)
	// EachComponent calls each for every component of a page, in its order, and gives what the page tells about itself: what is read is not kept. each
	// must not keep it either, and should return soon, for a connection waits; an error of it is returned as it is.
	EachComponent(ctx context.Context, s Scope, q ComponentQuery, each func(*Component) error) (Part, error)
	// Component finds a component by any of its codes, old ones included.
	Component(ctx context.Context, s Scope, code string) (Component, error)
	// ComponentsNear lists live components within metres of p in the order of Nearest, the limit first ones.
	ComponentsNear(ctx context.Context, s Scope, p orb.Point, metres float64, limit int) ([]Near, error)
	// ComponentsAmong reads the live ones of some candidates, in any order, with their distances from p, and the revision of
	// CollectionComponents at the same moment.
	ComponentsAmong(ctx context.Context, s Scope, p orb.Point, c Candidates) (near []Near, revision int64, err error)
	// ComponentsSummary sums up the live components, of a class where that is not empty.
	ComponentsSummary(ctx context.Context, s Scope, class catalog.ClassCode) (Summary, error)
	// ComponentCounts must not be changed: the next caller may get the same map. Nil where the scope sees nothing.
	ComponentCounts(ctx context.Context, s Scope) (ComponentCounts, error)

	Areas(ctx context.Context, s Scope, q AreaQuery) (AreaPage, error)
	Area(ctx context.Context, s Scope, level Level, code string) (Area, error)
	// AreasSummary sums up the areas of a level.
	AreasSummary(ctx context.Context, s Scope, level Level) (Summary, error)
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
