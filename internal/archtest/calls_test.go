package archtest

import (
	"fmt"
	"go/types"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

// programs are what may use the names of onlyCmd.
const programs = module + "/cmd"

// onlyCmd are the names that nobody but a program may use: what they give is passed in as a value, and who ends the process is main.
var onlyCmd = []string{"os.Getenv", "os.LookupEnv", "os.Environ", "os.ExpandEnv", "os.Exit", "log.Fatal", "log.Fatalf", "log.Fatalln",
	"time.Now", "time.Since", "time.Until"}

func TestOnlyCmdReadsTheClockTheEnvironmentAndFlagsOrExits(t *testing.T) {
	t.Parallel()
	for _, use := range forbiddenUses(load(t, "../..")) {
		t.Error(use)
	}
}

func TestForbiddenNamesAreFoundHoweverTheyAreWritten(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	files := map[string]string{
		"go.mod": "module " + module + "\n\ngo 1.24\n",
		"geo/geo.go": `package geo

import (
	"flag"
	clock "time"
	. "os"
)

var now = clock.Now

var Verbose = flag.Bool("v", false, "")

func Age() clock.Duration { return clock.Since(now()) }

func Leave() { Exit(1) }
`,
		"cmd/citygrid/main.go": "package main\n\nimport \"os\"\n\nfunc main() { os.Exit(0) }\n",
	}
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got := forbiddenUses(load(t, dir))
	want := []string{"geo/geo.go:11 uses flag.Bool", "geo/geo.go:13 uses time.Since", "geo/geo.go:15 uses os.Exit", "geo/geo.go:9 uses time.Now"}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if got := undocumented(load(t, dir)); !slices.Equal(got, []string{"citygrid/cmd/citygrid", "citygrid/geo"}) {
		t.Errorf("undocumented: %v", got)
	}
}

func TestEachPackageSaysWhatItIs(t *testing.T) {
	t.Parallel()
	for _, path := range undocumented(load(t, "../..")) {
		t.Errorf("%s has no comment that begins with its name", path)
	}
}

// forbiddenUses lists, sorted, where packages other than programs use a name that is theirs alone.
func forbiddenUses(all []*packages.Package) []string {
	var found []string
	for _, p := range all {
		if within(p.PkgPath, programs) {
			continue
		}
		for ident, object := range p.TypesInfo.Uses {
			if _, isPackage := object.(*types.PkgName); isPackage || object.Pkg() == nil {
				continue
			}
			name := object.Pkg().Path() + "." + object.Name()
			global := object.Parent() == object.Pkg().Scope() // and not the method of the same name
			if global && slices.Contains(onlyCmd, name) || object.Pkg().Path() == "flag" {
				at := p.Fset.Position(ident.Pos())
				file := strings.TrimPrefix(p.PkgPath, module+"/") + "/" + filepath.Base(at.Filename)
				found = append(found, fmt.Sprintf("%s:%d uses %s", file, at.Line, name))
			}
		}
	}
	slices.Sort(found)
	return found
}

// undocumented lists the packages without a comment that begins "Package name" or, for a program, "Command name".
func undocumented(all []*packages.Package) []string {
	var found []string
	for _, p := range all {
		kind, name := "Package", p.Name
		if p.Name == "main" {
			kind, name = "Command", filepath.Base(p.PkgPath)
		}
		documented := false
		for _, file := range p.Syntax {
			documented = documented || strings.HasPrefix(file.Doc.Text(), kind+" "+name+" ")
		}
		if !documented {
			found = append(found, p.PkgPath)
		}
	}
	slices.Sort(found)
	return found
}

// load parses and checks all packages below dir, tests left out.
func load(t *testing.T, dir string) []*packages.Package {
	t.Helper()
	all, err := packages.Load(&packages.Config{Dir: dir, Mode: packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles |
		packages.NeedImports | packages.NeedSyntax | packages.NeedTypes | packages.NeedTypesInfo}, "./...")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range all {
		for _, problem := range p.Errors {
			t.Errorf("%s: %v", p.PkgPath, problem)
		}
	}
	return all
}
