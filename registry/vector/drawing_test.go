package vector_test

import (
	"bufio"
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"citygrid/registry/vector"
)

// entitiesOf is a drawing of groups, in GBK.
func entitiesOf(groups ...any) string {
	var b strings.Builder
	b.WriteString("0\r\nSECTION\r\n2\r\nENTITIES\r\n")
	for i := 0; i < len(groups); i += 2 {
		fmt.Fprintf(&b, "%3d\r\n%v\r\n", groups[i], groups[i+1])
	}
	b.WriteString("0\r\nENDSEC\r\n0\r\nEOF\r\n")
	return gbk(b.String())
}

func drawing(t *testing.T, text string) vector.Source {
	t.Helper()
	sources, _, err := vector.Unpack(t.Context(), strings.NewReader(text), int64(len(text)), "地形图.dxf", folderOf(t))
	if err != nil {
		t.Fatal(err)
	}
	return sources[0]
}

// TestEveryByteOfWhatADrawingSaysComes: among them second bytes that are a backslash or a caret, of which CAD texts make line ends, and a name whose bytes could be
// UTF-8.
func TestEveryByteOfWhatADrawingSaysComes(t *testing.T) {
	t.Parallel()
	s := drawing(t, entitiesOf(
		0, "INSERT", 8, "联通", 66, 1, 2, "联通", 10, "1.5", 20, "2.5", 30, "3.5",
		0, "ATTRIB", 8, "0", 10, "0.0", 20, "0.0", 40, "1.0", 1, "联通", 2, "联通",
		0, "ATTRIB", 8, "0", 10, "0.0", 20, "0.0", 40, "1.0", 1, `玕甞 J "a"\c{d},e`, 2, "玕甞",
		0, "ATTRIB", 8, "0", 10, "0.0", 20, "0.0", 40, "1.0", 1, "", 2, "EMPTY",
		0, "SEQEND", 8, "0",
		0, "POINT", 8, "甞", 10, "1.0", 20, "2.0", 30, "0.0", 1001, "ACAD", 1000, "its own", 1001, "SOUTH", 1000, "155110", 1000, "路灯", 1070, "5", 1000, "标识码=42=玕", 1040, "1.25",
		0, "INSERT", 8, "图框", 67, 1, 2, "A3", 10, "0.0", 20, "0.0",
		0, "TEXT", 8, "注记", 10, "1.0", 20, "2.0", 40, "1.0", 1, "东山大道"))
	var got []string
	for r, err := range tool(t).Records(t.Context(), s) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprint(r.Number, "|", strings.Join(r.Columns, "|"), "|", strings.Join(r.Values, "|")))
	}
	if want := []string{
		gbk(`1|Layer|BlockName|Text|联通|玕甞|EMPTY|联通|联通||联通|玕甞 J "a"\c{d},e|`),
		gbk(`2|Layer|BlockName|Text|SOUTH|SOUTH#2|SOUTH#3|标识码|SOUTH#4|甞|||155110|路灯|5|42=玕|1.25`),
		gbk(`4|Layer|BlockName|Text|注记||东山大道`),
	}; !slices.Equal(got, want) {
		t.Errorf("%q\nwant\n%q", got, want)
	}
}

func TestADrawingIsCountedByLayerAndBlock(t *testing.T) {
	t.Parallel()
	text := "999\r\na comment\r\n" + gbk("0\r\nSECTION\r\n2\r\nBLOCKS\r\n0\r\nINSERT\r\n8\r\n别处\r\n2\r\nB\r\n0\r\nENDSEC\r\n") + entitiesOf(
		0, "POLYLINE", 8, "线", 66, 1, 0, "VERTEX", 8, "线", 0, "VERTEX", 8, "线", 0, "SEQEND", 8, "线",
		0, "INSERT", 8, "点", 2, "灯", 0, "INSERT", 8, "点", 2, "灯", 0, "ATTRIB", 8, "点", 2, "TAG", 0, "SEQEND", 8, "点",
		0, "INSERT", 8, "点", 2, "框", 67, 1, 0, "MTEXT", 8, "线", 1, "字", 0, "LINE", 8, "线")
	got, err := drawing(t, text).Drawing()
	if want := []vector.Drawn{
		{Layer: gbk("线"), Entities: 2, Texts: 1}, {Layer: gbk("点"), Block: gbk("灯"), Entities: 2}, {Layer: gbk("点"), Block: gbk("框"), Layouts: 1},
	}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %+v", err, got)
	}
}

