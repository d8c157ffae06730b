package profile_test

import (
	"context"
	"errors"
	"io/fs"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"citygrid/registry"
	"citygrid/registry/catalog"
	"citygrid/registry/census"
	"citygrid/registry/profile"
)

var everyone = registry.Scope{Public: true}

func TestFolderBecomesTheCity(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	var steps []string
	s.config.Progress = func(p profile.Progress) {
		if at := strings.TrimSpace(p.Step + " " + p.File); len(steps) == 0 || steps[len(steps)-1] != at {
			steps = append(steps, at)
		}
	}
	report := s.apply(newTown().folder())
	if report.Revision != 1 || report.City.Code != "420500" || report.Replaced != 0 || len(report.Warnings) != 0 {
		t.Errorf("%+v", report)
	}
	if want := []profile.FileDone{{File: "components/lamps.csv", Counts: census.Counts{Created: 4}}}; !reflect.DeepEqual(report.Files, want) {
		t.Errorf("files %+v", report.Files)
	}
	if want := []string{profile.StepRead, "components components/lamps.csv", profile.StepShapes, profile.StepApply}; !slices.Equal(steps, want) {
		t.Errorf("steps %q", steps)
	}
	if got := s.rows(`select level || ' ' || count(*) || ' ' || bool_and(st_isvalid(geom)) from area group by level order by level`); !slices.Equal(got,
		[]string{"community 4 true", "district 2 true", "grid 8 true", "managed 1 true", "street 2 true"}) {
		t.Errorf("areas %v", got)
	}
	if got := s.rows(`select code || ' ' || grid from component order by code`); !slices.Equal(got, []string{
		"4205020118000001 420502001001001", "4205020118000002 420502001001002", "4205020118000003 420502001001002", "4205030118000004 420503001001002",
	}) {
		t.Errorf("components %v", got)
	}
	d, err := s.LocatorData(t.Context())
	if err != nil || len(d.Units) != 4 || len(d.Rules) != 5 || len(d.Staff) != 3 || len(d.Areas) != 17 ||
		!slices.Equal(d.ManagedCells["M1"], []string{"420502001002001", "420502001002002", "420503001001001"}) {
		t.Errorf("%+v, %v", d, err)
	}
	want := registry.City{
		Code: "420500", Name: "小城", NameEN: "Town", Edition: catalog.Edition2007, Synthetic: true, Notice: "示例", NoticeEN: "An example",
		Extent: [4]float64{111.27, 30.69, 111.30, 30.71}, Centre: [2]float64{111.284, 30.702},
	}
	if city, err := s.City(t.Context(), everyone); err != nil || city != want || report.City != want {
		t.Errorf("city %+v, %v", city, err)
	}
	if layer, err := s.BaseLayer(t.Context(), everyone, "parks"); err != nil || string(layer) != newTown().files["base/parks.geojson"] {
		t.Errorf("layer %s, %v", layer, err)
	}
	if left := s.stagingTables(); len(left) != 0 {
		t.Errorf("staging tables left: %v", left)
	}
}

func TestFolderAppliedAgainWritesNothing(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	s.apply(newTown().folder())
	logs := []string{"change", "import_batch", "import_issue"} // that it was tried stands there
	before := s.image(logs...)
	again := s.apply(newTown().folder())
	if again.Revision != 0 || len(again.Changes) != 0 || again.Replaced != 0 || again.Files[0].Counts != (census.Counts{Unchanged: 4}) {
		t.Errorf("%+v", again)
	}
	// Neither the order of features and rows nor that of columns is part of what a folder says.
	turned := newTown()
	for _, list := range turned.areas {
		slices.Reverse(list)
	}
	for _, name := range []string{"units.csv", "responsibilities.csv", "staff.csv", "catalogue.csv", "areas/managed-cells.csv", "components/lamps.csv"} {
		lines := strings.Split(strings.TrimSuffix(turned.files[name], "\n"), "\n")
		slices.Reverse(lines[1:])
		turned.files[name] = strings.Join(lines, "\r\n")
	}
	again = s.apply(turned.folder())
	if again.Revision != 0 || len(again.Changes) != 0 {
		t.Errorf("in another order: %+v", again)
	}
	if after := s.image(logs...); after != before {
		t.Error("rows were written")
	}
}

