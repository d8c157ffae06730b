package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"citygrid/internal/dbtest"
)

// town is a database with a city of four cells: 420502001001001 begins at 111.28, 30.70, is 0.01 degrees wide, and the others lie
// north, east and north-east of it.
func town(t *testing.T) (url string) {
	t.Helper()
	url = dbtest.URL(t)
	citygrid(t, url, "profile", "apply", filepath.Join("..", "..", "api", "testdata", "city")).want(t, 0)
	return url
}

// write makes a file in a folder of the test's own.
func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// The same place in every sort of system; scenarios of the API ask for it too.
var samePlace = [][3]string{
	{"EPSG:4326", "111.285", "30.705"}, {"CRS84", "111.285", "30.705"}, {"EPSG:4490", "111.285", "30.705"},
	{"EPSG:4546", "527302.198", "3398303.251"}, {"EPSG:4525", "37527302.198", "3398303.251"},
	{"GCJ-02", "111.2906574", "30.7025654"}, {"BD-09", "111.2972235", "30.7082664"},
	{"EPSG:32649", "527291.278", "3396943.929"}, {"urn:ogc:def:crs:EPSG::3857", "12388189.533", "3594496.749"},
}

func TestSamePlaceIsInTheSameCellInEverySystem(t *testing.T) {
	t.Parallel()
	url := town(t)
	for _, c := range samePlace {
		citygrid(t, url, "locate", c[1], c[2], "--crs", c[0]).want(t, 0, "420502001001001")
		p := citygrid(t, url, "locate", "--crs", c[0], "--file", write(t, "one.csv", c[1]+","+c[2]+"\n"))
		p.want(t, 0, "1 inside")
		if want := c[1] + "," + c[2] + ",420502001001001,420502001001,420502001,420502,\n"; p.out.String() != want {
			t.Errorf("%s: got %q, want %q", c[0], p.out.String(), want)
		}
	}
	citygrid(t, url, "locate", "1", "2", "--crs", "EPSG:30000").want(t, exitRefused, "--crs", "EPSG:30000", "不认识坐标系")
	citygrid(t, url, "locate", "250000", "2650000", "--crs", "EPSG:3828").want(t, exitRefused, "--crs", "PROJ")
	citygrid(t, url, "locate", "1e9", "3396943", "--crs", "EPSG:32649").want(t, exitRefused, "lon lat", "EPSG:32649", "east")
	citygrid(t, url, "locate", "--file", write(t, "one.csv", "1,2\n"), "--crs", "EPSG:30000").want(t, exitRefused, "--crs", "EPSG:30000")
}

func TestRowsComeBackWithTheirAreas(t *testing.T) {
	t.Parallel()
	url := town(t)
	for name, c := range map[string]struct {
		flags    []string
		in, want string
	}{
		"a header of the usual names": {nil,
			"id,lon,lat,note\n7,111.285,30.705,\"a, \"\"b\"\"\"\n8,0,0,\n",
			"id,lon,lat,note,grid,community,street,district,fault\n7,111.285,30.705,\"a, \"\"b\"\"\",420502001001001,420502001001,420502001,420502,\n8,0,0,,,,,,\n"},
		"in Chinese, as a spreadsheet saves it": {[]string{"--names"},
			"\ufeff名称;经度;纬度\r\n路灯; 111.285 ;30.715\r\n",
			"\ufeff名称;经度;纬度;grid;community;street;district;grid_name;community_name;street_name;district_name;fault\n" +
				"路灯; 111.285 ;30.715;420502001001002;420502001001;420502001;420502;西二;西社区;一街;试验区;\n"},
		"no header": {nil, "111.285\t30.705\n\n111.295\t30.705\n",
			"111.285\t30.705\t420502001001001\t420502001001\t420502001\t420502\t\n111.295\t30.705\t420502001002001\t420502001002\t420502001\t420502\t\n"},
		"columns by name": {[]string{"--lon-column", "east", "--lat-column", "NORTH", "--crs", "4546"},
			"North,East,grid\n3398303.251,527302.198,x\n",
			"North,East,grid,grid_2,community,street,district,fault\n3398303.251,527302.198,x,420502001001001,420502001001,420502001,420502,\n"},
		"columns by number, no header": {[]string{"--lon-column", "3", "--lat-column", "2"},
			"a,30.705,111.285\nb,30.715\n",
			"a,30.705,111.285,420502001001001,420502001001,420502001,420502,\n" +
				"b,30.715,,,,,,\"#3: 不是数：请写十进制度数，例如 111.2846 / is not a number: write decimal degrees, such as 111.2846\"\n"},
	} {
		p := citygrid(t, url, append([]string{"locate", "--file", write(t, "points.csv", c.in)}, c.flags...)...)
		if p.code(t); p.out.String() != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s\n%s", name, p.out.String(), c.want, p.err.String())
		}
	}
}

