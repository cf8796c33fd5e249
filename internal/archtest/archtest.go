// Package archtest holds the rules that keep nissl's tree in order, as checks of the source text: who
// may import whom, no hidden state, short files, one package doc, nothing of one machine in a file.
// It parses files and never asks the go command, so that a cached test result is never stale.
package archtest

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Module is the module's path in go.mod.
const Module = "nissl"

// A Violation is a place in the source that breaks a rule.
type Violation struct {
	Pos    string // file or file:line
	Reason string // what is wrong and what the rule is for
}

func (v Violation) String() string { return v.Pos + ": " + v.Reason }

// A File is one parsed Go file.
type File struct {
	Name string // slash-separated, from the module's root
	Src  []byte
	AST  *ast.File
	Test bool // its name ends in _test.go
}

// Generated says whether a tool wrote the file.
func (f *File) Generated() bool { return ast.IsGenerated(f.AST) }

// A Package is the Go files of one folder that share a package clause, test files included.
type Package struct {
	Dir   string // slash-separated, from the module's root; "." for the root
	Name  string
	Files []*File
}

// Source is a parsed tree.
type Source struct {
	Fset     *token.FileSet
	Packages []*Package // sorted by Dir, then Name
}

// Load parses all Go files below the root of fsys, except in folders that the go command skips
// (testdata, names that begin with . or _) and in other modules.
func Load(fsys fs.FS) (*Source, error) {
	s := &Source{Fset: token.NewFileSet()}
	byKey := map[string]*Package{}
	err := fs.WalkDir(fsys, ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && skip(fsys, name):
			return fs.SkipDir
		case e.IsDir() || !strings.HasSuffix(name, ".go"):
			return nil
		}
		f, err := s.parse(fsys, name)
		if err != nil {
			return err
		}
		dir, pkg := path.Dir(name), strings.TrimSuffix(f.AST.Name.Name, "_test")
		p := byKey[dir+" "+pkg]
		if p == nil {
			p = &Package{Dir: dir, Name: pkg}
			byKey[dir+" "+pkg] = p
			s.Packages = append(s.Packages, p)
		}
		p.Files = append(p.Files, f)
		return nil
	})
	slices.SortFunc(s.Packages, func(a, b *Package) int { return strings.Compare(a.Dir+" "+a.Name, b.Dir+" "+b.Name) })
	return s, err
}

// skip says whether the go command would not look into a folder.
func skip(fsys fs.FS, dir string) bool {
	base := path.Base(dir)
	if dir == "." {
		return false
	}
	if base == "testdata" || base == "node_modules" || base[0] == '.' || base[0] == '_' {
		return true
	}
	_, err := fs.Stat(fsys, path.Join(dir, "go.mod"))
	return !errors.Is(err, fs.ErrNotExist)
}

func (s *Source) parse(fsys fs.FS, name string) (*File, error) {
	src, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, err
	}
	tree, err := parser.ParseFile(s.Fset, name, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	return &File{Name: name, Src: src, AST: tree, Test: strings.HasSuffix(name, "_test.go")}, nil
}

// at makes a violation at a position.
func (s *Source) at(pos token.Pos, format string, args ...any) Violation {
	p := s.Fset.Position(pos)
	return Violation{fmt.Sprintf("%s:%d", p.Filename, p.Line), fmt.Sprintf(format, args...)}
}

// Docs requires that every package has a comment before exactly one of its package clauses. (A package
// that consists of tests only may go without.)
func (s *Source) Docs() []Violation {
	var out []Violation
	for _, p := range s.Packages {
		var with []string
		code := false
		for _, f := range p.Files {
			code = code || !f.Test
			if f.AST.Doc != nil && strings.TrimSpace(f.AST.Doc.Text()) != "" {
				with = append(with, f.Name)
			}
		}
		switch {
		case len(with) > 1:
			out = append(out, Violation{p.Dir, fmt.Sprintf("package %s has %d package docs, in %s: keep one",
				p.Name, len(with), strings.Join(with, " and "))})
		case len(with) == 0 && code:
			out = append(out, Violation{p.Dir, fmt.Sprintf("package %s has no package doc: say above one package clause what it is for", p.Name)})
		}
	}
	return out
}

// Lengths requires that files which people write have at most the given number of lines, and
// functions outside tests at most the other.
func (s *Source) Lengths(fileLines, funcLines int) []Violation {
	var out []Violation
	for _, p := range s.Packages {
		for _, f := range p.Files {
			if f.Generated() {
				continue
			}
			if n := strings.Count(string(f.Src), "\n"); n > fileLines {
				out = append(out, Violation{f.Name, fmt.Sprintf("%d lines, at most %d: split it by what its parts are about", n, fileLines)})
			}
			for _, d := range f.AST.Decls {
				fn, ok := d.(*ast.FuncDecl)
				if !ok || f.Test {
					continue
				}
				if n := s.Fset.Position(fn.End()).Line - s.Fset.Position(fn.Pos()).Line + 1; n > funcLines {
					out = append(out, s.at(fn.Pos(), "function %s has %d lines, at most %d: give its steps names", fn.Name.Name, n, funcLines))
				}
			}
		}
	}
	return out
}
