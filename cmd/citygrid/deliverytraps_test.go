package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// trap is one record of a delivery with what is wrong in it. In what is written "{}" stands for what the record had there.
type trap struct {
	name   string   // with its number in the guide of traps
	cells  []string // columns and what is written there, in turns
	found  []string // its issues as "column code severity instead"
	cure   string   // what the first of them says
	as     string   // the record is that of another trap: its code comes twice
	moved  bool     // all cells behind the fourth stand one column farther right
	remark []string // instead of a record: a note of the crew
}

func (tr trap) bad() bool {
	return slices.ContainsFunc(tr.found, func(f string) bool { return strings.Contains(f, " error") })
}

// textTraps are those of the guide that a table in text can hold.
func textTraps() []trap {
	return []trap{
		{name: "1 text damaged before", cells: []string{"LocateDSC", "铁路坝锟斤拷"}, found: []string{"LocateDSC damaged_text error"}, cure: "export it again from the source"},
		{name: "1 replacement character", cells: []string{"备注", "井盖\ufffd"}, found: []string{"备注 damaged_text error"}, cure: "export it again"},
		{name: "8 rare characters", cells: []string{"备注", "㐂𠮷"}},
		{name: "8 private use", cells: []string{"备注", "\uf8ff"}, found: []string{"备注 private_character warning"}, cure: "write the standard character"},
		{name: "9 full-width code", cells: []string{"标识码", "{wide}"}, found: []string{"标识码 full_width fixed {}"}},
		{name: "9 full-width number", cells: []string{"经度", "{wide}"}, found: []string{"经度 full_width fixed {}"}},
		{name: "10 zero width space", cells: []string{"标识码", "\u200b{}"}, found: []string{"标识码 invisible_characters fixed {}"}},
		{name: "10 apostrophe", cells: []string{"标识码", "'{}"}, found: []string{"标识码 invisible_characters fixed {}"}},
		{name: "10 no-break space", cells: []string{"所在单元网格", "{}\u00a0"}, found: []string{"所在单元网格 full_width fixed {}"}},
		{name: "11 letter for a digit", cells: []string{"标识码", "{O}"}, found: []string{"标识码 lookalike error"}, cure: "did you mean {}?"},
		{name: "12 exponent", cells: []string{"标识码", "4.20502E+15"}, found: []string{"标识码 digits_lost error"}, cure: "format the column as text"},
		{name: "14 day's number", cells: []string{"初始日期", "40603"}, found: []string{"初始日期 date_serial fixed 2011-03-01"}},
		{name: "14 dots", cells: []string{"初始日期", "2011.3.2"}, found: []string{"初始日期 date_form fixed 2011-03-02"}},
		{name: "14 no day", cells: []string{"初始日期", "2011年3月"}, found: []string{"初始日期 date_without_day warning 2011-03-01"}, cure: "first of the month"},
		{name: "14 two digits", cells: []string{"初始日期", "11-3-2"}, found: []string{"初始日期 two_digit_year error"}, cure: "2011-12-31"},
		{name: "16 as above", cells: []string{"主管部门名称", "同上"}, found: []string{"主管部门名称 ditto error"}, cure: "write it in every row"},
		{name: "17 blank line of a spreadsheet", remark: []string{""}},
		{name: "17 note", remark: []string{"以下为二组普查"}, found: []string{" not_data warning"}, cure: "add them if it is one"},
		{name: "19 error value", cells: []string{"高程", "#REF!"}, found: []string{"高程 cell_error error"}, cure: "correct the formula"},
		{name: "20 thousands", cells: []string{"高程", "1,063.3"}, found: []string{"高程 thousands_commas fixed 1063.3"}},
		{name: "23 no code", cells: []string{"标识码", ""}, found: []string{"标识码 missing_value error 4205020101990048"}, cure: "is proposed"}, // after "28 surveyed twice"
		{name: "24 twice and not the same", cells: []string{"LocateDSC", "{}"}, found: []string{"标识码 duplicate error"}, cure: "keep the right one"},
		{name: "24 twice again", as: "24 twice and not the same", cells: []string{"备注", "又一次"}, found: []string{"标识码 duplicate error"}, cure: "keep the right one"},
		{name: "24 the same", cells: []string{"LocateDSC", "{}"}},
		{name: "24 the same again", as: "24 the same", found: []string{"标识码 repeated_row warning"}, cure: "it is taken once"},
		{name: "25 no such sub-class", cells: []string{"标识码", "{sub 0199}"}, found: []string{"标识码 unknown_subclass error"}, cure: "no sub-class 0199"},
		{name: "25 name of another sub-class", cells: []string{"名称", "路灯"}, found: []string{"名称 name_differs error"}, cure: "correct the one that is wrong"},
		{name: "25 too short", cells: []string{"标识码", "42050201010000"}, found: []string{"标识码 bad_code error"}, cure: "has 14 digits, needs 16"},
		{name: "30 swapped", cells: []string{"经度", "30.7103313", "纬度", "111.2894662"}, found: []string{" swapped_axes error"}, cure: "write longitude first"},
		{name: "31 metres", cells: []string{"经度", "37527264.948", "纬度", "3397881.866"}, found: []string{" outside_extent error"}, cure: "EPSG:4525"},
		{name: "36 degrees, minutes, seconds", cells: []string{"经度", "{dms ° ′ ″}", "纬度", "{dms : : }"},
			found: []string{"经度 degrees_minutes_seconds fixed", "纬度 degrees_minutes_seconds fixed"}},
		{name: "37 decimal comma", cells: []string{"经度", "111,2894662"}, found: []string{"经度 decimal_comma error"}, cure: "write 111.2894662"},
		{name: "38 nought", cells: []string{"经度", "0", "纬度", "0"}, found: []string{" no_position error"}, cure: "survey it"},
		{name: "38 not a number", cells: []string{"经度", "NaN"}, found: []string{" no_position error"}, cure: "survey it"},
		{name: "38 nothing", cells: []string{"经度", "", "纬度", ""}, found: []string{" no_position error"}, cure: "survey it"},
		{name: "39 a square as a point", cells: []string{"标识码", "{sub 0201}", "名称", "停车场"}, found: []string{" geometry_kind warning"}, cure: "usually a polygon"},
		{name: "42 outside the city", cells: []string{"经度", "114.3"}, found: []string{" outside_extent error"}, cure: "longitude 111.1 to 111.6"},
		{name: "42 another cell", cells: []string{"所在单元网格", "420502002001010"}, found: []string{"所在单元网格 grid_differs warning"}, cure: "by its coordinates"},
		{name: "44 words for nothing", cells: []string{"权属单位代码", "/", "权属单位名称", "不详"},
			found: []string{"权属单位代码 sentinel fixed", "权属单位名称 sentinel fixed"}},
		{name: "45 no such unit", cells: []string{"主管部门代码", "U99"}, found: []string{"主管部门代码 unknown_unit error"}, cure: "register the unit first"},
		{name: "45 another word", cells: []string{"状态", "正常"}, found: []string{"状态 state_word fixed 完好"}},
		{name: "45 no such state", cells: []string{"状态", "坏了"}, found: []string{"状态 answered fixed 破损"}},                        // answered
		{name: "45 no state at all", cells: []string{"状态", "??"}, found: []string{"状态 unknown_state error"}, cure: "one of 完好"}, // answered
		{name: "47 in the future", cells: []string{"初始日期", "2111-03-02"}, found: []string{"初始日期 future_date error"}, cure: "after today"},
		{name: "47 changed before", cells: []string{"变更日期", "2010-03-02"}, found: []string{"变更日期 dates_reversed warning"}, cure: "before the first survey"},
		{name: "52 formula", cells: []string{"备注", "=HYPERLINK(\"http://evil.example\")"}},
		{name: "28 beside", cells: []string{"LocateDSC", "{}"}},
		{name: "28 surveyed twice", as: "28 beside", cells: []string{"标识码", "{sub 0101}"}, found: []string{"标识码 near_duplicate warning"}, cure: "was one thing surveyed twice?"},
		{name: "46 cells of another column 1", moved: true, found: shifted("经度 bad_number error", " shifted_rows warning"), cure: "looks like a value of the column"},
		{name: "46 cells of another column 2", moved: true, found: shifted("经度 bad_number error"), cure: "looks like a value of the column"},
		{name: "46 cells of another column 3", moved: true, found: shifted("经度 bad_number error"), cure: "looks like a value of the column"},
		{name: "17 total", remark: []string{"合计", "", "43"}, found: []string{" not_data warning"}, cure: "add them if it is one"},
		{name: "17 signature", remark: []string{"普查人：张三", "", "", "日期：2011-03-31"}, found: []string{" not_data warning"}, cure: "add them if it is one"},
	}
}

