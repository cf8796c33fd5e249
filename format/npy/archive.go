package npy

import (
	"archive/zip"
	"fmt"
	"io"
	"os"
	"strings"

	"nissl"
	"nissl/format/guess"
	"nissl/format/reader"
	"nissl/internal/npy"
)

// archive is an open .npz file.
type archive struct {
	*zip.ReadCloser
	arrays []guess.Array
	notes  []string
}

func peek(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b := make([]byte, 4)
	_, err = io.ReadFull(f, b)
	return b, err
}

// holdsArrays reports whether the archive has an entry of NumPy's.
func holdsArrays(path string) bool {
	z, err := zip.OpenReader(path)
	if err != nil {
		return true // a damaged archive: Open explains it
	}
	defer z.Close()
	for _, f := range z.File {
		if strings.HasSuffix(f.Name, ".npy") {
			return true
		}
	}
	return false
}

// openArchive lists the arrays of the file without reading their values.
func openArchive(path string) (*archive, error) {
	z, err := zip.OpenReader(path)
	if err != nil {
		return nil, fmt.Errorf("archive cannot be read: %w", err)
	}
	a := &archive{ReadCloser: z}
	for _, f := range z.File {
		name, ok := strings.CutSuffix(f.Name, ".npy")
		if !ok {
			continue
		}
		h, err := header(f)
		if err != nil {
			a.notes = append(a.notes, fmt.Sprintf("array %q was left out: %v", name, err))
			continue
		}
		g := guess.Array{Name: name, Shape: h.Shape}
		if h.Text() {
			g.Texts = func() ([]string, error) { return values(f, npy.Strings) }
		} else {
			g.Numbers = func() ([]float64, error) { return values(f, npy.Floats[float64]) }
		}
		a.arrays = append(a.arrays, g)
	}
	return a, nil
}

// maxRatio is more than deflate can compress: a larger claim is a lie.
const maxRatio = 1100

func header(f *zip.File) (npy.Header, error) {
	r, err := f.Open()
	if err != nil {
		return npy.Header{}, err
	}
	defer r.Close()
	h, err := npy.ReadHeader(r)
	if err != nil {
		return h, err
	}
	size := int64(f.UncompressedSize64)
	if h.Bytes() > size-h.Offset || uint64(size) > maxRatio*(f.CompressedSize64+100) {
		return h, fmt.Errorf("header claims shape %v of %s, %d bytes, but the archive holds %d", h.Shape, h.Descr(), h.Bytes(), min(size, maxRatio*int64(f.CompressedSize64)))
	}
	return h, nil
}

// values reads the values of an entry.
func values[T any](f *zip.File, read func(npy.Header, io.Reader) ([]T, error)) ([]T, error) {
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("array %q: %w", f.Name, err)
	}
	defer r.Close()
	h, err := npy.ReadHeader(r)
	if err != nil {
		return nil, fmt.Errorf("array %q: %w", f.Name, err)
	}
	v, err := read(h, r)
	if err != nil {
		return nil, fmt.Errorf("array %q: %w", f.Name, err)
	}
	return v, nil
}

func fromArchive(a *archive, o reader.Options) (*nissl.Recording, []reader.Stream, error) {
	r, streams, err := fromPynapple(a, o)
	if r == nil && err == nil {
		r, streams, err = guess.Recording(a.arrays, o)
	}
	if err != nil {
		if len(a.notes) > 0 {
			err = fmt.Errorf("%w (%s)", err, strings.Join(a.notes, "; "))
		}
		return nil, nil, err
	}
	r.Notes = append(r.Notes, a.notes...)
	return r, streams, nil
}

func (a *archive) array(name string) *guess.Array {
	for i := range a.arrays {
		if a.arrays[i].Name == name {
			return &a.arrays[i]
		}
	}
	return nil
}

// numbers of the array of that name; an error when there is none.
func (a *archive) numbers(name string) ([]float64, error) {
	g := a.array(name)
	if g == nil || g.Numbers == nil {
		return nil, fmt.Errorf("field type says pynapple, but array %q of numbers is missing", name)
	}
	return g.Numbers()
}

