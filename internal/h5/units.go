package h5

import "fmt"

// The bytes of elements that ReadUnits holds at once, where one chunk is not larger,
// and how many samples it transposes at a time, so that they stay in the cache.
const (
	tileBytes = 8 << 20
	strip     = 128
)

// ReadUnits fills out, units × samples, with value × factor[unit] + offset from a dataset
// whose two dimensions dims are its rows and columns (-1 for a dimension that it does not
// have) and whose others are 1. Rows are samples, or else units. factor nil is 1. Every
// chunk is read once, whatever its shape. It panics when out has another shape.
func ReadUnits(d *Dataset, dims [2]int, rowsAreSamples bool, out [][]float32, factor []float64, offset float64) error {
	if err := d.number(); err != nil {
		return err
	}
	rows, cols := d.extent(dims[0]), d.extent(dims[1])
	units, samples := rows, cols
	if rowsAreSamples {
		units, samples = cols, rows
	}
	if len(out) != units || units > 0 && len(out[0]) != samples {
		panic(fmt.Sprintf("h5: %d units for a matrix of %d × %d", len(out), rows, cols))
	}
	if factor == nil {
		factor = make([]float64, units)
		for i := range factor {
			factor[i] = 1
		}
	}
	height, width := d.tile(dims)
	buf := make([]float64, height*width)
	for r := 0; r < rows; r += height {
		for c := 0; c < cols; c += width {
			h, w := min(height, rows-r), min(width, cols-c)
			if err := d.readTile(dims, [2]int{r, c}, [2]int{h, w}, buf); err != nil {
				return err
			}
			if rowsAreSamples {
				transpose(out[c:c+w], r, h, buf, factor[c:], offset)
				continue
			}
			for u := range h {
				for i, v := range buf[u*w : (u+1)*w] {
					out[r+u][c+i] = float32(v*factor[r+u] + offset)
				}
			}
		}
	}
	return nil
}

// transpose writes a block of h samples × units from sample r on.
func transpose(out [][]float32, r, h int, buf, factor []float64, offset float64) {
	w := len(out)
	for a := 0; a < h; a += strip {
		b := min(a+strip, h)
		for u, row := range out {
			scale, to := factor[u], row[r+a:r+b]
			for i := range to {
				to[i] = float32(buf[(a+i)*w+u]*scale + offset)
			}
		}
	}
}

func (d *Dataset) extent(dim int) int {
	if dim < 0 {
		return 1
	}
	return d.Shape[dim]
}

// tile is the height and width of the blocks to read: whole chunks, at least one, and
// as many as fit.
func (d *Dataset) tile(dims [2]int) (height, width int) {
	size := [2]int{1, 1}
	for i, dim := range dims {
		if dim >= 0 && dim < len(d.Chunk) {
			size[i] = max(1, min(d.Chunk[dim], d.Shape[dim]))
		}
	}
	for _, i := range []int{1, 0} {
		full := d.extent(dims[i])
		times := max(1, tileBytes/8/(size[0]*size[1]))
		size[i] = max(1, min(size[i]*min(times, full), full))
	}
	return size[0], size[1]
}

func (d *Dataset) readTile(dims, start, count [2]int, dst []float64) error {
	a, n := make([]int, len(d.Shape)), make([]int, len(d.Shape))
	for i := range n {
		n[i] = 1
	}
	for i, dim := range dims {
		if dim >= 0 {
			a[dim], n[dim] = start[i], count[i]
		}
	}
	return ReadSlab(d, a, n, dst)
}
