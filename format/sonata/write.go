package sonata

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"nissl"
	"nissl/internal/h5"
)

// chunk is how many spikes lie together on the disk. They are not compressed: libsonata 0.2.2
// is built without the filter that would be needed.
const chunk = 1 << 14

// Writer writes the spikes of a simulation while it runs. They are given part by part in
// the order of time, as [nissl/spiking.Sink] has them; after every part the file on the disk is
// complete as far as that.
type Writer struct {
	f           *h5.File
	populations []population
	of, node    []int // of each unit: its population and its id there
	parts       [][]spike
	start       float64 // s
	now         float64 // s, up to which all spikes have been given
}

// population is some of the units.
type population struct {
	name  string
	units []int
	ids   []int64
}

// spike of a part that is not yet written.
type spike struct {
	ms   float64
	node uint64
}

// Create begins a file for the spikes of units from a second on, on a clock of so many Hz (0
// if it is not known). The units' column "population" says which population they are in; without it
// there is one, "default".
func Create(path string, units *nissl.Units, start, clockHz float64) (*Writer, error) {
	f, err := h5.Create(path)
	if err != nil {
		return nil, err
	}
	w := &Writer{f: f, populations: split(units), of: make([]int, units.Len()), node: make([]int, units.Len()), start: start, now: start}
	w.parts = make([][]spike, len(w.populations))
	for k, p := range w.populations {
		for i, u := range p.units {
			w.of[u], w.node[u] = k, int(p.ids[i])
		}
	}
	if err := w.begin(units, clockHz); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return w, nil
}

// split sorts the units by population. A unit that is called POPULATION/5 is node 5, if all of
// its population are called like that; else they are numbered in their order.
func split(units *nissl.Units) []population {
	var out []population
	of := make([]string, units.Len())
	if c, ok := units.Column("population"); ok {
		for i := range of {
			of[i] = strings.ReplaceAll(c.Text(i), "/", "_")
		}
	}
	names := units.Names()
	for i, name := range of {
		if name == "" || name == "." || name == ".." {
			name = "default"
		}
		k := slices.IndexFunc(out, func(p population) bool { return p.name == name })
		if k < 0 {
			k = len(out)
			out = append(out, population{name: name})
		}
		out[k].units = append(out[k].units, i)
	}
	for k := range out {
		p := &out[k]
		seen := map[int64]bool{}
		for _, u := range p.units {
			text, ok := strings.CutPrefix(names[u], p.name+"/")
			id, err := strconv.ParseInt(text, 10, 64)
			if !ok || err != nil || id < 0 || seen[id] {
				p.ids = nil
				for i := range p.units {
					p.ids = append(p.ids, int64(i))
				}
				break
			}
			seen[id] = true
			p.ids = append(p.ids, id)
		}
	}
	return out
}

// begin writes all that does not depend on the spikes.
func (w *Writer) begin(units *nissl.Units, clockHz float64) error {
	do := []error{w.f.SetAttr("/", "magic", 0x0A7A), w.f.SetAttr("/", "version", []int64{0, 1})}
	for _, p := range w.populations {
		at := "/spikes/" + p.name
		do = append(do,
			h5.Grow[float64](w.f, at+"/timestamps", chunk, 0), h5.Grow[uint64](w.f, at+"/node_ids", chunk, 0),
			w.f.SetAttr(at+"/timestamps", "units", "ms"),
			w.f.SetEnum(at, "sorting", []string{"none", "by_id", "by_time"}, "by_time"),
			w.f.SetAttr(at, "tstart", 1000*w.start))
		if clockHz > 0 {
			do = append(do, w.f.SetAttr(at, "dt", 1000/clockHz))
		}
		do = append(do, w.nodes(p, units))
	}
	return errors.Join(do...)
}