func shifted(more ...string) []string {
	return append(more, "权属单位代码 unknown_unit error", "状态 unknown_state error", "初始日期 bad_date error", "养护单位代码 unknown_unit error")
}

// trapFile is a delivery of traps: the record of each, and where it stands.
type trapFile struct {
	header  []string
	records [][]string // as they are delivered
	right   [][]string // as they ought to be
	rows    []int      // the row of each, as an editor shows it
	traps   []trap
}

// newTrapFile takes records from the city's points. The first column is the crew's own number, by which a person finds a row again.
func newTrapFile(t *testing.T, all [][]string, traps []trap, first int) *trapFile {
	t.Helper()
	f := &trapFile{header: append([]string{"序号"}, inChinese(all[0])...), traps: traps}
	for i, tr := range traps {
		var record []string
		switch other := slices.IndexFunc(traps, func(o trap) bool { return o.name == tr.as }); {
		case tr.remark != nil:
			record = make([]string, len(f.header))
			copy(record, tr.remark)
		case other >= 0:
			record = slices.Clone(f.right[other])
		default:
			record = append([]string{strconv.Itoa(i + 1)}, all[1+3*i]...) // things that do not stand beside each other
		}
		right := slices.Clone(record)
		for c := 0; c < len(tr.cells); c += 2 {
			at := slices.Index(f.header, tr.cells[c])
			record[at] = written(tr.cells[c+1], record[at], i)
		}
		if tr.moved {
			record = slices.Insert(record, 4, "")[:len(f.header)]
		}
		if slices.ContainsFunc(tr.cells, func(c string) bool { return strings.HasPrefix(c, "{sub") }) && !tr.bad() {
			right = record // a component of its own
		}
		f.records, f.right, f.rows = append(f.records, record), append(f.right, right), append(f.rows, first+i)
	}
	return f
}

