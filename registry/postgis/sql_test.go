package postgis_test

import (
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"

	"citygrid/internal/dbtest"
)

// fragments are the constants that are parts of statements.
var fragments = []string{
	"sqlAreaAttributes", "sqlAreaColumns", "sqlBatchColumns", "sqlComponentAttributes", "sqlComponentColumns", "sqlDeclared", "sqlDifferenceColumns", "sqlDifferenceKind",
	"sqlDifferenceMetres", "sqlDiffers", "sqlInScope", "sqlKeepImage", "sqlNotNamed", "sqlPhotoColumns", "sqlPromoteUnmatched", "sqlUploadColumns",
}

// scripts are several statements in one text, which cannot be prepared and are run instead.
var scripts = []string{"sqlAreaIncomingReady"}

func TestEachStatementCanBePreparedOnAMigratedDatabase(t *testing.T) {
	t.Parallel()
	constants := sqlConstants(t)
	tx, err := dbtest.Pool(t).Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(t.Context())
	for _, name := range append([]string{"sqlAreaIncoming"}, scripts...) { // the others refer to this table
		if _, err := tx.Exec(t.Context(), constants[name]); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(constants)) {
		if slices.Contains(scripts, name) {
			continue
		}
		point, err := tx.Begin(t.Context()) // a failure undoes no more than itself
		if err != nil {
			t.Fatal(err)
		}
		_, err = point.Prepare(t.Context(), name, constants[name])
		switch part := slices.Contains(fragments, name); {
		case err != nil && !part:
			t.Errorf("%s: %v", name, err)
		case err == nil && part:
			t.Errorf("%s is a whole statement and stands in the list of fragments", name)
		}
		if err := point.Rollback(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range slices.Concat(fragments, scripts) {
		if constants[name] == "" {
			t.Errorf("there is no constant %s: take it out of the list", name)
		}
	}
}

func TestStatementsAreWrittenInLowerCase(t *testing.T) {
	t.Parallel()
	for name, sql := range sqlConstants(t) {
		for _, word := range []string{"SELECT", "FROM", "WHERE", "INSERT", "UPDATE", "DELETE", "WITH"} {
			if slices.Contains(strings.Fields(sql), word) {
				t.Errorf("%s has %s", name, word)
			}
		}
	}
}

// sqlConstants are the constants of this package whose name begins with sql, by name, evaluated.
func sqlConstants(t *testing.T) map[string]string {
	t.Helper()
	files := token.NewFileSet()
	packages, err := parser.ParseDir(files, ".", func(f fs.FileInfo) bool { return !strings.HasSuffix(f.Name(), "_test.go") }, 0)
	if err != nil {
		t.Fatal(err)
	}
	var parsed []*ast.File
	for _, name := range slices.Sorted(maps.Keys(packages["postgis"].Files)) {
		parsed = append(parsed, packages["postgis"].Files[name])
	}
	// Constants need none of the imports, so what is missing without them is no matter.
	checker := types.Config{Error: func(error) {}}
	checked, _ := checker.Check("postgis", files, parsed, nil)
	found := map[string]string{}
	for _, name := range checked.Scope().Names() {
		c, ok := checked.Scope().Lookup(name).(*types.Const)
		if ok && strings.HasPrefix(name, "sql") {
			found[name] = constant.StringVal(c.Val())
		}
	}
	if len(found) < 40 {
		t.Fatalf("only %d constants found", len(found))
	}
	return found
}
