package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/text/encoding/simplifiedchinese"

	"citygrid/internal/dbtest"
)

// yichang is the synthetic city in a folder of the test's own.
func yichang(t *testing.T) string {
	t.Helper()
	shared, err := drawn()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "yichang")
	if err := os.CopyFS(dir, os.DirFS(shared)); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestSynthSaysWhatItDrew(t *testing.T) {
	t.Parallel()
	citygrid(t, "", "synth", "yichang", "--out", filepath.Join(t.TempDir(), "yichang")).want(t, 0, "11393 components", "127 communities", "sha256")
}

func TestAFolderIsAppliedOnceAndThenHasNothingToDo(t *testing.T) {
	t.Parallel()
	url, dir := dbtest.URL(t), yichang(t)
	citygrid(t, url, "profile", "apply", dir).want(t, 0, "applied as revision 1", "created 11093")
	citygrid(t, url, "profile", "apply", dir).want(t, 0, "nothing to do")
}

// TestAFolderWithAGapIsRefusedAndTheGapNamed moves one vertex of one cell only: where it was the cell's neighbours still are.
func TestAFolderWithAGapIsRefusedAndTheGapNamed(t *testing.T) {
	t.Parallel()
	url, dir := dbtest.URL(t), yichang(t)
	file := filepath.Join(dir, "areas", "grid-cells.geojson")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var cells struct {
		Type     string `json:"type"`
		Features []struct {
			Type       string            `json:"type"`
			Properties map[string]string `json:"properties"`
			Geometry   struct {
				Type        string         `json:"type"`
				Coordinates [][][2]float64 `json:"coordinates"`
			} `json:"geometry"`
		} `json:"features"`
	}
	if err := json.Unmarshal(text, &cells); err != nil {
		t.Fatal(err)
	}
	ring := cells.Features[500].Geometry.Coordinates[0]
	middle := [2]float64{}
	for _, p := range ring[1:] {
		middle[0] += p[0] / float64(len(ring)-1)
		middle[1] += p[1] / float64(len(ring)-1)
	}
	// Drawn in by a third on the way to the middle, so that the ring stays simple.
	for i := 10; i < 14; i++ {
		for k := range 2 {
			ring[i][k] += (middle[k] - ring[i][k]) / 3
		}
	}
	if text, err = json.Marshal(cells); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, text, 0o644); err != nil {
		t.Fatal(err)
	}
	p := citygrid(t, url, "profile", "apply", dir)
	p.want(t, exitRefused, "areas/grid-cells.geojson", "[error gap]", "m² at 11", "nothing was changed", "缝隙")
	citygrid(t, url, "locate", "111.2846", "30.7012").want(t, exitRefused, "the registry has none yet")
}

func TestCensusFilesComeInByTheirOwnDoorWithTheExitCodesOfTheHelp(t *testing.T) {
	t.Parallel()
	url, dir := dbtest.URL(t), yichang(t)
	points := filepath.Join(dir, "components", "points.csv")
	citygrid(t, url, "import", points).want(t, exitRefused, "profile apply")
	citygrid(t, url, "profile", "apply", dir).want(t, 0)
	citygrid(t, url, "import", points).want(t, 0, "0 created, 0 updated, 11093 unchanged", "nothing to do")

	text, err := os.ReadFile(points)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(text), "\n")
	lines[1] = strings.Replace(lines[1], ",完好,", ",破损,", 1)    // a change
	lines[2] = strings.Replace(lines[2], ",111.", ",-111.", 1) // outside the city
	changed := filepath.Join(t.TempDir(), "changed.csv")
	if err := os.WriteFile(changed, []byte(strings.Join(lines, "")), 0o644); err != nil {
		t.Fatal(err)
	}
	citygrid(t, url, "import", changed).want(t, exitRefused, changed+":3", "1 with errors", "nothing was changed")
	citygrid(t, url, "import", "--accept", "good", changed).want(t, exitPartly, "0 created, 1 updated, 11091 unchanged, 1 refused")
	citygrid(t, url, "import", filepath.Join(dir, "units.csv")).want(t, exitRefused, "ObjID")

	gbk, err := simplifiedchinese.GBK.NewEncoder().Bytes(text)
	if err != nil {
		t.Fatal(err)
	}
	saved := filepath.Join(t.TempDir(), "saved.csv")
	if err := os.WriteFile(saved, gbk, 0o644); err != nil {
		t.Fatal(err)
	}
	citygrid(t, url, "import", saved).want(t, 0, "read as GB18030", "1 updated, 11092 unchanged")
	citygrid(t, url, "import", "--encoding", "utf-8", saved).want(t, exitRefused, "not_utf8")
}

