package query

import (
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"
)

func box(west, south, east, north float64) orb.Bound {
	return orb.Bound{Min: orb.Point{west, south}, Max: orb.Point{east, north}}
}

func TestBBoxIsBroughtOntoTheEarth(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]orb.Bound{
		"111.1,30.5,111.6,30.9":              {box(111.1, 30.5, 111.6, 30.9)},
		"111.1,30.5,-5,111.6,30.9,900":       {box(111.1, 30.5, 111.6, 30.9)},
		"-1.5000000,.5000000,-.5000000,53.0": {box(-1.5, .5, -.5, 53)},
		"5,5,5,5":                            {box(5, 5, 5, 5)},
		"-180,-90,180,90":                    {box(-180, -90, 180, 90)},
		"177,65,-177,70":                     {box(177, 65, 180, 70), box(-180, 65, -177, 70)}, // across the antimeridian
		"170,30,190,31":                      {box(170, 30, 180, 31), box(-180, 30, -170, 31)}, // as map libraries ask for it
		"-190,30,-170,31":                    {box(170, 30, 180, 31), box(-180, 30, -170, 31)},
		"190,30,200,31":                      {box(-170, 30, -160, 31)},
		"190,30,170,31":                      {box(-170, 30, 170, 31)},
		"-200,-95,200,95":                    {box(-180, -90, 180, 90)}, // more than the Earth
		"-540,30,540,31":                     {box(-180, 30, 180, 31)},
		"0,-120,1,-80":                       {box(0, -90, 1, -80)},
		"180,0,180,1":                        {box(180, 0, 180, 1)},
	} {
		if got, err := ParseBBox(text); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: got %v, %v; want %v", text, got, err, want)
		}
	}
}

func TestBBoxThatIsNoBoxIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "1,2,3", "1,2,3,4,5", "1,2,3,4,5,6,7", "1,2,3,", "a,b,c,d", "1 ,2,3,4", "NaN,0,1,1", "0,0,Inf,1", "0,0,1e999,1", "0x1p4,0,1,1",
		"1,5,2,4",            // south above north
		"30.5,111,30.9,112",  // latitude first
		"0,-100,1,-95",       // beyond the pole
		"600,0,601,1",        // not degrees
		"0,0,9,1,1,2",        // lowest height above the highest
		"1_0,0,20,1",         // Go's own numbers
		"500000,3400000,5,6", // metres
	} {
		_, err := ParseBBox(text)
		if got, want := refused(t, err), invalidParameter("bbox", text); got != want {
			t.Errorf("%q: got %+v, want %+v", text, got, want)
		}
	}
}

func TestBBoxWithSwappedAxesSaysSo(t *testing.T) {
	t.Parallel()
	_, err := ParseBBox("30.5,111.1,30.9,111.6")
	if err == nil || !strings.Contains(err.Error(), "swapped") {
		t.Errorf("got %v", err)
	}
}

func FuzzBBox(f *testing.F) {
	for _, text := range []string{"111.1,30.5,111.6,30.9", "177,65,-177,70", "170,30,190,31", "1,2,3,4,5,6", "NaN,0,1,1", "0,91,1,92", ",,,", "-540,0,540,1"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		boxes, err := ParseBBox(text)
		if err != nil {
			return
		}
		if len(boxes) < 1 || len(boxes) > 2 {
			t.Fatalf("%q gives %d boxes", text, len(boxes))
		}
		for _, b := range boxes {
			if !(b.Min[0] >= -180 && b.Min[0] <= b.Max[0] && b.Max[0] <= 180 && b.Min[1] >= -90 && b.Min[1] <= b.Max[1] && b.Max[1] <= 90) {
				t.Errorf("%q gives %v", text, b)
			}
		}
	})
}
