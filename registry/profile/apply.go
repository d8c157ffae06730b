package profile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"citygrid/geo"
	"citygrid/geo/areaindex"
	"citygrid/registry"
	"citygrid/registry/catalog"
	"citygrid/registry/census"
)

// Config is what Apply needs beside the folder.
type Config struct {
	Store    Store
	Lists    *catalog.Catalog // the published lists of every edition
	Clock    func() time.Time
	Actor    string
	Progress func(Progress) // nil: nobody listens
}

// Validate refuses what cannot work.
func (c Config) Validate() error {
	if c.Store == nil || c.Lists == nil || c.Clock == nil || c.Actor == "" {
		return errors.New("profile config: Store, Lists, Clock and Actor are needed")
	}
	return nil
}

// Progress is how far Apply has come. Step is one of the Step constants, File and Rows belong to StepComponents.
type Progress struct {
	Step string
	File string
	Rows int64
}

// The steps of Apply.
const (
	StepRead       = "read"
	StepComponents = "components"
	StepShapes     = "shapes"
	StepApply      = "apply"
)

// Report says what Apply did.
type Report struct {
	City     registry.City
	Revision int64      // 0: the registry held all of it already
	Changes  []Changed  // what differed, in the order in which it was applied
	Files    []FileDone // the component files
	Replaced int64      // stored components whose cell changed with the areas
	Warnings []Fault
}

// Changed names a kind of record and how it differed.
type Changed struct {
	What registry.Text
	registry.Diff
}

// FileDone is a component file and what became of it.
type FileDone struct {
	File string
	census.Counts
	Warnings int64
}

// Apply makes the store equal to the folder, in one transaction, or returns a RejectedError that lists what is wrong. What the
// folder does not name is removed, except components: those only ever leave by an act of their own.
func Apply(ctx context.Context, c Config, folder fs.FS) (Report, error) {
	if err := c.Validate(); err != nil {
		return Report{}, err
	}
	if c.Progress == nil {
		c.Progress = func(Progress) {}
	}
	a := &application{config: c}
	report, err := a.apply(ctx, folder)
	if err != nil {
		a.discard(ctx)
		return Report{}, fmt.Errorf("apply profile: %w", err)
	}
	return report, nil
}

// application is one run of Apply.
type application struct {
	config  Config
	folder  *Folder
	faults  faults
	index   *areaindex.Index
	survey  *census.Census
	batches []census.Batch // of each component file, staged
	report  Report
}

func (a *application) apply(ctx context.Context, files fs.FS) (Report, error) {
	a.config.Progress(Progress{Step: StepRead})
	var err error
	if a.folder, err = read(files, &a.faults); err != nil {
		return Report{}, err
	}
	if len(a.faults.errors) == 0 {
		a.folder.check(&a.faults, a.config.Lists)
	}
	if err := a.faults.rejected(); err != nil {
		return Report{}, err
	}
	if err := a.stageComponents(ctx); err != nil {
		return Report{}, err
	}
	a.report.City = a.folder.City
	act := registry.Act{Actor: a.config.Actor, Reason: "profile " + a.folder.City.Code, At: a.config.Clock()}
	a.report.Revision, err = a.config.Store.Change(ctx, act, func(c Change) error { return a.put(ctx, c) })
	a.report.Warnings = append(a.report.Warnings, a.faults.warnings...)
	return a.report, err
}

