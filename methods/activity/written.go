package activity

import (
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"nissl/internal/npy"
)

// written is the traces of a finished bundle, of which a few samples are read: to open the bundle as a
// recording would turn all of its float16 into float32.
type written struct {
	file   *os.File
	header npy.Header
}

func open(path string) (*written, error) {
	f, h, err := npy.Open(filepath.Join(path, "traces.npy"))
	if err != nil {
		return nil, err
	}
	if len(h.Shape) != 2 || h.Size != 2 && h.Size != 4 {
		f.Close()
		return nil, fmt.Errorf("%s: traces of shape %v in %d bytes each", path, h.Shape, h.Size)
	}
	return &written{f, h}, nil
}

func (w *written) Close() error { return w.file.Close() }

// samples are n samples of every unit from the first on: units × samples.
func (w *written) samples(first, n int) ([][]float32, error) {
	size := w.header.Size
	b := make([]byte, n*size)
	rows := make([][]float32, w.header.Shape[0])
	for u := range rows {
		if _, err := w.file.ReadAt(b, w.header.Offset+int64(u*w.header.Shape[1]+first)*int64(size)); err != nil {
			return nil, err
		}
		rows[u] = make([]float32, n)
		for i := range rows[u] {
			if size == 2 {
				rows[u][i] = npy.FromHalf(binary.LittleEndian.Uint16(b[2*i:]))
			} else {
				rows[u][i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
			}
		}
	}
	return rows, nil
}
