package gitrebasin

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"

	"nissl"
	"nissl/method"
	"nissl/nn"
	"nissl/nn/arch"
	"nissl/nn/dataset"
	"nissl/nn/load"
	"nissl/num/surrogate"
)

func (r *Result) finding(a, b string, s *dataset.Set) *nissl.Finding {
	f := &nissl.Finding{Notes: []string{fmt.Sprintf("losses are measured on %d examples of %s", s.Len(), s.Name)}}
	units := 0
	for _, g := range r.Groups {
		units += g.Size
	}
	before, after := r.Before.Barrier(), r.After.Barrier()
	merged := len(r.After.Loss) / 2
	f.AddMetric("barrier_before", before, "nat", "largest loss on the way from A to B, less the mean of both")
	f.AddMetric("barrier_after", after, "nat", "the same from A to B with its units permuted to those of A")
	ratio := math.NaN()
	if before > 0 {
		ratio = after / before
	}
	f.AddMetric("barrier_ratio", ratio, "", "after by before, missing where there was none before")
	f.AddMetric("loss_a", r.After.Loss[0], "nat", "")
	f.AddMetric("loss_b", r.Before.Loss[len(r.Before.Loss)-1], "nat", "")
	f.AddMetric("accuracy_a", r.After.Accuracy[0], "", "")
	f.AddMetric("accuracy_b", r.Before.Accuracy[len(r.Before.Accuracy)-1], "", "")
	f.AddMetric("accuracy_merged", r.After.Accuracy[merged], "", "of the network half way to the aligned copy")
	f.AddMetric("accuracy_merged_unaligned", r.Before.Accuracy[merged], "", "of the network half way to B as it is")
	f.AddMetric("output_difference", r.Difference, "", "of the aligned copy from B, as a share of the largest result: rounding")
	f.AddMetric("mean_cosine", meanCosine(r.Cosine), "", "of the weights around matched units")
	f.AddMetric("units", float64(units), "", "that can change places")
	f.AddMetric("sweeps", float64(r.Match.Sweeps), "", "over all groups until no permutation changed")
	r.evidence(f, before, after)
	r.tables(f)
	f.Figures = append(f.Figures, r.figure())
	f.Summary = fmt.Sprintf("%d units of %s were matched to those of %s. Half way between the two as they are, accuracy is %.1f %%, half way to the matched copy %.1f %% (%s %.1f %%, %s %.1f %%). "+
		"The loss between them rises by %.3g nats before and %.3g after matching; with units permuted at random by %.3g on average. The copy computes what %s does (results differ by %.1g of the largest). "+
		"Of a permuted copy of %s, %.1f %% of the units are found again.",
		units, b, a, 100*r.Before.Accuracy[merged], 100*r.After.Accuracy[merged], a, 100*r.After.Accuracy[0], b, 100*r.Before.Accuracy[len(r.Before.Accuracy)-1],
		before, after, mean(barriers(r.Null)), b, r.Difference, a, 100*r.Recovered)
	return f
}

func barriers(paths []Path) []float64 {
	out := make([]float64, len(paths))
	for i, p := range paths {
		out[i] = p.Barrier()
	}
	return out
}