// stageComponents reads the component files against the folder's own grid, units and catalogue.
func (a *application) stageComponents(ctx context.Context) error {
	var cells []areaindex.Item
	for _, area := range a.folder.Areas {
		if area.Level == registry.LevelGrid {
			cells = append(cells, areaindex.Item{Code: area.Code, Area: area.Shape})
		}
	}
	var err error
	if a.index, err = areaindex.Build(cells); err != nil {
		return err
	}
	file := ""
	a.survey, err = census.New(census.Config{
		Whole: true,
		Store: a.config.Store, Catalogue: a.config.Lists, Edition: a.folder.City.Edition,
		Subclasses: a.folder.InUse[catalog.KindComponent], Units: a.folder.Units, Extent: a.folder.City.Extent,
		Cells: a.index, AreasRevision: census.AreasOfChange, Clock: a.config.Clock, Actor: a.config.Actor,
		Progress: func(p census.Progress) { a.config.Progress(Progress{Step: StepComponents, File: file, Rows: p.Read}) },
	})
	if err != nil {
		return err
	}
	for _, file = range a.folder.Components {
		if err := a.stageFile(ctx, file); err != nil {
			return err
		}
	}
	return a.faults.rejected()
}

func (a *application) stageFile(ctx context.Context, name string) error {
	format, err := census.FormatOf(name)
	if err != nil {
		return err
	}
	in, err := a.folder.files.Open(name)
	if err != nil {
		return err
	}
	defer in.Close()
	body, ok := in.(io.ReadSeeker)
	if !ok {
		return fmt.Errorf("%s cannot be read twice", name)
	}
	r, err := a.survey.Stage(ctx, census.File{Name: name, Format: format, Body: body})
	if err != nil {
		return err
	}
	faults := len(a.faults.errors)
	for _, issue := range r.Issues {
		at := &a.report.Warnings
		if issue.Severity == census.Error {
			at = &a.faults.errors
		}
		*at = append(*at, Fault{File: name, Issue: issue})
	}
	if n := r.LeftOut(); n > 0 {
		a.faults.warn(name, "", CodeLeftOut, fmt.Sprintf("另有 %d 处问题未列出", n), fmt.Sprintf("%d more issues are not listed", n))
	}
	switch {
	case r.Batch.State == census.Staged:
		a.batches = append(a.batches, r.Batch)
		a.report.Files = append(a.report.Files, FileDone{File: name, Warnings: r.Warnings})
	case r.Batch.Reason != census.ReasonEmpty && len(a.faults.errors) == faults:
		a.faults.add(name, 0, "", r.Batch.Reason, CodeRejectedImport,
			fmt.Sprintf("部件文件未被接受：共 %d 行，%d 行有误", r.Batch.Read, r.Batch.Bad),
			fmt.Sprintf("the component file was not taken: %d rows, %d with errors", r.Batch.Read, r.Batch.Bad))
	}
	return nil
}

// put applies everything inside one change.
func (a *application) put(ctx context.Context, c Change) error {
	d := a.folder
	areas := make([]registry.Area, len(d.Areas))
	for i := range d.Areas {
		areas[i] = d.Areas[i].Area
	}
	a.config.Progress(Progress{Step: StepShapes})
	if err := c.StageAreas(ctx, areas); err != nil {
		return err
	}
	if err := d.checkShapes(ctx, c, &a.faults); err != nil {
		return err
	}
	if err := d.checkEdition(ctx, c, &a.faults); err != nil {
		return err
	}
	if err := a.faults.rejected(); err != nil {
		return err
	}
	a.config.Progress(Progress{Step: StepApply})
	if err := c.StageManaged(ctx, d.Managed); err != nil {
		return err
	}
	var changedAreas, managed registry.Diff
	for _, step := range []struct {
		zh, en string
		put    func() (registry.Diff, error)
	}{
		{"目录", "catalogue", func() (registry.Diff, error) { return c.PutCatalogue(ctx, a.config.Lists) }},
		{"立案标准", "filing standards", func() (registry.Diff, error) { return c.PutFilingStandards(ctx, d.standards(a.config.Lists)) }},
		{"城市", "city", func() (registry.Diff, error) { return c.PutCity(ctx, d.City) }},
		{"启用的小类", "subclasses in use", func() (registry.Diff, error) { return c.PutSubclassesInUse(ctx, d.City.Edition, d.InUse) }},
		{"区域", "areas", func() (diff registry.Diff, err error) {
			changedAreas, err = c.PutAreas(ctx)
			diff, managed = d.apart(changedAreas)
			return diff, err
		}},
		{"市管区域", "managed areas", func() (registry.Diff, error) { return managed, nil }},
		{"市管区域的网格", "managed cells", func() (registry.Diff, error) { return c.PutManagedCells(ctx, d.Managed) }},
		{"单位", "units", func() (registry.Diff, error) { return c.PutUnits(ctx, d.Units) }},
		{"责任规则", "responsibilities", func() (registry.Diff, error) { return c.PutResponsibilities(ctx, d.Rules) }},
		{"人员", "staff", func() (registry.Diff, error) { return c.PutStaff(ctx, d.Staff) }},
		{"底图", "base layers", func() (registry.Diff, error) { return c.PutBaseLayers(ctx, d.BaseLayers) }},
	} {
		diff, err := step.put()
		if err != nil {
			return err
		}
		if !diff.Empty() {
			a.report.Changes = append(a.report.Changes, Changed{registry.Text{ZH: step.zh, EN: step.en}, diff})
		}
	}
	// Before the promotion: what the folder's own files bring is placed by the new areas already.
	if err := a.replace(ctx, c, changedAreas); err != nil {
		return err
	}
	for i, b := range a.batches {
		counts, err := c.PromoteBatch(ctx, b)
		if err != nil {
			return err
		}
		a.report.Files[i].Counts = counts
	}
	return nil
}

