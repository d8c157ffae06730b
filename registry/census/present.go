package census

import (
	"context"

	"citygrid/geo/crs"
	"citygrid/registry"
	"citygrid/registry/catalog"
	"citygrid/registry/locator"
)

// City is where the registry is read from as it is now; *postgis.Store is one.
type City interface {
	LocatorData(ctx context.Context) (registry.LocatorData, error)
	// Grids are the coordinate systems of the city's own, by name.
	Grids(ctx context.Context) ([]crs.Grid, error)
}

// Present makes a Census that compares with what the registry holds now. Of the Config the caller gives what is not the city's: Store,
// Catalogue, Clock, Actor and how to go about it. NotFound while the registry has no city.
func Present(ctx context.Context, city City, c Config) (*Census, error) {
	held, err := city.LocatorData(ctx)
	if err != nil {
		return nil, err
	}
	if held.Revision == 0 {
		return nil, registry.NewError(registry.NotFound, "no_city",
			"登记库中尚无城市，请先运行 citygrid profile apply", "the registry has no city yet: run citygrid profile apply first")
	}
	snapshot, err := locator.Build(held)
	if err != nil {
		return nil, err
	}
	if c.Grids, err = city.Grids(ctx); err != nil {
		return nil, err
	}
	c.Edition, c.Subclasses, c.Units = held.City.Edition, held.InUse[catalog.KindComponent], held.Units
	c.Extent, c.Cells, c.AreasRevision = held.City.Extent, snapshot.Cells(), held.AreasRevision
	return New(c)
}