func (r *Result) evidence(f *nissl.Finding, before, after float64) {
	const how = "the units of B permuted at random in every group, which leaves what B computes as it is"
	reduced := make([]float64, len(r.Null))
	for i, barrier := range barriers(r.Null) {
		reduced[i] = before - barrier
	}
	add := func(e nissl.Evidence) {
		e.NullMean, e.P = mean(e.NullRuns), surrogate.Upper(e.Observed, e.NullRuns)
		e.Effect = e.Observed - e.NullMean
		e.Passed = e.P <= .05 && e.Effect > 0
		f.Evidence = append(f.Evidence, e)
	}
	add(nissl.Evidence{Name: "barrier taken away", Unit: "nat", Observed: before - after, Null: how, NullRuns: reduced,
		Doc:    "barrier from A to B less that from A to the permuted B",
		Causal: "yes: only the order of the units is changed, and the copy computes the same (output_difference)"})
	add(nissl.Evidence{Name: "likeness of matched units", Observed: meanCosine(r.Cosine), Null: "the units of A matched to those of copies of B in which the numbers of every weight were shuffled", NullRuns: r.NullCosine,
		Doc:    "mean cosine of the weights around matched units; matching makes units alike that do not correspond, too, so the null is matched as well",
		Causal: "none of its own: the barrier is the check"})
	add(nissl.Evidence{Name: "planted permutation", Observed: r.Recovered, Null: "share of units that random permutations leave in place", NullRuns: r.InPlace,
		Doc:    "share of the units of A that are found again in a copy of A whose units were permuted at random; below 1 where units are alike or cut off",
		Causal: "yes: the permutation was planted"})
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

func (r *Result) tables(f *nissl.Finding) {
	var groups []string
	var a, b []int
	var cosine []float64
	for g, group := range r.Groups {
		var p []float32
		for i, j := range r.Match.P[g] {
			groups, a, b, cosine = append(groups, group.Name), append(a, i), append(b, j), append(cosine, r.Cosine[g][i])
			p = append(p, float32(j))
		}
		f.Arrays = append(f.Arrays, nissl.Array{Name: "permutation_" + group.Name, Doc: "unit of B that takes the place of each unit of A", Shape: []int{group.Size}, F32: p})
	}
	f.AddTable("units", "which unit of B stands for which of A, and the cosine of the weights around them", nissl.Col("group", "", groups), nissl.Col("unit_a", "", a),
		nissl.Col("unit_b", "", b), nissl.Col("cosine", "", cosine))
	low, high := r.band()
	f.AddTable("path", "networks (1-lambda) A + lambda B; null: with the units of B permuted at random, smallest and largest", nissl.Col("lambda", "", r.Before.Lambda),
		nissl.Col("loss_before", "nat", r.Before.Loss), nissl.Col("loss_after", "nat", r.After.Loss), nissl.Col("accuracy_before", "", r.Before.Accuracy),
		nissl.Col("accuracy_after", "", r.After.Accuracy), nissl.Col("null_loss_low", "nat", low), nissl.Col("null_loss_high", "nat", high))
}

// band is the smallest and the largest loss of the null at every point.
func (r *Result) band() (low, high []float64) {
	for k := range r.Before.Loss {
		l, h := math.Inf(1), math.Inf(-1)
		for _, p := range r.Null {
			l, h = min(l, p.Loss[k]), max(h, p.Loss[k])
		}
		low, high = append(low, l), append(high, h)
	}
	return low, high
}

func (r *Result) figure() nissl.Figure {
	low, high := r.band()
	middle := make([]float64, len(low))
	for i := range middle {
		for _, p := range r.Null {
			middle[i] += p.Loss[i] / float64(len(r.Null))
		}
	}
	return nissl.Figure{Name: "path", Title: "Loss between two networks", SharedX: true, Groups: []string{"as they are", "units matched"},
		Caption: "Networks (1-λ) A + λ B. Grey: units of B permuted at random (band: smallest and largest), which is what matching must beat.",
		Panels: []nissl.Panel{
			{XLabel: "λ", YLabel: "loss (nat)", Lines: &nissl.Lines{X: r.Before.Lambda, Curves: []nissl.Curve{
				{Name: "as they are", Y: r.Before.Loss, Group: 0}, {Name: "units matched", Y: r.After.Loss, Group: 1},
				{Name: "at random", Y: middle, Low: low, High: high, Group: -1}}}},
			{XLabel: "λ", YLabel: "accuracy", Lines: &nissl.Lines{X: r.Before.Lambda, Curves: []nissl.Curve{
				{Name: "as they are", Y: r.Before.Accuracy, Group: 0}, {Name: "units matched", Y: r.After.Accuracy, Group: 1}}}},
		}}
}

// save writes the aligned copy and the merged network, where there is a folder for results and the architecture
// can be written.
func (r *Result) save(f *nissl.Finding, b *load.Network, env *method.Env) error {
	folder := env.Folder()
	if folder == "" {
		return nil
	}
	switch b.Arch.(type) {
	case *arch.MLP, *arch.Transformer:
	default:
		f.Notes = append(f.Notes, "networks of the architecture "+b.Arch.Name()+" cannot be written: arrays/permutation_* give the aligned copy")
		return nil
	}
	for name, weights := range map[string]map[string]nissl.Tensor{"aligned": r.Aligned, "merged": r.Merged} {
		dir := filepath.Join(folder, name)
		if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
			continue // of a run that was interrupted
		}
		if err := os.MkdirAll(folder, 0o777); err != nil {
			return err
		}
		m, err := nn.New(b.Device(), name, b.Arch, weights)
		if err != nil {
			return err
		}
		err = load.Save(dir, m, nil)
		m.Close()
		if err != nil {
			return err
		}
	}
	f.Folder = folder
	f.Notes = append(f.Notes, "the folder has the aligned copy of B and the merged network, which open as networks; a tokenizer, if there is one, stays with B")
	return nil
}
