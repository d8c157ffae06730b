package vector

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"citygrid/internal/scratch"
)

// Package is a GeoPackage in the making: a table for each layer and set of columns, all texts. It belongs to one goroutine.
type Package struct {
	tool    *Tool
	folder  string
	scratch *scratch.Folder // that is at folder
	tables  []*table
}

// table is one, as CSV until the package is written.
type table struct {
	layer   string
	srid    int
	columns []string
	path    string
	file    *os.File
	rows    *csv.Writer
}

// wktColumn is the column of a table's shapes.
const wktColumn = "citygrid_shape"

// NewPackage begins a package. The caller closes it.
func (t *Tool) NewPackage() (*Package, error) {
	folder, err := scratch.Make()
	if err != nil {
		return nil, err
	}
	return &Package{tool: t, folder: folder.Path, scratch: folder}, nil
}

// Close removes what is on the disk.
func (p *Package) Close() error {
	var errs []error
	for _, t := range p.tables {
		errs = append(errs, t.file.Close())
	}
	return errors.Join(append(errs, p.scratch.Remove())...)
}

// Add puts a record into the table of its layer. Its shape is well-known text in the layer's system, "" where it has none.
func (p *Package) Add(layer string, srid int, columns, values []string, shape string) error {
	at := slices.IndexFunc(p.tables, func(t *table) bool { return t.layer == layer && slices.Equal(t.columns, columns) })
	if at < 0 {
		if at = len(p.tables); at == maxSources {
			return fmt.Errorf("more than %d layers", maxSources)
		}
		name := filepath.Join(p.folder, fmt.Sprintf("%d.csv", at+1))
		f, err := os.Create(name)
		if err != nil {
			return err
		}
		t := &table{layer: layer, srid: srid, columns: slices.Clone(columns), path: name, file: f, rows: csv.NewWriter(f)}
		p.tables = append(p.tables, t)
		if err := t.rows.Write(append(slices.Clone(columns), wktColumn)); err != nil {
			return err
		}
	}
	return p.tables[at].rows.Write(append(slices.Clone(values), shape))
}

// WriteTo writes the package.
func (p *Package) WriteTo(ctx context.Context, w io.Writer) error {
	const name = "package.gpkg"
	used := map[string]bool{}
	for i, t := range p.tables {
		if t.rows.Flush(); t.rows.Error() != nil {
			return t.rows.Error()
		}
		args := []string{
			"-f", "GPKG", name, filepath.Base(t.path), "-nln", t.name(used), "-lco", "FID=citygrid_fid", "-lco", "GEOMETRY_NAME=" + wktColumn,
			"-oo", "HEADERS=YES", "-oo", "GEOM_POSSIBLE_NAMES=" + wktColumn, "-oo", "KEEP_GEOM_COLUMNS=NO",
			"-oo", "AUTODETECT_TYPE=NO",
		}
		if t.srid > 0 {
			args = append(args, "-a_srs", fmt.Sprint("EPSG:", t.srid))
		}
		if i > 0 {
			args = append([]string{"-update"}, args...)
		}
		if err := lend(p.folder); err != nil {
			return err
		}
		if _, err := p.tool.output(ctx, p.folder, args...); err != nil {
			return fmt.Errorf("write a GeoPackage: %w", err)
		}
	}
	in, err := os.Open(filepath.Join(p.folder, name))
	if err != nil {
		return err
	}
	_, err = io.Copy(w, in)
	return errors.Join(err, in.Close())
}

// name is a layer's own where no table before has it, and one that SQLite takes; it is put to those that are used.
func (t *table) name(used map[string]bool) string {
	name := strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`"'\/`, r) {
			return '_'
		}
		return r
	}, t.layer)
	if lower := strings.ToLower(name); lower == "" || strings.HasPrefix(lower, "gpkg_") || strings.HasPrefix(lower, "sqlite_") || strings.HasPrefix(lower, "-") {
		name = "layer" + name
	}
	once := name
	for n := 2; used[strings.ToLower(name)]; n++ {
		name = fmt.Sprint(once, " ", n)
	}
	used[strings.ToLower(name)] = true
	return name
}
