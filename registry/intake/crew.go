package intake

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"citygrid/registry"
	"citygrid/registry/catalog"
	"citygrid/registry/census"
)

// recall adds to an upload what is remembered of its crew, where its sender does not say otherwise. It is kept with the upload: whenever the file is read
// again, it is read so.
func (d *Desk) recall(ctx context.Context, u *Upload) error {
	crew, err := d.crew(ctx, u.Profile)
	if err != nil {
		return err
	}
	system, grid, err := census.ParseCRS(u.CRS)
	if err != nil {
		return err
	}
	f, err := crew.Applied(census.File{Sheets: u.Sheets, Columns: u.Columns, CRS: system, Grid: grid, Answers: u.Answers})
	if err != nil {
		return err
	}
	u.Sheets, u.Columns, u.Answers = f.Sheets, f.Columns, f.Answers
	u.CRS = f.CRSName()
	if f.Grid == "" {
		return nil
	}
	grids, err := d.config.Store.Grids(ctx)
	if err == nil {
		_, err = census.GridNamed(f.Grid, grids)
	}
	return err
}

// remember keeps what was said of a staged file for the next files of its crew, and says what was remembered before.
func (d *Desk) remember(ctx context.Context, u *Upload, f census.File, applied []census.Answer) error {
	if u.Profile == "" {
		return nil
	}
	crew, err := d.crew(ctx, u.Profile)
	if err != nil {
		return err
	}
	now := d.config.Clock()
	said := f.Saying(applied, now, u.Actor)
	for _, key := range slices.Sorted(maps.Keys(said)) {
		old, known := crew.Said[key]
		if !known || old.Value != said[key].Value {
			continue
		}
		delete(said, key)
		if old.At.Before(u.ReceivedAt) {
			since := old.At.Format(time.DateOnly)
			u.Recognised = append(u.Recognised, catalog.Text{
				ZH: fmt.Sprintf("沿用 %s（%s）：%s = %s", since, old.Actor, key, old.Value), EN: fmt.Sprintf("remembered from %s (%s): %s = %s", since, old.Actor, key, old.Value),
			})
		}
	}
	return d.config.Store.RememberCrew(ctx, u.Profile, said, now)
}

// crew is what is remembered of a crew, which may be nothing.
func (d *Desk) crew(ctx context.Context, name string) (census.Crew, error) {
	if name == "" {
		return census.Crew{}, nil
	}
	crew, err := d.config.Store.Crew(ctx, name)
	if registry.KindOf(err) == registry.NotFound {
		return census.Crew{Name: name}, nil
	}
	return crew, err
}
