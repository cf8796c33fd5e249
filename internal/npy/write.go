package npy

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"strconv"
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

// AppendHeader appends the header of a file of little-endian floating-point values in
// row-major order; bits is 16, 32 or 64. It is as long as numpy makes it: values begin
// at a multiple of 64 bytes, so that they can be mapped.
func AppendHeader(b []byte, bits int, shape ...int) []byte {
	if bits != 16 && bits != 32 && bits != 64 {
		panic(fmt.Sprintf("npy: values of %d bits", bits))
	}
	words := make([]string, len(shape))
	for i, n := range shape {
		words[i] = strconv.Itoa(n)
	}
	dims := strings.Join(words, ", ")
	if len(shape) == 1 {
		dims += ","
	}
	text := fmt.Sprintf("{'descr': '<f%d', 'fortran_order': False, 'shape': (%s), }", bits/8, dims)
	text += strings.Repeat(" ", 63-(10+len(text))%64) + "\n"
	b = append(b, Magic+"\x01\x00"...)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(text)))
	return append(b, text...)
}

// Create starts a file of the shape; bits is 32 or 64 for float32 or float64.
func Create(path string, bits int, shape ...int) (*Writer, error) {
	if bits != 32 && bits != 64 {
		panic(fmt.Sprintf("npy: Create with %d bits", bits))
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	left := 1
	for _, n := range shape {
		left *= n
	}
	w := &Writer{path: path, file: f, buf: bufio.NewWriterSize(f, 1<<18), left: left, size: bits / 8}
	w.buf.Write(AppendHeader(nil, bits, shape...))
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
