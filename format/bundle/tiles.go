package bundle

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"os"

	"nissl/internal/npy"
)

// tiles turns samples as they come, samples × units, into the units × samples of a
// bundle. A tile of units × width samples is gathered in memory. Where the number of
// samples is known the run of each unit is written at its place in traces.npy; where it
// is not, whole tiles are written one behind the other and merged at the end.
type tiles struct {
	path  string
	file  *os.File
	units int
	size  int   // bytes of a value: 4 for float32, 2 for float16
	width int   // samples of a tile
	total int   // samples of each unit, 0 when that is not known yet
	head  int64 // bytes before the first value

	buf      []byte // units × width values
	n        int    // samples appended
	done     int    // samples that are in the file
	overflow int64  // finite values that became infinite
}

const (
	defaultBuffer = 256 << 20
	// maxRun is the longest run of a unit in bytes: longer ones are not faster.
	maxRun = 1 << 20
	// maxTile bounds the memory that a state file can ask for.
	maxTile = 4 << 30
)

// tileWidth is how many samples of the units fit into the buffer.
func tileWidth(units, size, total int, buffer int64) int {
	if buffer <= 0 {
		buffer = defaultBuffer
	}
	w := int(min(buffer/int64(units*size), maxRun/int64(size)))
	if total > 0 {
		w = min(w, total)
	}
	if w > 64 {
		// Runs of whole cache lines, but not of whole pages: those would compete
		// for the same lines of the cache.
		if w &^= 31; w*size%4096 == 0 {
			w -= 32
		}
	}
	return max(1, w)
}

// at is where a value is in the file.
func (t *tiles) at(unit, sample int) int64 {
	if t.total > 0 {
		return t.head + (int64(unit)*int64(t.total)+int64(sample))*int64(t.size)
	}
	tile, k := sample/t.width, sample%t.width
	return ((int64(tile)*int64(t.units)+int64(unit))*int64(t.width) + int64(k)) * int64(t.size)
}

// start is the first sample of the tile in memory.
func (t *tiles) start() int { return t.done / t.width * t.width }

// room is how many samples the tile takes before it is full.
func (t *tiles) room() int { return t.start() + t.width - t.n }

// put gathers n samples, at most room, from row from of the parts, which are side by
// side the columns of samples × units.
func (t *tiles) put(n, from int, parts []part) {
	t.allocate()
	at, unit := t.n-t.start(), 0
	for _, p := range parts {
		for a := 0; a < p.width; a += group {
			b := min(a+group, p.width)
			k := 0
			for ; k+lines <= n; k += lines {
				t.transpose(p, from+k, at+k, unit, a, b)
			}
			for ; k < n; k++ {
				t.column(p.row(from + k)[a:b], at+k, unit+a)
			}
		}
		unit += p.width
	}
	t.n += n
}

// part is samples × width values, row-major.
type part struct {
	values []float32
	width  int
}

func (p part) row(k int) []float32 { return p.values[k*p.width : (k+1)*p.width] }

// lines is how many samples are placed at once: those of a unit are a cache line of
// float32 or half of one of float16.
const lines = 16

// group is how many units are placed at a time, so that their pages stay known to the
// processor.
const group = 128

// transpose places lines samples of at most group units, a to b of the part.
func (t *tiles) transpose(p part, from, at, unit, a, b int) {
	i := ((unit+a)*t.width + at) * t.size // where the first unit's go
	if t.size == 2 {
		var rows [lines][group]uint16
		for k := range rows {
			t.overflow += int64(npy.ToHalves(rows[k][:], p.row(from + k)[a:b]))
		}
		for u := range b - a {
			d := t.buf[i : i+2*lines]
			for k := range rows {
				binary.LittleEndian.PutUint16(d[2*k:], rows[k][u])
			}
			i += 2 * t.width
		}
		return
	}
	var rows [lines][]float32
	for k := range rows {
		rows[k] = p.row(from + k)[a:b]
	}
	for u := range b - a {
		d := t.buf[i : i+4*lines]
		for k := range rows {
			binary.LittleEndian.PutUint32(d[4*k:], math.Float32bits(rows[k][u]))
		}
		i += 4 * t.width
	}
}

// column places the values of one sample, at most group, for the units from first on.
func (t *tiles) column(v []float32, at, first int) {
	i, step := (first*t.width+at)*t.size, t.width*t.size
	if t.size == 2 {
		var h [group]uint16
		t.overflow += int64(npy.ToHalves(h[:], v))
		for _, x := range h[:len(v)] {
			binary.LittleEndian.PutUint16(t.buf[i:], x)
			i += step
		}
		return
	}
	for _, x := range v {
		binary.LittleEndian.PutUint32(t.buf[i:], math.Float32bits(x))
		i += step
	}
}

