// Package scratch gives readers room for samples that may not fit into memory: small
// matrices lie in memory, large ones in a file without a name that is mapped into it, so
// that the system can move them to disk.
package scratch

import (
	"fmt"
	"math"
	"os"
	"unsafe"
)

// InMemory is the size in bytes up to which a matrix is kept in memory.
const InMemory = 1 << 30

// Rows makes n rows of zeros, in memory up to limit bytes, else in a file in TMPDIR.
// Call release when they are not needed any more.
func Rows(n, samples int, limit int64) (rows [][]float32, release func() error, err error) {
	if n < 0 || samples < 0 {
		panic(fmt.Sprintf("scratch: Rows(%d, %d)", n, samples))
	}
	if samples > 0 && int64(n) > math.MaxInt64/4/int64(samples) {
		return nil, nil, fmt.Errorf("%d × %d samples are more than any machine holds", n, samples)
	}
	size := 4 * int64(n) * int64(samples)
	if size <= limit || size == 0 {
		return split(make([]float32, n*samples), n, samples), func() error { return nil }, nil
	}
	f, err := os.CreateTemp("", "nissl-samples-*")
	if err != nil {
		return nil, nil, err
	}
	defer f.Close() // the map keeps the room
	defer os.Remove(f.Name())
	if err := reserve(f, size); err != nil {
		return nil, nil, fmt.Errorf("no room for %.1f GB of samples in %s (TMPDIR names another place): %w", float64(size)/1e9, os.TempDir(), err)
	}
	pages, release, err := mapFile(f, size)
	if err != nil {
		return nil, nil, fmt.Errorf("%.1f GB of samples cannot be mapped: %w", float64(size)/1e9, err)
	}
	return split(unsafe.Slice((*float32)(unsafe.Pointer(&pages[0])), n*samples), n, samples), release, nil
}

func split(v []float32, n, samples int) [][]float32 {
	rows := make([][]float32, n)
	for i := range rows {
		rows[i] = v[i*samples : (i+1)*samples : (i+1)*samples]
	}
	return rows
}
