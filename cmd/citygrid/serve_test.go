package main

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// addressWithin is how long a server may take to say where it is: drawing and loading the city under the race detector on a busy
// machine included.
const addressWithin = 2 * time.Minute

var addressLine = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

// start runs the program in the background and waits until it prints its address.
func (p *program) start(t *testing.T) (base string) {
	t.Helper()
	p.Stdout = nil
	pipe, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	found := make(chan string, 1)
	go func() {
		buffer := make([]byte, 4096)
		said := ""
		for {
			n, err := pipe.Read(buffer)
			said += string(buffer[:n])
			if base := addressLine.FindString(said); base != "" && len(found) == 0 {
				found <- base
			}
			if err != nil {
				close(found)
				return
			}
		}
	}()
	select {
	case base = <-found:
	case <-time.After(addressWithin):
	}
	if base == "" {
		p.Process.Kill()
		p.Wait()
		t.Fatalf("citygrid %s said no address:\n%s", strings.Join(p.Args[1:], " "), p.err.String())
	}
	return base
}

// stop asks the program to end, as Ctrl-C and service managers do, and wants it to obey with exit code 0.
func (p *program) stop(t *testing.T, signal os.Signal) {
	t.Helper()
	if err := p.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	if err := p.Wait(); err != nil {
		t.Fatalf("after %v: %v\n%s", signal, err, p.err.String())
	}
}

// dataFolder is a data folder to be, in a place that the database's own account can enter: t.TempDir is closed to it.
func dataFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "citygrid-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "data")
}

// get reads a JSON answer.
func get(t *testing.T, url string, into any) {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s %v\n%s", url, response.Status, err, body)
	}
	if err := json.Unmarshal(body, into); err != nil {
		t.Fatalf("GET %s: %v\n%s", url, err, body)
	}
}

type page struct {
	NumberMatched int `json:"numberMatched"`
	Features      []struct {
		ID         string         `json:"id"`
		Properties map[string]any `json:"properties"`
		Geometry   struct {
			Type        string          `json:"type"`
			Coordinates json.RawMessage `json:"coordinates"`
		} `json:"geometry"`
	} `json:"features"`
	Links []struct{ Rel, Href string } `json:"links"`
}

func (p page) next() string {
	for _, l := range p.Links {
		if l.Rel == "next" {
			return l.Href
		}
	}
	return ""
}

type placement struct {
	Grid        struct{ Code, Name string }
	District    struct{ Code string }
	Responsible struct {
		Unit      struct{ Code, Name string }
		Rule      struct{ By, Role, Level string }
		Competent *struct{ Code string }
	}
}

