package load

import (
	"fmt"
	"path/filepath"

	"nissl/compute"
	"nissl/nn"
)

// Describe opens a network in a folder that has no network.toml, by the text of one.
func Describe(device *compute.Device, folder, description string) (*Network, error) {
	path := filepath.Join(folder, TomlFile)
	d, err := describe(path, []byte(description))
	if err != nil {
		return nil, err
	}
	weights, err := d.open()
	if err != nil {
		return nil, err
	}
	defer weights.Close()
	p, err := d.build(weights)
	if err != nil {
		return nil, err
	}
	m, err := nn.New(device, label(folder, true), p.arch, p.weights)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	m.Notes = p.notes
	return &Network{Model: m, Text: p.text, noText: p.noText, Pictures: p.pictures}, nil
}
