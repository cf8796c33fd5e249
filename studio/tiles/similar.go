package tiles

import (
	"context"
	"math"
	"slices"
)

// profileBins is how many time bins of a unit are compared.
const profileBins = 256

// Similar puts units that are active together next to each other. The activity of each
// unit over the whole recording, in a few hundred time bins, is clustered by correlation
// (k-means on the sphere, begun at the units farthest from one another); clusters are
// chained so that neighbours are alike, and within a cluster units lie between the
// clusters before and after it. Units that do not vary come last. Nothing is random.
func (l *Levels) Similar(ctx context.Context, k Kind) (*Order, error) {
	profiles, err := l.profiles(ctx, k)
	if err != nil {
		return nil, err
	}
	var moving, still []int
	for u, p := range profiles {
		if p == nil {
			still = append(still, u)
		} else {
			moving = append(moving, u)
		}
	}
	rows, err := seriate(ctx, profiles, moving)
	return &Order{Rows: append(rows, still...)}, err
}

// profiles are the activities of the units with mean 0 and length 1, nil for units that
// do not vary.
func (l *Levels) profiles(ctx context.Context, k Kind) ([][]float32, error) {
	g, ok := l.Grid(k)
	if !ok {
		return nil, errKind(k)
	}
	level := g.Levels - 1
	n := int(g.BinsAt(level))
	t := &traceTiler{l: l, ctx: ctx}
	if k == KindTraces {
		t.edges, t.held = l.samples(level, 0, n)
		t.raw = float64(t.edges[n]-t.edges[0])*float64(l.rec.Units.Len()) <= rawSamples
		l.sketch()
	}
	out := make([][]float32, l.rec.Units.Len())
	err := share(ctx, len(out), func(u int) {
		total, count := make([]float64, n), make([]int, n)
		if k == KindTraces {
			t.add(u, total, count)
			for i, c := range count {
				total[i] = deviationBounded(total[i] / float64(c))
			}
		} else {
			g.count(l.rec.Spikes.Times[u], level, 0, count)
			for i, c := range count {
				total[i] = math.Sqrt(float64(c)) // evens the variance of counts
			}
		}
		out[u] = normalise(fold(total, (n+profileBins-1)/profileBins))
	})
	return out, err
}

// deviationBounded is a deviation within the reach of the codes, so that one huge sample
// is not all that a unit is compared by.
func deviationBounded(z float64) float64 { return max(-reach, min(reach, z)) }

// fold takes means of every few values; NaN counts for nothing.
func fold(v []float64, every int) []float64 {
	var out []float64
	for part := range slices.Chunk(v, every) {
		s, n := 0.0, 0
		for _, x := range part {
			if x == x {
				s += x
				n++
			}
		}
		out = append(out, s/float64(n))
	}
	return out
}

func normalise(v []float64) []float32 {
	mean, n := 0.0, 0
	for _, x := range v {
		if x == x {
			mean += x
			n++
		}
	}
	mean /= float64(n)
	square := 0.0
	for i, x := range v {
		if x != x {
			v[i] = mean
		}
		v[i] -= mean
		square += v[i] * v[i]
	}
	if !(square > 1e-12*float64(n)*mean*mean) || n < 2 {
		return nil
	}
	out := make([]float32, len(v))
	for i := range v {
		out[i] = float32(v[i] / math.Sqrt(square))
	}
	return out
}

func dot(a, b []float32) float32 {
	var s0, s1, s2, s3 float32
	b = b[:len(a)]
	i := 0
	for ; i+4 <= len(a); i += 4 {
		s0 += a[i] * b[i]
		s1 += a[i+1] * b[i+1]
		s2 += a[i+2] * b[i+2]
		s3 += a[i+3] * b[i+3]
	}
	for ; i < len(a); i++ {
		s0 += a[i] * b[i]
	}
	return s0 + s1 + s2 + s3
}

