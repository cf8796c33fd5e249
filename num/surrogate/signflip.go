package surrogate

import "math/rand/v2"

// exactPairs is the largest number of differences whose signs are all tried.
const exactPairs = 12

// SignFlips are the means of paired differences under every other choice of their signs (Fisher, The design
// of experiments, 1935, section 21): where the two members of each pair could as well be exchanged, the
// observed mean is one of these at random. Up to 12 pairs all 2ⁿ-1 other choices are listed, so that
// [Upper] of them is exact; above, 4095 are drawn with rng, which may be nil below.
func SignFlips(rng *rand.Rand, differences []float64) []float64 {
	n := len(differences)
	if n == 0 {
		return nil
	}
	exact := n <= exactPairs
	runs := 1<<min(n, exactPairs) - 1
	out := make([]float64, runs)
	flip := make([]uint64, (n+63)/64)
	for r := range out {
		for w := range flip {
			if exact {
				flip[w] = uint64(r + 1)
			} else {
				flip[w] = rng.Uint64()
			}
		}
		sum := 0.0
		for i, d := range differences {
			if flip[i/64]&(1<<(i%64)) != 0 {
				d = -d
			}
			sum += d
		}
		out[r] = sum / float64(n)
	}
	return out
}
