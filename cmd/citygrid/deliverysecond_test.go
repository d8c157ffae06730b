package main

import (
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

const metreNorth = 1 / 110_870.0 // degrees of latitude at 30.7° north, on the ellipsoid

// secondDelivery is one street's covers, grates, lamps and trees as they are surveyed again, and what a person knows who wrote it.
type secondDelivery struct {
	header, scope []string
	records       [][]string
	kinds         map[string]int      // how many of each kind
	rows          map[string][]string // by code: its kind, then each column that changes
	metres        map[string]float64  // by code, of what moves
	gone, renamed []string            // codes that are in no row; "new old" of what kept its place under another code
}

func newSecondDelivery(t *testing.T, c *city) *secondDelivery {
	t.Helper()
	all := c.points(t)
	d := &secondDelivery{header: all[0], scope: []string{"grid=420502001", "subclass=0101", "subclass=0104", "subclass=0118", "subclass=0402"},
		kinds: map[string]int{}, rows: map[string][]string{}, metres: map[string]float64{}}
	for _, record := range all[1:] {
		if strings.HasPrefix(record[d.column("BGID")], "420502001") && slices.Contains(d.scope, "subclass="+record[0][6:10]) {
			d.records = append(d.records, slices.Clone(record))
		}
	}
	if len(d.records) != 258 {
		t.Fatalf("the street has %d such components, want 258", len(d.records))
	}
	state := func(r []string) string { // another one than it has
		return map[string]string{"完好": "破损", "破损": "废弃", "废弃": "完好"}[r[d.column("ObjState")]]
	}
	described := func(r []string) string { return r[d.column("LocateDSC")] }
	for i, r := range d.records {
		switch {
		case i < 7: // the state alone
			d.set(r, "updated", "ObjState", state(r))
		case i < 10: // the state and the day
			d.set(r, "updated", "ObjState", state(r), "CHDate", "2012-06-01")
		case i < 14:
			d.set(r, "updated", "Note", "井盖松动")
		case i < 16:
			d.set(r, "updated", "DeptCode3", "U03", "DeptName3", "市市政设施维护处")
		case i < 18: // cleared
			d.set(r, "updated", "DeptCode2", "", "DeptName2", "")
		case i == 18:
			d.set(r, "updated", "LocateDSC", "")
		case i == 19:
			d.set(r, "updated", "Height", "99.5")
		case i < 25: // format alone
			d.set(r, "format_only", "LocateDSC", described(r)+"-")
		case i == 25:
			d.set(r, "format_only", "LocateDSC", "（"+described(r)+"）")
		case i < 27: // a micrometre beside is the same place
			d.set(r, "format_only", "Lon", r[d.column("Lon")]+"0001")
		case i < 32: // moved by 1, 2 … metres
			d.metres[r[0]] = float64(i - 26)
			d.set(r, "moved", "Lat", north(r[d.column("Lat")], d.metres[r[0]]))
		case i == 32: // moved and edited
			d.metres[r[0]] = 3
			d.set(r, "moved", "Lat", north(r[d.column("Lat")], 3), "ObjState", state(r))
		}
	}
	// Two are gone; three stand where they stood under other codes, one of them half a metre away; two are new.
	d.gone = []string{d.records[40][0], d.records[41][0]}
	for i, metres := range []float64{0, 0, 0.4} {
		r := d.records[44+i]
		old := r[0]
		r[0] = fmt.Sprintf("%s9%05d", old[:10], i)
		r[d.column("Lat")] = north(r[d.column("Lat")], metres)
		d.gone, d.renamed = append(d.gone, old), append(d.renamed, r[0]+" "+old)
		d.rows[r[0]] = []string{"created"}
	}
	for i := range 2 {
		r := slices.Clone(d.records[100])
		r[0] = fmt.Sprintf("%s8%05d", r[0][:10], i)
		r[d.column("Lat")] = north(r[d.column("Lat")], float64(30+10*i))
		d.records = append(d.records, r)
		d.rows[r[0]] = []string{"created"}
	}
	d.records = slices.Delete(d.records, 40, 42)
	for _, row := range d.rows {
		d.kinds[row[0]]++
	}
	d.kinds["unchanged"] = len(d.records) - len(d.rows)
	d.kinds["renumbered"], d.kinds["missing"] = len(d.renamed), len(d.gone)
	return d
}

func (d *secondDelivery) column(name string) int { return slices.Index(d.header, name) }

// set writes cells, given as columns and values, and notes what kind of change that is.
func (d *secondDelivery) set(r []string, kind string, cells ...string) {
	row := []string{kind}
	for i := 0; i < len(cells); i += 2 {
		name, at := cells[i], d.column(cells[i])
		switch name {
		case "Lon", "Lat":
			row = append(row, "geometry")
		case "Height":
			row = append(row, "height")
		case "LocateDSC":
			row = append(row, fmt.Sprintf("extra.LocateDSC %s → %s", r[at], cells[i+1]))
		default:
			row = append(row, fmt.Sprintf("%s %s → %s", name, r[at], cells[i+1]))
		}
		r[at] = cells[i+1]
	}
	slices.Sort(row[1:])
	d.rows[r[0]] = row
}

func north(lat string, metres float64) string {
	degrees, _ := strconv.ParseFloat(lat, 64)
	return strconv.FormatFloat(degrees+metres*metreNorth, 'f', 7, 64)
}

// columnTotals counts by column what stands in the rows, as "rows format cleared only only_format".
func (d *secondDelivery) columnTotals() map[string]string {
	counts := map[string][5]int{}
	for _, row := range d.rows {
		for _, column := range row[1:] {
			name, values, _ := strings.Cut(column, " ")
			n := counts[name]
			n[0]++
			if row[0] == "format_only" {
				n[1]++
			}
			if strings.HasSuffix(values, "→ ") {
				n[2]++
			}
			if len(row) == 2 {
				n[3]++
				if row[0] == "format_only" {
					n[4]++
				}
			}
			counts[name] = n
		}
	}
	totals := map[string]string{}
	for name, n := range counts {
		totals[name] = strings.Trim(fmt.Sprint(n), "[]")
	}
	return totals
}

func TestASecondDeliveryIsToldToTheRowTakenAndTakenBack(t *testing.T) {
	t.Parallel()
	c := newCity(t)
	d := newSecondDelivery(t, c)
	registry := c.registry(t)
	citygrid(t, registry, "profile", "apply", c.dir).want(t, 0)
	before := digests(t, registry)
	keepRows(t, registry)
	second := file(t, "第二次普查.csv", asCSV(t, append([][]string{d.header}, d.records...), true))
	o := newOffice(t, registry)

	preview := o.send(second, "none")
	var difference struct {
		Totals  map[string]int
		Columns []struct {
			Column                      string
			Rows, Format, Cleared, Only int
			OnlyFormat                  int `json:"only_format"`
		}
		Renumbered []struct{ New, Old string }
		Missing    []struct{ Code string }
	}
	o.ask("GET", "/imports/"+preview.ID+"/difference?scope="+url.QueryEscape(strings.Join(d.scope, ",")), nil, http.StatusOK, &difference)
	if !maps.Equal(difference.Totals, d.kinds) {
		t.Errorf("totals %v, want %v", difference.Totals, d.kinds)
	}
	columns := map[string]string{}
	for _, n := range difference.Columns {
		columns[n.Column] = fmt.Sprint(n.Rows, n.Format, n.Cleared, n.Only, n.OnlyFormat)
	}
	if want := d.columnTotals(); !maps.Equal(columns, want) {
		t.Errorf("columns (rows, format, cleared, only, only in format) %v, want %v", columns, want)
	}
	var renamed, missing []string
	for _, p := range difference.Renumbered {
		renamed = append(renamed, p.New+" "+p.Old)
	}
	for _, m := range difference.Missing {
		missing = append(missing, m.Code)
	}
	if slices.Sort(renamed); !slices.Equal(renamed, d.renamed) {
		t.Errorf("renumbered %v, want %v", renamed, d.renamed)
	}
	if slices.Sort(missing); !slices.Equal(missing, d.gone) {
		t.Errorf("missing %v, want %v", missing, d.gone)
	}
	o.rows(preview.ID, d)
	list := filepath.Join(t.TempDir(), "changes.csv")
	dry := citygrid(t, registry, "import", "--dry-run", "--changes", list, "--scope", strings.Join(d.scope, ","), second)
	dry.want(t, 0, "dry run, nothing was changed; of 258 rows")
	d.printed(t, dry.out.String())
	d.listed(t, readCSV(t, list))
	sameDigests(t, "after the dry runs", digests(t, registry), before)

	created, updated := d.kinds["created"], d.kinds["updated"]+d.kinds["moved"]+d.kinds["format_only"]
	counts := fmt.Sprintf("%d created, %d updated, %d unchanged, 0 refused", created, updated, d.kinds["unchanged"])
	taken := citygrid(t, registry, "--actor", "crew 7", "import", second)
	taken.want(t, 0, counts)
	after := digests(t, registry)
	sameRows(t, "promoted", changedRows(t, registry), slices.Sorted(maps.Keys(d.rows)))
	lon, lat := d.column("Lon"), d.column("Lat")
	added, moved := d.records[len(d.records)-1], d.records[31] // by 5 m to the north
	from := north(moved[lat], -5)
	o.stands(added[lon], added[lat], added[0], true)
	o.stands(moved[lon], from, moved[0], false)

	// Taken back, all is as before; only the codes of what was created are kept for it.
	citygrid(t, registry, "undo", shownBatch.FindStringSubmatch(taken.out.String())[1], "--reason", "wrong file").want(t, 0,
		fmt.Sprintf("%d components are as before, %d that it had created are gone, 0 left", updated, created))
	sameDigests(t, "after the undo", digests(t, registry), before)
	sameRows(t, "undone", changedRows(t, registry), nil)
	o.stands(added[lon], added[lat], added[0], false)
	o.stands(moved[lon], from, moved[0], true)

	// The same file again gives the same components, under the same codes. Of these one is edited: it alone is left by the next undo.
	taken = citygrid(t, registry, "--actor", "crew 7", "import", second)
	taken.want(t, 0, counts)
	sameDigests(t, "after the file came again", digests(t, registry), after)
	edited := slices.Clone(d.records[3])
	edited[d.column("Note")] = "已修复"
	citygrid(t, registry, "--actor", "crew 8", "import", file(t, "修改.csv", asCSV(t, [][]string{d.header, edited}, false))).want(t, 0, "1 updated")
	citygrid(t, registry, "undo", shownBatch.FindStringSubmatch(taken.out.String())[1], "--reason", "wrong again").want(t, exitPartly,
		fmt.Sprintf("%d components are as before, %d that it had created are gone, 1 left", updated-1, created), edited[0], "crew 8", "修改.csv")
	sameRows(t, "left", changedRows(t, registry), []string{edited[0]})
}

// rows compares the changes of a preview with the plan, row by row.
func (o office) rows(id string, d *secondDelivery) {
	o.t.Helper()
	var page struct {
		Changes []struct {
			Row        int
			Code, Kind string
			Columns    []struct{ Column, Old, New string }
			Distance   float64 `json:"distance_m"`
		}
	}
	o.ask("GET", "/imports/"+id+"/changes?limit=1000", nil, http.StatusOK, &page)
	got := map[string][]string{}
	for _, change := range page.Changes {
		row := []string{change.Kind}
		for _, c := range change.Columns {
			if c.Column == "geometry" || c.Column == "height" {
				row = append(row, c.Column)
			} else {
				row = append(row, c.Column+" "+c.Old+" → "+c.New)
			}
		}
		slices.Sort(row[1:])
		got[change.Code] = row
		if at := change.Row - 2; at < 0 || at >= len(d.records) || d.records[at][0] != change.Code {
			o.t.Errorf("%s is said to stand in row %d", change.Code, change.Row)
		} else if want := d.metres[change.Code]; math.Abs(change.Distance-want) > 0.02 {
			o.t.Errorf("%s moves by %v m, want %v", change.Code, change.Distance, want)
		}
	}
	for code := range maps.Keys(d.rows) {
		if !slices.Equal(got[code], d.rows[code]) {
			o.t.Errorf("%s: %q, want %q", code, got[code], d.rows[code])
		}
	}
	if len(page.Changes) != len(d.rows) {
		o.t.Errorf("%d rows change, want %d", len(page.Changes), len(d.rows))
	}
}

// listed compares the table of changes with the plan, row by row.
func (d *secondDelivery) listed(t *testing.T, table [][]string) {
	t.Helper()
	got, renamed, gone := map[string][]string{}, 0, 0
	for _, line := range table[1:] {
		code, kind, column := line[2], line[3], line[4]
		switch kind {
		case "renumbered":
			renamed++
			continue
		case "missing":
			gone++
			continue
		}
		if got[code] == nil {
			got[code] = []string{kind}
		}
		switch column {
		case "":
		case "geometry", "height":
			got[code] = append(got[code], column)
		default:
			got[code] = append(got[code], column+" "+line[5]+" → "+line[6])
		}
	}
	for code, want := range d.rows {
		if slices.Sort(got[code][min(1, len(got[code])):]); !slices.Equal(got[code], want) {
			t.Errorf("%s: %q, want %q", code, got[code], want)
		}
	}
	if len(got) != len(d.rows) || renamed != len(d.renamed) || gone != len(d.gone) {
		t.Errorf("%d rows, %d renumbered, %d missing; want %d, %d, %d", len(got), renamed, gone, len(d.rows), len(d.renamed), len(d.gone))
	}
}

var (
	printedKind   = regexp.MustCompile(`(?m)^ +(\d+)  (would be created|updated|moved|changed in format only|unchanged|renumbered\?|missing)`)
	printedColumn = regexp.MustCompile(`(?m)^  column (\S+): (\d+) rows, (\d+) of them in format only, (\d+) cleared; (\d+) rows change in nothing else, (\d+) of`)
)

// printed compares what the command says with the plan.
func (d *secondDelivery) printed(t *testing.T, out string) {
	t.Helper()
	name := map[string]string{"would be created": "created", "changed in format only": "format_only", "renumbered?": "renumbered"}
	kinds, columns := map[string]int{}, map[string]string{}
	for _, m := range printedKind.FindAllStringSubmatch(out, -1) {
		kind := m[2]
		if known := name[kind]; known != "" {
			kind = known
		}
		kinds[kind], _ = strconv.Atoi(m[1])
	}
	for _, m := range printedColumn.FindAllStringSubmatch(out, -1) {
		columns[m[1]] = strings.Join(m[2:], " ")
	}
	if !maps.Equal(kinds, d.kinds) {
		t.Errorf("the command says %v, want %v\n%s", kinds, d.kinds, out)
	}
	if want := d.columnTotals(); !maps.Equal(columns, want) {
		t.Errorf("the command says of columns %v, want %v\n%s", columns, want, out)
	}
	for _, pair := range d.renamed {
		created, old, _ := strings.Cut(pair, " ")
		if !strings.Contains(out, old+" → "+created) {
			t.Errorf("the command does not say that %s may be %s", old, created)
		}
	}
	for _, code := range d.gone {
		if !strings.Contains(out, "missing: "+code) {
			t.Errorf("the command does not say that %s is missing", code)
		}
	}
}

// keepRows keeps the components as they are, to be compared later.
func keepRows(t *testing.T, url string) {
	t.Helper()
	conn := connect(t, url)
	if _, err := conn.Exec(t.Context(), `create table kept_by_test as select * from component`); err != nil {
		t.Fatal(err)
	}
}

// changedRows are the codes of the components that are not as they were kept, in any column, the id included.
func changedRows(t *testing.T, url string) []string {
	t.Helper()
	conn := connect(t, url)
	rows, err := conn.Query(t.Context(), `select coalesce(c.code, k.code) as code from component c full join kept_by_test k using (code)
		where to_jsonb(c) - array['batch_id', 'change_id'] is distinct from to_jsonb(k) - array['batch_id', 'change_id'] or c.geom::bytea is distinct from k.geom::bytea
		order by code`)
	if err != nil {
		t.Fatal(err)
	}
	codes, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return codes
}

func sameRows(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %d rows differ from before: %v, want %d: %v", what, len(got), got, len(want), want)
	}
}
