package dataset

import (
	"fmt"
	"math"
	"math/rand/v2"

	"nissl"
)

// FeaturesTask is the task of the toy models of superposition.
type FeaturesTask struct {
	Set *Set // inputs examples × features; the targets are the inputs
	// Importance weighs the squared error of each feature in the loss: Importance[i] = decay^i.
	Importance []float32
	Sparsity   float64 // probability that a feature is 0
}

// SparseFeatures is n examples of independent features, each 0 with probability sparsity and else uniform
// in [0, 1), to be reconstructed through a narrow layer under the loss
// Σ Importance[i] · (x[i] - x'[i])² (Elhage et al. 2022, Toy models of superposition, where decay is 0.7 to 1).
func SparseFeatures(n, features int, sparsity, decay float64, seed uint64) *FeaturesTask {
	if n < 1 || features < 1 || !(sparsity >= 0 && sparsity <= 1) || !(decay > 0 && decay <= 1) {
		panic(fmt.Sprintf("dataset: %d examples of %d features, sparsity %g, decay %g", n, features, sparsity, decay))
	}
	rng := rand.New(rand.NewPCG(seed, streamFeatures))
	x := sparse(rng, n, features, sparsity)
	out := &FeaturesTask{Sparsity: sparsity, Importance: make([]float32, features)}
	for i := range out.Importance {
		out.Importance[i] = float32(math.Pow(decay, float64(i)))
	}
	out.Set = &Set{Name: "sparse-features", Inputs: x, Targets: x}
	return out
}

func sparse(rng *rand.Rand, n, features int, sparsity float64) nissl.Tensor {
	x := nissl.Tensor{Shape: []int{n, features}, Data: make([]float32, n*features)}
	for i := range x.Data {
		if rng.Float64() >= sparsity {
			x.Data[i] = rng.Float32()
		}
	}
	return x
}

// SuperpositionTask is activity in which more features than neurons are hidden.
type SuperpositionTask struct {
	Set *Set // inputs: the activity, examples × neurons; targets: the features, examples × features
	// Dictionary is features × neurons, each row of length 1: activity = features · Dictionary.
	Dictionary nissl.Tensor
	Sparsity   float64
}

// Superposition is n examples of the activity of neurons in which sparse features (as in SparseFeatures) are
// added along random directions: the known answer for methods that look for a dictionary (Sharkey,
// Braun and Millidge 2022, Taking features out of superposition with sparse autoencoders).
func Superposition(n, features, neurons int, sparsity float64, seed uint64) *SuperpositionTask {
	if n < 1 || features < 1 || neurons < 1 || !(sparsity >= 0 && sparsity <= 1) {
		panic(fmt.Sprintf("dataset: %d examples of %d features on %d neurons, sparsity %g", n, features, neurons, sparsity))
	}
	rng := rand.New(rand.NewPCG(seed, streamSuperposition))
	d := nissl.Tensor{Shape: []int{features, neurons}, Data: make([]float32, features*neurons)}
	for f := range features {
		direction := make([]float64, neurons)
		norm := 0.0
		for norm == 0 {
			for j := range direction {
				direction[j] = rng.NormFloat64()
				norm += direction[j] * direction[j]
			}
		}
		for j, v := range direction {
			d.Data[f*neurons+j] = float32(v / math.Sqrt(norm))
		}
	}
	x := sparse(rng, n, features, sparsity)
	h := nissl.Tensor{Shape: []int{n, neurons}, Data: make([]float32, n*neurons)}
	for i := range n {
		row := h.Data[i*neurons : (i+1)*neurons]
		for f, v := range x.Data[i*features : (i+1)*features] {
			if v == 0 {
				continue
			}
			for j, w := range d.Data[f*neurons : (f+1)*neurons] {
				row[j] += v * w
			}
		}
	}
	return &SuperpositionTask{Set: &Set{Name: "superposition", Inputs: h, Targets: x}, Dictionary: d, Sparsity: sparsity}
}

// ParityTask is bits of which a few decide.
type ParityTask struct {
	Set    *Set  // inputs examples × bits, each +1 or -1; label 1 where the product over Subset is -1
	Subset []int // the bits that decide, ascending
}

// Parity is n examples of independent fair bits whose label is the parity of k of them (Barak et al. 2022,
// Hidden progress in deep learning). Any k - 1 of the bits say nothing about the label; k = bits is the
// plain parity.
func Parity(n, bits, k int, seed uint64) *ParityTask {
	if n < 1 || k < 1 || k > bits {
		panic(fmt.Sprintf("dataset: %d examples of the parity of %d of %d bits", n, k, bits))
	}
	rng := rand.New(rand.NewPCG(seed, streamParity))
	decides := make([]bool, bits)
	for _, i := range sample(rng, bits, k) {
		decides[i] = true
	}
	out := &ParityTask{}
	for i, yes := range decides {
		if yes {
			out.Subset = append(out.Subset, i)
		}
	}
	x := nissl.Tensor{Shape: []int{n, bits}, Data: make([]float32, n*bits)}
	labels := make([]int, n)
	for i := range n {
		for j := range bits {
			bit := int(rng.Uint64() & 1)
			x.Data[i*bits+j] = float32(1 - 2*bit)
			if decides[j] {
				labels[i] ^= bit
			}
		}
	}
	out.Set = &Set{Name: "parity", Inputs: x, Labels: labels, Classes: 2}
	return out
}

// ClustersTask is points around known centres.
type ClustersTask struct {
	Set     *Set         // inputs examples × dims, label the cluster
	Centres nissl.Tensor // clusters × dims
}

// Clusters is n points of clusters in turn, each a centre plus independent standard normal noise in every dimension. The
// centres are normal with standard deviation spread. No classifier errs less than the one that takes
// the nearest centre; of two centres at distance d it errs on Φ(-d/2) of the points.
func Clusters(n, clusters, dims int, spread float64, seed uint64) *ClustersTask {
	if n < 1 || clusters < 1 || dims < 1 || !(spread >= 0) || math.IsInf(spread, 0) {
		panic(fmt.Sprintf("dataset: %d points in %d clusters of %d dimensions, spread %g", n, clusters, dims, spread))
	}
	rng := rand.New(rand.NewPCG(seed, streamClusters))
	c := nissl.Tensor{Shape: []int{clusters, dims}, Data: make([]float32, clusters*dims)}
	for i := range c.Data {
		c.Data[i] = float32(spread * rng.NormFloat64())
	}
	x := nissl.Tensor{Shape: []int{n, dims}, Data: make([]float32, n*dims)}
	labels := make([]int, n)
	for i := range n {
		labels[i] = i % clusters
		for j := range dims {
			x.Data[i*dims+j] = c.Data[labels[i]*dims+j] + float32(rng.NormFloat64())
		}
	}
	return &ClustersTask{Set: &Set{Name: "clusters", Inputs: x, Labels: labels, Classes: clusters}, Centres: c}
}