// fromPynapple reads what pynapple saved (Ts, Tsd, TsdFrame, TsGroup); nil when the
// file is not pynapple's.
func fromPynapple(a *archive, o reader.Options) (*nissl.Recording, []reader.Stream, error) {
	kind := a.array("type")
	if kind == nil || kind.Texts == nil || a.array("start") == nil || a.array("end") == nil || len(kind.Shape) > 1 {
		return nil, nil, nil
	}
	texts, err := kind.Texts()
	if err != nil || len(texts) != 1 {
		return nil, nil, err
	}
	r := &nissl.Recording{Notes: []string{"pynapple " + texts[0]}}
	support, err := a.support()
	if err != nil {
		return nil, nil, err
	}
	switch texts[0] {
	case "Ts", "TsGroup":
		err = a.group(r, support, o)
	case "Tsd", "TsdFrame":
		err = a.frame(r, o)
	default:
		return nil, nil, fmt.Errorf("pynapple %s holds no activity of units; expected Ts, Tsd, TsdFrame or TsGroup", texts[0])
	}
	if err != nil {
		return nil, nil, err
	}
	if support != nil {
		r.Epochs = append(r.Epochs, *support)
	}
	notes, err := o.Join(r.Units)
	r.Notes = append(r.Notes, notes...)
	return r, nil, err
}

// support is pynapple's time support, when the object was defined.
func (a *archive) support() (*nissl.Epochs, error) {
	start, err := a.numbers("start")
	if err != nil {
		return nil, err
	}
	stop, err := a.numbers("end")
	if err != nil || len(start) == 0 {
		return nil, err
	}
	return &nissl.Epochs{Name: "time_support", Start: start, Stop: stop}, nil
}

// group reads spikes: t, and index, which says the unit of each.
func (a *archive) group(r *nissl.Recording, support *nissl.Epochs, o reader.Options) error {
	t, err := a.numbers("t")
	if err != nil {
		return err
	}
	keys, index := []float64{0}, make([]float64, len(t))
	if a.array("index") != nil {
		if index, err = a.numbers("index"); err != nil {
			return err
		}
		if keys, err = a.numbers("keys"); err != nil {
			return err
		}
	}
	if len(index) != len(t) {
		return fmt.Errorf("array index has %d values, array t has %d", len(index), len(t))
	}
	row := map[float64]int{}
	names := make([]string, len(keys))
	for i, k := range keys {
		row[k], names[i] = i, fmt.Sprint(k)
	}
	times := make([][]float64, len(keys))
	for i, v := range t {
		u, ok := row[index[i]]
		if !ok {
			return fmt.Errorf("array index: value %d is %v, which array keys does not have", i, index[i])
		}
		times[u] = append(times[u], v)
	}
	var span *nissl.Interval
	if support != nil {
		span = &nissl.Interval{Start: support.Start[0], Stop: support.Stop[support.Len()-1]}
	}
	seconds := reader.Options{"unit_s": "1"} // pynapple's times always are
	for k, v := range o {
		seconds[k] = v
	}
	s, notes, err := seconds.SpikeTimes(names, times, span)
	if err != nil {
		return err
	}
	r.Units, r.Spikes, r.Notes = nissl.NewUnits(names), s, append(r.Notes, notes...)
	return nil
}

// frame reads samples: t and d, samples × units.
func (a *archive) frame(r *nissl.Recording, o reader.Options) error {
	t, err := a.numbers("t")
	if err != nil {
		return err
	}
	v, err := a.numbers("d")
	if err != nil {
		return err
	}
	if len(t) == 0 || len(v)%len(t) != 0 || len(v) == 0 {
		return fmt.Errorf("array d has %d values for %d times in array t", len(v), len(t))
	}
	n := len(v) / len(t)
	r.Traces = nissl.NewTraces(n, len(t), 1)
	for k := range t {
		for i := range n {
			r.Traces.Rows[i][k] = float32(v[k*n+i])
		}
	}
	r.Units = nissl.NumberedUnits(n)
	if c := a.array("columns"); c != nil && c.Texts != nil && len(c.Shape) == 1 && c.Shape[0] == n {
		names, err := c.Texts()
		if err != nil {
			return err
		}
		names, _ = nissl.UniqueNames(names)
		r.Units = nissl.NewUnits(names)
	}
	notes, err := o.Clock(r.Traces, t)
	r.Notes = append(r.Notes, notes...)
	return err
}
