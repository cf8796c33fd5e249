// Package compute opens the machine that runs artificial networks and large dense algebra: GoMLX on
// its XLA backend where a plugin is installed, else on its backend in pure Go. It and package nn are
// the only ones that import GoMLX, so that everything else builds fast.
package compute

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/gomlx/gomlx/backends"
	"github.com/gomlx/gomlx/backends/simplego"

	"nissl/compute/plugin"
)

// Options says what Open should open. The zero value takes the fastest that this machine has.
type Options struct {
	// Config is a GoMLX configuration: "go" for pure Go, "xla" for the plugin that plugin.Find finds,
	// "xla:/path/to/plugin.so", "xla:cuda". Where it is empty the environment variable GOMLX_BACKEND is
	// taken, then "xla", then "go".
	Config string
}

// A Device runs computations. It may be used from several goroutines.
type Device struct {
	backend backends.Backend
	info    Info
}

// Info describes a Device to people and in a finding's provenance.
type Info struct {
	Name        string `json:"name"`             // "xla" or "go"
	Description string `json:"description"`      // the backend's own words
	Config      string `json:"config"`           // what opens the same device again, by Options.Config
	Plugin      string `json:"plugin,omitempty"` // path of the PJRT plugin
	Source      string `json:"source,omitempty"` // where the plugin is from, with its version
	Devices     int    `json:"devices"`
	Fallback    string `json:"fallback,omitempty"` // why the device is not XLA although none was asked for
}

// Open opens the device that o asks for. With nothing asked for it always succeeds: where no plugin
// is found or it does not load, the device is pure Go and Info().Fallback says why. A device that was
// asked for and cannot be opened is an error. Close it when done.
func Open(o Options) (*Device, error) {
	config := o.Config
	if config == "" {
		config = os.Getenv(backends.ConfigEnvVar)
	}
	if config != "" && config != "xla" {
		return open(config)
	}
	p, err := plugin.Find()
	switch {
	case config == "xla" && err != nil:
		return nil, fmt.Errorf("backend %q: %w", config, err)
	case err == nil:
		d, err := openXLA(p.Path)
		if err == nil {
			d.info.Source = string(p.Source)
			return d, nil
		}
		if config == "xla" {
			return nil, fmt.Errorf("backend %q: %w", config, err)
		}
		return pureGo(err)
	case errors.Is(err, plugin.ErrNone), errors.Is(err, plugin.ErrOff):
		return pureGo(err)
	default: // the environment points to what is not there
		return nil, err
	}
}

// open opens the backend of a GoMLX configuration, name[:settings].
func open(config string) (*Device, error) {
	name, settings, _ := strings.Cut(config, ":")
	switch name {
	case simplego.BackendName:
		b, err := simplego.New(settings)
		if err != nil {
			return nil, fmt.Errorf("backend %q: %w", config, err)
		}
		return &Device{b, Info{Name: "go", Description: b.Description(), Config: config, Devices: b.NumDevices()}}, nil
	case "xla":
		d, err := openXLA(settings)
		if err != nil {
			return nil, fmt.Errorf("backend %q: %w", config, err)
		}
		return d, nil
	}
	return nil, fmt.Errorf("backend %q: want \"go\", or \"xla:\" and a plugin's absolute path or name", config)
}

func pureGo(why error) (*Device, error) {
	d, err := open(simplego.BackendName)
	if err != nil {
		return nil, err
	}
	d.info.Fallback = why.Error()
	return d, nil
}

// Backend returns what GoMLX builds its graphs for. It is valid until Close.
func (d *Device) Backend() backends.Backend { return d.backend }

// Info describes the device.
func (d *Device) Info() Info { return d.info }

// Close frees the device. What was computed on it and not copied to the host is lost.
func (d *Device) Close() { d.backend.Finalize() }