func TestImportSaysWhichColumnsItKnewAndSumsWhatItFixed(t *testing.T) {
	t.Parallel()
	url, dir := dbtest.URL(t), yichang(t)
	points := filepath.Join(dir, "components", "points.csv")
	citygrid(t, url, "profile", "apply", dir).want(t, 0)
	text, err := os.ReadFile(points)
	if err != nil {
		t.Fatal(err)
	}
	crews := strings.NewReplacer("ObjID", "灯号", "ObjState", "状态", ",完好,", ",正常,").Replace(string(text))
	file := filepath.Join(t.TempDir(), "crew.csv")
	if err := os.WriteFile(file, []byte(crews), 0o644); err != nil {
		t.Fatal(err)
	}
	citygrid(t, url, "import", file).want(t, exitOpen, "the header lacks the column ObjID (标识码)", "--column 'NAME=ObjID'", "--answer 'column.ObjID=灯号'")
	citygrid(t, url, "import", "--column", "灯号=Pole", file).want(t, exitUsage, "there is no attribute Pole")
	p := citygrid(t, url, "import", "--column", "灯号=标识码", "--column", "Material=", file)
	p.want(t, 0, "0 created, 0 updated, 11093 unchanged", "灯号 → ObjID", "状态 → ObjState", "in 状态: state words", `("正常" → "完好")`)
	if lines := strings.Count(p.out.String(), "\n"); lines > 40 {
		t.Errorf("%d lines for what was fixed", lines)
	}
}

// TestTodayIsTheCitysDay: on the first of two islands it is always a later day than on the second.
func TestTodayIsTheCitysDay(t *testing.T) {
	t.Parallel()
	url, dir := dbtest.URL(t), yichang(t)
	citygrid(t, url, "profile", "apply", dir).want(t, 0)
	zone, err := time.LoadLocation("Pacific/Kiritimati")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "components", "points.csv"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(text), "\n")[:2]
	cells := strings.Split(lines[1], ",")
	for i, name := range strings.Split(strings.TrimSpace(lines[0]), ",") {
		if name == "CHDate" {
			cells[i] = time.Now().In(zone).Format(time.DateOnly)
		}
	}
	file := filepath.Join(t.TempDir(), "today.csv")
	if err := os.WriteFile(file, []byte(lines[0]+strings.Join(cells, ",")), 0o644); err != nil {
		t.Fatal(err)
	}
	citygrid(t, url, "--zone", "Etc/GMT+12", "import", file).want(t, exitRefused, "future_date")
	citygrid(t, url, "--zone", "Pacific/Kiritimati", "import", file).want(t, 0, "1 updated")
}

func TestARoleThatOwnsNothingServesAndImports(t *testing.T) {
	t.Parallel()
	owner, dir := dbtest.URL(t), yichang(t)
	conn, err := pgx.Connect(t.Context(), owner)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), `create role clerk login`); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if conn, err := pgx.Connect(context.Background(), owner); err == nil {
			conn.Exec(context.Background(), `drop owned by clerk; drop role clerk`)
			conn.Close(context.Background())
		}
	})
	clerk := strings.Replace(owner, conn.Config().User+"@", "clerk@", 1)
	for _, want := range []string{"applied as revision 1", "nothing to do"} {
		p := citygrid(t, clerk, "profile", "apply", dir)
		p.Env = append(p.Env, "MIGRATE_DATABASE_URL="+owner)
		p.want(t, 0, want)
	}
	p := citygrid(t, clerk, "import", filepath.Join(dir, "components", "points.csv"))
	p.Env = append(p.Env, "MIGRATE_DATABASE_URL="+owner)
	p.want(t, 0, "11093 unchanged")
}

var shownKey = regexp.MustCompile(`grid_prod_([0-9A-Za-z]{8})_\S+`)

func TestAKeyIsShownOnceListedAndRevoked(t *testing.T) {
	t.Parallel()
	url := dbtest.URL(t)
	p := citygrid(t, url, "key", "create", "survey crew 3")
	p.want(t, 0, "shown only now")
	shown := shownKey.FindStringSubmatch(p.out.String())
	if shown == nil {
		t.Fatalf("no key in %q", p.out.String())
	}
	list := citygrid(t, url, "key", "list")
	list.want(t, 0, shown[1], "live", "survey crew 3", "registrar")
	if secret := strings.Split(shown[0], "_")[3]; strings.Contains(list.out.String(), secret) {
		t.Error("the list shows the secret")
	}
	citygrid(t, url, "key", "revoke", shown[1]).want(t, 0, "revoked")
	citygrid(t, url, "key", "list").want(t, 0, "revoked")
	citygrid(t, url, "key", "revoke", shown[1]).want(t, exitRefused)
}
