package archtest

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// State forbids what makes a package behave differently the second time: func init, package-level
// variables that are ever assigned to (whole, an element or a field), and such without an initial value.
// What is left are names for values: errors, regular expressions, embedded files, lookup tables.
func (s *Source) State() []Violation {
	var out []Violation
	for _, p := range s.Packages {
		vars, found := s.packageVars(p)
		out = append(out, found...)
		out = append(out, s.assignments(p, vars)...)
	}
	return out
}

// packageVars returns the names of a package's variables outside tests, and the violations among
// their declarations and those of functions.
func (s *Source) packageVars(p *Package) (map[string]bool, []Violation) {
	vars := map[string]bool{}
	var out []Violation
	for _, f := range p.Files {
		for _, d := range f.AST.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				out = append(out, s.at(fn.Pos(), "func init hides what a program does at its start: call a function by name, or write a table"))
			}
			decl, ok := d.(*ast.GenDecl)
			if !ok || decl.Tok != token.VAR || f.Test {
				continue
			}
			for _, spec := range decl.Specs {
				v := spec.(*ast.ValueSpec)
				for _, name := range v.Names {
					vars[name.Name] = name.Name != "_"
				}
				if reason := mutable(decl, v); reason != "" && !excepted(p.Dir, v.Names[0].Name) {
					out = append(out, s.at(v.Pos(), "package-level variable %s %s: pass it as an argument or make it a field", v.Names[0].Name, reason))
				}
			}
		}
	}
	return vars, out
}

// mutable returns why a declaration is state, or "".
func mutable(decl *ast.GenDecl, v *ast.ValueSpec) string {
	if embedded(decl.Doc) || embedded(v.Doc) || v.Names[0].Name == "_" {
		return ""
	}
	for _, e := range append([]ast.Expr{v.Type}, v.Values...) {
		if t := syncType(e); t != "" {
			return "is a " + t + ", which is there to change"
		}
	}
	if len(v.Values) == 0 {
		return "has no initial value, so something must set it"
	}
	return ""
}

// excepted says which variables may be state all the same, and why.
func excepted(dir, name string) bool {
	// The lock of libhdf5: the C library has global state, of which there is one per process.
	return dir == "internal/h5" && name == "library"
}

// embedded says whether a comment has the go:embed directive.
func embedded(doc *ast.CommentGroup) bool {
	return doc != nil && slices.ContainsFunc(doc.List, func(c *ast.Comment) bool { return strings.HasPrefix(c.Text, "//go:embed ") })
}

// syncType returns the name of the type from sync or sync/atomic that an expression names or makes, or "".
func syncType(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.CompositeLit:
		return syncType(e.Type)
	case *ast.UnaryExpr:
		return syncType(e.X)
	case *ast.StarExpr:
		return syncType(e.X)
	case *ast.IndexExpr:
		return syncType(e.X)
	case *ast.CallExpr:
		if fn, ok := e.Fun.(*ast.Ident); ok && fn.Name == "new" && len(e.Args) == 1 {
			return syncType(e.Args[0])
		}
	case *ast.SelectorExpr:
		if pkg, ok := e.X.(*ast.Ident); ok && (pkg.Name == "sync" || pkg.Name == "atomic") {
			return pkg.Name + "." + e.Sel.Name
		}
	}
	return ""
}

// assignments finds statements that change one of the package's variables. Names are resolved by
// go/types without the imported packages, which suffices for a package's own variables.
func (s *Source) assignments(p *Package, vars map[string]bool) []Violation {
	var files []*ast.File
	for _, f := range p.Files {
		if !f.Test {
			files = append(files, f.AST)
		}
	}
	if len(files) == 0 || len(vars) == 0 {
		return nil
	}
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	config := types.Config{Importer: noImports{}, Error: func(error) {}, FakeImportC: true}
	pkg, _ := config.Check(p.Dir, s.Fset, files, info) // imports fail, as they must

	var out []Violation
	check := func(e ast.Expr) {
		id := root(e)
		if id == nil || !vars[id.Name] || pkg == nil {
			return
		}
		if obj := info.Uses[id]; obj != nil && obj.Parent() == pkg.Scope() {
			out = append(out, s.at(id.Pos(), "package-level variable %s is changed here: pass it as an argument or make it a field", id.Name))
		}
	}
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				if n.Tok != token.DEFINE {
					for _, e := range n.Lhs {
						check(e)
					}
				}
			case *ast.IncDecStmt:
				check(n.X)
			case *ast.RangeStmt:
				if n.Tok == token.ASSIGN {
					check(n.Key)
					check(n.Value)
				}
			}
			return true
		})
	}
	return out
}

// root returns the variable that an assignment to e changes: x of x, x[i], x.f, *x, (x).
func root(e ast.Expr) *ast.Ident {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x
		case *ast.IndexExpr:
			e = x.X
		case *ast.SelectorExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		default:
			return nil
		}
	}
}

// noImports is an importer that has nothing: go/types goes on without.
type noImports struct{}

func (noImports) Import(path string) (*types.Package, error) {
	p := types.NewPackage(path, path[strings.LastIndex(path, "/")+1:])
	p.MarkComplete()
	return p, nil
}
