package profile

import (
	"context"

	"citygrid/geo"
	"citygrid/registry"
	"citygrid/registry/catalog"
	"citygrid/registry/census"
)

// Store is where a profile is applied; postgis.ProfileStore is one.
type Store interface {
	census.Store
	// Change runs fn in one transaction and returns its revision, 0 when it changed nothing.
	Change(ctx context.Context, act registry.Act, fn func(Change) error) (revision int64, err error)
}

// Change is one transaction on the registry. Each Put makes what the registry holds equal to what is given and says what differed.
type Change interface {
	PutCatalogue(ctx context.Context, lists *catalog.Catalog) (registry.Diff, error)
	PutFilingStandards(ctx context.Context, standards []registry.CityStandard) (registry.Diff, error)
	PutCity(ctx context.Context, city registry.City) (registry.Diff, error)
	PutSubclassesInUse(ctx context.Context, e catalog.Edition, inUse map[catalog.Kind][]catalog.SubclassCode) (registry.Diff, error)

	// StageAreas lays the areas of every level beside the registry's own for InvalidAreas, CoverFaults and PutAreas.
	StageAreas(ctx context.Context, areas []registry.Area) error
	InvalidAreas(ctx context.Context) ([]InvalidArea, error)
	CoverFaults(ctx context.Context, parents []string) ([]CoverFault, error)
	// StageManaged adds the managed areas to the staged ones; their shape is the union of their cells.
	StageManaged(ctx context.Context, managed []Managed) error
	PutAreas(ctx context.Context) (registry.Diff, error)
	PutManagedCells(ctx context.Context, managed []Managed) (registry.Diff, error)

	PutUnits(ctx context.Context, units []registry.Unit) (registry.Diff, error)
	PutResponsibilities(ctx context.Context, rules []registry.Responsibility) (registry.Diff, error)
	PutStaff(ctx context.Context, people []registry.Staff) (registry.Diff, error)
	PutBaseLayers(ctx context.Context, layers map[string][]byte) (registry.Diff, error)

	// ComponentsOfOtherEditions counts the components whose code is not of edition e.
	ComponentsOfOtherEditions(ctx context.Context, e catalog.Edition) (int64, error)
	// ComponentShapes lists the components that may lie in any of the areas, as they are now or were before this change.
	ComponentShapes(ctx context.Context, areas []string) ([]ComponentShape, error)
	SetGrids(ctx context.Context, grids []ComponentGrid) (changed int64, err error)
	PromoteBatch(ctx context.Context, b census.Batch) (census.Counts, error)
}

// ComponentShape is a stored component's id and geometry.
type ComponentShape struct {
	ID       int64
	Geometry geo.EWKB
}

// ComponentGrid is the cell computed for a component, and the others that it reaches into.
type ComponentGrid struct {
	ID   int64
	Grid string
	Also []string
}