func TestWhatTheFolderNoLongerNamesIsRemovedButNotComponents(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	s.apply(newTown().folder())
	smaller := newTown()
	for _, file := range []string{"staff.csv", "areas/managed-areas.csv", "areas/managed-cells.csv", "base/parks.geojson", "components/lamps.csv"} {
		delete(smaller.files, file)
	}
	smaller.edit("responsibilities.csv", "M1,event,01,maintainer,U01,,\n", "")
	smaller.edit("catalogue.csv", "event,0101\n", "")
	report := s.apply(smaller.folder())
	got := map[string]registry.Diff{}
	for _, c := range report.Changes {
		got[c.What.EN] = c.Diff
	}
	want := map[string]registry.Diff{
		"areas":             {Removed: []string{"M1"}},
		"managed cells":     {Removed: []string{"M1/420502001002001", "M1/420502001002002", "M1/420503001001001"}},
		"subclasses in use": {Removed: []string{"event/0101"}},
		"responsibilities":  {Removed: []string{"M1/event/01/maintainer/U01"}},
		"staff":             {Removed: []string{"inspector/420502001001001", "inspector/420502001001002", "officer/420502001001"}},
		"base layers":       {Removed: []string{"parks"}},
	}
	if !reflect.DeepEqual(got, want) || report.Revision != 2 {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	if n := s.rows(`select count(*)::text from component`); n[0] != "4" {
		t.Errorf("%s components are left", n[0])
	}
}

func TestInterruptedApplyLeavesNothing(t *testing.T) {
	t.Parallel()
	for _, step := range []string{profile.StepRead, profile.StepComponents, profile.StepShapes, profile.StepApply} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			s := newStore(t)
			before := s.image("import_batch", "import_issue")
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			s.config.Progress = func(p profile.Progress) {
				if p.Step == step {
					cancel()
				}
			}
			if _, err := profile.Apply(ctx, s.config, newTown().folder()); err == nil {
				t.Fatal("it went on to its end")
			}
			if after := s.image("import_batch", "import_issue"); after != before {
				t.Error("something is left")
			}
			if left := s.stagingTables(); len(left) != 0 {
				t.Errorf("staging tables left: %v", left)
			}
			if open := s.rows(`select state from import_batch where state not in ('rejected')`); len(open) != 0 {
				t.Errorf("batches left: %v", open)
			}
			s.config.Progress = nil
			if r := s.apply(newTown().folder()); r.Revision != 1 {
				t.Errorf("afterwards: %+v", r)
			}
		})
	}
}

func TestTwoAppliesAtOnceDoNotMix(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	done := make(chan error)
	for range 2 {
		go func() {
			_, err := profile.Apply(context.WithoutCancel(t.Context()), s.config, newTown().folder())
			done <- err
		}()
	}
	for range 2 {
		if err := <-done; err != nil && registry.KindOf(err) != registry.Conflict {
			t.Errorf("%v", err)
		}
	}
	if got := s.rows(`select count(*)::text from area`); got[0] != "17" {
		t.Errorf("%s areas", got[0])
	}
	if r := s.apply(newTown().folder()); r.Revision != 0 {
		t.Errorf("applied once more: %+v", r)
	}
}

func TestFolderThatCannotBeReadIsAnErrorAndNoRefusal(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	before := s.image()
	folder := newTown().folder()
	for name := range folder {
		if name == "components/ignored.txt" {
			continue
		}
		_, err := profile.Apply(t.Context(), s.config, broken{folder, name})
		var refused *profile.RejectedError
		if !errors.Is(err, fs.ErrPermission) || errors.As(err, &refused) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if s.image() != before {
		t.Error("something was written")
	}
}

// broken is a folder in which one file must not be opened.
type broken struct {
	fstest.MapFS
	file string
}

func (b broken) Open(name string) (fs.File, error) {
	if name == b.file {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return b.MapFS.Open(name)
}

func (b broken) ReadFile(name string) ([]byte, error) {
	if _, err := b.Open(name); err != nil {
		return nil, err
	}
	return b.MapFS.ReadFile(name)
}

func TestConfigWithoutWhatIsNeededIsRefused(t *testing.T) {
	t.Parallel()
	if _, err := profile.Apply(t.Context(), profile.Config{}, newTown().folder()); err == nil {
		t.Error("an empty Config is taken")
	}
}
