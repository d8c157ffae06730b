package geo_test

import (
	"encoding/hex"
	"errors"
	"reflect"
	"runtime"
	"strings"
	"testing"

	geom "github.com/twpayne/go-geom"
	"github.com/twpayne/go-geom/encoding/ewkb"

	"citygrid/geo"
)

func TestEWKBGoesThereAndBackAndIsWhatGoGeomWrites(t *testing.T) {
	t.Parallel()
	for _, g := range samples() {
		b := geo.AppendEWKB(nil, g)
		want, err := ewkb.Marshal(g, ewkb.NDR)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(b, want) {
			t.Errorf("%T: %x, want %x", g, b, want)
		}
		back, err := geo.DecodeEWKB(b)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(back, g) {
			t.Errorf("%#v, want %#v", back, g)
		}
	}
}

func TestDecodeEWKBReadsWhatPostGISWrites(t *testing.T) {
	t.Parallel()
	// select encode(ST_AsEWKB('SRID=4326;MULTILINESTRING Z((1 2 3,4 5 6))'::geometry), 'hex'), PostGIS 3.3.2
	const text = "01050000a0e6100000 01000000 0102000080 02000000 000000000000f03f 0000000000000040 0000000000000840 0000000000001040 0000000000001440 0000000000001840"
	g, err := geo.DecodeEWKB(unhex(t, text))
	if err != nil {
		t.Fatal(err)
	}
	want := geom.NewMultiLineStringFlat(geom.XYZ, []float64{1, 2, 3, 4, 5, 6}, []int{6}).SetSRID(4326)
	if !reflect.DeepEqual(g, want) {
		t.Errorf("%#v, want %#v", g, want)
	}
}

func unhex(t *testing.T, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestDecodeEWKBRefusesWhatItCannotTrust(t *testing.T) {
	t.Parallel()
	const point = "01 01000000 0000000000000000 0000000000000000"
	for name, c := range map[string]struct {
		text string
		want geo.Problem
	}{
		"nothing":                    {"", geo.ProblemEncoding},
		"big-endian":                 {"00 00000001 0000000000000000 0000000000000000", geo.ProblemEncoding},
		"half a position":            {"01 01000000 0000000000000000 00000000", geo.ProblemEncoding},
		"more bytes than a point":    {point + "00", geo.ProblemEncoding},
		"a measure":                  {"01 01000040 0000000000000000 0000000000000000 0000000000000000", geo.ProblemLayout},
		"another SRID":               {"01 01000020 8a110000 0000000000000000 0000000000000000", geo.ProblemSRID},
		"a cut SRID":                 {"01 01000020 e610", geo.ProblemEncoding},
		"a collection":               {"01 07000000 01000000" + point, geo.ProblemType},
		"an ISO type with elevation": {"01 e9030000 0000000000000000 0000000000000000 0000000000000000", geo.ProblemType},
		"a line without positions":   {"01 02000000 00000000", geo.ProblemEmpty},
		"2^28 positions in 9 bytes":  {"01 02000000 00000010", geo.ProblemEncoding},
		"2^32-1 rings in 9 bytes":    {"01 03000000 ffffffff", geo.ProblemEncoding},
		"a part of another kind":     {"01 05000000 01000000" + point, geo.ProblemEncoding},
		"a part with an SRID":        {"01 04000000 01000000 01 01000020 e6100000 0000000000000000 0000000000000000", geo.ProblemEncoding},
		"a part with elevation":      {"01 04000000 01000000 01 01000080 0000000000000000 0000000000000000 0000000000000000", geo.ProblemEncoding},
		"a Multi in a Multi":         {"01 06000000 01000000 01 06000000 01000000", geo.ProblemEncoding},
	} {
		_, err := geo.DecodeEWKB(unhex(t, c.text))
		var e *geo.ShapeError
		if !errors.As(err, &e) || e.Problem != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

func TestDecodeEWKBAllocatesLittleForLyingCounts(t *testing.T) { // not parallel: it measures
	b := append(unhex(t, "01 03000000 ff000000 ff000000"), make([]byte, 1024)...)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range 100 {
		if _, err := geo.DecodeEWKB(b); err == nil {
			t.Fatal("no error")
		}
	}
	runtime.ReadMemStats(&after)
	if each := (after.TotalAlloc - before.TotalAlloc) / 100; each > 10*uint64(len(b)) {
		t.Errorf("%d bytes allocated for %d", each, len(b))
	}
}

func FuzzDecodeEWKBGivesBackTheSameBytes(f *testing.F) {
	for _, g := range samples() {
		f.Add(geo.AppendEWKB(nil, g))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		g, err := geo.DecodeEWKB(b)
		if err != nil {
			return
		}
		again, err := geo.DecodeEWKB(geo.AppendEWKB(nil, g))
		if err != nil || !reflect.DeepEqual(geo.AppendEWKB(nil, again), geo.AppendEWKB(nil, g)) {
			t.Errorf("%x: %v", b, err)
		}
	})
}