// TestOneCommandBringsUpTheWholeCity is the main claim of the README, on an empty data folder.
func TestOneCommandBringsUpTheWholeCity(t *testing.T) {
	t.Parallel()
	folder := dataFolder(t)
	p := citygrid(t, "", "--data", folder, "serve", "--city", "yichang", "--listen", "127.0.0.1:0")
	base := p.start(t)

	codes := map[string]bool{}
	var first page
	get(t, base+"/collections/components/items?limit=5000", &first)
	for at := first; ; {
		for _, f := range at.Features {
			codes[f.ID] = true
		}
		next := at.next()
		if next == "" {
			break
		}
		at = page{}
		get(t, next, &at)
	}
	if first.NumberMatched != 11393 || len(codes) != 11393 {
		t.Errorf("components: %d matched, %d different codes on all pages; want 11393 of both", first.NumberMatched, len(codes))
	}
	var cells, communities page
	get(t, base+"/collections/grid-cells/items?limit=1", &cells)
	get(t, base+"/collections/communities/items?limit=1", &communities)
	if cells.NumberMatched < 1100 || cells.NumberMatched > 1199 || communities.NumberMatched != 127 {
		t.Errorf("%d grid cells and %d communities, want 1100 to 1199 and 127", cells.NumberMatched, communities.NumberMatched)
	}

	var inside placement
	get(t, base+"/locate?lon=111.2846&lat=30.7012&kind=event&subclass=0102", &inside)
	if r := inside.Responsible; r.Unit.Code != "U01" || r.Unit.Name != "市环境卫生管理处" || r.Rule.Level != "managed" {
		t.Errorf("exposed refuse in the managed area: %+v", r)
	}
	if got := outsideManagedArea(t, base); got.Responsible.Unit.Code != "D420503" || got.Responsible.Rule.By != "territory" {
		t.Errorf("exposed refuse in 伍家岗 outside the managed area: %+v", got.Responsible)
	}
	cover, lon, lat := powerCover(t, base)
	var owned placement
	get(t, base+"/locate?lon="+lon+"&lat="+lat+"&component="+cover, &owned)
	if r := owned.Responsible; r.Unit.Name != "供电企业" || r.Rule.By != "recorded" || r.Rule.Role != "owner" ||
		r.Competent == nil || r.Competent.Code != "U14" {
		t.Errorf("power cover %s: %+v", cover, r)
	}

	// The command beside the running server, on the same data folder.
	citygrid(t, "", "--data", folder, "locate", "111.2846", "30.7012", "--kind", "event", "--subclass", "0102").
		want(t, 0, "U01 市环境卫生管理处", inside.Grid.Code, "M01")
	citygrid(t, "", "--data", folder, "locate", lon, lat, "--component", cover).want(t, 0, "供电企业", "competent 主管  U14")
	for system, at := range map[string][2]string{ // the same point
		"EPSG:4490": {"111.2846", "30.7012"}, "EPSG:4546": {"527264.948", "3397881.866"}, "EPSG:4525": {"37527264.948", "3397881.866"},
		"GCJ-02": {"111.2902563", "30.6987631"}, "BD-09": {"111.2968193", "30.7044669"},
	} {
		citygrid(t, "", "--data", folder, "locate", at[0], at[1], "--crs", system).want(t, 0, inside.Grid.Code, "M01")
		var got placement
		get(t, base+"/locate?lon="+at[0]+"&lat="+at[1]+"&kind=event&subclass=0102&crs="+system, &got)
		if got.Grid != inside.Grid || got.District != inside.District || got.Responsible.Unit != inside.Responsible.Unit {
			t.Errorf("%s: got %+v, want %+v", system, got, inside)
		}
	}
	citygrid(t, "", "--data", folder, "locate", "111.11", "30.51").want(t, exitRefused, "no grid cell covers the point", "最近的网格")

	// A second server on the same folder, and one on the same port.
	citygrid(t, "", "--data", folder, "serve", "--listen", "127.0.0.1:0").want(t, exitRefused, "--data", "正被进程")
	citygrid(t, "", "--data", folder+"2", "serve", "--listen", strings.TrimPrefix(base, "http://")).
		want(t, exitRefused, "address already in use", "--listen 127.0.0.1:0")
	if _, err := os.Stat(folder + "2"); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a server whose port is taken made a data folder before it said so")
	}

	p.stop(t, os.Interrupt)
	if left := postgresOf(t, folder); len(left) > 0 {
		t.Errorf("processes %v of the database are left", left)
	}
	again := citygrid(t, "", "--data", folder, "serve", "--city", "yichang", "--listen", "127.0.0.1:0")
	base = again.start(t)
	get(t, base+"/collections/components/items?limit=1", &first)
	if first.NumberMatched != 11393 {
		t.Errorf("after a restart %d components", first.NumberMatched)
	}
	again.stop(t, syscall.SIGTERM)
	if said := again.err.String(); !strings.Contains(said, "state=clean") || strings.Contains(said, "reading the folder") {
		t.Errorf("the second start did not find everything in place:\n%s", said)
	}
}