// replace computes anew the cell of every stored component that the changed areas may concern.
func (a *application) replace(ctx context.Context, c Change, changed registry.Diff) error {
	var areas []string
	for _, list := range [][]string{changed.Added, changed.Updated, changed.Removed} {
		areas = append(areas, list...)
	}
	shapes, err := c.ComponentShapes(ctx, areas)
	if err != nil || len(shapes) == 0 {
		return err
	}
	grids := make([]ComponentGrid, len(shapes))
	for i, s := range shapes {
		g, err := geo.DecodeEWKB(s.Geometry)
		if err != nil {
			return fmt.Errorf("stored component %d: %w", s.ID, err)
		}
		grids[i].ID = s.ID
		if codes := census.CellsOf(a.index, g); len(codes) > 0 {
			grids[i].Grid, grids[i].Also = codes[0], codes[1:]
		}
	}
	a.report.Replaced, err = c.SetGrids(ctx, grids)
	return err
}

// discard gives up what was staged; the caller is already failing.
func (a *application) discard(ctx context.Context) {
	for i := range a.batches {
		a.survey.Discard(ctx, &a.batches[i])
	}
}

// apart divides a difference of areas into those of the area files and the managed areas, which follow from their cells.
func (d *Folder) apart(diff registry.Diff) (filed, managed registry.Diff) {
	isManaged := map[string]bool{}
	for _, m := range d.Managed {
		isManaged[m.Code] = true
	}
	divide := func(codes []string, filed, managed *[]string) {
		for _, code := range codes {
			to := filed
			if isManaged[code] {
				to = managed
			}
			*to = append(*to, code)
		}
	}
	divide(diff.Added, &filed.Added, &managed.Added)
	divide(diff.Updated, &filed.Updated, &managed.Updated)
	divide(diff.Removed, &filed.Removed, &managed.Removed)
	return filed, managed
}

// standards are the published filing standards with the city's own added, one of the same id in place of the published one.
func (d *Folder) standards(lists *catalog.Catalog) []registry.CityStandard {
	own := map[string]bool{}
	var out []registry.CityStandard
	for _, s := range d.Standards {
		own[s.ID] = true
		out = append(out, registry.CityStandard{FilingStandard: s, City: true})
	}
	for _, e := range catalog.Editions() {
		for _, k := range catalog.Kinds() {
			for _, sc := range lists.Subclasses(e, k) {
				for _, s := range lists.FilingStandards(e, k, sc.Code) {
					if !own[s.ID] {
						out = append(out, registry.CityStandard{FilingStandard: s})
					}
				}
			}
		}
	}
	return out
}
