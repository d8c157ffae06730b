package profile

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"citygrid/geo"
	"citygrid/registry"
	"citygrid/registry/catalog"
	"citygrid/registry/census"
)

// Folder is a city as its folder tells it, parsed but not yet compared with itself or with the store.
type Folder struct {
	City         registry.City
	Areas        []Area // in the order of files: districts, streets, communities, cells
	Managed      []Managed
	Units        []registry.Unit
	Rules        []registry.Responsibility
	Staff        []registry.Staff
	InUse        map[catalog.Kind][]catalog.SubclassCode
	Standards    []catalog.FilingStandard // the city's own
	BaseLayers   map[string][]byte
	Components   []string // component files, relative to the folder, in name order
	files        fs.FS
	ruleRows     []int64 // the line of each rule and of each member of staff, for messages
	staffRows    []int64
	unitRows     []int64
	standardRows []int64
}

// Area is an area of the folder with its checked shape.
type Area struct {
	registry.Area
	Shape geo.Area
	file  string
	row   int64
}

// Managed is a managed area and the whole cells it is made of.
type Managed struct {
	Code, Name, NameEN string
	Cells              []string
}

const (
	cityFile         = "city.json"
	unitsFile        = "units.csv"
	rulesFile        = "responsibilities.csv"
	staffFile        = "staff.csv"
	catalogueFile    = "catalogue.csv"
	standardsFile    = "filing-standards.csv"
	managedFile      = "areas/managed-areas.csv"
	managedCellsFile = "areas/managed-cells.csv"
	maxCityBytes     = 1 << 20
	maxBaseBytes     = 64 << 20
)

// read reads everything but the component files. What is wrong goes to f; the error is for folders that cannot be read at all.
func read(files fs.FS, f *faults) (*Folder, error) {
	d := &Folder{files: files, InUse: map[catalog.Kind][]catalog.SubclassCode{}, BaseLayers: map[string][]byte{}}
	if err := d.readCity(f); err != nil || len(f.errors) > 0 {
		return d, err // without the edition and the extent nothing else can be judged
	}
	for _, step := range []func(*faults) error{
		d.readAreas, d.readManaged, d.readUnits, d.readRules, d.readStaff, d.readCatalogue, d.readStandards, d.readBase, d.findComponents,
	} {
		if err := step(f); err != nil {
			return d, err
		}
	}
	return d, nil
}

// openRegular opens a file of the folder. What is no regular file, such as a pipe, could keep the reader waiting for ever.
func openRegular(files fs.FS, name string) (fs.File, error) {
	info, err := fs.Stat(files, name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "open", Path: name, Err: errors.New("not a regular file")}
	}
	return files.Open(name)
}

func (d *Folder) readCity(f *faults) error {
	text, err := fs.ReadFile(d.files, cityFile)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		f.add(cityFile, 0, "", "", CodeMissingFile, "缺少此文件：这不是城市目录", "this file is missing: this is not a city folder")
		return nil
	case err != nil:
		return fmt.Errorf("read profile: %w", err)
	case len(text) > maxCityBytes:
		f.add(cityFile, 0, "", "", CodeBadValue, "文件超过 1 MiB", "the file is larger than 1 MiB")
		return nil
	}
	if !utf8.Valid(text) {
		f.add(cityFile, 0, "", "", census.CodeNotUTF8, "文件不是 UTF-8 编码", "the file is not UTF-8")
		return nil
	}
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	decoder.DisallowUnknownFields()
	err = decoder.Decode(&d.City)
	if err == nil {
		if _, end := decoder.Token(); end != io.EOF {
			err = errors.New("text follows the object")
		}
	}
	if err != nil {
		f.add(cityFile, 0, "", "", CodeBadValue, "不是有效的 JSON："+err.Error(), err.Error())
		return nil
	}
	if _, err := catalog.ParseDivisionCode(d.City.Code); err != nil {
		zh, en := explain(err)
		f.add(cityFile, 0, "code", d.City.Code, CodeBadValue, zh, en)
	}
	if _, err := catalog.ParseEdition(string(d.City.Edition)); err != nil {
		zh, en := explain(err)
		f.add(cityFile, 0, "edition", string(d.City.Edition), CodeBadValue, zh, en)
	}
	if d.City.Name == "" {
		f.add(cityFile, 0, "name", "", CodeBadValue, "不能为空", "must not be empty")
	}
	for _, m := range [][2]string{{"name", d.City.Name}, {"name_en", d.City.NameEN}, {"notice", d.City.Notice}, {"notice_en", d.City.NoticeEN}} {
		f.checkText(cityFile, 0, m[0], m[1])
	}
	e := d.City.Extent
	_, lower := geo.CheckPoint(e[0], e[1])
	_, upper := geo.CheckPoint(e[2], e[3])
	if lower != nil || upper != nil || e[0] >= e[2] || e[1] >= e[3] {
		f.add(cityFile, 0, "extent", fmt.Sprint(e), CodeBadValue, "须为 [西, 南, 东, 北]，单位度", "must be [west, south, east, north] in degrees")
	}
	if c := d.City.Centre; c[0] < e[0] || c[0] > e[2] || c[1] < e[1] || c[1] > e[3] {
		f.add(cityFile, 0, "centre", fmt.Sprint(c), CodeBadValue, "须在 extent 之内", "must lie inside extent")
	}
	return nil
}

