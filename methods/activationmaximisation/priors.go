package activationmaximisation

import (
	"math"
	"math/cmplx"

	"gonum.org/v1/gonum/dsp/fourier"
)

// Picture says how the numbers of an input lie: channels one behind the other, each row by row. The zero value
// is a vector without places.
type Picture struct{ Channels, Rows, Cols int }

func (p Picture) none() bool { return p.Channels == 0 }

// roll moves a picture by dy rows and dx columns; what leaves on one side comes in on the other.
func (p Picture) roll(dst, src []float32, dy, dx int) {
	plane := p.Rows * p.Cols
	for c := range p.Channels {
		for y := range p.Rows {
			to := dst[c*plane+mod(y+dy, p.Rows)*p.Cols:][:p.Cols]
			from := src[c*plane+y*p.Cols:][:p.Cols]
			k := mod(dx, p.Cols)
			copy(to[k:], from)
			copy(to, from[p.Cols-k:])
		}
	}
}

func mod(a, n int) int { return ((a % n) + n) % n }

// totalVariation is Σ √(dx² + dy² + ε²) - ε over the pixels of a picture, dx and dy the differences to the
// next column and row, and adds its gradient to g (Rudin, Osher and Fatemi 1992; smooth at 0 by ε).
func (p Picture) totalVariation(x, g []float32, epsilon float64) float64 {
	total, plane := 0., p.Rows*p.Cols
	for c := range p.Channels {
		x, g := x[c*plane:][:plane], g[c*plane:][:plane]
		for r := range p.Rows {
			for k := range p.Cols {
				i := r*p.Cols + k
				var dx, dy float64
				if k+1 < p.Cols {
					dx = float64(x[i+1] - x[i])
				}
				if r+1 < p.Rows {
					dy = float64(x[i+p.Cols] - x[i])
				}
				s := math.Sqrt(dx*dx + dy*dy + epsilon*epsilon)
				total += s - epsilon
				g[i] -= float32((dx + dy) / s)
				if k+1 < p.Cols {
					g[i+1] += float32(dx / s)
				}
				if r+1 < p.Rows {
					g[i+p.Cols] += float32(dy / s)
				}
			}
		}
	}
	return total
}

// blur is a Gaussian filter of standard deviation sigma pixels in place; the edge goes on beyond the edge.
func (p Picture) blur(x []float32, sigma float64) {
	reach := int(math.Ceil(3 * sigma))
	if reach < 1 {
		return
	}
	kernel, sum := make([]float64, 2*reach+1), 0.
	for i := range kernel {
		d := float64(i-reach) / sigma
		kernel[i] = math.Exp(-d * d / 2)
		sum += kernel[i]
	}
	line := make([]float64, max(p.Rows, p.Cols))
	along := func(x []float32, n, stride int) {
		for i := range n {
			line[i] = 0
			for j, w := range kernel {
				line[i] += w / sum * float64(x[min(max(i+j-reach, 0), n-1)*stride])
			}
		}
		for i := range n {
			x[i*stride] = float32(line[i])
		}
	}
	plane := p.Rows * p.Cols
	for c := range p.Channels {
		x := x[c*plane:][:plane]
		for r := range p.Rows {
			along(x[r*p.Cols:], p.Cols, 1)
		}
		for k := range p.Cols {
			along(x[k:], p.Rows, p.Cols)
		}
	}
}

// HighFrequencyShare is the share of a picture's power, without its mean, at more than a quarter of a cycle per
// pixel (half of the finest there is), NaN for a picture without any.
func (p Picture) HighFrequencyShare(x []float32) float64 {
	var high, all float64
	plane := p.Rows * p.Cols
	rows, cols := fourier.NewCmplxFFT(p.Cols), fourier.NewCmplxFFT(p.Rows)
	spectrum, column := make([]complex128, plane), make([]complex128, p.Rows)
	for c := range p.Channels {
		for i, v := range x[c*plane:][:plane] {
			spectrum[i] = complex(float64(v), 0)
		}
		for r := range p.Rows {
			row := spectrum[r*p.Cols:][:p.Cols]
			rows.Coefficients(row, row)
		}
		for k := range p.Cols {
			for r := range p.Rows {
				column[r] = spectrum[r*p.Cols+k]
			}
			cols.Coefficients(column, column)
			for r, v := range column {
				if k == 0 && r == 0 {
					continue
				}
				power := cmplx.Abs(v) * cmplx.Abs(v)
				all += power
				if math.Hypot(rows.Freq(k), cols.Freq(r)) > .25 {
					high += power
				}
			}
		}
	}
	return high / all
}
