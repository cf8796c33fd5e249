package doctor

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nissl/compute/plugin"
)

// find returns the check with the given name.
func find(t *testing.T, checks []Check, name string) Check {
	t.Helper()
	for _, c := range checks {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("no check %q in %v", name, checks)
	return Check{}
}

func run(t *testing.T, o Options) []Check {
	t.Helper()
	o.Measure = time.Millisecond
	t.Setenv("GOMLX_BACKEND", "")
	checks := Run(context.Background(), o)
	for _, c := range checks {
		if c.Detail == "" || c.OK == (c.Fix != "") {
			t.Errorf("%+v: want a detail, and what to do exactly where something is wrong", c)
		}
	}
	return checks
}

func TestRun(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv(plugin.Env, "off")
	checks := run(t, Options{HDF5: "1.10.8", DataDir: t.TempDir()})
	for name, want := range map[string]string{
		"nissl":       "built with go",
		"processor":   "cores",
		"HDF5":        "1.10.8",
		"accelerator": "GFLOPS",
		"cache":       "nissl",
	} {
		if c := find(t, checks, name); !strings.Contains(c.Detail, want) {
			t.Errorf("%s: %q, want %q in it", name, c.Detail, want)
		}
	}
	// The plugin was turned off above, so the accelerator is what is missing.
	if c := find(t, checks, "accelerator"); c.OK || !strings.Contains(c.Fix, "unset "+plugin.Env) {
		t.Errorf("accelerator: %+v; want it missing", c)
	}
	if Healthy(checks) {
		t.Error("Healthy although the accelerator is missing")
	}
}

func TestRunFindsFaults(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("XDG_CACHE_HOME", file)
	t.Setenv(plugin.Env, filepath.Join(filepath.Dir(file), "missing.so"))
	checks := run(t, Options{DataDir: file})
	for _, name := range []string{"HDF5", "accelerator", "cache", "recordings"} {
		if c := find(t, checks, name); c.OK {
			t.Errorf("%s: %+v; want a fault", name, c)
		}
	}
	if c := find(t, run(t, Options{DataDir: file + ".none"}), "recordings"); c.OK {
		t.Errorf("recordings: %+v; want a fault", c)
	}
	if c := find(t, run(t, Options{}), "recordings"); !c.OK {
		t.Errorf("recordings: %+v; none are needed", c)
	}
}

func TestPrint(t *testing.T) {
	checks := []Check{{Name: "a", OK: true, Detail: "there"}, {Name: "b", Detail: "gone", Fix: "get it"}}
	var b bytes.Buffer
	if err := Print(&b, checks); err != nil {
		t.Fatal(err)
	}
	want := "ok  a            there\n!!  b            gone\n                 get it\n"
	if b.String() != want {
		t.Errorf("Print wrote\n%s\nwant\n%s", b.String(), want)
	}
	j, err := json.Marshal(checks)
	if want := `[{"name":"a","ok":true,"detail":"there"},{"name":"b","ok":false,"detail":"gone","fix":"get it"}]`; err != nil || string(j) != want {
		t.Errorf("JSON %s, %v; want %s", j, err, want)
	}
}
