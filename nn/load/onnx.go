package load

import (
	"fmt"
	"io"
	"os"

	"nissl/nn/onnx"
)

// maxONNX is the most that a message of protocol buffers may have.
const maxONNX = 2 << 30

// readONNX reads a network of an ONNX file.
func readONNX(path string) (parts, error) {
	f, err := os.Open(path)
	if err != nil {
		return parts{}, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxONNX+1))
	if err != nil {
		return parts{}, err
	}
	if len(b) > maxONNX {
		return parts{}, fmt.Errorf("%s: more than %d bytes: expected an ONNX network in one message", path, maxONNX)
	}
	net, weights, notes, err := onnx.Parse(b)
	if err != nil {
		return parts{}, fmt.Errorf("%s: %w", path, err)
	}
	return parts{arch: net, weights: weights, notes: notes}, nil
}
