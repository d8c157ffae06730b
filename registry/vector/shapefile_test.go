package vector_test

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"citygrid/registry/vector"
)

// setOf is an archive of a Shapefile: its parts by extension.
func setOf(t testing.TB, parts map[string][]byte) []byte {
	t.Helper()
	var members []string
	for ext, text := range parts {
		members = append(members, "crew"+ext, string(text))
	}
	return archiveOf(t, members...)
}

func partsOf(t testing.TB, args ...string) map[string][]byte {
	t.Helper()
	folder := made(t, "ESRI Shapefile", "crew.shp", append([]string{"-lco", "ENCODING=GBK"}, args...)...)
	parts := map[string][]byte{}
	for _, ext := range []string{".shp", ".shx", ".dbf", ".prj", ".cpg"} {
		parts[ext] = bytesOf(t, folder, "crew"+ext)
	}
	return parts
}

func TestTrap43PartsOfTwoExportsAreRefused(t *testing.T) {
	t.Parallel()
	parts, fewer := partsOf(t), partsOf(t, "-limit", "1")
	parts[".dbf"] = fewer[".dbf"]
	for _, index := range []string{"with an index", "without"} {
		_, err := read(t.Context(), t, setOf(t, parts), "a.zip")
		if !problem(err, vector.ProblemDamaged) || !strings.Contains(err.Error(), "crew.shp has 2 shapes and crew.dbf 1 records") {
			t.Errorf("%s: %v", index, err)
		}
		delete(parts, ".shx")
	}
}

func TestTrap43DeletedRecordsAreLeftOut(t *testing.T) {
	t.Parallel()
	parts := partsOf(t)
	head := binary.LittleEndian.Uint16(parts[".dbf"][8:])
	parts[".dbf"][head] = '*'
	rows, err := read(t.Context(), t, setOf(t, parts), "a.zip")
	if err != nil || len(rows) != 1 || !strings.Contains(rows[0], "4205020118000002") {
		t.Errorf("%v, %q", err, rows)
	}
}

// Whatever a table says of itself, it is refused, or read as far as it goes.
func TestATableThatLiesIsRefused(t *testing.T) {
	t.Parallel()
	whole := partsOf(t)
	for name, lie := range map[string]func(dbf []byte){
		"its records":          func(b []byte) { binary.LittleEndian.PutUint32(b[4:], 1<<31-1) },
		"the header's length":  func(b []byte) { binary.LittleEndian.PutUint16(b[8:], 0xffff) },
		"no header":            func(b []byte) { binary.LittleEndian.PutUint16(b[8:], 0) },
		"a record's length":    func(b []byte) { binary.LittleEndian.PutUint16(b[10:], 0xffff) },
		"records of no length": func(b []byte) { binary.LittleEndian.PutUint16(b[10:], 0) },
		"a field's length":     func(b []byte) { b[32+16] = 255 },
		"no end of fields":     func(b []byte) { copy(b[32:], bytes.Repeat([]byte("A"), len(b)-32)) },
	} {
		parts := map[string][]byte{}
		for ext, b := range whole {
			parts[ext] = bytes.Clone(b)
		}
		lie(parts[".dbf"])
		sources, _, err := vector.Unpack(t.Context(), bytes.NewReader(setOf(t, parts)), int64(len(setOf(t, parts))), "a.zip", folderOf(t))
		if err == nil {
			for _, err = range sources[0].Texts() {
				if err != nil {
					break
				}
			}
		}
		if !problem(err, vector.ProblemDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	shp := bytes.Clone(whole[".shp"])
	copy(shp[104:], "\x7f\xff\xff\xff") // the length of a record
	for _, index := range [][]byte{whole[".shx"], nil} {
		parts := map[string][]byte{".dbf": whole[".dbf"], ".shp": shp}
		if index != nil {
			parts[".shx"] = append(bytes.Clone(index[:100]), bytes.Repeat([]byte{0x7f}, len(index)-100)...)
		}
		if rows, err := read(t.Context(), t, setOf(t, parts), "a.zip"); !problem(err, vector.ProblemDamaged) {
			t.Errorf("%v, %q", err, rows)
		}
	}
}

func TestNumbersOfAShapefileComeAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	parts := partsOf(t, "-sql", `select ObjID, cast(ObjID as bigint) as Code, cast(Lon as float) as Lon from crew`)
	file := setOf(t, parts)
	sources, _, err := vector.Unpack(t.Context(), bytes.NewReader(file), int64(len(file)), "a.zip", folderOf(t))
	if err != nil {
		t.Fatal(err)
	}
	for r, err := range tool(t).Records(t.Context(), sources[0]) {
		if err != nil {
			t.Fatal(err)
		}
		if r.Number == 1 && (strings.TrimSpace(r.Values[1]) != "4205020118000001" || !strings.HasPrefix(strings.TrimSpace(r.Values[2]), "111.28499")) {
			t.Errorf("%q", r.Values)
		}
	}
	if s := sources[0]; s.Number(0) || !s.Number(1) || !s.Number(2) || s.Number(3) {
		t.Error("which columns are numbers")
	}
}

func TestShapesWithMeasuresAreReadWithoutThem(t *testing.T) {
	t.Parallel()
	parts := partsOf(t, "-nlt", "POINTZM")
	rows, err := read(t.Context(), t, setOf(t, parts), "a.zip")
	if err != nil || len(rows) != 2 || !strings.Contains(rows[0], "[111.285 30.705]") {
		t.Errorf("%v, %q", err, rows)
	}
}
