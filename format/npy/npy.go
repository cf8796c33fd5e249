// Package npy reads recordings from NumPy's files: one array (.npy) or several (.npz).
//
// A two-dimensional array is units × samples unless it has more rows than columns or
// the option axes says otherwise; little-endian float32 in that order is memory-mapped
// and may be larger than memory. A one-dimensional array that never goes down is the
// spike times of one unit, else it is the samples of one. Of several arrays
// nissl/format/guess picks the likeliest; files that pynapple wrote say themselves
// what they hold.
package npy

import (
	"fmt"
	"math"
	"path/filepath"
	"strings"

	"nissl"
	"nissl/format/guess"
	"nissl/format/reader"
	"nissl/internal/npy"
)

// Format describes NumPy's files to nissl/format.
func Format() reader.Format {
	return reader.Format{
		Name: "npy",
		Doc:  "NumPy arrays: .npy (memory-mapped where possible) and .npz, also pynapple's",
		Options: append(guess.Options(),
			reader.Option{Name: "kind", Help: "traces or spikes: what a .npy of one dimension holds"}),
		Sniff:   sniff,
		Open:    Open,
		Inspect: inspect,
	}
}

func sniff(p reader.Probe) bool {
	return strings.HasPrefix(string(p.Head), npy.Magic) || isArchive(p.Head) && holdsArrays(p.Path)
}

func isArchive(head []byte) bool { return strings.HasPrefix(string(head), "PK\x03\x04") }

// Open reads the file.
func Open(path string, o reader.Options) (*nissl.Recording, error) {
	r, _, err := open(path, o)
	return r, err
}

func inspect(path string, o reader.Options) (*reader.Inspection, error) {
	r, streams, err := open(path, o)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	in := reader.Describe(r, "npy", path)
	if streams != nil {
		in.Streams = streams
	}
	return in, nil
}

func open(path string, o reader.Options) (r *nissl.Recording, streams []reader.Stream, err error) {
	if a, err := openArchive(path); err == nil {
		defer a.Close()
		if r, streams, err = fromArchive(a, o); err != nil {
			return nil, nil, reader.Errorf(path, "%w", err)
		}
	} else if head, herr := peek(path); herr == nil && isArchive(head) {
		return nil, nil, reader.Errorf(path, "%w", err)
	} else if r, err = fromArray(path, o); err != nil {
		return nil, nil, err
	}
	name := filepath.Base(path)
	r.Name = strings.TrimSuffix(name, filepath.Ext(name))
	if err := r.Validate(); err != nil {
		r.Close()
		return nil, nil, reader.Errorf(path, "%w", err)
	}
	return r, streams, nil
}

// fromArray reads a .npy file.
func fromArray(path string, o reader.Options) (*nissl.Recording, error) {
	f, h, err := npy.Open(path)
	if err != nil {
		return nil, err
	}
	f.Close()
	for _, word := range []string{"traces", "spikes", "spike_units", "time", "names"} {
		if _, given := o[word]; given {
			return nil, reader.Errorf(path, "option %s names an array, but the file holds only one", word)
		}
	}
	switch {
	case h.Text():
		return nil, reader.Errorf(path, "offset %d: array of text, expected numbers", h.Offset)
	case h.Len() == 0:
		return nil, reader.Errorf(path, "array of shape %v holds no values", h.Shape)
	case len(h.Shape) == 1:
		return vector(path, o)
	case len(h.Shape) != 2:
		return nil, reader.Errorf(path, "array of shape %v, expected one or two dimensions: units × samples", h.Shape)
	}
	return matrix(path, h, o)
}

func matrix(path string, h npy.Header, o reader.Options) (*nissl.Recording, error) {
	samplesInRows, note, err := o.Transposed(h.Shape[0], h.Shape[1])
	if err != nil {
		return nil, reader.Errorf(path, "%w", err)
	}
	m, err := npy.Load(path)
	if err != nil {
		return nil, err
	}
	r := &nissl.Recording{Traces: &nissl.Traces{Rows: m.Rows}}
	r.OnClose(m.Close)
	if samplesInRows {
		r.Traces.Rows = transpose(m.Rows, h.Shape[1])
		if err := r.Close(); err != nil {
			return nil, reader.Errorf(path, "%w", err)
		}
	}
	if note != "" {
		r.Notes = append(r.Notes, note)
	}
	r.Units = nissl.NumberedUnits(len(r.Traces.Rows))
	if err := finish(r, o); err != nil {
		r.Close()
		return nil, reader.Errorf(path, "%w", err)
	}
	return r, nil
}

// finish gives the traces their clock and the units their tables.
func finish(r *nissl.Recording, o reader.Options) error {
	notes, err := o.Clock(r.Traces, nil)
	if err != nil {
		return err
	}
	r.Notes = append(r.Notes, notes...)
	notes, err = o.Join(r.Units)
	r.Notes = append(r.Notes, notes...)
	return err
}

// transpose copies rows of samples × units into units × samples, in tiles that stay
// in the processor's cache.
func transpose(rows [][]float32, units int) [][]float32 {
	const tile = 64
	out := nissl.NewTraces(units, len(rows), 1).Rows
	for a := 0; a < len(rows); a += tile {
		for b := 0; b < units; b += tile {
			for k := a; k < min(a+tile, len(rows)); k++ {
				row := rows[k]
				for i := b; i < min(b+tile, units); i++ {
					out[i][k] = row[i]
				}
			}
		}
	}
	return out
}

func vector(path string, o reader.Options) (*nissl.Recording, error) {
	kind, err := o.Choice("kind", "", "traces", "spikes")
	if err != nil {
		return nil, reader.Errorf(path, "%w", err)
	}
	v, _, err := npy.Read[float64](path)
	if err != nil {
		return nil, err
	}
	r := &nissl.Recording{Units: nissl.NumberedUnits(1)}
	if kind == "" {
		why, other := "go up and down", "spikes"
		if kind = "traces"; ascending(v) {
			why, kind, other = "never go down", "spikes", "traces"
		}
		r.Notes = append(r.Notes, fmt.Sprintf("one dimension was taken as the %s of one unit, because its numbers %s; --read kind=%s if not", kind, why, other))
	}
	if kind == "spikes" {
		s, notes, err := o.SpikeTimes([]string{"0"}, [][]float64{v}, nil)
		if err != nil {
			return nil, reader.Errorf(path, "%w", err)
		}
		r.Spikes, r.Notes = s, append(r.Notes, notes...)
		return r, nil
	}
	row := make([]float32, len(v))
	for i, x := range v {
		row[i] = float32(x)
	}
	r.Traces = &nissl.Traces{Rows: [][]float32{row}}
	if err := finish(r, o); err != nil {
		return nil, reader.Errorf(path, "%w", err)
	}
	return r, nil
}

func ascending(v []float64) bool {
	for i, x := range v {
		if math.IsNaN(x) || i > 0 && x < v[i-1] {
			return false
		}
	}
	return len(v) > 1
}
