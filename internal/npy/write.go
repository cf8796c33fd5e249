package npy

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"strings"
)

// Writer writes one array, row-major, little-endian, in as many pieces as the caller
// likes.
type Writer struct {
	path string
	file *os.File
	buf  *bufio.Writer
	left int // values not yet written
	size int
}

// Create starts a file of the shape; bits is 32 or 64 for float32 or float64.
func Create(path string, bits int, shape ...int) (*Writer, error) {
	if bits != 32 && bits != 64 {
		panic(fmt.Sprintf("npy: Create with %d bits", bits))
	}
	left := 1
	words := make([]string, len(shape))
	for i, n := range shape {
		left *= n
		words[i] = fmt.Sprint(n)
	}
	dims := strings.Join(words, ", ")
	if len(shape) == 1 {
		dims += ","
	}
	text := fmt.Sprintf("{'descr': '<f%d', 'fortran_order': False, 'shape': (%s), }", bits/8, dims)
	// Values begin at a multiple of 64 bytes, so that they can be mapped.
	text += strings.Repeat(" ", 63-(10+len(text))%64) + "\n"
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	w := &Writer{path: path, file: f, buf: bufio.NewWriterSize(f, 1<<18), left: left, size: bits / 8}
	head := append([]byte(Magic), 1, 0)
	head = binary.LittleEndian.AppendUint16(head, uint16(len(text)))
	w.buf.Write(append(head, text...))
	return w, nil
}

// Float32 appends values to a file of float32.
func (w *Writer) Float32(v []float32) error {
	if w.size != 4 {
		panic("npy: float32 values for a file of float64")
	}
	var b [4]byte
	for _, x := range v {
		binary.LittleEndian.PutUint32(b[:], math.Float32bits(x))
		w.buf.Write(b[:])
	}
	return w.wrote(len(v))
}

// Float64 appends values to a file of float64.
func (w *Writer) Float64(v []float64) error {
	if w.size != 8 {
		panic("npy: float64 values for a file of float32")
	}
	var b [8]byte
	for _, x := range v {
		binary.LittleEndian.PutUint64(b[:], math.Float64bits(x))
		w.buf.Write(b[:])
	}
	return w.wrote(len(v))
}

func (w *Writer) wrote(n int) error {
	w.left -= n
	if _, err := w.buf.Write(nil); err != nil { // the buffer keeps its first error
		return fmt.Errorf("%s: %w", w.path, err)
	}
	return nil
}

// Close completes the file and makes it durable. Fewer or more values than the shape
// holds is an error.
func (w *Writer) Close() error {
	err := w.buf.Flush()
	if err == nil && w.left != 0 {
		err = fmt.Errorf("%d values missing", w.left)
	}
	if err == nil {
		err = w.file.Sync()
	}
	if cerr := w.file.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return fmt.Errorf("%s: %w", w.path, err)
	}
	return nil
}
