package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// inChinese is the header as the template names its columns in Chinese.
func inChinese(header []string) []string {
	names := map[string]string{"ObjID": "标识码", "ObjName": "名称", "DeptCode1": "主管部门代码", "DeptName1": "主管部门名称", "DeptCode2": "权属单位代码",
		"DeptName2": "权属单位名称", "DeptCode3": "养护单位代码", "DeptName3": "养护单位名称", "BGID": "所在单元网格", "ObjState": "状态", "ORDate": "初始日期",
		"CHDate": "变更日期", "DataSource": "数据来源", "Note": "备注", "Lon": "经度", "Lat": "纬度", "Height": "高程"}
	chinese := slices.Clone(header)
	for i, name := range header {
		if known := names[name]; known != "" {
			chinese[i] = known
		}
	}
	return chinese
}

// crewsBook writes records as offices fill them in: a title over the whole width, 坐标 merged over X, Y and Z, the other names merged over both rows of the
// header, what is the same in rows that follow each other as one cell, and dates as dates. It returns how many such cells there are.
func crewsBook(t *testing.T, records [][]string, to string) (runs int) {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	w, err := f.NewStreamWriter("Sheet1")
	check(err)
	header, records := inChinese(records[0]), records[1:]
	x := slices.Index(header, "经度")
	upper, lower := make([]any, len(header)), make([]any, len(header))
	for i, name := range header {
		upper[i] = name
		if i < x || i > x+2 {
			check(w.MergeCell(cell(i+1, 2), cell(i+1, 3)))
		}
	}
	upper[x], lower[x], lower[x+1], lower[x+2] = "坐标", "X", "Y", "Z"
	upper[x+1], upper[x+2] = nil, nil
	check(w.MergeCell(cell(x+1, 2), cell(x+3, 2)))
	check(w.SetRow("A1", []any{"宜昌市城市管理部件普查成果表"}))
	check(w.MergeCell("A1", cell(len(header), 1)))
	check(w.SetRow("A2", upper))
	check(w.SetRow("A3", lower))
	day := "yyyy/m/d"
	style, err := f.NewStyle(&excelize.Style{CustomNumFmt: &day})
	check(err)
	merged := map[string]bool{"名称": true, "主管部门代码": true, "主管部门名称": true, "权属单位代码": true, "权属单位名称": true, "数据来源": true}
	begun := make([]int, len(header)) // of the run of equal values of a column
	for r, record := range append(records, make([]string, len(header))) {
		cells := make([]any, len(record))
		for c, text := range record {
			number, err := strconv.ParseFloat(text, 64)
			date, wrong := time.Parse(time.DateOnly, text)
			switch {
			case merged[header[c]] && r > 0 && text == records[r-1][c]:
				continue // its cell is the one above
			case text == "":
			case strings.HasSuffix(header[c], "日期") && wrong == nil:
				cells[c] = excelize.Cell{StyleID: style, Value: date}
			case c >= x && c <= x+2 && err == nil:
				cells[c] = number
			default:
				cells[c] = text
			}
			if merged[header[c]] && r > 0 {
				if last := records[r-1][c]; last != "" && r-begun[c] > 1 {
					check(w.MergeCell(cell(c+1, begun[c]+4), cell(c+1, r+3)))
					runs++
				}
				begun[c] = r
			}
		}
		check(w.SetRow(cell(1, r+4), cells))
	}
	check(w.Flush())
	check(f.SaveAs(to))
	return runs
}

// oldBook writes records as an .xls, by xlwt: a title, names below it, codes as text, positions as numbers, dates as dates, and unit names that are the same in
// rows that follow each other as one cell.
func oldBook(t *testing.T, records [][]string) string {
	t.Helper()
	table, to := file(t, "records.csv", asCSV(t, append([][]string{inChinese(records[0])}, records[1:]...), false)), filepath.Join(t.TempDir(), "普查成果.xls")
	script := `
import csv, datetime, sys, xlwt
records = list(csv.reader(open(sys.argv[1], encoding='utf-8-sig')))
b = xlwt.Workbook()
s = b.add_sheet('部件')
day = xlwt.easyxf(num_format_str='yyyy/m/d')
s.write_merge(0, 0, 0, len(records[0]) - 1, '宜昌市城市管理部件普查成果表')
for c, name in enumerate(records[0]):
    s.write(1, c, name)
    first = 1
    for r in range(1, len(records)):
        text = records[r][c]
        if name == '主管部门名称':
            if r + 1 == len(records) or records[r + 1][c] != text:
                if text: s.write_merge(first + 1, r + 1, c, c, text)
                first = r + 1
        elif not text: pass
        elif name.endswith('日期'): s.write(r + 1, c, datetime.date.fromisoformat(text), day)
        elif name in ('经度', '纬度', '高程'): s.write(r + 1, c, float(text))
        else: s.write(r + 1, c, text)
b.save(sys.argv[2])`
	if out, err := exec.Command("/usr/bin/python3", "-c", script, table, to).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s (apt-get install python3-xlwt)", err, out)
	}
	return to
}

