package safetensors

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"sort"
	"unicode/utf8"
)

// maxHeader is the longest header that readers of the format accept.
const maxHeader = 100_000_000

// metadataKey is the header's one name that is not a tensor.
const metadataKey = "__metadata__"

type header struct {
	entries map[string]entry
	meta    map[string]string
}

// readHeader reads and checks the header of a file of the given size. Nothing is allocated on the
// word of the file beyond what the file itself holds.
func readHeader(r io.ReaderAt, size int64) (*header, error) {
	var head [8]byte
	if size < int64(len(head)) {
		return nil, fmt.Errorf("offset 0: the file has %d bytes, expected at least 8 (the header's length): not a safetensors file, or cut off", size)
	}
	if _, err := r.ReadAt(head[:], 0); err != nil {
		return nil, fmt.Errorf("offset 0: %w", err)
	}
	length := binary.LittleEndian.Uint64(head[:])
	switch {
	case length > maxHeader:
		return nil, fmt.Errorf("offset 0: header of %d bytes, expected at most %d: not a safetensors file", length, maxHeader)
	case int64(length) > size-8:
		return nil, fmt.Errorf("offset 0: header of %d bytes in a file of %d: cut off; copy it again", length, size)
	}
	text := make([]byte, length)
	if _, err := r.ReadAt(text, 8); err != nil && (err != io.EOF || length > 0) {
		return nil, fmt.Errorf("offset 8: %w", err)
	}
	h, err := parseHeader(text)
	if err != nil {
		return nil, err
	}
	return h, h.place(8+int64(length), size)
}

// parseHeader reads the JSON text; a tensor's begin is still relative to the values.
func parseHeader(text []byte) (*header, error) {
	if len(text) == 0 || text[0] != '{' {
		return nil, errors.New("offset 8: the header does not begin with {: not a safetensors file")
	}
	if !utf8.Valid(text) {
		return nil, errors.New("offset 8: the header is not UTF-8 text: the file is damaged")
	}
	h := &header{entries: map[string]entry{}, meta: map[string]string{}}
	dec := json.NewDecoder(bytes.NewReader(text))
	seen := map[string]bool{}
	err := object(dec, func(name string) error {
		if seen[name] {
			return fmt.Errorf("%q stands twice in the header", name)
		}
		seen[name] = true
		if name == metadataKey {
			return metadata(dec, h.meta)
		}
		e, err := tensor(dec)
		if err != nil {
			return fmt.Errorf("tensor %q: %w", name, err)
		}
		h.entries[name] = e
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("offset %d: %w", 8+dec.InputOffset(), jsonError(err))
	}
	if rest := bytes.TrimLeft(text[dec.InputOffset():], " \t\r\n"); len(rest) > 0 {
		return nil, fmt.Errorf("offset %d: the header goes on after its closing }", 8+len(text)-len(rest))
	}
	return h, nil
}

// jsonError says what kind of error encoding/json met.
func jsonError(err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the header ends in the middle: the file is damaged")
	case errors.As(err, &syntax):
		return fmt.Errorf("the header is not JSON: %v", err)
	case errors.As(err, &kind):
		return fmt.Errorf("JSON %s where %s was expected", kind.Value, kind.Type)
	}
	return err
}

// object calls value for each key of the object that follows; value must consume what stands there.
func object(dec *json.Decoder, value func(key string) error) error {
	t, err := dec.Token()
	if err != nil {
		return err
	}
	if t != json.Delim('{') {
		return fmt.Errorf("%v where { was expected", t)
	}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return err
		}
		if err := value(key.(string)); err != nil { // a key that is no text is a syntax error above
			return err
		}
	}
	_, err = dec.Token()
	return err
}

// metadata reads the texts of __metadata__.
func metadata(dec *json.Decoder, into map[string]string) error {
	return object(dec, func(key string) error {
		var value *string
		if err := dec.Decode(&value); err != nil || value == nil {
			return fmt.Errorf("%s: %q is not a text", metadataKey, key)
		}
		if _, ok := into[key]; ok {
			return fmt.Errorf("%s: %q stands twice", metadataKey, key)
		}
		into[key] = *value
		return nil
	})
}

