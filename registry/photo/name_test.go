package photo_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"citygrid/registry/photo"
)

func TestANameSaysWhichComponentAPhotoShows(t *testing.T) {
	t.Parallel()
	const lamp, lid, longer = "4205020118000001", "4205020101000002", "42050201010000021"
	for name, want := range map[string]photo.Named{
		lamp + ".jpg":            {[]string{lamp}, 0},
		"照片/路灯/" + lamp + ".JPG": {[]string{lamp}, 0},
		lamp + "_1.jpg":          {[]string{lamp}, 1},
		lamp + "-2.jpeg":         {[]string{lamp}, 2},
		lamp + " (3).PNG":        {[]string{lamp}, 3},
		lamp + "_近景_04.webp":     {[]string{lamp}, 4},
		"路灯" + lamp + "东侧.jpg":   {[]string{lamp}, 0},
		"４２０５０２０１１８０００００１＿２.jpg": {[]string{lamp}, 2},
		lamp + "/IMG_2041.JPG":                         {[]string{lamp}, 2041},
		"井盖 " + lid + "/全景.jpg":                        {[]string{lid}, 0},
		longer + ".jpg":                                {[]string{longer}, 0},
		lamp + "_20231104120000.jpg":                   {[]string{lamp}, 0},
		lamp + "+" + lid + ".jpg":                      {[]string{lamp, lid}, 0},
		lamp + "_" + lamp + ".jpg":                     {[]string{lamp}, 0},
		lamp + "/" + lid + "_2.jpg":                    {[]string{lid}, 2}, // the nearest is meant
		"IMG_20231104_120000.jpg":                      {},
		"1" + longer + ".jpg":                          {}, // 18 digits
		lamp[1:] + ".jpg":                              {}, // 15
		"0" + lamp[1:] + ".jpg":                        {}, // no division
		"IMG_2041.JPG":                                 {},
		"":                                             {},
		lamp + "/more/IMG_2041.JPG":                    {},
		strings.Repeat("9", 300) + "/" + lamp + ".jpg": {[]string{lamp}, 0},
	} {
		if got := photo.NameOf(name); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, want %+v", name, got, want)
		}
	}
}

func TestACellNamesItsPhotosInOrder(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string][]string{
		"IMG_2041.JPG": {"IMG_2041.JPG"},
		"IMG_2041.JPG;IMG_2042.JPG；a.jpg,b.jpg，c.jpg、d.jpg|e.jpg\nf.jpg": {"IMG_2041.JPG", "IMG_2042.JPG", "a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg", "f.jpg"},
		" 路灯 1.jpg ; “全景.png” ":                                          {"路灯 1.jpg", "全景.png"},
		"无":                                                              nil, "/": nil, "": nil, ";,": nil,
	} {
		if got := photo.NamesIn(cell); !slices.Equal(got, want) {
			t.Errorf("%q: %q", cell, got)
		}
	}
}

func FuzzNameOf(f *testing.F) {
	for _, name := range []string{"4205020118000001_1.jpg", "照片/42050201010000021 (2).JPG", "../4205020118000001/x", "４２０５０２０１１８０００００１.png", "4205020118000001+4205020118000002.jpg"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		named := photo.NameOf(name)
		if named.Number < 0 || named.Number > 999_999_999 || len(named.Codes) == 0 && named.Number != 0 {
			t.Fatalf("%q: %+v", name, named)
		}
		for i, code := range named.Codes {
			if len(code) != 16 && len(code) != 17 || strings.Trim(code, "0123456789") != "" || code[0] == '0' || slices.Contains(named.Codes[:i], code) {
				t.Fatalf("%q: %+v", name, named)
			}
		}
		if len(named.Codes) != 1 {
			return
		}
		if again := photo.NameOf(named.Codes[0] + ".jpg"); !reflect.DeepEqual(again, photo.Named{Codes: named.Codes}) {
			t.Fatalf("%q: %+v, and by the code alone %+v", name, named, again)
		}
	})
}