// asGeoJSON is the whole census as one document: the shapes as they were drawn, the points as features beside them.
func asGeoJSON(t *testing.T, records [][]string, shapes string) []byte {
	t.Helper()
	text, err := os.ReadFile(shapes)
	if err != nil {
		t.Fatal(err)
	}
	var all struct {
		Type     string `json:"type"`
		Features []any  `json:"features"`
	}
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	for _, record := range records[1:] {
		properties, at := map[string]string{}, map[string]json.Number{}
		for i, name := range records[0] {
			switch name {
			case "Lon", "Lat", "Height":
				at[name] = json.Number(record[i])
			default:
				if record[i] != "" {
					properties[name] = record[i]
				}
			}
		}
		position := []json.Number{at["Lon"], at["Lat"]}
		if at["Height"] != "" {
			position = append(position, at["Height"])
		}
		all.Features = append(all.Features, map[string]any{"type": "Feature", "properties": properties,
			"geometry": map[string]any{"type": "Point", "coordinates": position}})
	}
	if text, err = json.Marshal(all); err != nil {
		t.Fatal(err)
	}
	return text
}

// TestTheSameCensusInEveryFormGivesTheSameComponents: the folder itself is one form more. A table holds points alone: the lines and polygons of a city come
// beside it.
func TestTheSameCensusInEveryFormGivesTheSameComponents(t *testing.T) {
	t.Parallel()
	c := newCity(t)
	records := c.points(t)
	drawn := c.registry(t)
	citygrid(t, drawn, "profile", "apply", c.dir).want(t, 0, "created 11093", "created 300")
	want := digests(t, drawn)
	if !strings.HasPrefix(want["code"], "11393 ") || !strings.HasPrefix(want["codes"], "11393 ") {
		t.Fatalf("the city has %s components and %s codes, want 11393", want["code"], want["codes"])
	}
	names := append([][]string{inChinese(records[0])}, records[1:]...)
	gbk, err := simplifiedchinese.GBK.NewEncoder().Bytes(asCSV(t, names, true))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(gbk, []byte("\r\n")) || bytes.Contains(gbk, []byte("标识码")) {
		t.Fatal("the table is not in GBK with CRLF")
	}
	merged := 0 // units' names that stand once for several rows
	unit := slices.Index(records[0], "DeptName1")
	for i := 2; i < len(records); i++ {
		if name := records[i][unit]; name != "" && name == records[i-1][unit] && (i == 2 || name != records[i-2][unit]) {
			merged++
		}
	}
	book := filepath.Join(t.TempDir(), "普查成果.xlsx")
	runs := crewsBook(t, records, book)
	chinese := []string{"标识码 → ObjID", "名称 → ObjName", "主管部门代码 → DeptCode1", "状态 → ObjState", "初始日期 → ORDate", "LocateDSC"}
	for _, form := range []struct {
		name       string
		files      []string
		rows       int
		recognised []string
		totals     []issueTotal
	}{
		{"GBK", []string{file(t, "普查成果.csv", gbk), c.shapes()}, 11093, append([]string{"read as GB18030", "经度 → Lon", "纬度 → Lat", "高程 → Height"}, chinese...),
			nil},
		{"workbook", []string{book, c.shapes()}, 11093, append([]string{"header in rows 2-3", "坐标/X → Lon", "坐标/Y → Lat", "坐标/Z → Height"}, chinese...),
			[]issueTotal{{Code: "merged_cells", Severity: "fixed", Count: runs}}},
		{"old workbook", []string{oldBook(t, records), c.shapes()}, 11093, append([]string{"header in row 2", "经度 → Lon"}, chinese...),
			[]issueTotal{{Code: "merged_cells", Severity: "fixed", Count: merged}}},
		{"GeoJSON", []string{file(t, "普查成果.geojson", asGeoJSON(t, records, c.shapes()))}, 11393, []string{"LocateDSC"}, nil},
	} {
		t.Run(form.name, func(t *testing.T) {
			t.Parallel()
			url, report := c.registry(t), filepath.Join(t.TempDir(), "report.json")
			citygrid(t, url, append([]string{"import", "--report", report}, form.files...)...).want(t, 0, " 0 refused")
			sameDigests(t, form.name, digests(t, url), want)
			if len(form.files) > 1 {
				base := filepath.Base(form.files[0])
				report = strings.TrimSuffix(report, ".json") + "." + strings.TrimSuffix(base, filepath.Ext(base)) + ".json"
			}
			got := readReport(t, report)
			if b := got.Batch; b.State != "promoted" || b.Rows != form.rows || b.Good != form.rows || b.Created != form.rows || b.Bad != 0 || got.Errors != 0 {
				t.Errorf("the report says %+v with %d errors; want %d rows, all good and created", b, got.Errors, form.rows)
			}
			for _, text := range form.recognised {
				if !strings.Contains(got.recognised(), text) {
					t.Errorf("the report does not say that it recognised %q:\n%s", text, got.recognised())
				}
			}
			if !slices.Equal(got.Totals, form.totals) {
				t.Errorf("the report found %+v, want %+v", got.Totals, form.totals)
			}
			citygrid(t, url, append([]string{"import"}, form.files...)...).want(t, 0, "nothing to do")
		})
	}
}