// written fills a trap's text with what the record had.
func written(text, own string, serial int) string {
	switch {
	case text == "{wide}":
		return strings.Map(func(r rune) rune {
			if r > ' ' && r <= '~' {
				return r + 0xfee0
			}
			return r
		}, own)
	case text == "{O}":
		return own[:2] + "O" + own[3:]
	case strings.HasPrefix(text, "{sub "):
		return own[:6] + text[5:9] + fmt.Sprintf("99%04d", serial)
	case strings.HasPrefix(text, "{dms "):
		marks := strings.Split(strings.Trim(text[5:], "}"), " ")
		degrees, _ := strconv.ParseFloat(own, 64)
		whole := int(degrees)
		minutes := (degrees - float64(whole)) * 60
		return fmt.Sprintf("%d%s%02d%s%08.5f%s", whole, marks[0], int(minutes), marks[1], (minutes-float64(int(minutes)))*60, marks[2])
	}
	return strings.ReplaceAll(text, "{}", own)
}

// check compares issues with the traps, row by row.
func (f *trapFile) check(t *testing.T, sheet string, issues []importIssue) {
	t.Helper()
	found := map[int][]importIssue{}
	for _, i := range issues {
		if i.Sheet == sheet {
			found[i.Row] = append(found[i.Row], i)
		}
	}
	for n, tr := range f.traps {
		var got, want []string
		cured := tr.cure == ""
		right := func(column string) string {
			if at := slices.Index(f.header, column); at >= 0 {
				return f.right[n][at]
			}
			return ""
		}
		for _, i := range found[f.rows[n]] {
			said := i.Column + " " + i.Code + " " + i.Severity
			if i.Code != "degrees_minutes_seconds" && i.Instead != "" { // the last digits are not those of the record
				said += " " + i.Instead
			}
			got = append(got, said)
			cured = cured || strings.Contains(i.Message.EN, strings.ReplaceAll(tr.cure, "{}", right(i.Column)))
			if at := slices.Index(f.header, i.Column); at >= 0 && i.Value != f.records[n][at] {
				t.Errorf("trap %s: the value of %s is %q, the file has %q", tr.name, i.Column, i.Value, f.records[n][at])
			}
			if !han(i.Message.ZH) || i.Message.EN == "" {
				t.Errorf("trap %s: the message of %s is not in both languages: %+v", tr.name, i.Code, i.Message)
			}
		}
		for _, w := range tr.found {
			column, _, _ := strings.Cut(w, " ")
			want = append(want, strings.ReplaceAll(w, "{}", right(column)))
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("trap %s, row %d: found %q, want %q", tr.name, f.rows[n], got, want)
		}
		if !cured {
			t.Errorf("trap %s, row %d: nothing says %q: %+v", tr.name, f.rows[n], tr.cure, found[f.rows[n]])
		}
		delete(found, f.rows[n])
	}
	for row, rest := range found {
		if row >= f.rows[0] {
			t.Errorf("row %d has no trap and is reported: %+v", row, rest)
		}
	}
}

func han(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r >= 0x4e00 && r <= 0x9fff })
}

// counts are the rows that are components, the good ones, those that are taken, and the bad ones.
func (f *trapFile) counts() (rows, good, bad int) {
	for _, tr := range f.traps {
		switch {
		case tr.remark != nil:
		case tr.bad():
			rows, bad = rows+1, bad+1
		case slices.ContainsFunc(tr.found, func(s string) bool { return strings.Contains(s, "repeated_row") }):
			rows++
		default:
			rows, good = rows+1, good+1
		}
	}
	return rows, good, bad
}

