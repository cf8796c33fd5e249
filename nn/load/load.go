package load

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"nissl"
	"nissl/compute"
	"nissl/nn"
	"nissl/nn/tokenizer"
)

// Network is a trained network with what turns text or pictures into its input.
type Network struct {
	*nn.Model
	Text tokenizer.Tokenizer // nil where the network reads no text; Tokenizer says why
	// Pictures says how images become its input; nil where it takes none or nothing is known of them.
	Pictures *Pictures

	noText  error // why Text is nil
	closers []func()
}

// OnClose registers f to run after the network is closed.
func (n *Network) OnClose(f func()) { n.closers = append(n.closers, f) }

// Close frees the network.
func (n *Network) Close() {
	n.Model.Close()
	for _, f := range n.closers {
		f()
	}
}

// From is the trained network that a method was given.
func From(n nissl.Network) (*Network, error) {
	if m, ok := n.(*Network); ok {
		return m, nil
	}
	return nil, fmt.Errorf("%s is no artificial network", n.About().Name)
}

// parts are what a reader finds.
type parts struct {
	arch    nn.Architecture
	weights map[string]nissl.Tensor
	text    tokenizer.Tokenizer
	noText  error // why there is no text
	notes   []string

	pictures *Pictures
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
		{"a network.toml, its folder or the weights beside it", isToml, readToml},
		{"a model of minGPT NAME.json", isMinGPT, readMinGPT},
		{"a llama2.c checkpoint NAME.bin", func(p string, folder bool) bool { return !folder && strings.HasSuffix(p, ".bin") }, readLlama2c},
		{"a Hugging Face folder with config.json and model.safetensors", isHuggingFace, readHuggingFace},
		{"a packed SqueezeNet NAME.net", func(p string, folder bool) bool { return !folder && strings.HasSuffix(p, ".net") }, readSqueezeNet},
		{"an ONNX network NAME.onnx", func(p string, folder bool) bool { return !folder && strings.HasSuffix(p, ".onnx") }, readONNX},
	}
}

// Open loads the network at a path and puts its weights on the device. Close it when done. A name
// OWNER/NAME that is no path is downloaded from the Hugging Face hub.
func Open(ctx context.Context, device *compute.Device, path string) (*Network, error) {
	name := path
	st, err := os.Stat(path)
	if err != nil && isHubName(path) {
		if path, err = newStore().folder(ctx, name); err == nil {
			st, err = os.Stat(path)
		}
	}
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
		m, err := nn.New(device, label(name, st.IsDir()), p.arch, p.weights)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		m.Notes = p.notes
		return &Network{Model: m, Text: p.text, noText: p.noText, Pictures: p.pictures}, nil
	}
	return nil, fmt.Errorf("%s: no network that nissl knows: expected %s", path, strings.Join(known, ", "))
}

// Knows says whether what lies at the path looks like a network, or the path like the name of one on the
// hub.
func Knows(path string) bool {
	st, err := os.Stat(path)
	if err != nil {
		return isHubName(path)
	}
	return slices.ContainsFunc(readers(), func(r reader) bool { return r.knows(path, st.IsDir()) })
}

// label is the folder's name, or the file's without its ending.
func label(path string, folder bool) string {
	base := filepath.Base(filepath.Clean(path))
	if folder { // pythia-1.4b
		return base
	}
	return strings.TrimSuffix(base, filepath.Ext(base))
}