func (d *Folder) readManaged(f *faults) error {
	byCode := map[string]int{}
	err := f.readTable(d.files, managedFile, false, []string{"code", "name"}, func(t *table) {
		m := Managed{Code: t.text("code"), Name: t.text("name"), NameEN: t.optional("name_en")}
		if _, twice := byCode[m.Code]; twice {
			f.add(t.file, t.row, "code", m.Code, CodeDuplicateCode, "代码重复", "this code stands here twice")
			return
		}
		byCode[m.Code] = len(d.Managed)
		d.Managed = append(d.Managed, m)
	})
	if err != nil {
		return err
	}
	cells := map[string]bool{}
	for _, a := range d.Areas {
		cells[a.Code] = a.Level == registry.LevelGrid
	}
	seen := map[[2]string]bool{}
	return f.readTable(d.files, managedCellsFile, false, []string{"area", "cell"}, func(t *table) {
		area, cell := t.text("area"), t.text("cell")
		i, known := byCode[area]
		switch {
		case !known:
			f.add(t.file, t.row, "area", area, CodeUnknownArea, "没有这个市管区域", "there is no such managed area")
		case !cells[cell]:
			f.add(t.file, t.row, "cell", cell, CodeUnknownArea, "没有这个单元网格", "there is no such grid cell")
		case seen[[2]string{area, cell}]:
			f.add(t.file, t.row, "cell", cell, CodeDuplicateCode, "网格重复", "this cell stands here twice")
		default:
			seen[[2]string{area, cell}] = true
			d.Managed[i].Cells = append(d.Managed[i].Cells, cell)
		}
	})
}

func (d *Folder) readUnits(f *faults) error {
	return f.readTable(d.files, unitsFile, true, []string{"code", "name", "name_en", "kind", "ring", "parent"}, func(t *table) {
		ring, _ := strconv.Atoi(t.oneOf("ring", "1", "2", "3"))
		u := registry.Unit{
			Code: registry.UnitCode(t.text("code")), Name: t.text("name"), NameEN: t.optional("name_en"), Ring: ring,
			Kind:   registry.UnitKind(t.oneOf("kind", string(registry.BureauUnit), string(registry.DistrictCentre), string(registry.OutsideOwner))),
			Parent: registry.UnitCode(t.optional("parent")),
		}
		if !t.failed {
			d.Units, d.unitRows = append(d.Units, u), append(d.unitRows, t.row)
		}
	})
}