// nodes writes who the units are.
func (w *Writer) nodes(p population, units *nissl.Units) error {
	at, n := "/nodes/"+p.name, []int{len(p.units)}
	zeros, index, names := make([]int64, len(p.units)), make([]int64, len(p.units)), make([]string, len(p.units))
	all := units.Names()
	for i, u := range p.units {
		index[i], names[i] = int64(i), all[u]
	}
	do := []error{
		h5.Write(w.f, at+"/node_type_id", n, zeros, h5.Layout{}), h5.Write(w.f, at+"/node_id", n, p.ids, h5.Layout{}),
		h5.Write(w.f, at+"/node_group_id", n, zeros, h5.Layout{}), h5.Write(w.f, at+"/node_group_index", n, index, h5.Layout{}),
		w.f.WriteStrings(at+"/0/name", n, names, h5.Layout{}),
	}
	for _, axis := range []string{"x", "y", "z"} {
		c, _ := units.Column(axis)
		v, ok := c.Values.([]float64)
		if !ok {
			continue
		}
		some := make([]float64, len(p.units))
		for i, u := range p.units {
			some[i] = v[u]
		}
		do = append(do, h5.Write(w.f, at+"/0/"+axis, n, some, h5.Layout{}))
		if c.Unit != "" {
			do = append(do, w.f.SetAttr(at+"/0/"+axis, "units", c.Unit))
		}
	}
	return errors.Join(do...)
}

// Spikes takes times of a unit in seconds, which lie in the part that Done will end.
func (w *Writer) Spikes(unit int, times []float64) error {
	k := w.of[unit]
	for _, t := range times {
		w.parts[k] = append(w.parts[k], spike{milliseconds(t), uint64(w.node[unit])})
	}
	return nil
}

// milliseconds of seconds, without what binary fractions add beyond a picosecond: 500.1, not
// 500.09999999999997.
func milliseconds(s float64) float64 {
	if x := s * 1e12; math.Abs(x) < 1<<53 {
		return math.Round(x) / 1e9
	}
	return 1000 * s
}

// Traces are not spikes: they are left to other files.
func (w *Writer) Traces(int, []float32) error { return nil }

// Done writes the part: all before this second has been given.
func (w *Writer) Done(second float64) error {
	for k, part := range w.parts {
		slices.SortStableFunc(part, func(a, b spike) int { return cmp.Or(cmp.Compare(a.ms, b.ms), cmp.Compare(a.node, b.node)) })
		ms, nodes := make([]float64, len(part)), make([]uint64, len(part))
		for i, s := range part {
			ms[i], nodes[i] = s.ms, s.node
		}
		at := "/spikes/" + w.populations[k].name
		if err := errors.Join(h5.Append(w.f, at+"/timestamps", ms), h5.Append(w.f, at+"/node_ids", nodes)); err != nil {
			return err
		}
		w.parts[k] = part[:0]
	}
	w.now = second
	return w.f.Flush()
}

// Close says up to when the cells were observed, and closes the file.
func (w *Writer) Close() error {
	var do []error
	for _, p := range w.populations {
		do = append(do, w.f.SetAttr("/spikes/"+p.name, "tstop", 1000*w.now))
	}
	return errors.Join(append(do, w.f.Close())...)
}

// Write writes the spikes of a recording. The file appears whole or not at all.
func Write(path string, r *nissl.Recording) (err error) {
	if r.Spikes == nil {
		return fmt.Errorf("%s: the recording %s has no spikes, which are all that a SONATA spikes file holds", path, r.Name)
	}
	hold, err := os.MkdirTemp(filepath.Dir(path), "."+filepath.Base(path)+".tmp")
	if err != nil {
		return err
	}
	defer os.RemoveAll(hold)
	temporary := filepath.Join(hold, filepath.Base(path))
	w, err := Create(temporary, r.Units, r.Spikes.Span.Start, r.Spikes.ClockHz)
	if err != nil {
		return err
	}
	for unit, times := range r.Spikes.Times {
		if err := w.Spikes(unit, times); err != nil {
			return errors.Join(err, w.Close())
		}
	}
	if err := errors.Join(w.Done(r.Spikes.Span.Stop), w.Close()); err != nil {
		return err
	}
	return os.Rename(temporary, path)
}
