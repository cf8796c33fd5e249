package facts

import "nissl"

// Matrix is an array of which the last two axes are units.
type Matrix struct {
	*nissl.Array
	Units  []string
	Layers int // product of the axes before, 1 for a single matrix
}

// Layer k as a function of two units' places.
func (m Matrix) Layer(k int) func(i, j int) float64 {
	n := len(m.Units)
	first := k * n * n
	if m.F32 != nil {
		return func(i, j int) float64 { return float64(m.F32[first+i*n+j]) }
	}
	return func(i, j int) float64 { return m.F64[first+i*n+j] }
}

// Matrices are the finding's arrays [..., units, units].
func (x *Index) Matrices() []Matrix {
	var out []Matrix
	for i := range x.Finding.Arrays {
		a := &x.Finding.Arrays[i]
		k := len(a.Shape)
		if k < 2 || a.Shape[k-1] != a.Shape[k-2] {
			continue
		}
		if units := x.unitsOfLength(a.Shape[k-1]); units != nil {
			out = append(out, Matrix{a, units, nissl.SizeOf(a.Shape[:k-2])})
		}
	}
	return out
}

// unitsOfLength are the units of the first table of facts that has so many.
func (x *Index) unitsOfLength(n int) []string {
	for _, t := range x.Of(Facts) {
		if c, _ := t.Column("unit"); n > 0 && t.Rows() == n {
			units := make([]string, n)
			for i := range units {
				units[i] = c.Text(i)
			}
			return units
		}
	}
	return nil
}

// Components are matrices that come and go: Strength is components × times.
type Components struct {
	Matrix
	Strength *nissl.Array // [k, T]
	Times    *nissl.Array // [T], seconds
}

// Components finds the arrays [k, units, units], [k, T] and time_s [T]; ok is false where one of them is missing.
func (x *Index) Components() (c Components, ok bool) {
	if c.Times = x.Finding.ArrayNamed("time_s"); c.Times == nil || len(c.Times.Shape) != 1 {
		return c, false
	}
	for _, m := range x.Matrices() {
		if len(m.Shape) != 3 {
			continue
		}
		for i := range x.Finding.Arrays {
			a := &x.Finding.Arrays[i]
			if len(a.Shape) == 2 && a.Shape[0] == m.Shape[0] && a.Shape[1] == c.Times.Shape[0] {
				c.Matrix, c.Strength = m, a
				return c, true
			}
		}
	}
	return c, false
}
