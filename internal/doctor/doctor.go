// Package doctor looks at the machine that nissl runs on and says what is there, what is missing and
// what to do about it.
package doctor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"nissl"
	"nissl/compute"
	"nissl/compute/plugin"
)

// A Check is one thing that was looked at.
type Check struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`        // what was found
	Fix    string `json:"fix,omitempty"` // what to do where OK is false
}

// Options says what the caller knows and Run cannot find out.
type Options struct {
	HDF5    string        // version of libhdf5 that the program runs with; empty where it has none
	DataDir string        // folder of larger recordings, from NISSL_DATA; may be empty
	Measure time.Duration // how long to measure the speed of the accelerator; 0 for 300 ms
}

const (
	gib         = 1 << 30
	wantMemory  = 4 * gib
	wantDisk    = 2 * gib
	matrixSide  = 512 // of the product that measures the accelerator: 1 MiB a matrix, past the first cache
	measureTime = 300 * time.Millisecond
)

// Run makes all checks, in the order in which they are shown. It takes about a second, most of it for
// the accelerator, and ends early, without that one, when ctx is cancelled.
func Run(ctx context.Context, o Options) []Check {
	if o.Measure == 0 {
		o.Measure = measureTime
	}
	return []Check{
		program(),
		processor(),
		memory(),
		compiler(),
		hdf5(o.HDF5),
		accelerator(ctx, o.Measure),
		cache(),
		recordings(o.DataDir),
	}
}

// Healthy says whether every check is well.
func Healthy(checks []Check) bool {
	for _, c := range checks {
		if !c.OK {
			return false
		}
	}
	return true
}

// Print writes the checks for people, one to a line and what to do below it.
func Print(w io.Writer, checks []Check) error {
	for _, c := range checks {
		mark := "ok"
		if !c.OK {
			mark = "!!"
		}
		if _, err := fmt.Fprintf(w, "%s  %-12s %s\n", mark, c.Name, c.Detail); err != nil {
			return err
		}
		if c.Fix != "" {
			if _, err := fmt.Fprintf(w, "    %-12s %s\n", "", c.Fix); err != nil {
				return err
			}
		}
	}
	return nil
}

func program() Check {
	return Check{Name: "nissl", OK: true,
		Detail: fmt.Sprintf("%s, built with %s for %s/%s", nissl.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH)}
}

func processor() Check {
	detail := fmt.Sprintf("%d cores", runtime.NumCPU())
	if model := cpuModel(); model != "" {
		detail += ", " + model
	}
	if n := runtime.GOMAXPROCS(0); n != runtime.NumCPU() {
		detail += fmt.Sprintf("; GOMAXPROCS allows %d", n)
	}
	return Check{Name: "processor", OK: true, Detail: detail}
}

func memory() Check {
	total, available, err := memoryBytes()
	if err != nil {
		return Check{Name: "memory", OK: true, Detail: "unknown: " + err.Error()}
	}
	c := Check{Name: "memory", OK: available >= wantMemory,
		Detail: fmt.Sprintf("%.1f GiB, %.1f GiB of it free", float64(total)/gib, float64(available)/gib)}
	if !c.OK {
		c.Fix = "large recordings need up to 4 GiB: close other programs, or slice the recording (--units, --time)"
	}
	return c
}

// compiler looks for what builds nissl; running it needs none.
func compiler() Check {
	for _, name := range []string{os.Getenv("CC"), "cc", "gcc", "clang"} {
		if name == "" {
			continue
		}
		if path, err := exec.LookPath(name); err == nil {
			return Check{Name: "C compiler", OK: true, Detail: path}
		}
	}
	return Check{Name: "C compiler", Detail: "none found; it is needed to build nissl, not to run it",
		Fix: "run 'make setup' in the source folder"}
}

func hdf5(version string) Check {
	if version == "" {
		return Check{Name: "HDF5", Detail: "not linked: NWB, MATLAB v7.3 and other HDF5 files cannot be read",
			Fix: "run 'make build' in the source folder, which installs libhdf5 first"}
	}
	return Check{Name: "HDF5", OK: true, Detail: "libhdf5 " + version}
}

// accelerator opens the device that methods would get, and measures it.
func accelerator(ctx context.Context, during time.Duration) Check {
	c := Check{Name: "accelerator"}
	d, err := compute.Open(compute.Options{})
	if err != nil {
		c.Detail, c.Fix = err.Error(), "correct or unset GOMLX_BACKEND and "+plugin.Env
		return c
	}
	defer d.Close()
	info := d.Info()
	gflops, err := d.MeasureGFLOPS(ctx, matrixSide, during)
	if err != nil {
		c.Detail, c.Fix = fmt.Sprintf("%s does not compute: %v", info.Name, err), "run with "+plugin.Env+"=off for pure Go"
		return c
	}
	speed := fmt.Sprintf("%.3g GFLOPS (float32 product of %d × %d)", gflops, matrixSide, matrixSide)
	if info.Name == "xla" {
		c.OK = true
		c.Detail = fmt.Sprintf("XLA, %s: %s", strings.TrimPrefix(info.Source+" at "+info.Plugin, " at "), speed)
		return c
	}
	c.Detail = "none, pure Go: " + speed
	if c.OK = info.Fallback == ""; !c.OK { // pure Go was not asked for
		c.Detail += "; " + info.Fallback
		c.Fix = "run 'make setup' in the source folder: matrix products are tens of times faster with it"
		if info.Fallback == plugin.ErrOff.Error() {
			c.Fix = "unset " + plugin.Env
		}
	}
	return c
}

// cache looks at the folder that keeps what is fetched and computed once.
func cache() Check {
	c := Check{Name: "cache"}
	user, err := os.UserCacheDir()
	if err != nil {
		c.Detail, c.Fix = err.Error(), "set HOME or XDG_CACHE_HOME"
		return c
	}
	dir := filepath.Join(user, "nissl")
	if err := writable(dir); err != nil {
		c.Detail, c.Fix = err.Error(), "make it writable, or set XDG_CACHE_HOME to a folder that is"
		return c
	}
	free, err := freeBytes(dir)
	if err != nil {
		return Check{Name: "cache", OK: true, Detail: dir}
	}
	c.OK = free >= wantDisk
	c.Detail = fmt.Sprintf("%s, %.1f GiB of the disk free", dir, float64(free)/gib)
	if !c.OK {
		c.Fix = "free some disk space: less than 2 GiB is left"
	}
	return c
}

// writable makes dir if needed and a file in it, which it removes.
func writable(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".doctor-*")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// recordings looks at the folder of larger recordings, which only tests and claims on them need.
func recordings(dir string) Check {
	c := Check{Name: "recordings", OK: true}
	switch info, err := os.Stat(dir); {
	case dir == "":
		c.Detail = "NISSL_DATA is not set: claims on larger recordings are not run"
	case err != nil:
		c.OK, c.Detail, c.Fix = false, err.Error(), "set NISSL_DATA to the folder that holds recordings/, or unset it"
	case !info.IsDir():
		c.OK, c.Detail, c.Fix = false, dir+" is no folder", "set NISSL_DATA to the folder that holds recordings/, or unset it"
	default:
		c.Detail = dir
	}
	return c
}
