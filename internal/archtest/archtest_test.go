package archtest

import (
	"strings"
	"testing"
	"testing/fstest"
)

// tree makes a source tree of name → text.
func tree(t *testing.T, files map[string]string) *Source {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	s, err := Load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// want checks that there is one violation, at the place and with the words given, or none where both are empty.
func want(t *testing.T, found []Violation, pos, words string) {
	t.Helper()
	switch {
	case pos == "" && len(found) == 0:
	case pos == "" || len(found) != 1 || found[0].Pos != pos || !strings.Contains(found[0].Reason, words):
		t.Errorf("found %v, want %q at %q", found, words, pos)
	}
}

func TestImports(t *testing.T) {
	for _, c := range []struct{ file, imports, words string }{
		{"recording.go", "math", ""},
		{"recording.go", "nissl/num/dense", "standard library alone"},
		{"recording.go", "gonum.org/v1/gonum/mat", "standard library alone"},
		{"num/dense/dense.go", "gonum.org/v1/gonum/mat", ""},
		{"num/dense/dense.go", "nissl/num/parallel", ""},
		{"num/dense/dense.go", "nissl", "no neurons"},
		{"num/dense/dense_test.go", "nissl/data", ""},
		{"data/data.go", "nissl/format", "plain files"},
		{"data/known/known.go", "nissl/format", ""},
		{"data/known/known.go", "nissl/method", "know no method"},
		{"data/known/known.go", "gonum.org/v1/gonum/mat", "know no method"},
		{"internal/h5/h5.go", "C", ""},
		{"format/nwb/nwb.go", "nissl/internal/h5", ""},
		{"format/nwb/nwb.go", "C", "cgo"},
		{"format/nwb/nwb.go", "nissl/method", "know no method"},
		{"model/ntf/ntf.go", "github.com/gomlx/gomlx/backends", "package compute"},
		{"nn/gpt.go", "github.com/gomlx/gomlx/pkg/core/graph", ""},
		{"method/method.go", "nissl", ""},
		{"method/method.go", "nissl/num/dense", "frame of a method"},
		{"methods/correlation/correlation.go", "nissl/num/correlate", ""},
		{"methods/correlation/claims.go", "nissl/data/known", ""},
		{"methods/correlation/correlation.go", "nissl/methods/jitter", "no other method"},
		{"methods/correlation/sub/sub.go", "nissl/methods/correlation", ""},
		{"methods/correlation/correlation_test.go", "nissl/methods/jitter", "no other method"},
		{"methods/correlation/correlation_test.go", "nissl/method/methodtest", ""},
		{"methods/correlation/correlation.go", "nissl/view", "nothing that shows it"},
		{"methods/correlation/correlation.go", "nissl/catalog", "nothing that shows it"},
		{"methods/correlation/correlation.go", "gonum.org/v1/plot", "package view draws"},
		{"catalog/catalog.go", "nissl/methods/correlation", ""},
		{"cli/cli.go", "nissl/catalog", "knows none by name"},
		{"cli/cli.go", "github.com/spf13/cobra", ""},
		{"cli/cli.go", "nissl/internal/doctor", ""},
		{"method/method.go", "github.com/spf13/pflag", "command line"},
		{"cmd/nissl/main.go", "nissl/catalog", ""},
		{"misc/misc.go", "math", "in no layer"},
	} {
		s := tree(t, map[string]string{c.file: "package p\n\nimport _ \"" + c.imports + "\"\n"})
		pos := c.file + ":3"
		switch c.words {
		case "":
			pos = ""
		case "in no layer":
			pos = "misc"
		}
		want(t, s.Imports(), pos, c.words)
	}
}

func TestState(t *testing.T) {
	for _, c := range []struct{ code, line, words string }{
		{`var errNo = errors.New("no")`, "", ""},
		{`var names = map[string]int{"a": 1}; func f() int { return names["a"] }`, "", ""},
		{"//go:embed x\nvar files embed.FS", "", ""},
		{`var _ error = (*E)(nil)`, "", ""},
		{`var once = sync.OnceValue(f)`, "", ""},
		{`var n int`, "3", "no initial value"},
		{`var mu sync.Mutex`, "3", "sync.Mutex"},
		{`var pool = sync.Pool{}`, "3", "sync.Pool"},
		{`var n = new(atomic.Int64)`, "3", "atomic.Int64"},
		{`func init() {}`, "3", "func init"},
		{`type T int; func (T) init() {}`, "", ""},
		{"var n = 1\nfunc f() { n = 2 }", "4", "n is changed"},
		{"var n = 1\nfunc f() { n++ }", "4", "n is changed"},
		{"var m = map[int]int{}\nfunc f() { m[1] = 2 }", "4", "m is changed"},
		{"var p = &T{}\nfunc f() { p.x.y = 2 }", "4", "p is changed"},
		{"var n = 1\nfunc f() { for n = range 3 {} }", "4", "n is changed"},
		{"var n = 1\nfunc f() { n := 2; n = 3; _ = n }", "", ""},
		{"var n = 1\nfunc f(n int) { n = 3 }", "", ""},
		{"var n = 1\nfunc f() { var t T; t.n = 3 }", "", ""},
	} {
		s := tree(t, map[string]string{"a.go": "package p\n\n" + c.code + "\n"})
		pos := ""
		if c.line != "" {
			pos = "a.go:" + c.line
		}
		t.Run(c.code, func(t *testing.T) { want(t, s.State(), pos, c.words) })
	}
	// A variable declared in one file and changed in another; tests may do as they like.
	s := tree(t, map[string]string{
		"a.go":      "package p\n\nvar n = 1\n",
		"b.go":      "package p\n\nimport \"fmt\"\n\nfunc f() { n = len(fmt.Sprint()) }\n",
		"c_test.go": "package p\n\nvar k int\n\nfunc g() { n = 2 }\n",
	})
	want(t, s.State(), "b.go:5", "n is changed")
}

func TestDocs(t *testing.T) {
	want(t, tree(t, map[string]string{"a.go": "// Package p is.\npackage p\n", "b.go": "package p\n"}).Docs(), "", "")
	want(t, tree(t, map[string]string{"a_test.go": "package p\n"}).Docs(), "", "")
	want(t, tree(t, map[string]string{"q/a.go": "package p\n"}).Docs(), "q", "no package doc")
	want(t, tree(t, map[string]string{"q/a.go": "//go:build linux\n\n// Package p.\npackage p\n", "q/b.go": "// Again.\npackage p\n"}).Docs(),
		"q", "2 package docs")
}

func TestLengths(t *testing.T) {
	long := strings.Repeat("\n", 10)
	want(t, tree(t, map[string]string{"a.go": "package p" + long}).Lengths(10, 5), "", "")
	want(t, tree(t, map[string]string{"a.go": "package p\n" + long}).Lengths(10, 5), "a.go", "at most 10")
	want(t, tree(t, map[string]string{"a.go": "// Code generated by x. DO NOT EDIT.\npackage p" + long}).Lengths(10, 5), "", "")
	want(t, tree(t, map[string]string{"a.go": "package p\nfunc f() {\n\n\n\n}\n"}).Lengths(10, 5), "", "")
	want(t, tree(t, map[string]string{"a.go": "package p\nfunc f() {\n\n\n\n\n}\n"}).Lengths(10, 5), "a.go:2", "at most 5")
	want(t, tree(t, map[string]string{"a_test.go": "package p\nfunc f() {\n\n\n\n\n}\n"}).Lengths(10, 5), "", "")
}

func TestWords(t *testing.T) {
	for text, words := range map[string]string{
		"see /" + "work/x":                        "one machine",
		"in the work/ folder":                     "",
		"from https://pypi." + "org/simple":       "registry",
		"binary\x00 https://pypi." + "org/simple": "",
	} {
		found, err := Words(fstest.MapFS{"f": {Data: []byte("line\n" + text)}}, []string{"f", "removed"})
		if err != nil {
			t.Fatal(err)
		}
		pos := ""
		if words != "" {
			pos = "f:2"
		}
		want(t, found, pos, words)
	}
}

func TestLoadSkips(t *testing.T) {
	s := tree(t, map[string]string{
		"a.go":                  "package p\n",
		"testdata/broken.go":    "no Go",
		"_old/broken.go":        "no Go",
		".cache/broken.go":      "no Go",
		"other/go.mod":          "module other",
		"other/broken.go":       "no Go",
		"web/node_modules/x.go": "no Go",
	})
	if len(s.Packages) != 1 || s.Packages[0].Dir != "." || len(s.Packages[0].Files) != 1 {
		t.Errorf("loaded %d packages, want the root's one file", len(s.Packages))
	}
}