// encode writes values one behind the other.
func (t *tiles) encode(b []byte, v []float32) {
	if t.size == 4 {
		for k, x := range v {
			binary.LittleEndian.PutUint32(b[4*k:], math.Float32bits(x))
		}
		return
	}
	var h [group]uint16
	for len(v) > 0 {
		n := min(len(v), group)
		t.overflow += int64(npy.ToHalves(h[:], v[:n]))
		for k, x := range h[:n] {
			binary.LittleEndian.PutUint16(b[2*k:], x)
		}
		b, v = b[2*n:], v[n:]
	}
}

// putRows gathers n samples, at most room, from sample from of units × samples.
func (t *tiles) putRows(n, from int, rows [][]float32) {
	t.allocate()
	at := t.n - t.start()
	for u, row := range rows {
		t.encode(t.buf[(u*t.width+at)*t.size:], row[from:from+n])
	}
	t.n += n
}

func (t *tiles) allocate() {
	if t.buf == nil {
		t.buf = make([]byte, t.units*t.width*t.size)
	}
}

// flush writes the samples that are not in the file yet.
func (t *tiles) flush() error {
	if t.done == t.n {
		return nil
	}
	a, b := t.done-t.start(), t.n-t.start()
	if t.total == 0 && a == 0 && b == t.width { // a whole tile lies as in memory
		if _, err := t.file.WriteAt(t.buf, t.at(0, t.done)); err != nil {
			return fmt.Errorf("%s: %w", t.path, err)
		}
		t.done = t.n
		return nil
	}
	for u := range t.units {
		row := t.buf[u*t.width*t.size:]
		if _, err := t.file.WriteAt(row[a*t.size:b*t.size], t.at(u, t.done)); err != nil {
			return fmt.Errorf("%s: %w", t.path, err)
		}
	}
	t.done = t.n
	return nil
}

// mergeBuffer is how much of the result is gathered at a time in merge.
const mergeBuffer = 128 << 20

// merge writes traces.npy from the tiles: the rows of as many units as fit into memory
// at a time, so that both files are passed over in long runs.
func (t *tiles) merge(ctx context.Context, path string, buffer int64) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	head := npy.AppendHeader(nil, 8*t.size, t.units, t.n)
	row := int64(t.n) * int64(t.size)
	if err := reserve(f, int64(len(head))+int64(t.units)*row); err != nil {
		return fmt.Errorf("%s: no room for %.1f GB of traces: %w", path, float64(t.units)*float64(row)/1e9, err)
	}
	if _, err := f.WriteAt(head, 0); err != nil {
		return err
	}
	t.buf = nil // its memory is needed for the rows
	units := max(1, min(int(buffer/max(row, int64(t.width*t.size))), t.units))
	g := &gathering{tiles: t, to: f, piece: make([]byte, units*t.width*t.size)}
	if units > 1 {
		g.rows = make([]byte, int64(units)*row)
	}
	for u := 0; u < t.units && t.n > 0; u += units {
		if err := g.gather(ctx, u, min(units, t.units-u), int64(len(head))+int64(u)*row); err != nil {
			return err
		}
	}
	return f.Sync()
}

// gathering is the memory of a merge.
type gathering struct {
	*tiles
	to    *os.File
	piece []byte // of one tile
	rows  []byte // of the result; nil when the rows are gathered one by one, in the file
}

// gather writes the whole rows of n units from unit u on to the given offset.
func (g *gathering) gather(ctx context.Context, u, n int, offset int64) error {
	row := g.n * g.size
	for s := 0; s < g.n; s += g.width {
		if err := ctx.Err(); err != nil {
			return err
		}
		k := min(g.width, g.n-s) * g.size
		// The last tile ends with its last unit's last sample, not with its width.
		b := g.piece[:(n-1)*g.width*g.size+k]
		if _, err := g.file.ReadAt(b, g.at(u, s)); err != nil {
			return fmt.Errorf("%s: offset %d: %w", g.path, g.at(u, s), err)
		}
		if g.rows == nil {
			if _, err := g.to.WriteAt(b, offset+int64(s*g.size)); err != nil {
				return err
			}
			continue
		}
		for i := range n {
			copy(g.rows[i*row+s*g.size:], b[i*g.width*g.size:][:k])
		}
	}
	if g.rows == nil {
		return nil
	}
	_, err := g.to.WriteAt(g.rows[:n*row], offset)
	return err
}
