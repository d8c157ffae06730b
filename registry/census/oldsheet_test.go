package census

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// oldBook is an .xls that a script of xlwt writes: b is the book.
func oldBook(t *testing.T, script string) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "crew.xls")
	c := exec.Command("/usr/bin/python3", "-c", "import xlwt, datetime, sys\nb = xlwt.Workbook()\n"+script+"\nb.save(sys.argv[1])", path)
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s (apt-get install python3-xlwt)", err, out)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestTraps12To19OfAnOldWorkbook: an .xls goes the way of an .xlsx, with the kinds of its cells.
func TestTraps12To19OfAnOldWorkbook(t *testing.T) {
	t.Parallel()
	body := oldBook(t, `
s = b.add_sheet('路灯')
day = xlwt.easyxf(num_format_str='yyyy"年"m"月"d"日"')
s.write_merge(0, 0, 0, 6, '宜昌市部件普查成果表')
for c, name in ((0, '标识码'), (3, '状态'), (4, '初始日期'), (5, '备注'), (6, '权属单位名称')): s.write_merge(1, 2, c, c, name)
s.write_merge(1, 1, 1, 2, '坐标')
s.write(2, 1, 'X'); s.write(2, 2, 'Y')
def row(r, code, note):
    s.write(r, 0, code); s.write(r, 1, 111.2811); s.write(r, 2, 30.7051); s.write(r, 3, '完好'); s.write(r, 4, datetime.date(2011, 12, 31), day); s.write(r, 5, note)
row(3, '4205020118000001', 'a')
row(5, 4205020118000002, 'b')
row(6, '4205020118000003', '')
s.row(7).set_cell_text(0, '4205020118000004'); s.row(7).set_cell_error(3, '#REF!'); s.write(7, 4, 40908); s.write(7, 1, 111.2811); s.write(7, 2, 30.7051)
s.write_merge(3, 6, 6, 6, '市路灯管理处')
s.write(8, 0, '合计');
s.row(6).hidden = True
n = b.add_sheet('说明'); n.write(0, 0, '填写说明')
h = b.add_sheet('隐藏'); h.visibility = 1
for c, name in enumerate(('ObjID', 'ObjState', 'ORDate', 'Lon', 'Lat')): h.write(2, c, name)
for c, value in enumerate(('4205020118000009', '完好', '2011-12-31', 111.2811, 30.7051)): h.write(3, c, value)
`)
	rows, issues, _, err := opened(t, File{Format: FormatXLSX}, body)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{
		"路灯 4: 标识码=4205020118000001 坐标/X=111.2811 坐标/Y=30.7051 状态=完好 初始日期=2011-12-31 备注=a 权属单位名称=市路灯管理处",
		"路灯 6: 坐标/X=111.2811 坐标/Y=30.7051 状态=完好 初始日期=2011-12-31 备注=b 权属单位名称=市路灯管理处",
		"路灯 7: 标识码=4205020118000003 坐标/X=111.2811 坐标/Y=30.7051 状态=完好 初始日期=2011-12-31 权属单位名称=市路灯管理处",
		"路灯 8: 标识码=4205020118000004 坐标/X=111.2811 坐标/Y=30.7051 初始日期=2011-12-31",
		"隐藏 4: ObjID=4205020118000009 ObjState=完好 ORDate=2011-12-31 Lon=111.2811 Lat=30.7051",
	}; !slices.Equal(rows, want) {
		t.Errorf("%q\nwant\n%q", rows, want)
	}
	if want := []string{
		"路灯 6! 标识码 digits_lost error 4205020118000002→", "路灯 6! 权属单位名称 merged_cells fixed →市路灯管理处",
		"路灯 8! 状态 cell_error error #REF!→", "路灯 8! 初始日期 date_serial fixed 40908→2011-12-31", "路灯 9!  not_data warning 合计→",
		"路灯 0!  hidden_rows warning 1→", "隐藏 0!  hidden_sheet warning →",
	}; !slices.Equal(issues, want) {
		t.Errorf("%q\nwant\n%q", issues, want)
	}
}
