package census

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

func TestBatchIDIsARandomUUID(t *testing.T) {
	t.Parallel()
	id, other := NewBatchID(), NewBatchID()
	if id == other {
		t.Fatal("two ids are equal")
	}
	text := id.String()
	if len(text) != 36 || text[14] != '4' || !strings.ContainsRune("89ab", rune(text[19])) {
		t.Errorf("%s is not a UUID of version 4", text)
	}
}

func TestFormatIsToldByTheEndOfTheName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]Format{
		"lamps.csv": FormatCSV, "a/b/LAMPS.CSV": FormatCSV, "x.geojson": FormatGeoJSON, "x.json": FormatGeoJSON,
		"x.XLSX": FormatXLSX, "x.xls": FormatXLSX, "x.geojsonl": FormatGeoJSONSeq, "x.ndjson": FormatGeoJSONSeq, "csv": "", "x.csv.gz": "", "": "",
	} {
		if got, err := FormatOf(name); got != want || (err == nil) != (want != "") {
			t.Errorf("%q: got %q, %v", name, got, err)
		}
	}
}

func ExampleNewCSV() {
	r, err := NewCSV(strings.NewReader("ObjID,ObjName\n4205020118000001,路灯\n4205020118000002\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	for row, err := range r.Rows() {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(row.Line, row.Values, len(row.Faults))
	}
	// Output:
	// 2 [4205020118000001 路灯] 0
	// 3 [4205020118000002] 1
}

func ExampleNewGeoJSON() {
	document := []byte(`{"type":"Feature","geometry":{"type":"Point","coordinates":[111.28,30.7]},"properties":{"ObjName":"路灯"}}`)
	for row, err := range NewGeoJSON(bytes.NewReader(document)).Rows() {
		fmt.Println(row.Line, row.Columns, row.Values, row.Geometry.FlatCoords(), err)
	}
	// Output: 1 [ObjName] [路灯] [111.28 30.7] <nil>
}

func TestABatchIDIsReadAsItIsWritten(t *testing.T) {
	t.Parallel()
	id := NewBatchID()
	for _, text := range []string{id.String(), strings.ToUpper(id.String())} {
		if got, ok := ParseBatchID(text); !ok || got != id {
			t.Errorf("%s: %s, %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "x", id.String() + "0", id.String()[1:], strings.ReplaceAll(id.String(), "-", ""), "-" + strings.Replace(id.String(), "-", "", 1), strings.Repeat("z", 8) + id.String()[8:], strings.Repeat("-", 4) + strings.ReplaceAll(id.String(), "-", "") + strings.Repeat("00", 1<<16)} {
		if _, ok := ParseBatchID(text); ok {
			t.Errorf("%.60q is taken for an id", text)
		}
	}
}
