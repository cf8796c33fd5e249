package archtest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A layer is a set of folders that follow one import rule.
type layer struct {
	dir      string   // the folder and all below it; "." is the root alone
	imports  []string // the layers it may import beside itself; "*" for all
	external []string // prefixes of modules beyond the standard library; "*" for all but the guarded ones
	why      string
}

// layers is the table of DESIGN, most specific first.
func layers() []layer {
	below := []string{".", "num", "compute", "internal"}
	shown := []string{".", "method", "format", "view"}
	numeric := []string{"gonum.org/v1/gonum", "golang.org/x/", "github.com/mmcloughlin/avo"}
	return []layer{
		{".", nil, nil, "the nouns are what all packages speak, so they depend on the standard library alone"},
		{"internal/h5", nil, nil, "the HDF5 binding knows files and no neurons"},
		{"internal/dev", []string{".", "method"}, nil, "the scaffold writes files; it knows no method"},
		{"internal", []string{".", "num", "compute"}, []string{"*"}, "internal helpers serve all and know nothing above them"},
		{"data", nil, nil, "embedded data are plain files"},
		{"docs", nil, nil, "the record of what was measured is a plain file and its reader"},
		{"data/known", []string{".", "data", "format", "model", "num"}, nil, "recordings with a known answer are opened as nouns and know no method"},
		{"num", []string{"internal"}, numeric, "numeric kernels know arrays and no neurons"},
		{"compute", []string{"internal"}, []string{"*"}, "compute opens the accelerator and knows no network"},
		{"format", below, []string{"*"}, "readers give nouns and know no method"},
		{"model", below, []string{"*"}, "models are shared by methods and know none"},
		{"nn", append(below, "data"), []string{"*"}, "networks give nouns and know no method"},
		{"spiking", below, []string{"*"}, "the simulator gives nouns and knows no method"},
		{"method", []string{"."}, nil, "the frame of a method knows the nouns alone, so that it fits every method"},
		{"methods", append(below, "format", "model", "nn", "spiking", "method", "data", "data/known"), []string{"*"},
			"a method may use everything below it, but no other method (what two share moves down to model or num) and nothing that shows it"},
		{"catalog", []string{".", "method", "methods"}, nil, "the catalogue is the table of methods and nothing else"},
		{"view", shown, []string{"*"}, "what shows findings knows no method by name, so that a new one needs no change there"},
		{"cli", append(shown, "data", "internal/doctor", "internal/digest"), []string{"*"}, "the command line is given its methods and knows none by name"},
		{"studio", append(shown, "web", "docs", "num", "internal"), []string{"*"}, "the studio is given its methods and networks and knows none by name; what it measures itself it measures with the kernels"},
		{"web", nil, nil, "the studio's pages are plain files"},
		{"cmd", []string{"*"}, []string{"*"}, "commands put everything together"},
		{"bench", []string{"*"}, []string{"*"}, "benchmarks may look at everything"},
		{"scripts", []string{"*"}, []string{"*"}, "scripts may look at everything"},
		{"examples", []string{"*"}, []string{"*"}, "examples may use everything"},
	}
}

// A guard keeps a module to a few layers even where the layer's rule allows any.
type guard struct {
	module string
	layers []string
	why    string
}

func guards() []guard {
	return []guard{
		{"C", []string{"internal/h5"}, "cgo makes builds slow and needs C libraries: only the HDF5 binding has it"},
		{"github.com/gomlx/", []string{"compute", "nn"}, "GoMLX is large: ask package compute for a device, so that the rest builds fast"},
		{"github.com/spf13/", []string{"cli", "cmd"}, "flags and commands belong to the command line; methods have Params"},
		{"github.com/vbauerster/mpb", []string{"cli", "cmd"}, "progress bars belong to the command line; methods report progress"},
		{"gonum.org/v1/plot", []string{"view"}, "methods describe figures; package view draws them"},
	}
}

// testsMayUse are the layers that every test may import as well: they hold the data and the suites.
func testsMayUse() []string {
	return []string{".", "num", "compute", "data", "data/known", "format", "internal", "model", "nn", "spiking", "method"}
}

// find returns the most specific layer of a folder.
func find(dir string) (layer, bool) {
	best, ok := layer{}, false
	for _, l := range layers() {
		if within(dir, l.dir) && len(l.dir) >= len(best.dir) {
			best, ok = l, true
		}
	}
	return best, ok
}

// within says whether dir is the layer's folder or below it. The root layer is the root alone.
func within(dir, layer string) bool {
	return dir == layer || layer != "." && strings.HasPrefix(dir, layer+"/")
}

// Imports checks every import against the table.
func (s *Source) Imports() []Violation {
	var out []Violation
	for _, p := range s.Packages {
		from, ok := find(p.Dir)
		if !ok {
			out = append(out, Violation{p.Dir, "this folder is in no layer of the import table: give it a line in internal/archtest/imports.go, with the reason"})
			continue
		}
		for _, f := range p.Files {
			for _, spec := range f.AST.Imports {
				to, err := strconv.Unquote(spec.Path.Value)
				if err != nil {
					continue // the parser has accepted it, so this cannot be
				}
				if reason := forbids(from, p.Dir, to, f.Test); reason != "" {
					out = append(out, s.at(spec.Pos(), "%s", reason))
				}
			}
		}
	}
	return out
}

// forbids returns why a package of the layer from, in dir, may not import to, or "".
func forbids(from layer, dir, to string, test bool) string {
	if to != Module && !strings.HasPrefix(to, Module+"/") {
		return forbidsExternal(from, dir, to, test)
	}
	target := strings.TrimPrefix(strings.TrimPrefix(to, Module), "/")
	if target == "" {
		target = "."
	}
	if from.dir == "methods" && within(target, "methods") && methodOf(target) != methodOf(dir) {
		return fmt.Sprintf("%s imports the method %s: %s", dir, target, from.why)
	}
	allowed := append([]string{from.dir}, from.imports...)
	if test {
		allowed = append(allowed, testsMayUse()...)
	}
	if slices.Contains(allowed, "*") || slices.ContainsFunc(allowed, func(l string) bool { return within(target, l) }) {
		return ""
	}
	return fmt.Sprintf("%s imports %s: %s", dir, to, from.why)
}

// methodOf returns the first two parts of a path: methods/name.
func methodOf(dir string) string {
	parts := strings.SplitN(dir, "/", 3)
	return strings.Join(parts[:min(2, len(parts))], "/")
}

func forbidsExternal(from layer, dir, to string, test bool) string {
	for _, g := range guards() {
		if !strings.HasPrefix(to, g.module) {
			continue
		}
		if from.dir != "bench" && from.dir != "scripts" && !slices.ContainsFunc(g.layers, func(l string) bool { return within(dir, l) }) {
			return fmt.Sprintf("%s imports %s: %s", dir, to, g.why)
		}
		return ""
	}
	if first, _, _ := strings.Cut(to, "/"); !strings.Contains(first, ".") || test {
		return "" // the standard library
	}
	if slices.Contains(from.external, "*") || slices.ContainsFunc(from.external, func(m string) bool { return strings.HasPrefix(to, m) }) {
		return ""
	}
	return fmt.Sprintf("%s imports %s: %s", dir, to, from.why)
}