// TestKilledInTheFirstLoadTheNextStartIsCompleteAndRight kills the program and its database with everything at several moments.
func TestKilledInTheFirstLoadTheNextStartIsCompleteAndRight(t *testing.T) {
	t.Parallel()
	folder := dataFolder(t)
	serve := []string{"--data", folder, "serve", "--city", "yichang", "--listen", "127.0.0.1:0"}
	for _, moment := range []string{"database ready", "checking components/points.csv", "checking areas", "applying"} {
		p := citygrid(t, "", serve...)
		killAt(t, p, moment)
		for _, pid := range postgresOf(t, folder) {
			syscall.Kill(pid, syscall.SIGKILL)
		}
		waitGone(t, folder)
	}
	p := citygrid(t, "", serve...)
	base := p.start(t)
	var components, cells page
	get(t, base+"/collections/components/items?limit=1", &components)
	get(t, base+"/collections/grid-cells/items?limit=1", &cells)
	if components.NumberMatched != 11393 || cells.NumberMatched != 1141 {
		t.Errorf("%d components and %d cells, want 11393 and 1141", components.NumberMatched, cells.NumberMatched)
	}
	p.stop(t, syscall.SIGTERM)
}

// killAt starts a program and kills it when its standard error has said a text.
func killAt(t *testing.T, p *program, text string) {
	t.Helper()
	p.Stderr = nil
	pipe, err := p.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	said := ""
	buffer := make([]byte, 4096)
	for !strings.Contains(said, text) {
		n, err := pipe.Read(buffer)
		said += string(buffer[:n])
		if err != nil {
			t.Fatalf("the program ended before it said %q:\n%s", text, said)
		}
	}
	p.Process.Kill()
	p.Wait()
}

// postgresOf lists the processes of the server on a data folder.
func postgresOf(t *testing.T, folder string) (pids []int) {
	t.Helper()
	out, err := exec.Command("pgrep", "-f", filepath.Join(folder, "pg")).Output()
	var none *exec.ExitError
	if err != nil && !errors.As(err, &none) {
		t.Fatal(err)
	}
	for field := range strings.FieldsSeq(string(out)) {
		pid, err := strconv.Atoi(field)
		if err != nil {
			t.Fatal(err)
		}
		// The children of the server name themselves in other words: the whole session goes.
		children, _ := exec.Command("pgrep", "-P", field).Output()
		for child := range strings.FieldsSeq(string(children)) {
			if c, err := strconv.Atoi(child); err == nil {
				pids = append(pids, c)
			}
		}
		pids = append(pids, pid)
	}
	return pids
}

func waitGone(t *testing.T, folder string) {
	t.Helper()
	for range 200 {
		if len(postgresOf(t, folder)) == 0 {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("the killed database does not go away")
}

// outsideManagedArea asks about the middle of the first cell of 伍家岗 that is not in the managed area.
func outsideManagedArea(t *testing.T, base string) (got placement) {
	t.Helper()
	var cells page
	get(t, base+"/collections/grid-cells/items?limit=2000", &cells)
	for _, f := range cells.Features {
		if !strings.HasPrefix(f.ID, "420503004") {
			continue
		}
		var rings [][][][2]float64
		if err := json.Unmarshal(f.Geometry.Coordinates, &rings); err != nil {
			t.Fatal(err)
		}
		at := rings[0][0][0]
		get(t, base+"/locate?kind=event&subclass=0102&lon="+number(at[0])+"&lat="+number(at[1]), &got)
		if got.District.Code == "420503" {
			return got
		}
	}
	t.Fatal("no cell of 伍家岗 found")
	return got
}

// powerCover finds a power-company cover and where it stands.
func powerCover(t *testing.T, base string) (code, lon, lat string) {
	t.Helper()
	for next := base + "/collections/components/items?limit=10000"; next != ""; {
		var at page
		get(t, next, &at)
		for _, f := range at.Features {
			if f.Properties["subclass"] == "0105" {
				var c []float64
				if err := json.Unmarshal(f.Geometry.Coordinates, &c); err != nil {
					t.Fatal(err)
				}
				return f.ID, number(c[0]), number(c[1])
			}
		}
		next = at.next()
	}
	t.Fatal("no component of subclass 0105")
	return "", "", ""
}

func number(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

func TestATakenPortIsSaidBeforeAnythingStarts(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	folder := dataFolder(t)
	citygrid(t, "", "--data", folder, "serve", "--listen", taken.Addr().String()).want(t, exitRefused, "端口被占用")
	if _, err := os.Stat(folder); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the data folder was made all the same")
	}
}
