package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"citygrid/internal/dbtest"
)

// servedYichang is a running server with the synthetic Yichang, and what it says of itself to the last feature: what clients are held to.
type servedYichang struct {
	base        string
	collections []described
}

type described struct {
	ID        string
	ItemCount int
	Extent    struct {
		Spatial struct{ BBox [][4]float64 }
	}
	features []feature
}

type feature struct {
	ID         string
	Geometry   map[string]any
	Properties map[string]any
}

// serveYichang starts a server that lives as long as the test.
func serveYichang(t *testing.T) *servedYichang {
	t.Helper()
	p := &program{Cmd: exec.Command(os.Args[0], "serve", "--city", "yichang", "--listen", "127.0.0.1:0")}
	p.Env = append(os.Environ(), asProgram+"=1", "DATABASE_URL="+dbtest.URL(t), "MIGRATE_DATABASE_URL=", "GORACE=atexit_sleep_ms=0")
	p.Stderr = &p.err
	p.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	c := &servedYichang{base: p.start(t)}
	t.Cleanup(func() { p.stop(t, syscall.SIGTERM) })
	var list struct{ Collections []described }
	get(t, c.base+"/collections", &list)
	for _, d := range list.Collections {
		for next := c.base + "/collections/" + d.ID + "/items?limit=10000"; next != ""; {
			var page struct {
				Features []feature
				Links    []struct{ Rel, Href string }
			}
			get(t, next, &page)
			d.features = append(d.features, page.Features...)
			next = ""
			for _, l := range page.Links {
				if l.Rel == "next" {
					next = l.Href
				}
			}
		}
		if d.ItemCount == 0 || d.ItemCount != len(d.features) {
			t.Fatalf("%s says it has %d features, and has %d", d.ID, d.ItemCount, len(d.features))
		}
		c.collections = append(c.collections, d)
	}
	return c
}

// of is the collection with an identifier.
func (c *servedYichang) of(id string) described {
	return c.collections[slices.IndexFunc(c.collections, func(d described) bool { return d.ID == id })]
}

// count is how many features the server says a selection has.
func (c *servedYichang) count(t *testing.T, collection, query string) int {
	t.Helper()
	var got page
	get(t, c.base+"/collections/"+collection+"/items?count=exact&limit=1&"+query, &got)
	return got.NumberMatched
}

// gdal runs a program of GDAL. It returns what that printed and which items it asked for, and fails the test unless it ends well without a word of
// complaint beyond those that a regular expression expects.
func gdal(t *testing.T, expected string, args ...string) (out string, asked []url.URL) {
	t.Helper()
	p := exec.Command(args[0], args[1:]...)
	p.Env = append(os.Environ(), "CPL_DEBUG=HTTP", "GDAL_HTTP_TIMEOUT=60")
	var stdout, stderr bytes.Buffer
	p.Stdout, p.Stderr = &stdout, &stderr
	if err := p.Run(); err != nil {
		t.Fatalf("%s: %v (Debian: gdal-bin)\n%s", strings.Join(args, " "), err, stderr.String())
	}
	for line := range strings.Lines(stderr.String()) {
		line = strings.TrimSuffix(line, "\n")
		address, fetched := strings.CutPrefix(line, "HTTP: Fetch(")
		if !fetched {
			if line != "" && !strings.HasPrefix(line, "HTTP: ") && (expected == "" || !regexp.MustCompile(expected).MatchString(line)) {
				t.Errorf("%s complains: %s", strings.Join(args, " "), line)
			}
			continue
		}
		u, err := url.Parse(strings.TrimSuffix(address, ")"))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(u.Path, "/items") {
			asked = append(asked, *u)
		}
	}
	return stdout.String(), asked
}

// field is a line of ogrinfo's summary.
var field = regexp.MustCompile(`(?m)^(\w+): (\w+(?:\(JSON\))?) \(\d+\.\d+\)$`)

// after is the text behind a label of ogrinfo's summary, to the end of the line.
func after(t *testing.T, out, label string) string {
	t.Helper()
	_, rest, found := strings.Cut(out, "\n"+label)
	if !found {
		t.Fatalf("no %q in\n%s", label, out)
	}
	line, _, _ := strings.Cut(rest, "\n")
	return line
}

