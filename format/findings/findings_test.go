package findings

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"nissl"
)

func example() *nissl.Finding {
	f := &nissl.Finding{
		Method: "correlation", Verb: "map", Summary: "3 pairs < chance", Seed: math.MaxUint64, Version: nissl.Version,
		Papers: []nissl.Paper{{Row: 10, Authors: "Perkel, Gerstein & Moore", Year: 1967, Title: "Neuronal spike trains"}},
		Params: map[string]any{"width_s": 0.5, "name": "x", "deep": true},
		Inputs: []nissl.Source{{Path: "a.rec", SHA256: strings.Repeat("0", 64)}},
		Evidence: []nissl.Evidence{{Name: "strongest", Observed: 0.9, Null: "circular shifts", NullMean: 0.1, NullRuns: []float64{0.1, math.NaN()},
			Effect: 0.8, P: 1.0 / 3, Causal: "none: a recording cannot be perturbed", Passed: true}},
		Notes: []string{"one note"},
	}
	f.AddMetric("mean", math.NaN(), "", "")
	f.AddMetric("bits", math.Inf(-1), "bit", "evidence")
	f.AddMetric("rank", 3, "", "")
	f.AddTable("units", "one row per unit", nissl.Col("unit", "", []string{"a", "b"}), nissl.Col("strength", "", []float64{1, 2}))
	f.Arrays = []nissl.Array{{Name: "affinity", Doc: "units × units", Shape: []int{2, 2}, F32: []float32{1, 2, 3, 4}},
		{Name: "time", Shape: []int{3}, F64: []float64{0, 0.1, 0.2}}}
	return f
}

var figures = map[string][]byte{"affinity.svg": []byte("<svg/>"), "course.svg": []byte("<svg></svg>")}

func TestRoundTrip(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "deep", "out")
	want := example()
	if err := Write(dir, want, figures); err != nil {
		t.Fatal(err)
	}
	got, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	if g, w := fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", want); g != w {
		t.Errorf("got  %s\nwant %s", g, w)
	}
	if b, err := os.ReadFile(filepath.Join(dir, "figures", "affinity.svg")); err != nil || string(b) != "<svg/>" {
		t.Errorf("figure: %q, %v", b, err)
	}
}

func TestSameFindingSameBytes(t *testing.T) {
	tree := func() map[string]string {
		dir := filepath.Join(t.TempDir(), "out")
		if err := Write(dir, example(), figures); err != nil {
			t.Fatal(err)
		}
		out := map[string]string{}
		filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if rel, _ := filepath.Rel(dir, path); err == nil && !d.IsDir() {
				b, _ := os.ReadFile(path)
				out[rel] = string(b)
			}
			return err
		})
		return out
	}
	first := tree()
	if len(first) != 6 {
		t.Errorf("%d files, want 6", len(first))
	}
	for range 5 {
		if !reflect.DeepEqual(tree(), first) {
			t.Fatal("the same finding gave other bytes")
		}
	}
}

// finding.json is JSON for everyone and has the names that the design promises.
func TestJSON(t *testing.T) {
	b, err := JSON(example())
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(b), `\u003c`) {
		t.Error("text is escaped for HTML, hard to read")
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var m map[string]any
	if err := d.Decode(&m); err != nil {
		t.Fatal(err)
	}
	for _, k := range []string{"method", "verb", "papers", "params", "seed", "inputs", "version", "metrics", "evidence"} {
		if _, ok := m[k]; !ok {
			t.Errorf("no field %q", k)
		}
	}
	metrics := m["metrics"].([]any)
	if v := metrics[0].(map[string]any)["value"]; v != nil {
		t.Errorf("NaN is %v, want null", v)
	}
	if v := metrics[1].(map[string]any)["value"]; fmt.Sprint(v) != "-1e999" {
		t.Errorf("-Inf is %v", v)
	}
	if m["seed"].(json.Number).String() != "18446744073709551615" {
		t.Errorf("seed is %v", m["seed"])
	}
}

func TestReplacesOnlyFindings(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "out")
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	for range 2 { // an empty folder, then a finding
		if err := Write(dir, example(), nil); err != nil {
			t.Fatal(err)
		}
	}
	bad := example()
	bad.Arrays[0].Shape = []int{3, 3}
	if err := Write(dir, bad, nil); err == nil {
		t.Error("an array of the wrong shape was written")
	}
	if _, err := Read(dir); err != nil {
		t.Errorf("a failed write damaged the finding that was there: %v", err)
	}
	other := filepath.Join(parent, "photos")
	if err := os.MkdirAll(filepath.Join(other, "x"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := Write(other, example(), nil); err == nil {
		t.Error("a folder of other things was replaced")
	}
	for _, name := range []string{"", "../up", "a/b", ".hidden"} {
		f := example()
		f.Tables[0].Name = name
		if err := Write(filepath.Join(parent, "new"), f, nil); err == nil {
			t.Errorf("a table named %q was written", name)
		}
	}
	entries, _ := os.ReadDir(parent)
	if len(entries) != 2 {
		t.Errorf("left behind: %v", entries)
	}
}

func TestReadRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":   "unexpected end",
		"{}": "files",
		`{"files":{"tables":[{"file":"../../etc/passwd"}]}}`: "outside the folder",
	} {
		dir := t.TempDir()
		os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600)
		if _, err := Read(dir); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), file) {
			t.Errorf("%q: %v, expected an error with %q", text, err, want)
		}
	}
}
