package load

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"nissl"
	"nissl/compute"
	"nissl/nn"
	"nissl/nn/tokenizer"
)

// Network is a trained network with what turns text or pictures into its input.
type Network struct {
	*nn.Model
	Text tokenizer.Tokenizer // nil where the network reads no text
}

// parts are what a reader finds.
type parts struct {
	arch    nn.Architecture
	weights map[string]nissl.Tensor
	text    tokenizer.Tokenizer
	notes   []string
}

// reader opens one kind of file or folder.
type reader struct {
	what  string // for the error that lists all
	knows func(path string, folder bool) bool
	read  func(path string) (parts, error)
}

// readers in the order in which they are asked.
func readers() []reader {
	return []reader{
		{"a llama2.c checkpoint NAME.bin", func(p string, folder bool) bool { return !folder && strings.HasSuffix(p, ".bin") }, readLlama2c},
	}
}

// Open loads the network at a path and puts its weights on the device. Close it when done.
func Open(device *compute.Device, path string) (*Network, error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	var known []string
	for _, r := range readers() {
		known = append(known, r.what)
		if !r.knows(path, st.IsDir()) {
			continue
		}
		p, err := r.read(path)
		if err != nil {
			return nil, err
		}
		m, err := nn.New(device, label(path), p.arch, p.weights)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		m.Notes = p.notes
		return &Network{Model: m, Text: p.text}, nil
	}
	return nil, fmt.Errorf("%s: no network that nissl knows: expected %s", path, strings.Join(known, ", "))
}

// label is the file's or folder's name without its ending.
func label(path string) string {
	base := filepath.Base(filepath.Clean(path))
	return strings.TrimSuffix(base, filepath.Ext(base))
}

// readLlama2c reads the weights, and the tokenizer that lies beside them.
func readLlama2c(path string) (parts, error) {
	a, weights, err := llama2c(path)
	return parts{arch: a, weights: weights}, err
}