// fields are those of a collection as its schema has them, in the words of GDAL.
func (c *servedYichang) fields(t *testing.T, collection string) []string {
	t.Helper()
	var schema struct {
		Properties map[string]struct {
			Type, Format string
			Sequence     int `json:"x-ogc-propertySeq"`
		}
	}
	get(t, c.base+"/collections/"+collection+"/schema", &schema)
	delete(schema.Properties, "geometry")
	types := map[string]string{"string": "String", "stringdate": "Date", "number": "Real", "array": "StringList", "object": "String(JSON)"}
	fields := []string{"id String"}
	for _, name := range slices.SortedFunc(maps.Keys(schema.Properties), func(a, b string) int {
		return cmp.Compare(schema.Properties[a].Sequence, schema.Properties[b].Sequence)
	}) {
		p := schema.Properties[name]
		fields = append(fields, name+" "+types[p.Type+p.Format])
	}
	return fields
}

func TestGDALReadsEveryCollectionAsTheServerHasIt(t *testing.T) {
	t.Parallel()
	c := serveYichang(t)
	t.Run("summaries", c.summaries)
	t.Run("the plain command", c.plainCopy)
	t.Run("copies", c.copies)
	t.Run("values", c.values)
	t.Run("boxes", c.boxes)
	t.Run("conditions", c.conditions)
	t.Run("single features", c.single)
}

// Count, extent, and the name, order and type of every field, of which the first features show only some.
func (c *servedYichang) summaries(t *testing.T) {
	for _, d := range c.collections {
		out, _ := gdal(t, "", "ogrinfo", "-so", "OAPIF:"+c.base, d.ID)
		b := d.Extent.Spatial.BBox[0]
		want := []string{strconv.Itoa(len(d.features)), fmt.Sprintf("(%.6f, %.6f) - (%.6f, %.6f)", b[0], b[1], b[2], b[3])}
		got := []string{after(t, out, "Feature Count: "), after(t, out, "Extent: ")}
		for _, m := range field.FindAllStringSubmatch(out, -1) {
			got = append(got, m[1]+" "+m[2])
		}
		if want = append(want, c.fields(t, d.ID)...); !slices.Equal(got, want) {
			t.Errorf("%s: got\n%q\nwant\n%q", d.ID, got, want)
		}
	}
}

// guessed is what GDAL says of a GeoPackage: of geometries unlike the first ten features', by which it guessed the kind of all, and of lists, which such a
// file does not have. What a user says to that stands in docs/clients.md.
const guessed = "(which is not normally allowed by the GeoPackage specification|does not natively support StringList type)"

// A page of GDAL 3.6 has ten features unless it is told otherwise.
func (c *servedYichang) plainCopy(t *testing.T) {
	file := filepath.Join(t.TempDir(), "out.gpkg")
	begin := time.Now()
	_, asked := gdal(t, guessed, "ogr2ogr", "-f", "GPKG", file, "OAPIF:"+c.base, "components")
	c.figure(t, "ogr2ogr -f GPKG", "components", 11_393, time.Since(begin))
	c.sameCodes(t, file, "components")
	if n := c.of("components").ItemCount; n != 11_393 || len(asked) != 1+(n+9)/10 {
		t.Errorf("%d components by %d requests", n, len(asked))
	}
}

// With the kind of geometry left open, and lists said to be texts, GDAL has nothing to say.
func (c *servedYichang) copies(t *testing.T) {
	file := filepath.Join(t.TempDir(), "city.gpkg")
	for i, d := range c.collections {
		begin := time.Now()
		command := []string{"ogr2ogr", "-f", "GPKG", "-nlt", "GEOMETRY", "-mapFieldType", "StringList=String", "-oo", "PAGE_SIZE=10000", file, "OAPIF:" + c.base, d.ID}
		if i > 0 {
			command = slices.Insert(command, 1, "-update")
		}
		gdal(t, "", command...)
		c.figure(t, "ogr2ogr -f GPKG -oo PAGE_SIZE=10000", d.ID, d.ItemCount, time.Since(begin))
		c.sameCodes(t, file, d.ID)
	}
}

// sameCodes compares the codes in a copy with the server's.
func (c *servedYichang) sameCodes(t *testing.T, file, layer string) {
	t.Helper()
	out, _ := gdal(t, "", "ogr2ogr", "-f", "CSV", "/vsistdout/", file, "-sql", `select code from "`+layer+`" order by code`)
	got := strings.Fields(strings.ReplaceAll(out, `"`, ""))[1:]
	var want []string
	for _, f := range c.of(layer).features {
		want = append(want, f.ID)
	}
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%s: %d codes, want %d", layer, len(got), len(want))
	}
}

