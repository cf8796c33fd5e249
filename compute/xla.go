//go:build cgo && (linux || darwin)

package compute

import (
	"path/filepath"
	"strings"

	"github.com/gomlx/gomlx/backends/xla"
)

// openXLA opens a PJRT plugin by its absolute path or by a name that go-xla looks up ("cpu", "cuda"),
// each with GoMLX's options after a comma. GoMLX's own download is never triggered from here: set-up
// does that, where a person can see it.
func openXLA(settings string) (*Device, error) {
	path, _, _ := strings.Cut(settings, ",")
	// A plugin opened by path is not known to be on the CPU, so GoMLX would copy every buffer.
	if filepath.Base(path) == "pjrt_c_api_cpu_plugin.so" && !strings.Contains(settings, "shared_buffers") {
		settings += ",shared_buffers"
	}
	if !filepath.IsAbs(path) {
		xla.EnableAutoInstall(false)
	}
	b, err := xla.NewWithOptions(settings, nil)
	if err != nil {
		return nil, err
	}
	info := Info{Name: "xla", Description: b.Description(), Config: "xla:" + settings, Devices: b.NumDevices()}
	if filepath.IsAbs(path) {
		info.Plugin = path
	}
	return &Device{b, info}, nil
}
