package profile

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"citygrid/data"
	"citygrid/registry"
)

// FuzzFolder spoils one file of a folder. Whatever it is, reading ends without a panic and without an error of ours, and a folder
// without faults holds together: every reference leads somewhere and every text can be stored.
func FuzzFolder(f *testing.F) {
	lists, err := data.Catalog()
	if err != nil {
		f.Fatal(err)
	}
	polygon := `{"type":"Polygon","coordinates":[[[111,30],[112,30],[112,31],[111,31],[111,30]]]}`
	areas := func(code string) string {
		return `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"` + code + `","name":"甲"},"geometry":` + polygon + `}]}`
	}
	files := []struct{ name, text string }{
		{cityFile, `{"code":"420500","name":"小城","edition":"cjt214-2007","extent":[110,29,113,32],"centre":[111,30]}`},
		{"areas/districts.geojson", areas("420502")},
		{"areas/streets.geojson", areas("420502001")},
		{"areas/communities.geojson", areas("420502001001")},
		{"areas/grid-cells.geojson", areas("420502001001001")},
		{managedFile, "code,name\nM1,中心\n"},
		{managedCellsFile, "area,cell\nM1,420502001001001\n"},
		{unitsFile, "code,name,name_en,kind,ring,parent\nU01,局,,bureau_unit,1,\nU02,处,,bureau_unit,1,U01\n"},
		{rulesFile, "area,kind,subject,role,unit,valid_from,valid_to\n420502,*,*,territory,U01,2012-01-01,\nM1,component,01,owner,U02,,\n"},
		{staffFile, "code,name,role,area\nJ1,张三,inspector,420502001001001\n"},
		{catalogueFile, "kind,subclass\ncomponent,0118\n"},
		{standardsFile, "id,kind,subclass,condition_zh,condition_en,limit,closing_zh,responsible_unit_type,source,confidence\nA,component,0118,坏,,4工作时,好,drainage,市,seen\n"},
		{"base/parks.geojson", `{"type":"FeatureCollection","features":[]}`},
	}
	for i, file := range files {
		f.Add(uint8(i), []byte(file.text))
		f.Add(uint8(i), []byte(strings.Replace(file.text, "4205", "4206", 1)))
		f.Add(uint8(i), []byte(file.text+"\n\"\x00"))
	}
	f.Fuzz(func(t *testing.T, which uint8, text []byte) {
		folder := fstest.MapFS{}
		for i, file := range files {
			folder[file.name] = &fstest.MapFile{Data: []byte(file.text)}
			if i == int(which)%len(files) {
				folder[file.name].Data = text
			}
		}
		var found faults
		d, err := read(folder, &found)
		if err != nil {
			var path *fs.PathError
			if !errors.As(err, &path) {
				t.Fatal(err)
			}
		}
		if len(found.errors) == 0 {
			d.check(&found, lists)
		}
		if len(found.errors) > 0 {
			for _, fault := range found.errors {
				if fault.File == "" || fault.Code == "" || fault.Message.EN == "" || fault.Message.ZH == "" {
					t.Errorf("a fault without file, code or words: %+v", fault)
				}
			}
			return
		}
		d.holdsTogether(t)
	})
}

func (d *Folder) holdsTogether(t *testing.T) {
	areas := map[string]bool{d.City.Code: true}
	texts := []string{d.City.Name, d.City.NameEN, d.City.Notice, d.City.NoticeEN}
	for _, a := range d.Areas {
		if areas[a.Code] || a.Parent != "" && (!areas[a.Parent] || !strings.HasPrefix(a.Code, a.Parent)) {
			t.Errorf("area %s below %q", a.Code, a.Parent)
		}
		areas[a.Code] = true
		texts = append(texts, a.Name, a.NameEN)
	}
	for _, m := range d.Managed {
		if areas[m.Code] || len(m.Cells) == 0 {
			t.Errorf("managed area %+v", m)
		}
		areas[m.Code] = true
		texts = append(texts, m.Code, m.Name, m.NameEN)
	}
	units := map[registry.UnitCode]bool{"": true}
	for _, u := range d.Units {
		units[u.Code] = true
		texts = append(texts, string(u.Code), u.Name, u.NameEN)
	}
	for _, u := range d.Units {
		if !units[u.Parent] {
			t.Errorf("unit %+v", u)
		}
	}
	for _, r := range d.Rules {
		if !areas[r.Area] || !units[r.Unit] {
			t.Errorf("rule %+v", r)
		}
	}
	for _, s := range d.Staff {
		if !areas[s.Area] {
			t.Errorf("staff %+v", s)
		}
		texts = append(texts, s.Code, s.Name)
	}
	for _, s := range d.Standards {
		texts = append(texts, s.ID, s.ConditionZH, s.ConditionEN, s.ClosingZH, s.Source, s.Confidence)
	}
	for _, text := range texts {
		if strings.ToValidUTF8(text, "") != text || strings.Contains(text, "\x00") {
			t.Errorf("%q cannot be stored", text)
		}
	}
}