func TestFaultyRowsAreNamedWrittenAndCounted(t *testing.T) {
	t.Parallel()
	url := town(t)
	in := write(t, "points.csv", "lon,lat,n\n111.285,30.705,1\n30.705,111.285,2\nhere,30.7,3\n111.285,30.705,4,5\n111.285,\"30\"x,6\n111.285,30.705,\xc2\xb7\xb5\xc6\n111.27,30.7,8\n")
	out := filepath.Join(t.TempDir(), "out.csv")
	p := citygrid(t, url, "locate", "--file", in, "--out", out)
	p.want(t, exitPartly, in+`:3 lat "111.285"`, "swapped", in+`:4 lon "here"`, in+`:5  "5"`, "4 cells", in+`:6  ""`, "quote", in+":7 n ", "UTF-8",
		"7 points, 1 inside, 1 outside, 5 faulty", "revision 1")
	text, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	want := `lon,lat,n,grid,community,street,district,fault
111.285,30.705,1,420502001001001,420502001001,420502001,420502,
30.705,111.285,2,,,,,"lat: 纬度 111.285 不在 [-90, 90] 范围内；经纬度可能写反：应先写经度，后写纬度 / lat 111.285 is not within [-90, 90]; latitude and longitude look swapped: write longitude first"
here,30.7,3,,,,,"lon: 不是数：请写十进制度数，例如 111.2846 / is not a number: write decimal degrees, such as 111.2846"
111.285,30.705,4,,,,,"本行有 4 个单元格，首行有 3 个；多出的未写入：是否多写了分隔符？ / the row has 4 cells, the first row 3; those beyond were not written: is there a separator too many?"
,,,,,,,第 12 个字节处引号位置不对；单元格内的引号应写成两个 / a quote is out of place at byte 12; write a quote within a cell twice
111.285,30.705,·` + "\ufffd" + `,,,,,"n: 不是 UTF-8 编码；如为 GBK 或 GB18030，请将文件另存为“CSV UTF-8” / is not UTF-8; if the file is GBK or GB18030, save it as ""CSV UTF-8"""
111.27,30.7,8,,,,,
`
	if string(text) != want {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
}

func TestManyFaultsAreCappedOnStandardErrorAndNowhereElse(t *testing.T) {
	t.Parallel()
	url := town(t)
	in := write(t, "points.csv", "x,y\n"+strings.Repeat("1e9,0\n", 250)+"527291.278,3396943.929\n")
	p := citygrid(t, url, "locate", "--file", in, "--crs", "EPSG:32649")
	p.want(t, exitPartly, in+":101 x", "… and 150 more", "251 points, 1 inside, 0 outside, 250 faulty")
	if strings.Contains(p.err.String(), in+":102 ") || strings.Count(p.out.String(), "is no position in EPSG:32649") != 250 {
		t.Errorf("%s", p.err.String())
	}
	if strings.Contains(p.err.String(), "\r") {
		t.Error("progress is drawn where no terminal is")
	}
}

// TestManyRowsKeepTheirOrder has more rows than are placed at a time.
func TestManyRowsKeepTheirOrder(t *testing.T) {
	t.Parallel()
	url := town(t)
	var in strings.Builder
	var want []string
	in.WriteString("n,lon,lat\n")
	for i := range 25_000 {
		lon, code := "111.285", ",420502001001001,420502001001,420502001,420502,"
		if i%3 == 0 {
			lon, code = "1", ",,,,,"
		}
		line := fmt.Sprintf("%d,%s,30.705", i, lon)
		in.WriteString(line + "\n")
		want = append(want, line+code)
	}
	p := citygrid(t, url, "locate", "--file", "-")
	p.Stdin = strings.NewReader(in.String())
	p.want(t, 0, "25000 points, 16666 inside, 8334 outside")
	if got := strings.Split(strings.TrimSpace(p.out.String()), "\n")[1:]; !slices.Equal(got, want) {
		t.Errorf("%d lines, not those that were sent", len(got))
	}
}

func TestFileThatCannotBeReadLeavesNoOutput(t *testing.T) {
	t.Parallel()
	url := town(t)
	for text, want := range map[string]string{
		"":                            "the file is empty",
		"a,b\n1,2\n":                  "--lon-column",
		"lon\n1\n":                    "--lon-column",
		"\xbe\xad\xb6\xc8,lat\n1,2\n": "GBK",
		"lon,lat\n1,2\n\"1,2\n3,4\n":  "line 3",
		"lon,lat\n1,\"" + strings.Repeat("\n", 9<<20) + "\"\n": "8 MiB",
	} {
		dir := t.TempDir()
		citygrid(t, url, "locate", "--file", write(t, "points.csv", text), "--out", filepath.Join(dir, "out.csv")).want(t, exitRefused, "--file", want)
		wantEmpty(t, dir)
	}
	in := write(t, "points.csv", "lon,lat\n111.285,30.705\n")
	citygrid(t, url, "locate", "--file", in, "--out", in).want(t, exitRefused, "choose another name")
	citygrid(t, url, "locate", "--file", in, "--out", "/nowhere/out.csv").want(t, exitRefused, "--out", "cannot be written")
	citygrid(t, url, "locate", "--file", in, "--out", os.DevNull).want(t, 0, "1 inside")
	citygrid(t, dbtest.URL(t), "locate", "--file", in).want(t, exitRefused, "profile apply")
}

func TestOutputIsWrittenWhereALinkLeads(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file, link := filepath.Join(dir, "out.csv"), filepath.Join(dir, "link.csv")
	if err := errors.Join(os.WriteFile(file, nil, 0o600), os.Symlink(file, link)); err != nil {
		t.Fatal(err)
	}
	citygrid(t, town(t), "locate", "--file", write(t, "points.csv", "111.285,30.705\n"), "--out", link).want(t, 0)
	text, err := os.ReadFile(file)
	at, readErr := os.Readlink(link)
	if err != nil || readErr != nil || at != file || !strings.Contains(string(text), "420502001001001") {
		t.Errorf("%q, link to %q, %v, %v", text, at, err, readErr)
	}
}

func TestInterruptedFileLeavesNoOutput(t *testing.T) {
	t.Parallel()
	url, dir := town(t), t.TempDir()
	pipe := filepath.Join(t.TempDir(), "points.csv")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	p := citygrid(t, url, "locate", "--file", pipe, "--out", filepath.Join(dir, "out.csv"))
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	in, err := os.OpenFile(pipe, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if _, err := in.WriteString("lon,lat\n" + strings.Repeat("111.285,30.705\n", 30_000)); err != nil { // and no end
		t.Fatal(err)
	}
	for len(entries(t, dir)) == 0 {
		time.Sleep(5 * time.Millisecond)
	}
	if err := p.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := p.Wait(); err == nil || p.ProcessState.ExitCode() != exitFailed || !strings.Contains(p.err.String(), "nothing half-done remains") {
		t.Errorf("%v: %s", err, p.err.String())
	}
	wantEmpty(t, dir)
}

func TestQuestionThatIsNeitherAPointNorAFileIsWrongUse(t *testing.T) {
	t.Parallel()
	in := write(t, "points.csv", "1,2\n")
	for _, args := range [][]string{
		{}, {"1"}, {"--out", "x"}, {"1", "2", "--names"}, {"1", "2", "--file", in}, {"--file", in, "--kind", "event"}, {"--file", in, "--lon-column", "1"},
		{"--file", "/nowhere/points.csv"},
	} {
		citygrid(t, "", append([]string{"locate"}, args...)...).want(t, exitUsage, "--")
	}
	citygrid(t, "", "locate", "--help").want(t, 0, "citygrid locate --file points.csv --out located.csv", "经度", "Exit code 2")
}

func entries(t *testing.T, dir string) []os.DirEntry {
	t.Helper()
	found, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func wantEmpty(t *testing.T, dir string) {
	t.Helper()
	if found := entries(t, dir); len(found) > 0 {
		t.Errorf("%s remains", found[0].Name())
	}
}

func TestProgressShowsTheShareOfTheFile(t *testing.T) {
	t.Parallel()
	var shown strings.Builder
	now := time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC)
	bar := &progress{out: &shown, moving: true, now: func() time.Time { return now }}
	for i, size := range []int64{1000, 1000, 0} {
		bar.showPart("locating", int64(i)*1000, "points", int64(i)*500, size)
		now = now.Add(time.Second)
	}
	bar.done()
	want := "\r\x1b[Klocating …" +
		"\r\x1b[Klocating  1000 points  [###############---------------] 50 %  1 s left  1000/s …" +
		"\r\x1b[Klocating  2000 points  1000/s …" +
		"\r\x1b[Klocating  3.0 s\n"
	if shown.String() != want {
		t.Errorf("got %q\nwant %q", shown.String(), want)
	}
}
