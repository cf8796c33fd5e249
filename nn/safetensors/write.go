package safetensors

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

// A Tensor is values to be written, row-major. Data is a []float32, []float64, []int64, []int32,
// []uint8 or []bool of as many values as the shape says.
type Tensor struct {
	Name  string
	Shape []int
	Data  any
}

// Write writes tensors and metadata to a file, which appears complete or not at all. The same tensors
// give the same bytes, in whatever order they come. A nil metadata is left out.
func Write(path string, tensors []Tensor, metadata map[string]string) error {
	if err := write(path, tensors, metadata); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

func write(path string, tensors []Tensor, metadata map[string]string) (err error) {
	sorted, err := order(tensors)
	if err != nil {
		return err
	}
	head, err := encodeHeader(sorted, metadata)
	if err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".tmp-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			file.Close()
			os.Remove(file.Name())
		}
	}()
	w := bufio.NewWriterSize(file, block)
	w.Write(head)
	for _, t := range sorted {
		if err := writeValues(w, t.Data); err != nil {
			return fmt.Errorf("tensor %q: %w", t.Name, err)
		}
	}
	if err := errors.Join(w.Flush(), file.Chmod(0o644), file.Sync()); err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}

// order returns the tensors as they lie in the file: wide types first, so that every one is aligned,
// then by name, as the format's own writer has it. It checks what a reader would refuse.
func order(tensors []Tensor) ([]Tensor, error) {
	sorted := slices.Clone(tensors)
	slices.SortFunc(sorted, func(a, b Tensor) int {
		wide := func(t Tensor) int { dtype, _ := kind(t.Data); return bits(dtype) }
		if d := wide(b) - wide(a); d != 0 {
			return d
		}
		return strings.Compare(a.Name, b.Name)
	})
	seen := map[string]bool{}
	for _, t := range sorted {
		dtype, n := kind(t.Data)
		if dtype == "" {
			return nil, fmt.Errorf("tensor %q: values of type %T, expected a slice of float32, float64, int64, int32, uint8 or bool", t.Name, t.Data)
		}
		want, err := byteCount(dtype, t.Shape)
		switch {
		case err != nil:
			return nil, fmt.Errorf("tensor %q: %w", t.Name, err)
		case want/int64(bits(dtype)/8) != int64(n):
			return nil, fmt.Errorf("tensor %q: %d values for shape %s", t.Name, n, list(t.Shape))
		case seen[t.Name] || t.Name == metadataKey:
			return nil, fmt.Errorf("tensor %q: the name is taken", t.Name)
		case !utf8.ValidString(t.Name):
			return nil, fmt.Errorf("tensor %q: the name is not UTF-8 text", t.Name)
		}
		seen[t.Name] = true
	}
	return sorted, nil
}

// kind returns the type's name in the format, "" for one that is not written, and the number of values.
func kind(data any) (dtype string, n int) {
	switch v := data.(type) {
	case []float64:
		return "F64", len(v)
	case []int64:
		return "I64", len(v)
	case []float32:
		return "F32", len(v)
	case []int32:
		return "I32", len(v)
	case []uint8:
		return "U8", len(v)
	case []bool:
		return "BOOL", len(v)
	}
	return "", 0
}

// encodeHeader returns the header with its length before it, padded so that the values begin at a
// multiple of eight.
func encodeHeader(tensors []Tensor, metadata map[string]string) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	put := func(key string, value any) {
		if b.Len() > 0 {
			b.WriteByte(',')
		}
		enc.Encode(key) // texts and numbers always encode
		b.Truncate(b.Len() - 1)
		b.WriteByte(':')
		enc.Encode(value)
		b.Truncate(b.Len() - 1)
	}
	if metadata != nil {
		put(metadataKey, metadata)
	}
	begin := int64(0)
	for _, t := range tensors {
		dtype, _ := kind(t.Data)
		n, err := byteCount(dtype, t.Shape)
		if err != nil {
			return nil, err
		}
		put(t.Name, struct {
			DType   string   `json:"dtype"`
			Shape   []int    `json:"shape"`
			Offsets [2]int64 `json:"data_offsets"`
		}{dtype, append([]int{}, t.Shape...), [2]int64{begin, begin + n}})
		begin += n
	}
	text := "{" + b.String() + "}"
	text += strings.Repeat(" ", (8-len(text)%8)%8)
	if len(text) > maxHeader {
		return nil, fmt.Errorf("header of %d bytes, at most %d: too many tensors for one file", len(text), maxHeader)
	}
	return append(binary.LittleEndian.AppendUint64(nil, uint64(len(text))), text...), nil
}

// writeValues writes little-endian values a block at a time.
func writeValues(w io.Writer, data any) error {
	switch v := data.(type) {
	case []float64:
		return inBlocks(w, v)
	case []int64:
		return inBlocks(w, v)
	case []float32:
		return inBlocks(w, v)
	case []int32:
		return inBlocks(w, v)
	case []bool:
		return inBlocks(w, v)
	case []uint8:
		_, err := w.Write(v)
		return err
	}
	panic(fmt.Sprintf("safetensors: values of type %T", data)) // order refuses them
}

func inBlocks[T any](w io.Writer, v []T) error {
	for part := range slices.Chunk(v, block/8) {
		if err := binary.Write(w, binary.LittleEndian, part); err != nil {
			return err
		}
	}
	return nil
}
