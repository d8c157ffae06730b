package profile

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	geom "github.com/twpayne/go-geom"

	"github.com/paulmach/orb"

	"citygrid/geo"
	"citygrid/geo/geojson"
	"citygrid/registry"
	"citygrid/registry/catalog"
	"citygrid/registry/census"
)

// level says how the areas of one rank are kept in a folder.
type level struct {
	level  registry.Level
	file   string
	parent func(code string) (string, error) // checks the code too
}

// levels are the files of areas, from the widest to the narrowest.
func levels() []level {
	return []level{
		{registry.LevelDistrict, "areas/districts.geojson", func(code string) (string, error) {
			_, err := catalog.ParseDivisionCode(code)
			return "", err
		}},
		{registry.LevelStreet, "areas/streets.geojson", func(code string) (string, error) {
			c, err := catalog.ParseStreetCode(code)
			return string(c.Division()), err
		}},
		{registry.LevelCommunity, "areas/communities.geojson", func(code string) (string, error) {
			c, err := catalog.ParseCommunityCode(code)
			return string(c.Street()), err
		}},
		{registry.LevelGrid, "areas/grid-cells.geojson", func(code string) (string, error) {
			c, err := catalog.ParseGridCode(code)
			return string(c.Community()), err
		}},
	}
}

func (d *Folder) readAreas(f *faults) error {
	seen := map[string]bool{}
	whole := true // every level so far was read without a fault: a parent that was not seen is not there
	for _, l := range levels() {
		before := len(f.errors)
		in, err := openRegular(d.files, l.file)
		if errors.Is(err, fs.ErrNotExist) {
			f.add(l.file, 0, "", "", CodeMissingFile, "缺少此文件", "this file is missing")
			whole = false
			continue
		}
		if err != nil {
			return fmt.Errorf("read profile: %w", err)
		}
		for feature, err := range geojson.Read(in, geo.Limits{}) {
			var bad *geojson.FeatureError
			var broken *geojson.DocumentError
			switch {
			case errors.As(err, &bad):
				zh, en := explain(bad.Err)
				f.add(l.file, int64(bad.Index)+1, "", "", census.CodeBadFeature, zh, en)
				continue
			case errors.As(err, &broken):
				zh, en := explain(broken.Err)
				f.add(l.file, broken.Line, "", "", census.CodeBadDocument, zh, en)
				continue
			case err != nil:
				in.Close()
				return fmt.Errorf("read profile: %s: %w", l.file, err)
			}
			d.readArea(f, l, feature, seen, whole)
		}
		if err := in.Close(); err != nil {
			return fmt.Errorf("read profile: %s: %w", l.file, err)
		}
		whole = whole && len(f.errors) == before
	}
	return nil
}

// readArea takes one feature; whatever is wrong with it is noted and the feature is left out.
func (d *Folder) readArea(f *faults, l level, feature geojson.Feature, seen map[string]bool, parentsKnown bool) {
	row := int64(feature.Index) + 1
	code, name, nameEN := property(feature, "code"), property(feature, "name"), property(feature, "name_en")
	parent, err := l.parent(code)
	if err != nil {
		zh, en := explain(err)
		f.add(l.file, row, "code", code, CodeBadValue, zh, en)
		return
	}
	if seen[code] || code == d.City.Code {
		f.add(l.file, row, "code", code, CodeDuplicateCode, "代码重复", "this code stands here twice")
		return
	}
	seen[code] = true
	if name == "" {
		f.add(l.file, row, "name", "", CodeBadValue, "不能为空", "must not be empty")
	}
	f.checkText(l.file, row, "name", name)
	f.checkText(l.file, row, "name_en", nameEN)
	if parent != "" && parentsKnown && !seen[parent] {
		f.add(l.file, row, "code", code, CodeNoParent,
			fmt.Sprintf("上级 %s 不存在", parent), fmt.Sprintf("the area above it, %s, does not exist", parent))
		return
	}
	shape, err := areaOf(feature.Geometry)
	if err != nil {
		zh, en := explain(err)
		f.add(l.file, row, "geometry", code, CodeInvalidShape, zh, en)
		return
	}
	if b, e := shape.Bound(), d.City.Extent; b.Min[0] < e[0] || b.Min[1] < e[1] || b.Max[0] > e[2] || b.Max[1] > e[3] {
		f.add(l.file, row, "geometry", code, census.CodeOutsideExtent,
			"超出 city.json 的 extent；坐标须为经度在前、纬度在后", "reaches outside the extent of city.json; positions are longitude, then latitude")
	}
	d.Areas = append(d.Areas, Area{
		Area: registry.Area{
			Code: code, Level: l.level, Name: name, NameEN: nameEN, Parent: parent,
			SquareMetres: shape.SquareMetres(), Geometry: geo.AppendEWKB(nil, shape.Geometry()),
		},
		Shape: shape, file: l.file, row: row,
	})
}

func areaOf(g geom.T) (geo.Area, error) {
	if g == nil {
		return geo.Area{}, errors.New("the feature has no geometry")
	}
	switch shape := geo.ToOrb(g).(type) {
	case orb.Polygon:
		return geo.NewArea(orb.MultiPolygon{shape})
	case orb.MultiPolygon:
		return geo.NewArea(shape)
	}
	return geo.Area{}, fmt.Errorf("an area is a Polygon or MultiPolygon, not a %T", g)
}

// property is a text member, "" when it is missing or no text.
func property(feature geojson.Feature, name string) string {
	raw, _ := feature.Property(name)
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return ""
	}
	return text
}
