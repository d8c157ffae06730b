package archtest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

// module is the path of everything that is ours.
const module = "citygrid"

// shape is the table of packages: what each may import of ours, besides all that those may import in turn. "..." is everything.
var shape = map[string][]string{
	"geo":               nil,
	"geo/crs":           {"geo"},
	"geo/geojson":       {"geo"},
	"geo/areaindex":     {"geo"},
	"geo/pointindex":    {"geo"},
	"registry/catalog":  nil,
	"registry":          {"geo", "geo/crs", "registry/catalog"},
	"registry/filter":   {"geo"},
	"registry/locator":  {"registry", "geo/areaindex"},
	"registry/nearby":   {"registry", "geo/pointindex"},
	"registry/workbook": nil,
	"registry/vector":   {"internal/scratch"},
	"registry/evidence": {"registry", "geo", "geo/crs"},
	"registry/census":   {"registry", "registry/locator", "registry/catalog", "registry/workbook", "registry/vector", "registry/evidence", "geo", "geo/crs", "geo/geojson", "geo/pointindex"},
	"registry/intake":   {"registry", "registry/census", "registry/vector"},
	"registry/photo":    {"registry", "registry/census", "registry/census/report", "registry/vector"},
	"registry/photo/s3": {"registry", "registry/photo"},
	"registry/profile":  {"registry", "registry/census", "geo/geojson"},
	"registry/export":   {"registry", "registry/filter", "geo", "geo/geojson", "geo/crs"},
	"registry/tiles":    {"registry"},
	"registry/worktime": {"registry"},
	"registry/casefile": {"registry", "registry/worktime"},
	"registry/census/report": {
		"registry/census",
	},
	"registry/census/template": {
		"registry", "registry/catalog",
	},
	"registry/postgis": {"registry", "registry/filter", "registry/locator", "registry/census", "registry/intake", "registry/photo", "registry/profile", "registry/export",
		"registry/tiles", "registry/worktime", "registry/casefile"},
	"data":        {"geo", "registry/catalog"},
	"data/synth":  {"geo", "registry/catalog", "data"},
	"migrations":  nil,
	"api/query":   {"registry", "registry/filter", "registry/census", "registry/intake", "geo/crs", "geo/geojson"},
	"api/auth":    {"registry"},
	"api/console": nil,
	"api/pages":   nil,
	"api": {"api/query", "api/auth", "api/pages", "api/console", "registry", "registry/filter", "registry/locator", "registry/census", "registry/census/report",
		"registry/census/template", "registry/intake", "registry/photo", "registry/profile", "registry/export", "registry/tiles", "registry/worktime", "registry/casefile", "geo/crs", "geo/geojson"},
	"internal/cluster":         nil,
	"internal/s3test":          nil,
	"internal/dbtest":          {"internal/cluster", "migrations"},
	"internal/scratch":         nil,
	"internal/archtest":        nil,
	"internal/torture":         nil, // tests alone
	"internal/torture/imports": nil, // tests alone
	"cmd/bench":                {"..."},
	"cmd/citygrid":             {"..."},
}

// outside names who may import a library of others; a library that is not here is free. A path stands for all below it.
var outside = map[string][]string{
	"github.com/jackc/pgx":            {"registry/postgis", "migrations", "internal/cluster", "internal/dbtest", "cmd/bench", "cmd/citygrid"},
	"github.com/minio":                {"registry/photo/s3"},
	"database/sql":                    {"migrations"},
	"github.com/pressly/goose":        {"migrations"},
	"github.com/labstack":             {"api", "api/query", "api/auth", "cmd/citygrid", "cmd/bench"},
	"github.com/tidwall/rtree":        {"geo/areaindex", "registry/nearby", "cmd/bench"},
	"github.com/alecthomas/kong":      {"cmd/citygrid"},
	"github.com/xuri/excelize":        {"registry/census/report", "registry/census/template", "cmd/bench"},
	"github.com/paulmach/orb":         {"geo", "geo/crs", "geo/geojson", "geo/areaindex", "geo/pointindex", "registry", "...registry", "data/synth", "...api", "cmd/bench", "cmd/citygrid"},
	"github.com/paulmach/orb/geojson": nil, // brings the MongoDB driver with it
}

// kept names what must not be reached from a package even through others.
var kept = map[string][]string{
	"api":          {"github.com/jackc/pgx", module + "/registry/postgis"},
	"api/query":    {"github.com/jackc/pgx", module + "/registry/postgis"},
	"api/auth":     {"github.com/jackc/pgx", module + "/registry/postgis"},
	"registry":     {"github.com/jackc/pgx", module + "/registry/postgis"},
	"geo":          {"github.com/jackc/pgx", module + "/registry", module + "/data"},
	"cmd/citygrid": {"go.mongodb.org", "testing"},
}

