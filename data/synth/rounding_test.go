package synth

import (
	"go/ast"
	"go/token"
	"go/types"
	"testing"

	"golang.org/x/tools/go/packages"
)

// A product that is not the argument of a float64 conversion may be fused with a
// sum on some processors, and the digest would differ between machines.
func TestEveryProductOfFloatsIsRounded(t *testing.T) {
	t.Parallel()
	pkgs, err := packages.Load(&packages.Config{
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedSyntax | packages.NeedTypes | packages.NeedTypesInfo | packages.NeedImports | packages.NeedDeps,
	}, ".")
	if err != nil || len(pkgs) != 1 || len(pkgs[0].Errors) > 0 {
		t.Fatalf("load the package: %v %v", err, pkgs)
	}
	info := pkgs[0].TypesInfo
	isFloat := func(e ast.Expr) bool {
		v := info.Types[e]
		b, ok := v.Type.Underlying().(*types.Basic)
		return ok && b.Info()&types.IsFloat != 0 && v.Value == nil
	}
	products := 0
	for _, file := range pkgs[0].Syntax {
		rounded := map[ast.Expr]bool{}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if id, ok := n.Fun.(*ast.Ident); ok && len(n.Args) == 1 && info.Uses[id] == types.Universe.Lookup("float64") {
					rounded[ast.Unparen(n.Args[0])] = true
				}
			case *ast.BinaryExpr:
				if n.Op == token.MUL || n.Op == token.QUO {
					rounded[ast.Unparen(n.X)], rounded[ast.Unparen(n.Y)] = true, true // not an operand of a sum
				}
				if n.Op == token.MUL && isFloat(n) {
					products++
					if !rounded[n] {
						t.Errorf("%s: product without float64()", pkgs[0].Fset.Position(n.Pos()))
					}
				}
			case *ast.AssignStmt:
				if n.Tok == token.MUL_ASSIGN && isFloat(n.Lhs[0]) {
					t.Errorf("%s: product by assignment", pkgs[0].Fset.Position(n.Pos()))
				}
			}
			return true
		})
	}
	if products < 50 {
		t.Errorf("only %d products were looked at", products)
	}
}
