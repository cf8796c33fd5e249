package compute_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gomlx/gomlx/pkg/core/graph"

	"nissl/compute"
	"nissl/compute/plugin"
)

// devices opens every kind of device that this machine has.
func devices(t *testing.T) map[string]*compute.Device {
	t.Helper()
	t.Setenv("GOMLX_BACKEND", "")
	configs := map[string]string{"go": "go"}
	if p, err := plugin.Find(); err == nil {
		configs["xla"] = "xla:" + p.Path
	} else {
		t.Logf("no XLA here: %v", err)
	}
	open := map[string]*compute.Device{}
	for name, config := range configs {
		d, err := compute.Open(compute.Options{Config: config})
		if err != nil {
			t.Fatalf("Open(%q): %v", config, err)
		}
		t.Cleanup(d.Close)
		open[name] = d
	}
	return open
}

func TestDevicesComputeTheSame(t *testing.T) {
	for name, d := range devices(t) {
		exec, err := graph.NewExec(d.Backend(), func(x *graph.Node) *graph.Node { return graph.ReduceAllSum(graph.Square(x)) })
		if err != nil {
			t.Fatal(err)
		}
		out, err := exec.Exec1([]float32{1, 2, 3, 4})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := out.Value().(float32); got != 30 { // 1 + 4 + 9 + 16
			t.Errorf("%s: sum of squares is %g, want 30", name, got)
		}
		if info := d.Info(); info.Name != name || info.Devices < 1 || info.Description == "" {
			t.Errorf("%s: Info() = %+v", name, info)
		}
	}
}

func TestMeasureGFLOPS(t *testing.T) {
	for name, d := range devices(t) {
		got, err := d.MeasureGFLOPS(context.Background(), 128, 20*time.Millisecond)
		if err != nil || got <= 0 {
			t.Errorf("%s: MeasureGFLOPS = %g, %v; want a positive rate", name, got, err)
		}
		t.Logf("%s: %.1f GFLOPS at 128 × 128", name, got)
		cancelled, cancel := context.WithCancel(context.Background())
		cancel()
		if _, err := d.MeasureGFLOPS(cancelled, 8, time.Hour); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: MeasureGFLOPS of a cancelled context: %v", name, err)
		}
	}
}

// Open with nothing asked for never fails on a machine without a plugin or with a broken one, and says why.
func TestOpenFallsBack(t *testing.T) {
	t.Setenv("GOMLX_BACKEND", "")
	t.Setenv(plugin.Env, "off")
	d, err := compute.Open(compute.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if info := d.Info(); info.Name != "go" || !strings.Contains(info.Fallback, plugin.Env) {
		t.Errorf("Info() = %+v, want pure Go because %s is off", info, plugin.Env)
	}

	broken := filepath.Join(t.TempDir(), "pjrt_c_api_cpu_plugin.so")
	if err := os.WriteFile(broken, []byte("no shared library"), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv(plugin.Env, broken)
	d, err = compute.Open(compute.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if info := d.Info(); info.Name != "go" || info.Fallback == "" {
		t.Errorf("Info() = %+v, want pure Go because the plugin does not load", info)
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Setenv("GOMLX_BACKEND", "")
	t.Setenv(plugin.Env, filepath.Join(t.TempDir(), "missing.so"))
	for _, config := range []string{"", "xla", "tpu", "xla:/nowhere/plugin.so", "go:turbo"} {
		if d, err := compute.Open(compute.Options{Config: config}); err == nil {
			d.Close()
			t.Errorf("Open(%q) of what is not there: no error", config)
		}
	}
}
