// Package synth draws a deterministic synthetic city as a profile folder.
//
// [Yichang] draws the reference city: five districts, 127 communities, between
// 1,100 and 1,199 grid cells, a managed area with 11,393 components on its
// streets, the units that answer for them and a base map. [Scale] draws a city of
// any size, for measuring. Equal seeds give equal bytes on every machine.
//
// The drawing starts on a board where the river is straight. The board is cut,
// always a convex face by a straight chord, into districts, streets, communities
// and cells; a few cells are joined in pairs; edges become wiggly lines within
// lenses that cannot meet; and a smooth map bends the whole to the river. Since
// neighbours share corners and lines, the areas fit without gap or overlap, and a
// parent is made of the vertices of its children.
package synth

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"citygrid/data"
	"citygrid/registry/catalog"
)

// Options says which city to draw.
type Options struct {
	// Seed chooses among cities of the same plan. Every value is a city.
	Seed uint64
	// Progress, when given, hears of each file when it is done, and of every
	// 100,000th record in long ones. It is called from the same goroutine.
	Progress func(file string, records int)
}

// Report says what was written.
type Report struct {
	Seed                            uint64
	Districts, Streets, Communities int
	Cells, ManagedCells             int
	Units, Rules, Staff, Components int
	Points, Shapes                  int    // components by file: points, then lines and polygons
	Digest                          string // SHA-256 of the list of files as sha256sum prints it, by path
	Files                           []File // by path
}

// Yichang draws the reference city into dir, which must be new, empty or a city
// folder, which it replaces. Until it returns nil dir is untouched; a cancelled
// ctx or any failure leaves nothing behind.
func Yichang(ctx context.Context, dir string, opt Options) (Report, error) {
	report, err := draw(ctx, dir, opt.Progress, func(d *folder) (Report, error) { return drawYichang(d, opt.Seed) })
	if err != nil {
		return Report{}, fmt.Errorf("draw Yichang: %w", err)
	}
	return report, nil
}

// draw runs a drawing in a folder of its own and publishes it.
func draw(ctx context.Context, dir string, progress func(string, int), body func(*folder) (Report, error)) (Report, error) {
	d, err := newFolder(ctx, dir, progress)
	if err != nil {
		return Report{}, err
	}
	report, err := body(d)
	if err == nil {
		err = d.publish()
	}
	if err != nil {
		return Report{}, errors.Join(err, d.abandon())
	}
	report.Digest = d.digest()
	report.Files = d.files
	for _, f := range d.files {
		if f.Path == "staff.csv" {
			report.Staff = f.Records
		}
	}
	return report, nil
}

func drawYichang(d *folder, seed uint64) (Report, error) {
	profile, err := data.Yichang()
	if err != nil {
		return Report{}, err
	}
	lists, err := data.Catalog()
	if err != nil {
		return Report{}, err
	}
	names, err := componentNames(lists, profile)
	if err != nil {
		return Report{}, err
	}
	p := newPlan(rand.New(rand.NewPCG(seed, 1)))
	p.nameCommunities()
	c, err := number(p, drawEdges(p.mesh, p.rng))
	if err != nil {
		return Report{}, err
	}
	units := append(unitsOf(profile, yichangDistricts()), officesOf(p.streets)...)
	report := Report{
		Seed: seed, Districts: len(c.districts), Streets: len(c.streetsOf), Communities: len(c.wards), Cells: len(c.cells),
		Units: len(units), Rules: len(profile.Entries) + len(c.districts),
	}
	for _, cl := range c.cells {
		if cl.core {
			report.ManagedCells++
		}
	}
	roads := c.roads()
	items, err := c.surveyed(seed, roads, profile)
	if err != nil {
		return Report{}, err
	}
	competent := map[string]string{}
	for _, e := range profile.Entries {
		if e.Kind == catalog.KindComponent {
			competent[string(e.Subclass)] = e.Unit
		}
	}
	for _, it := range items {
		if it.line != nil || it.ring != nil {
			report.Shapes++
		}
	}
	report.Components, report.Points = len(items), len(items)-report.Shapes
	for _, step := range []func() error{
		func() error { return d.city(yichangDocument(seed)) },
		func() error { return c.areas(d) },
		func() error { return d.units(units) },
		func() error { return d.responsibilities(profile, yichangDistricts()) },
		func() error { return c.staff(d) },
		func() error { return d.catalogue(profile.Entries) },
		func() error { return c.components(d, items, names, units, competent) },
		func() error { return c.base(d, roads) },
	} {
		if err := step(); err != nil {
			return Report{}, err
		}
	}
	return report, nil
}