func (d *Folder) readRules(f *faults) error {
	columns := []string{"area", "kind", "subject", "role", "unit", "valid_from", "valid_to"}
	return f.readTable(d.files, rulesFile, true, columns, func(t *table) {
		r := registry.Responsibility{
			Area: t.text("area"), Kind: t.oneOf("kind", string(catalog.KindComponent), string(catalog.KindEvent), registry.Any),
			Subject: t.text("subject"), Unit: registry.UnitCode(t.text("unit")),
			Role: registry.Role(t.oneOf("role", string(registry.Competent), string(registry.Owner),
				string(registry.Maintainer), string(registry.Territory))),
			ValidFrom: t.date("valid_from"), ValidTo: t.date("valid_to"),
		}
		if !r.ValidTo.IsZero() && r.ValidTo.Before(r.ValidFrom) {
			t.bad("valid_to", t.optional("valid_to"), "早于 valid_from", "is before valid_from")
		}
		if !t.failed {
			d.Rules, d.ruleRows = append(d.Rules, r), append(d.ruleRows, t.row)
		}
	})
}

func (d *Folder) readStaff(f *faults) error {
	return f.readTable(d.files, staffFile, false, []string{"code", "name", "role", "area"}, func(t *table) {
		s := registry.Staff{
			Code: t.text("code"), Name: t.text("name"), Area: t.text("area"),
			Role: registry.StaffRole(t.oneOf("role", string(registry.Inspector), string(registry.Officer))),
		}
		if !t.failed {
			d.Staff, d.staffRows = append(d.Staff, s), append(d.staffRows, t.row)
		}
	})
}

func (d *Folder) readCatalogue(f *faults) error {
	return f.readTable(d.files, catalogueFile, true, []string{"kind", "subclass"}, func(t *table) {
		kind := parse(t, "kind", catalog.ParseKind)
		code := parse(t, "subclass", d.parseSubclass)
		if t.failed {
			return
		}
		if slices.Contains(d.InUse[kind], code) {
			f.add(t.file, t.row, "subclass", string(code), CodeDuplicateCode, "小类重复", "this subclass stands here twice")
			return
		}
		d.InUse[kind] = append(d.InUse[kind], code)
	})
}

func (d *Folder) readStandards(f *faults) error {
	columns := []string{"id", "kind", "subclass", "condition_zh", "condition_en", "limit", "closing_zh", "responsible_unit_type", "source", "confidence"}
	return f.readTable(d.files, standardsFile, false, columns, func(t *table) {
		s := catalog.FilingStandard{
			ID: t.text("id"), Edition: d.City.Edition, Kind: parse(t, "kind", catalog.ParseKind),
			Subclass: parse(t, "subclass", d.parseSubclass), ConditionZH: t.text("condition_zh"), ConditionEN: t.optional("condition_en"),
			Limit: parse(t, "limit", catalog.ParseLimit), ClosingZH: t.text("closing_zh"),
			ResponsibleUnitType: parse(t, "responsible_unit_type", catalog.ParseUnitType),
			Source:              t.text("source"), Confidence: t.text("confidence"),
		}
		if !t.failed {
			d.Standards, d.standardRows = append(d.Standards, s), append(d.standardRows, t.row)
		}
	})
}

func (d *Folder) parseSubclass(text string) (catalog.SubclassCode, error) {
	return catalog.ParseSubclassCode(d.City.Edition, text)
}

func (d *Folder) readBase(f *faults) error {
	for _, name := range registry.BaseLayers() {
		file := "base/" + name + ".geojson"
		text, err := fs.ReadFile(d.files, file)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return fmt.Errorf("read profile: %w", err)
		case len(text) > maxBaseBytes:
			f.add(file, 0, "", "", CodeBadValue, "文件超过 64 MiB", "the file is larger than 64 MiB")
		case !utf8.Valid(text):
			f.add(file, 0, "", "", census.CodeNotUTF8, "文件不是 UTF-8 编码", "the file is not UTF-8")
		case !json.Valid(text):
			f.add(file, 0, "", "", CodeBadValue, "不是有效的 GeoJSON", "this is not valid GeoJSON")
		}
		d.BaseLayers[name] = text
	}
	return nil
}

func (d *Folder) findComponents(*faults) error {
	entries, err := fs.ReadDir(d.files, "components")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read profile: %w", err)
	}
	for _, e := range entries { // in name order
		if ext := strings.ToLower(path.Ext(e.Name())); !e.IsDir() && (ext == ".csv" || ext == ".geojson") {
			d.Components = append(d.Components, "components/"+e.Name())
		}
	}
	return nil
}