// tensor reads one tensor's description and checks its bytes against its shape and type.
func tensor(dec *json.Decoder) (entry, error) {
	var e entry
	var offsets []int64
	seen := map[string]bool{}
	err := object(dec, func(key string) error {
		if seen[key] {
			return fmt.Errorf("%q stands twice", key)
		}
		seen[key] = true
		switch key {
		case "dtype":
			return dec.Decode(&e.dtype)
		case "shape":
			return numbers(dec, &e.shape)
		case "data_offsets":
			return numbers(dec, &offsets)
		}
		var ignored json.RawMessage
		return dec.Decode(&ignored)
	})
	if err != nil {
		return e, err
	}
	for _, key := range []string{"dtype", "shape", "data_offsets"} {
		if !seen[key] {
			return e, fmt.Errorf("no %q", key)
		}
	}
	if len(offsets) != 2 || offsets[0] < 0 || offsets[1] < offsets[0] {
		return e, fmt.Errorf("data_offsets %s, expected [begin, end]", list(offsets))
	}
	want, err := byteCount(e.dtype, e.shape)
	if err != nil {
		return e, err
	}
	e.begin, e.bytes = offsets[0], offsets[1]-offsets[0]
	if e.bytes != want {
		return e, fmt.Errorf("%d bytes, expected %d for shape %s of %s", e.bytes, want, list(e.shape), e.dtype)
	}
	return e, nil
}

// numbers reads a list of whole numbers; encoding/json alone would take null for a list and for a zero.
func numbers[T int | int64](dec *json.Decoder, into *[]T) error {
	var raw json.RawMessage
	if err := dec.Decode(&raw); err != nil {
		return err
	}
	if bytes.Contains(raw, []byte("null")) {
		return errors.New("JSON null where whole numbers were expected")
	}
	return json.Unmarshal(raw, into)
}

// list prints numbers, not more than a line of them.
func list[T int | int64](v []T) string {
	if len(v) > 12 {
		return fmt.Sprintf("%v… (%d numbers)", v[:12], len(v))
	}
	return fmt.Sprint(v)
}

// byteCount returns how many bytes a tensor needs.
func byteCount(dtype string, shape []int) (int64, error) {
	width := bits(dtype)
	if width == 0 {
		return 0, fmt.Errorf("type %.40q, expected one of %v", dtype, dtypes())
	}
	n := int64(width)
	for _, d := range shape {
		if d < 0 {
			return 0, fmt.Errorf("shape %s has a negative length", list(shape))
		}
		if d > 0 && n > math.MaxInt64/int64(d) {
			return 0, fmt.Errorf("shape %s of %s has more bytes than a file can", list(shape), dtype)
		}
		n *= int64(d)
	}
	if n%8 != 0 {
		return 0, fmt.Errorf("shape %s of %s does not fill whole bytes", list(shape), dtype)
	}
	return n / 8, nil
}

// place makes the tensors' offsets absolute and checks that they cover the values, which begin at
// start, without gap or overlap up to the end of the file.
func (h *header) place(start, size int64) error {
	names := make([]string, 0, len(h.entries))
	for name := range h.entries {
		names = append(names, name)
	}
	sort.Slice(names, func(i, j int) bool {
		a, b := h.entries[names[i]], h.entries[names[j]]
		if a.begin != b.begin {
			return a.begin < b.begin
		}
		if a.bytes != b.bytes { // tensors without values come before the one that begins where they lie
			return a.bytes < b.bytes
		}
		return names[i] < names[j]
	})
	end, last := start, ""
	for _, name := range names {
		e := h.entries[name]
		if e.begin > size-start || e.bytes > size-start-e.begin {
			return fmt.Errorf("tensor %q: bytes %d to %d of the values, of which the file has %d: cut off; copy it again",
				name, e.begin, e.begin+e.bytes, size-start)
		}
		e.begin += start
		switch {
		case e.begin < end:
			return fmt.Errorf("tensor %q: offset %d: overlaps tensor %q, which ends at %d", name, e.begin, last, end)
		case e.begin > end:
			return fmt.Errorf("tensor %q: offset %d: the %d bytes before it belong to no tensor", name, e.begin, e.begin-end)
		}
		end, last = e.begin+e.bytes, name
		h.entries[name] = e
	}
	if end != size {
		return fmt.Errorf("offset %d: the last %d bytes belong to no tensor: the file is damaged", end, size-end)
	}
	return nil
}
