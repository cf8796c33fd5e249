package probe

import (
	"math"
	"slices"

	"nissl/num/parallel"
)

// bins is into how many parts the activity of a unit is cut, at quantiles of its training samples.
const bins = 64

// fold is one split with what does not depend on labels: it is made from the training samples alone.
type fold struct {
	d     *Data
	split Split
	mean  []float64
	scale []float64 // standard deviation; 0 for a unit that does not vary
	// bin of every sample of the split: units × (train, then test); nil where nobody asks. cuts are their
	// lower ends.
	bin  [][]uint8
	cuts [][]float32
}

func newFold(d *Data, s Split, binned bool) *fold {
	units := len(d.X)
	f := &fold{d: d, split: s, mean: make([]float64, units), scale: make([]float64, units)}
	if binned {
		f.bin, f.cuts = make([][]uint8, units), make([][]float32, units)
	}
	parallel.For(units, func(u int) {
		row, n := d.X[u], float64(len(s.Train))
		sum, square := 0.0, 0.0
		for _, t := range s.Train {
			sum += float64(row[t])
		}
		m := sum / n
		for _, t := range s.Train {
			v := float64(row[t]) - m
			square += v * v
		}
		f.mean[u], f.scale[u] = m, math.Sqrt(square/n)
		if f.scale[u] <= 1e-7*math.Abs(m) {
			f.scale[u] = 0
		}
		if !binned {
			return
		}
		f.cuts[u] = quantiles(row, s.Train)
		f.bin[u] = make([]uint8, 0, len(s.Train)+len(s.Test))
		for _, part := range [][]int{s.Train, s.Test} {
			for _, t := range part {
				f.bin[u] = append(f.bin[u], binOf(f.cuts[u], row[t]))
			}
		}
	})
	return f
}

// quantiles are at most bins-1 different values that cut up to 4,096 of the training samples into equal
// parts. Each belongs to the part above it.
func quantiles(row []float32, train []int) []float32 {
	stride := max(1, len(train)/4096)
	values := make([]float32, 0, len(train)/stride+1)
	for i := 0; i < len(train); i += stride {
		values = append(values, row[train[i]])
	}
	slices.Sort(values)
	var cuts []float32
	for b := 1; b < bins; b++ {
		if c := values[b*len(values)/bins]; c > values[0] && (cuts == nil || c > cuts[len(cuts)-1]) {
			cuts = append(cuts, c)
		}
	}
	if top := values[len(values)-1]; cuts == nil && top > values[0] { // a unit that is nearly always at its least
		i, _ := slices.BinarySearchFunc(values, values[0], func(v, least float32) int {
			if v > least {
				return 1
			}
			return -1
		})
		cuts = []float32{values[i]}
	}
	return cuts
}

// binOf is the number of cuts that are not above x.
func binOf(cuts []float32, x float32) uint8 {
	lo, hi := 0, len(cuts)
	for lo < hi {
		if mid := (lo + hi) / 2; cuts[mid] <= x {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return uint8(lo)
}

// features are the units' activities at samples, standardised by the training samples: units × samples.
func (f *fold) features(units, samples []int) [][]float32 {
	out := make([][]float32, len(units))
	for j, u := range units {
		out[j] = make([]float32, len(samples))
		if f.scale[u] == 0 {
			continue
		}
		row, m, s := f.d.X[u], f.mean[u], 1/f.scale[u]
		for i, t := range samples {
			out[j][i] = float32((float64(row[t]) - m) * s)
		}
	}
	return out
}

// Single is the answer of one unit: yes above Cut, or below it where Sign is -1.
type Single struct {
	Unit int
	Sign int
	Cut  float64
	F1   float64 // on the training samples
	Test Counts
}

// singles is the best threshold of every unit on the training samples, either way, and what it answers on
// the test. order holds the labels of the split's samples, training first.
func (f *fold) singles(y []bool) []Single {
	out := make([]Single, len(f.bin))
	n := len(f.split.Train)
	parallel.For(len(out), func(u int) {
		yes, no := f.histogram(u, 0, n, y)
		s := Single{Unit: u, Sign: 1, F1: -1}
		at := 0
		for _, sign := range []int{1, -1} {
			var above Counts
			for b := range len(f.cuts[u]) + 1 { // yes from bin b on
				above = tally(yes, no, b)
				if sign < 0 {
					above = Counts{TP: above.FN, FP: above.TN, FN: above.TP, TN: above.FP}
				}
				if v := above.F1(); v > s.F1 {
					s.F1, s.Sign, at = v, sign, b
				}
			}
		}
		s.Cut = math.Inf(-1)
		if at > 0 {
			s.Cut = float64(f.cuts[u][at-1])
		}
		yes, no = f.histogram(u, n, len(y), y)
		if s.Test = tally(yes, no, at); s.Sign < 0 {
			s.Test = Counts{TP: s.Test.FN, FP: s.Test.TN, FN: s.Test.TP, TN: s.Test.FP}
		}
		out[u] = s
	})
	return out
}

// histogram counts the samples from one to another of the split by bin.
func (f *fold) histogram(u, from, to int, y []bool) (yes, no [bins]float64) {
	row := f.bin[u]
	for i := from; i < to; i++ {
		if y[i] {
			yes[row[i]]++
		} else {
			no[row[i]]++
		}
	}
	return yes, no
}

// tally calls bins from b on yes.
func tally(yes, no [bins]float64, b int) Counts {
	var c Counts
	for i := range bins {
		if i >= b {
			c.TP += yes[i]
			c.FP += no[i]
		} else {
			c.FN += yes[i]
			c.TN += no[i]
		}
	}
	return c
}