// Every value of every feature goes through GDAL as it is, by pages of ten, of which some have empty lists alone and others do not.
func (c *servedYichang) values(t *testing.T) {
	for _, d := range c.collections {
		if d.ID == "components" { // its classes have all of it
			continue
		}
		out, _ := gdal(t, "does not natively support Date type", "ogr2ogr", "-f", "GeoJSONSeq", "-lco", "COORDINATE_PRECISION=7", "/vsistdout/", "OAPIF:"+c.base, d.ID)
		got := map[string]feature{}
		for line := range strings.Lines(out) {
			var f feature
			if err := json.Unmarshal([]byte(line), &f); err != nil {
				t.Fatal(err)
			}
			f.ID, _ = f.Properties["id"].(string)
			delete(f.Properties, "id")
			for name, v := range f.Properties {
				if date, is := v.(string); is && (name == "first_surveyed" || name == "changed_on") {
					f.Properties[name] = strings.ReplaceAll(date, "/", "-")
				}
			}
			got[f.ID] = f
		}
		if len(got) != len(d.features) {
			t.Errorf("%s: %d features, want %d", d.ID, len(got), len(d.features))
		}
		for _, want := range d.features {
			if !reflect.DeepEqual(got[want.ID], want) {
				t.Errorf("%s: got\n%v\nwant\n%v", d.ID, got[want.ID], want)
				break
			}
		}
	}
}

// The middle of the city, by its part of each collection's extent.
func (c *servedYichang) boxes(t *testing.T) {
	for _, d := range c.collections {
		b := d.Extent.Spatial.BBox[0]
		at := func(i int, part float64) string {
			return strconv.FormatFloat(b[i]+(b[i+2]-b[i])*part, 'f', 5, 64)
		}
		box := []string{at(0, 0.3), at(1, 0.35), at(0, 0.55), at(1, 0.6)}
		begin := time.Now()
		out, asked := gdal(t, "", slices.Concat([]string{"ogrinfo", "-so", "-oo", "PAGE_SIZE=1000", "-spat"}, box, []string{"OAPIF:" + c.base, d.ID})...)
		want := c.count(t, d.ID, "bbox="+strings.Join(box, ","))
		if got := after(t, out, "Feature Count: "); want == 0 || got != strconv.Itoa(want) {
			t.Errorf("%s in %s: %s features, want %d", d.ID, box, got, want)
		}
		c.figure(t, "ogrinfo -spat", d.ID, want, time.Since(begin))
		if last := asked[len(asked)-1]; last.Query().Get("bbox") == "" {
			t.Errorf("%s: the box was not sent: %s", d.ID, &last)
		}
	}
}

