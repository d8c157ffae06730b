package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestEachTrapNamesTestsThatExist holds docs/import-traps.md to the tests: a row for each trap that is treated, and in each row tests that are there, with
// the case behind the slash among the texts of their file.
func TestEachTrapNamesTestsThatExist(t *testing.T) {
	t.Parallel()
	document, err := os.ReadFile("../../docs/import-traps.md")
	if err != nil {
		t.Fatal(err)
	}
	texts := textsOfTests(t)
	var traps []int
	for _, line := range strings.Split(string(document), "\n") {
		cells := strings.Split(line, " | ")
		trap, err := strconv.Atoi(strings.TrimPrefix(cells[0], "| "))
		if err != nil {
			continue
		}
		traps = append(traps, trap)
		named := regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(cells[len(cells)-1], -1)
		if len(cells) != 4 || len(named) == 0 {
			t.Errorf("trap %d has %d cells and names %d tests", trap, len(cells), len(named))
		}
		for _, n := range named {
			name, part, _ := strings.Cut(n[1], "/")
			held, exists := texts[name]
			if !exists {
				t.Errorf("trap %d: there is no test %s", trap, name)
			} else if !slices.ContainsFunc(held, func(text string) bool { return strings.HasPrefix(text, part) }) {
				t.Errorf("trap %d: %s has no case %q", trap, name, part)
			}
		}
	}
	var want []int
	for trap := 1; trap <= 53; trap++ {
		want = append(want, trap)
	}
	if !slices.Equal(traps, want) {
		t.Errorf("rows for traps %v, want %v", traps, want)
	}
}

// textsOfTests are the string literals beside each test function of the module, by its name.
func textsOfTests(t *testing.T) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && slices.Contains(foreign, entry.Name()):
			return fs.SkipDir
		case entry.IsDir() || !strings.HasSuffix(path, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		var texts []string
		ast.Inspect(file, func(n ast.Node) bool {
			if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
				text, _ := strconv.Unquote(literal.Value) // it was parsed
				texts = append(texts, text)
			}
			return true
		})
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && strings.HasPrefix(f.Name.Name, "Test") {
				found[f.Name.Name] = texts
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