// mend puts the right record in the place of each refused one, and leaves the second of a pair out. It knows them by the crew's own number alone.
func (f *trapFile) mend(t *testing.T, refused [][]string) [][]string {
	t.Helper()
	if !slices.Equal(refused[0], f.header) {
		t.Fatalf("the reject file has the header %q, want %q", refused[0], f.header)
	}
	mended := [][]string{refused[0]}
	seen := map[string]bool{}
	for _, record := range refused[1:] {
		at := slices.IndexFunc(f.right, func(r []string) bool { return r[0] == record[0] })
		if at < 0 || !f.traps[at].bad() {
			t.Errorf("the reject file has a row that was not refused: %q", record)
		} else if !seen[record[0]] {
			mended = append(mended, f.right[at])
		}
		seen[record[0]] = true
	}
	return mended
}

// TestOneFileWithEveryTrapOfTextIsReportedTakenAndMended imports it, mends what came back, and compares with the same records without a trap.
func TestOneFileWithEveryTrapOfTextIsReportedTakenAndMended(t *testing.T) {
	t.Parallel()
	c := newCity(t)
	f := newTrapFile(t, c.points(t), textTraps(), 2)
	encode := func(records [][]string) []byte {
		text, err := simplifiedchinese.GB18030.NewEncoder().Bytes(asCSV(t, records, true))
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	delivered := file(t, "每种陷阱.csv", encode(append([][]string{f.header}, f.records...)))
	registry := c.registry(t)
	answers := []string{"--answer", "state.坏了=破损", "--answer", "state.??=refuse", "--answer", "unit.U99=refuse"}
	citygrid(t, registry, "import", "--accept", "good", delivered).want(t, exitOpen, "3 questions are open, nothing was changed", "3 个问题待答",
		answers[1], answers[3], answers[5])
	f.check(t, "", sameInAllReports(t, registry, append(answers, delivered)...))

	// The same as a spreadsheet saves it in other ways (traps 2 and 3).
	for _, saved := range []encoding.Encoding{unicode.UTF8BOM, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)} {
		text, err := saved.NewEncoder().Bytes(asCSV(t, append([][]string{f.header}, f.records...), true))
		if err != nil {
			t.Fatal(err)
		}
		report := filepath.Join(t.TempDir(), "report.json")
		citygrid(t, registry, append([]string{"import", "--dry-run", "--report", report, file(t, "每种陷阱.csv", text)}, answers...)...).want(t, exitPartly)
		f.check(t, "", readReport(t, report).Issues)
	}

	rows, good, bad := f.counts()
	rejects := filepath.Join(t.TempDir(), "退回.csv")
	citygrid(t, registry, append([]string{"import", delivered}, answers...)...).want(t, exitRefused, fmt.Sprintf("%d with errors", bad), "nothing was changed")
	citygrid(t, registry, append([]string{"import", "--accept", "good", "--rejects", rejects, delivered}, answers...)...).want(t, exitPartly,
		fmt.Sprintf("%d rows: %d created, 0 updated, 0 unchanged, %d refused", rows, good, bad))
	text, err := os.ReadFile(rejects)
	if err != nil {
		t.Fatal(err)
	}
	if text, err = simplifiedchinese.GB18030.NewDecoder().Bytes(text); err != nil || !bytes.Contains(text, []byte("\r\n")) {
		t.Fatalf("the reject file is not in the crew's own format: %v", err)
	}
	refused, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(refused) != bad+1 {
		t.Errorf("the reject file has %d rows, want %d", len(refused)-1, bad)
	}
	mended := f.mend(t, refused)
	citygrid(t, registry, "import", file(t, "改正.csv", encode(mended))).want(t, 0, fmt.Sprintf("%d created, 0 updated, 0 unchanged, 0 refused", len(mended)-1))
	f.complete(t, c, registry)
}

// complete compares what came in, in two parts, with the right records in one.
func (f *trapFile) complete(t *testing.T, c *city, registry string) {
	t.Helper()
	right := [][]string{f.header}
	for n, tr := range f.traps {
		if tr.remark == nil && (tr.as == "" || tr.as == "28 beside") {
			right = append(right, f.right[n])
		}
	}
	clean := c.registry(t)
	citygrid(t, clean, "import", file(t, "right.csv", asCSV(t, right, false))).want(t, 0, " 0 refused")
	got, want := components(t, registry), components(t, clean)
	var differ []string
	for n, tr := range f.traps {
		code := f.right[n][1]
		fixed := len(tr.found) > 0 && !slices.ContainsFunc(tr.found, func(s string) bool { return !strings.Contains(s, "fixed {}") })
		if (tr.bad() || fixed) && got[code] != want[code] {
			differ = append(differ, tr.name)
			t.Logf("%s\n%s", got[code], want[code])
		}
	}
	if len(differ) > 0 {
		t.Errorf("mended or fixed, these are not what they ought to be: %q", differ)
	}
	if !slices.Equal(slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want))) {
		t.Errorf("%d components came in, want %d", len(got), len(want))
	}
}