// A condition is sent as far as it is equality joined by AND, and dates as an interval of time; GDAL looks at the rest itself.
func (c *servedYichang) conditions(t *testing.T) {
	const surveyed, june, august = "first_surveyed", "2011-06-01", "2011-08-15"
	is := func(name string, values ...string) func(feature) bool {
		return func(f feature) bool { return slices.Contains(values, fmt.Sprint(f.Properties[name])) }
	}
	for _, test := range []struct {
		collection, where, sent string
		want                    func(feature) bool
	}{
		{"components", "subclass='0101'", "subclass=0101", is("subclass", "0101")},
		{"components", "subclass='0101' and state='破损'", "state=破损&subclass=0101", func(f feature) bool { return is("subclass", "0101")(f) && is("state", "破损")(f) }},
		{"components", "subclass='0101' and code like '42050201010001%'", "subclass=0101", func(f feature) bool { return strings.HasPrefix(f.ID, "42050201010001") }},
		{"components", "class='01' and supervisor_code='U03' and state<>'完好'", "class=01&supervisor_code=U03", func(f feature) bool {
			return is("class", "01")(f) && is("supervisor_code", "U03")(f) && !is("state", "完好")(f)
		}},
		{"components-01", "state='破损' or state='丢失'", "", is("state", "破损", "丢失")},
		{"components-02", "subclass in ('0201','0202')", "", is("subclass", "0201", "0202")},
		{"components-02", "owner_code is null", "", func(f feature) bool { return f.Properties["owner_code"] == nil }},
		{"components-02", "not subclass='0201'", "", func(f feature) bool { return !is("subclass", "0201")(f) }},
		{"components", "changed_on is not null", "", func(f feature) bool { return f.Properties["changed_on"] != nil }},
		{"components", surveyed + ">='" + june + "'", "datetime=" + june + "T/..", func(f feature) bool { return f.Properties[surveyed].(string) >= june }},
		{"components-03", surveyed + "<='" + june + "'", "datetime=../" + june + "T", func(f feature) bool { return f.Properties[surveyed].(string) <= june }},
		{"components-04", surveyed + ">='" + june + "' and " + surveyed + "<='" + august + "'", "datetime=" + june + "T/" + august + "T", func(f feature) bool {
			day := f.Properties[surveyed].(string)
			return june <= day && day <= august
		}},
		{"components", surveyed + ">='" + june + "' and class='04'", "class=04&datetime=" + june + "T/..", func(f feature) bool {
			return is("class", "04")(f) && f.Properties[surveyed].(string) >= june
		}},
		{"components-02", surveyed + "='" + june + "'", "", is(surveyed, june)},
		{"components-02", "cast(" + surveyed + " as character(10)) > '2011/06/01'", "", func(f feature) bool { return f.Properties[surveyed].(string) > june }},
		{"grid-cells", "parent='420502001001'", "parent=420502001001", is("parent", "420502001001")},
		{"grid-cells", "square_metres>100000", "", func(f feature) bool { return f.Properties["square_metres"].(float64) > 100_000 }},
		{"communities", "parent='420502001' and square_metres<500000", "parent=420502001", func(f feature) bool {
			return is("parent", "420502001")(f) && f.Properties["square_metres"].(float64) < 500_000
		}},
		{"streets", "name='西陵街道'", "name=西陵街道", is("name", "西陵街道")},
		{"districts", "name_en is null", "", func(f feature) bool { return f.Properties["name_en"] == nil }},
		{"managed-areas", "level='no such'", "level=no such", is("level", "no such")},
	} {
		begin := time.Now()
		out, asked := gdal(t, "", "ogrinfo", "-so", "-oo", "PAGE_SIZE=1000", "-where", test.where, "OAPIF:"+c.base, test.collection)
		want := 0
		for _, f := range c.of(test.collection).features {
			if test.want(f) {
				want++
			}
		}
		if got := after(t, out, "Feature Count: "); got != strconv.Itoa(want) {
			t.Errorf("%s where %s: %s features, want %d", test.collection, test.where, got, want)
		}
		c.figure(t, "ogrinfo -where "+test.where, test.collection, want, time.Since(begin))
		sent := asked[len(asked)-1].Query()
		for _, name := range []string{"limit", "cursor"} {
			sent.Del(name)
		}
		if told, _ := url.QueryUnescape(sent.Encode()); told != test.sent {
			t.Errorf("%s where %s: sent %q, want %q", test.collection, test.where, told, test.sent)
		}
		if test.sent != "" && !strings.Contains(test.where, "<>") && !strings.Contains(test.where, "like") && !strings.Contains(test.where, "metres") {
			if matched := c.count(t, test.collection, sent.Encode()); matched != want {
				t.Errorf("%s where %s: the server matches %d by %s, want %d", test.collection, test.where, matched, sent.Encode(), want)
			}
		}
	}
}

// GDAL numbers features from 1 as they come; by their own id it asks for one alone.
func (c *servedYichang) single(t *testing.T) {
	for _, d := range c.collections {
		n := min(3, len(d.features))
		want := d.features[n-1].ID
		out, _ := gdal(t, "", "ogrinfo", "-q", "-fid", strconv.Itoa(n), "OAPIF:"+c.base, d.ID)
		if got := after(t, out, "  id (String) = "); got != want {
			t.Errorf("%s: feature %d is %s, want %s", d.ID, n, got, want)
		}
		last := d.features[len(d.features)-1].ID
		out, asked := gdal(t, "", "ogrinfo", "-q", "-where", "id='"+last+"'", "OAPIF:"+c.base, d.ID)
		if got := after(t, out, "  id (String) = "); got != last {
			t.Errorf("%s: got %s, want %s", d.ID, got, last)
		}
		if at := asked[len(asked)-1]; at.Path != "/collections/"+d.ID+"/items/"+last {
			t.Errorf("%s: asked for %s", d.ID, at.Path)
		}
	}
}

// figure prints a row of docs/clients.md.
func (c *servedYichang) figure(t *testing.T, command, collection string, features int, took time.Duration) {
	t.Logf("figure | GDAL | %s | %s | %d | %.1f |", command, collection, features, took.Seconds())
}