func TestPackagesImportOnlyWhatTheTableAllows(t *testing.T) {
	t.Parallel()
	graph := imports(t, "../..")
	for _, broken := range violations(graph) {
		t.Error(broken)
	}
	for path, below := range reach(graph) {
		if within(path, module) && anyWithin(below, "go.mongodb.org") {
			t.Errorf("%s brings the MongoDB driver into the program", path)
		}
	}
}

func TestTheTableItselfIsBroken(t *testing.T) {
	t.Parallel()
	got := violations(map[string][]string{
		"citygrid/geo":                  {"citygrid/registry", "os"},
		"citygrid/registry":             {"citygrid/geo", "github.com/jackc/pgx/v5"},
		"citygrid/registry/locator":     {"citygrid/geo"}, // allowed through registry
		"citygrid/registry/postgis":     {"citygrid/registry", "github.com/jackc/pgx/v5/pgconn"},
		"citygrid/api":                  {"citygrid/registry/postgis"},
		"citygrid/newcomer":             nil,
		"citygrid/geo/geojson":          {"github.com/paulmach/orb/geojson"},
		"citygrid/cmd/citygrid":         {"citygrid/registry/postgis", "github.com/paulmach/orb/other"},
		"github.com/paulmach/orb/other": {"go.mongodb.org/mongo-driver/v2/bson"},
	})
	want := []string{
		"api imports citygrid/registry/postgis",
		"api reaches citygrid/registry/postgis",
		"api reaches github.com/jackc/pgx",
		"cmd/citygrid reaches go.mongodb.org",
		"geo imports citygrid/registry",
		"geo reaches citygrid/registry",
		"geo reaches github.com/jackc/pgx",
		"geo/geojson imports github.com/paulmach/orb/geojson",
		"newcomer is not in the table of packages",
		"registry imports github.com/jackc/pgx/v5",
		"registry reaches github.com/jackc/pgx",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// violations compares an import graph with the tables. The result is sorted.
func violations(graph map[string][]string) []string {
	found := map[string]bool{}
	below := reach(graph)
	for path, imported := range graph {
		name, ours := strings.CutPrefix(path, module+"/")
		if !ours {
			continue
		}
		if _, known := shape[name]; !known {
			found[name+" is not in the table of packages"] = true
			continue
		}
		for _, to := range imported {
			if !allowed(name, to) {
				found[name+" imports "+to] = true
			}
		}
		for _, closed := range kept[name] {
			if anyWithin(below[path], closed) {
				found[fmt.Sprintf("%s reaches %s", name, closed)] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}

func allowed(name, to string) bool {
	if target, ours := strings.CutPrefix(to, module+"/"); ours {
		return mayImport(name, target)
	}
	rule, found := "", false
	for library := range outside { // the longest path decides
		if within(to, library) && len(library) > len(rule) {
			rule, found = library, true
		}
	}
	return !found || slices.ContainsFunc(outside[rule], func(who string) bool {
		parent, tree := strings.CutPrefix(who, "...")
		return who == name || tree && within(name, parent)
	})
}

// mayImport follows the table down: what a package may import, it may also see through.
func mayImport(name, target string) bool {
	for _, direct := range shape[name] {
		if direct == "..." || direct == target || mayImport(direct, target) {
			return true
		}
	}
	return false
}

// reach maps each package to all it depends on.
func reach(graph map[string][]string) map[string]map[string]bool {
	all := map[string]map[string]bool{}
	for path := range graph {
		below := map[string]bool{}
		for todo := slices.Clone(graph[path]); len(todo) > 0; {
			next := todo[len(todo)-1]
			todo = todo[:len(todo)-1]
			if !below[next] {
				below[next] = true
				todo = append(todo, graph[next]...)
			}
		}
		all[path] = below
	}
	return all
}

func anyWithin(paths map[string]bool, parent string) bool {
	for path := range paths {
		if within(path, parent) {
			return true
		}
	}
	return false
}

func within(path, parent string) bool { return path == parent || strings.HasPrefix(path, parent+"/") }

// imports is the import graph of all packages below dir and of everything they depend on, tests left out.
func imports(t *testing.T, dir string) map[string][]string {
	t.Helper()
	roots, err := packages.Load(&packages.Config{Mode: packages.NeedName | packages.NeedImports | packages.NeedDeps, Dir: dir}, "./...")
	if err != nil {
		t.Fatal(err)
	}
	graph := map[string][]string{}
	packages.Visit(roots, nil, func(p *packages.Package) {
		for _, problem := range p.Errors {
			t.Errorf("%s: %v", p.PkgPath, problem)
		}
		graph[p.PkgPath] = nil
		for _, to := range p.Imports {
			graph[p.PkgPath] = append(graph[p.PkgPath], to.PkgPath)
		}
	})
	return graph
}
