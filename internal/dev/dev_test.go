package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"nissl/internal/archtest"
)

// The folder name of the method that the tests make. It is never written into the tree.
const name = "phase-locking-of-dev-test"

func files(t *testing.T) (folder string, text map[string][]byte) {
	t.Helper()
	s, err := newScaffold(name, "perturb")
	if err != nil {
		t.Fatal(err)
	}
	s.Row, s.Title = 10, `A "quoted" title`
	text, err = s.files()
	if err != nil {
		t.Fatal(err)
	}
	return "methods/" + s.Package, text
}

// What the scaffold writes keeps the rules of the tree.
func TestScaffoldKeepsRules(t *testing.T) {
	folder, text := files(t)
	tree := fstest.MapFS{}
	for name, b := range text {
		tree[folder+"/"+name] = &fstest.MapFile{Data: b}
	}
	source, err := archtest.Load(tree)
	if err != nil {
		t.Fatal(err)
	}
	for _, found := range [][]archtest.Violation{source.Imports(), source.State(), source.Docs(), source.Lengths(400, 60)} {
		for _, v := range found {
			t.Error(v)
		}
	}
}

// What it writes compiles, and its tests fail one and all until the method is written.
func TestScaffoldFailsUntilWritten(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a package; runs without -short")
	}
	const root = "../.."
	absRoot, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	// The go command sees the files through an overlay, so that the tree stays as it is.
	folder, text := files(t)
	dir := t.TempDir()
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	for name, b := range text {
		to := filepath.Join(dir, filepath.Base(name))
		if err := os.WriteFile(to, b, 0o644); err != nil {
			t.Fatal(err)
		}
		overlay.Replace[filepath.Join(absRoot, folder, name)] = to
	}
	j, err := json.Marshal(overlay)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(file, j, 0o644); err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(dir, "method.test")
	build := exec.Command("go", "test", "-c", "-vet=off", "-o", binary, "-overlay", file, "./"+folder)
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("the new method does not compile: %v\n%s", err, out)
	}
	run := exec.Command(binary, "-test.v")
	run.Dir = dir
	out, err := run.CombinedOutput()
	if err == nil {
		t.Error("the tests of a method that is not written pass")
	}
	for _, test := range []string{"TestContract", "TestClaims", "TestWritten", "TestByHand", "TestOracle", "TestPlanted"} {
		if !strings.Contains(string(out), "--- FAIL: "+test+" ") {
			t.Errorf("%s does not fail:\n%s", test, out)
		}
	}
}

func TestRun(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	if err := os.MkdirAll("methods", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll("catalog", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("catalog/papers.csv", []byte("n,title,verb\n7,\"Spikes, by phase\",decode\n8,Review,none\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := run([]string{"new", "phase-locking", "-row", "7"}, &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"phaselocking.Method(),", "catalog/catalog.go", filepath.Join("methods", "phaselocking", "doc.go")} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("it does not say %q:\n%s", want, out.String())
		}
	}
	b, err := os.ReadFile("methods/phaselocking/phaselocking.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"method.Decode", `"Spikes, by phase"`, "Row: 7"} {
		if !strings.Contains(string(b), want) {
			t.Errorf("the method has no %s", want)
		}
	}
	for _, bad := range []string{
		"new phase-locking", // is there
		"new Phase",
		"new phase_locking",
		"new x -verb look",
		"new x -row 9",
		"new x y",
		"new -verb map",
		"old x",
		"",
	} {
		if err := run(strings.Fields(bad), &out); err == nil {
			t.Errorf("dev %s: no error", bad)
		}
	}
	if err := run([]string{"new", "review", "-row", "8"}, &out); err != nil {
		t.Errorf("a row whose verb is none: %v", err)
	}
}