// seriate orders the units of which profiles are given.
func seriate(ctx context.Context, profiles [][]float32, units []int) ([]int, error) {
	k := min(48, max(1, len(units)/6))
	if len(units) <= 96 {
		k = len(units) // every unit for itself: the chain alone
	}
	centers, of, err := clusters(ctx, profiles, units, k)
	if err != nil || len(units) == 0 {
		return slices.Clone(units), err
	}
	path := chain(centers)
	out := make([]int, 0, len(units))
	for i, c := range path {
		var members []int
		for j, u := range units {
			if of[j] == c {
				members = append(members, u)
			}
		}
		lean := make(map[int]float32, len(members))
		for _, u := range members {
			if i > 0 {
				lean[u] -= dot(profiles[u], centers[path[i-1]])
			}
			if i+1 < len(path) {
				lean[u] += dot(profiles[u], centers[path[i+1]])
			}
		}
		slices.SortStableFunc(members, func(a, b int) int {
			switch {
			case lean[a] < lean[b]:
				return -1
			case lean[a] > lean[b]:
				return 1
			}
			return 0
		})
		out = append(out, members...)
	}
	return out, nil
}

// clusters are at most k directions and the nearest one of each unit.
func clusters(ctx context.Context, profiles [][]float32, units []int, k int) (centers [][]float32, of []int, err error) {
	of = make([]int, len(units))
	near := make([]float32, len(units)) // to the nearest center so far
	for i := range near {
		near[i] = -2
	}
	for next := 0; len(centers) < min(k, len(units)); {
		centers = append(centers, slices.Clone(profiles[units[next]]))
		for i, u := range units {
			near[i] = max(near[i], dot(profiles[u], centers[len(centers)-1]))
		}
		for i := range near {
			if near[i] < near[next] {
				next = i
			}
		}
	}
	for range 12 {
		err = share(ctx, len(units), func(i int) {
			best := float32(-2)
			for c := range centers {
				if d := dot(profiles[units[i]], centers[c]); d > best {
					best, of[i] = d, c
				}
			}
		})
		if err != nil || k >= len(units) {
			return centers, of, err
		}
		for c := range centers {
			clear(centers[c])
		}
		for i, u := range units {
			for j, v := range profiles[u] {
				centers[of[i]][j] += v
			}
		}
		for _, c := range centers {
			if length := float32(math.Sqrt(float64(dot(c, c)))); length > 0 {
				for j := range c {
					c[j] /= length
				}
			}
		}
	}
	return centers, of, nil
}

// chain orders the centers so that neighbours are alike: the nearest next one, from the
// one least like all others, then reversals of parts as long as they help (2-opt).
func chain(centers [][]float32) []int {
	n := len(centers)
	like := make([][]float32, n)
	for i := range like {
		like[i] = make([]float32, n)
		for j := range like[i] {
			like[i][j] = dot(centers[i], centers[j])
		}
	}
	path := make([]int, n)
	total := func(i int) (s float32) {
		for _, v := range like[i] {
			s += v
		}
		return s
	}
	for i := range path {
		path[i] = i
		if i > 0 && total(path[i]) < total(path[0]) {
			path[0], path[i] = path[i], path[0]
		}
	}
	for i := 1; i < n; i++ {
		best := i
		for j := i + 1; j < n; j++ {
			if like[path[i-1]][path[j]] > like[path[i-1]][path[best]] {
				best = j
			}
		}
		path[i], path[best] = path[best], path[i]
	}
	link := func(i, j int) float32 { // of neighbours; nothing beyond the ends
		if i < 0 || j >= n {
			return 0
		}
		return like[path[i]][path[j]]
	}
	for better := true; better; {
		better = false
		for i := 0; i < n-1; i++ {
			for j := i + 1; j < n; j++ {
				now := link(i-1, i) + link(j, j+1)
				then := float32(0)
				if i > 0 {
					then += like[path[i-1]][path[j]]
				}
				if j+1 < n {
					then += like[path[i]][path[j+1]]
				}
				if then > now+1e-5 {
					slices.Reverse(path[i : j+1])
					better = true
				}
			}
		}
	}
	return path
}