func TestADrawingHasNoEndOfLayers(t *testing.T) {
	t.Parallel()
	var groups []any
	for i := range 20_001 {
		groups = append(groups, 0, "POINT", 8, i)
	}
	if _, err := drawing(t, entitiesOf(groups...)).Drawing(); !problem(err, vector.ProblemTooLarge) {
		t.Errorf("got %v", err)
	}
	if _, err := drawing(t, entitiesOf(0, "POINT", 8, strings.Repeat("x", 1<<20))).Drawing(); !problem(err, vector.ProblemDamaged) {
		t.Errorf("a long line: %v", err)
	}
}

// TestWhatIsNotReadSaysWhatToSendInstead: also of what stands alone in an archive.
func TestWhatIsNotReadSaysWhatToSendInstead(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, body, says string }{
		{"a.dwg", "AC1032\x00\x00", "DXF"}, {"a.zip", "AC1015\x00\x00", "DXF"}, {"a.dxf", "AutoCAD Binary DXF\r\n\x1a\x00", "ASCII"},
		{"a.mdb", "\x00\x01\x00\x00Standard Jet DB\x00", ".gdb"}, {"a.accdb", "\x00\x01\x00\x00Standard ACE DB\x00", ".gdb"},
		{"a.rar", "Rar!\x1a\x07\x01\x00", "zip"}, {"a.zip", "7z\xbc\xaf\x27\x1c\x00\x04", "zip"},
		{"all.zip", string(archiveOf(t, "图/a.DWG", "AC1032", "note.txt", "x")), "DXF"},
	} {
		_, err := read(t.Context(), t, []byte(c.body), c.name)
		if !problem(err, vector.ProblemKind) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", c.name, err)
		}
		if head := []byte(c.body); vector.Foreign(head) == bytes.HasPrefix(head, []byte("PK")) {
			t.Errorf("%s is not told by its first bytes", c.name)
		}
	}
}

// FuzzDrawing: whatever a drawing says, no more entities are counted than it has lines, and what is refused is refused with our error.
func FuzzDrawing(f *testing.F) {
	f.Add([]byte("0\nSECTION\n2\nENTITIES\n0\nINSERT\n8\nlayer\n2\nblock\n67\n1\n0\nTEXT\n8\n\n0\nENDSEC\n"))
	f.Add([]byte(" 0\r\nSECTION\r\n  2\r\nENTITIES\r\n0\r\nPOINT\r\n8"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if vector.Foreign(text) || bytes.HasPrefix(text, []byte("PK\x03\x04")) || bytes.HasPrefix(text, []byte("SQLi")) || bytes.HasPrefix(text, []byte("fgb\x03")) {
			return
		}
		sources, _, err := vector.Unpack(t.Context(), bytes.NewReader(text), int64(len(text)), "a.dxf", t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		found, err := sources[0].Drawing()
		if err != nil {
			if !problem(err, vector.ProblemDamaged) {
				t.Fatal(err)
			}
			return
		}
		lines := int64(0)
		for in := bufio.NewScanner(bytes.NewReader(text)); in.Scan(); {
			lines++
		}
		for _, d := range found {
			if lines -= d.Entities + d.Texts + d.Layouts; lines < 0 || d.Entities+d.Texts+d.Layouts == 0 {
				t.Fatalf("%+v of %q", found, text)
			}
		}
	})
}
