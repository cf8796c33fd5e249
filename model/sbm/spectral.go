package sbm

import (
	"math"
	"math/rand/v2"
)

const (
	spectralDims   = 8
	spectralBlocks = 24
	powerRounds    = 25
	clusterRounds  = 15
)

// spectral is a partition to start from: nodes clustered by the leading eigenvectors of the edges' weights less the
// means of their ends, or of the edges less what the degrees let expect. Where every pair is joined and blocks differ
// little, no search from random blocks gets going; the eigenvectors see them down to the limit of what can be seen
// (Baik, Ben Arous and Péché, Ann. Probab. 33, 1643 (2005)).
func (g *level) spectral(rng *rand.Rand, weights bool, limit int) []int32 {
	multiply := g.degreeOperator()
	if weights {
		multiply = g.weightOperator()
	}
	dims := min(spectralDims, g.n)
	v, w := make([][]float64, dims), make([]float64, g.n)
	for k := range v {
		v[k] = make([]float64, g.n)
		for i := range v[k] {
			v[k][i] = rng.NormFloat64()
		}
	}
	size := make([]float64, dims)
	for range powerRounds {
		for k := range v {
			multiply(v[k], w)
			copy(v[k], w)
			for _, before := range v[:k] {
				axpy(-dot(before, v[k]), before, v[k])
			}
			size[k] = math.Sqrt(dot(v[k], v[k]))
			if size[k] > 0 {
				for i := range v[k] {
					v[k][i] /= size[k]
				}
			}
		}
	}
	points := make([]float64, g.n*dims) // n × dims
	for k := range v {
		for i, x := range v[k] {
			points[i*dims+k] = x * size[k]
		}
	}
	return canonical(cluster(rng, points, g.n, dims, min(limit, spectralBlocks, g.n)))
}

// weightOperator multiplies with the matrix of weights less their mean and the deviations of both ends.
func (g *level) weightOperator() func(v, out []float64) {
	mean, count := 0.0, 0.0
	row := make([]float64, g.n)
	for _, l := range g.link {
		mean, count = mean+l.x, count+float64(l.c)
	}
	mean /= math.Max(count, 1)
	for i := range g.n {
		n := 0.0
		for j := g.off[i]; j < g.off[i+1]; j++ {
			row[i] += g.link[j].x
			n += float64(g.link[j].c)
		}
		row[i] = row[i]/math.Max(n, 1) - mean
	}
	return func(v, out []float64) {
		for i := range g.n {
			sum := 0.0
			for j := g.off[i]; j < g.off[i+1]; j++ {
				u := g.to[j]
				sum += (g.link[j].x - mean - row[i] - row[u]) * v[u]
			}
			out[i] = sum
		}
	}
}

// degreeOperator multiplies with the modularity matrix.
func (g *level) degreeOperator() func(v, out []float64) {
	return func(v, out []float64) {
		along := 0.0
		for i, d := range g.deg {
			along += float64(d) * v[i]
		}
		along /= math.Max(2*float64(g.edges), 1)
		for i := range g.n {
			sum := -float64(g.deg[i]) * along
			for j := g.off[i]; j < g.off[i+1]; j++ {
				sum += v[g.to[j]]
			}
			out[i] = sum
		}
	}
}

func dot(a, b []float64) float64 {
	s := 0.0
	for i := range a {
		s += a[i] * b[i]
	}
	return s
}

func axpy(f float64, x, y []float64) {
	for i := range y {
		y[i] += f * x[i]
	}
}

// cluster is k-means with k-means++ starts.
func cluster(rng *rand.Rand, points []float64, n, dims, k int) []int32 {
	b, near := make([]int32, n), make([]float64, n)
	centers := make([]float64, 0, k*dims)
	distance := func(i, c int) float64 {
		s := 0.0
		for d := range dims {
			x := points[i*dims+d] - centers[c*dims+d]
			s += x * x
		}
		return s
	}
	next := rng.IntN(n)
	for c := range k {
		centers = append(centers, points[next*dims:(next+1)*dims]...)
		total := 0.0
		for i := range n {
			if d := distance(i, c); c == 0 || d < near[i] {
				near[i], b[i] = d, int32(c)
			}
			total += near[i]
		}
		at := rng.Float64() * total
		for next = 0; next < n-1 && at >= near[next]; next++ {
			at -= near[next]
		}
	}
	size := make([]float64, k)
	for range clusterRounds {
		clear(centers)
		clear(size)
		for i, c := range b {
			size[c]++
			axpy(1, points[i*dims:(i+1)*dims], centers[int(c)*dims:(int(c)+1)*dims])
		}
		for j := range centers {
			centers[j] /= math.Max(size[j/dims], 1)
		}
		for i := range n {
			best := inf
			for c := range k {
				if d := distance(i, c); size[c] > 0 && d < best {
					best, b[i] = d, int32(c)
				}
			}
		}
	}
	return b
}
