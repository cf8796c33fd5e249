package fgsm

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"

	"nissl"
	"nissl/nn/load"
	"nissl/nn/safetensors"
	"nissl/num/surrogate"
)

const (
	shownArrays  = 100 // examples in the arrays
	shownFigures = 4   // examples in the figure
)

func (s *Sweep) finding(e *load.Examples) *nissl.Finding {
	f := &nissl.Finding{}
	if e.Note != "" {
		f.Notes = append(f.Notes, e.Note+"; --pixels says otherwise")
	}
	eps, clean, accuracy := s.Eps[s.At], s.Own.Accuracy[0], s.Own.Accuracy[s.At]
	noise, last := mean(s.Own.NoiseRuns), len(s.Eps)-1
	f.AddMetric("examples", float64(e.Len()), "", "")
	f.AddMetric("clean_accuracy", clean, "", "")
	f.AddMetric("eps", eps, "", "share of a pixel's range: the smallest level that halves the accuracy, or the largest")
	f.AddMetric("accuracy", accuracy, "", "at that level, against the gradient sign")
	f.AddMetric("noise_accuracy", noise, "", "with random signs of the same size")
	if len(s.Strangers) > 0 {
		f.AddMetric("stranger_accuracy", mean(s.Strangers), "", "against the gradient of the same network with shuffled weights")
	}
	f.AddMetric("accuracy_at_largest", s.Own.Accuracy[last], "", fmt.Sprintf("at eps %g", s.Eps[last]))
	if c := s.Confidence[s.At]; c == c { // there are wrong answers
		f.AddMetric("confidence_when_wrong", c, "", "mean probability of the wrong answers")
	}
	f.Summary = fmt.Sprintf("%s answers %.1f %% of %d examples right, and %.1f %% when every pixel goes by %.3g of its range in the direction of the loss's gradient; random signs of the same size leave %.1f %%.",
		s.Own.Name, 100*clean, e.Len(), 100*accuracy, eps, 100*noise)
	causal := "this is the causal check: what is changed is the input, and the answers follow"
	f.Evidence = append(f.Evidence, against(nissl.Evidence{Name: "accuracy lost", Causal: causal,
		Null: fmt.Sprintf("%d draws of random signs, the same size in every pixel", len(s.Own.NoiseRuns)),
		Doc:  fmt.Sprintf("clean accuracy less that at eps %g", eps)}, clean, accuracy, s.Own.NoiseRuns))
	if len(s.Strangers) > 0 {
		f.Evidence = append(f.Evidence, against(nissl.Evidence{Name: "accuracy lost to the network's own gradient", Causal: causal,
			Null: fmt.Sprintf("the gradients of %d networks with the numbers of each weight shuffled", len(s.Strangers)),
			Doc:  fmt.Sprintf("clean accuracy less that at eps %g", eps)}, clean, accuracy, s.Strangers))
	}
	s.transfer(f, causal)
	s.tables(f, e)
	before, after := shares(e, e.Inputs), shares(e, s.Adversarial)
	n := min(shownArrays, e.Len())
	array := func(name string, t nissl.Tensor) {
		f.Arrays = append(f.Arrays, nissl.Array{Name: name, Doc: "example × network's axes, share of a pixel's range",
			Shape: append([]int{n}, t.Shape[1:]...), F32: t.Data[:n*nissl.SizeOf(t.Shape[1:])]})
	}
	array("clean", before)
	array("adversarial", after)
	f.Figures = append(f.Figures, s.curves())
	if pictures := s.pictures(e, before, after); len(pictures.Panels) > 0 {
		f.Figures = append(f.Figures, pictures)
	}
	return f
}

// against fills in evidence from accuracies.
func against(ev nissl.Evidence, clean, accuracy float64, null []float64) nissl.Evidence {
	ev.Observed = clean - accuracy
	for _, a := range null {
		ev.NullRuns = append(ev.NullRuns, clean-a)
	}
	ev.NullMean = mean(ev.NullRuns)
	ev.Effect = ev.Observed - ev.NullMean
	ev.P = surrogate.Upper(ev.Observed, ev.NullRuns)
	ev.Passed = ev.P <= .05
	return ev
}

// transfer says how other networks fared.
func (s *Sweep) transfer(f *nissl.Finding, causal string) {
	var names []string
	var eps, clean, accuracy, noise []float64
	for i, c := range s.Transfer {
		for k := range s.Eps {
			names, eps, clean = append(names, c.Name), append(eps, s.Eps[k]), append(clean, c.Accuracy[0])
			accuracy, noise = append(accuracy, c.Accuracy[k]), append(noise, c.Noise[k])
		}
		if i == 0 {
			f.AddMetric("transfer_error", 1-c.Accuracy[s.At], "", "share of wrong answers of "+c.Name+" to the same examples")
			f.AddMetric("clean_error", 1-c.Accuracy[0], "", "of the same network on clean examples")
		}
		f.Evidence = append(f.Evidence, against(nissl.Evidence{Name: "transfer to " + c.Name, Causal: causal,
			Null: fmt.Sprintf("%d draws of random signs, the same size in every pixel", len(c.NoiseRuns)), Doc: "clean accuracy less that on examples made with " + s.Own.Name},
			c.Accuracy[0], c.Accuracy[s.At], c.NoiseRuns))
		f.Summary += fmt.Sprintf(" The same examples take %s from %.1f to %.1f %%.", c.Name, 100*c.Accuracy[0], 100*c.Accuracy[s.At])
	}
	if names != nil {
		f.AddTable("transfer", "other networks on the examples made with "+s.Own.Name, nissl.Col("network", "", names), nissl.Col("eps", "", eps),
			nissl.Col("clean_accuracy", "", clean), nissl.Col("accuracy", "", accuracy), nissl.Col("noise_accuracy", "", noise))
	}
}

func (s *Sweep) tables(f *nissl.Finding, e *load.Examples) {
	f.AddTable("levels", "accuracy at each size of the change", nissl.Col("eps", "", s.Eps), nissl.Col("accuracy", "", s.Own.Accuracy),
		nissl.Col("noise_accuracy", "", s.Own.Noise), nissl.Col("confidence_when_wrong", "", s.Confidence))
	var names, taken []string
	var count []int
	var clean, accuracy []float64
	for c := range e.Classes {
		n, right, stays := 0, 0, 0
		for i, l := range e.Labels {
			if l != c {
				continue
			}
			n++
			if s.Before.Class[i] == c {
				right++
			}
			if s.After.Class[i] == c {
				stays++
			}
		}
		if n == 0 {
			continue
		}
		names, count, taken = append(names, className(e, c)), append(count, n), append(taken, s.takenFor(e, c))
		clean, accuracy = append(clean, float64(right)/float64(n)), append(accuracy, float64(stays)/float64(n))
	}
	f.AddTable("classes", fmt.Sprintf("accuracy by class at eps %g", s.Eps[s.At]), nissl.Col("class", "", names), nissl.Col("examples", "", count),
		nissl.Col("clean_accuracy", "", clean), nissl.Col("accuracy", "", accuracy), nissl.Col("mostly_taken_for", "", taken))
}

// takenFor is the wrong class that changed examples of a class get most often; "" for none.
func (s *Sweep) takenFor(e *load.Examples, class int) string {
	counts := map[int]int{}
	best, most := "", 0
	for i, l := range e.Labels {
		if c := s.After.Class[i]; l == class && c != class {
			if counts[c]++; counts[c] > most {
				best, most = className(e, c), counts[c]
			}
		}
	}
	return best
}

func className(e *load.Examples, class int) string {
	if class < len(e.ClassNames) {
		return e.ClassNames[class]
	}
	return strconv.Itoa(class)
}

// curves of accuracy by eps.
func (s *Sweep) curves() nissl.Figure {
	l := &nissl.Lines{X: s.Eps}
	add := func(name string, y []float64, group int) {
		l.Curves = append(l.Curves, nissl.Curve{Name: name, Y: y, Group: group})
	}
	add(s.Own.Name, s.Own.Accuracy, 0)
	add("random signs", s.Own.Noise, -1)
	for i, c := range s.Transfer {
		add(c.Name+" on the same", c.Accuracy, i+1)
	}
	return nissl.Figure{Name: "accuracy", Title: "Accuracy under the gradient sign", Caption: "Grey: the null, random signs of the same size in every pixel.",
		Panels: []nissl.Panel{{XLabel: "largest change of a pixel, share of its range", YLabel: "accuracy", Lines: l}}}
}

// pictures shows examples that the change turned: before, the change, after.
func (s *Sweep) pictures(e *load.Examples, before, after nissl.Tensor) nissl.Figure {
	fig := nissl.Figure{Name: "examples", Title: "Examples that the change turned",
		Caption: fmt.Sprintf("Left to right: before, the change (at most %.3g of the range), after.", s.Eps[s.At])}
	each := nissl.SizeOf(before.Shape[1:])
	for i, l := range e.Labels {
		if s.Before.Class[i] != l || s.After.Class[i] == l || len(fig.Panels) == 3*shownFigures {
			continue
		}
		a, b := before.Data[i*each:(i+1)*each], after.Data[i*each:(i+1)*each]
		change := make([]float32, each)
		for j := range change {
			change[j] = b[j] - a[j]
		}
		fig.Panels = append(fig.Panels,
			picture(className(e, l), a, before.Shape[1:], len(e.Low), 1, false),
			picture("change", change, before.Shape[1:], len(e.Low), s.Eps[s.At], true),
			picture(fmt.Sprintf("%s (%.0f %%)", className(e, s.After.Class[i]), 100*s.After.Probability[i]), b, before.Shape[1:], len(e.Low), 1, false))
		fig.Panels[len(fig.Panels)-3].Beside = false // each example has its own row
	}
	return fig
}

// picture draws an example as the mean of its channels; a vector that is no square is one row.
func picture(title string, x []float32, shape []int, channels int, high float64, diverging bool) nissl.Panel {
	plane := len(x) / channels
	h := &nissl.Heatmap{Rows: 1, Cols: plane, Values: make([]float64, plane), High: high, Diverging: diverging}
	if diverging {
		h.Low = -high
	}
	if side := int(math.Round(math.Sqrt(float64(plane)))); side*side == plane {
		h.Rows, h.Cols = side, side
	}
	if len(shape) == 3 {
		h.Rows, h.Cols = shape[1], shape[2]
	}
	for i, v := range x {
		h.Values[i%plane] += float64(v) / float64(channels)
	}
	return nissl.Panel{Title: title, Beside: true, Heatmap: h}
}

// addTo adds what came of adversarial training.
func (h *Hardened) addTo(f *nissl.Finding, eps float64) {
	doc := fmt.Sprintf("on %d held-out examples, at eps %g", h.Held, eps)
	for _, c := range []struct {
		name string
		s    Scores
	}{{"before", h.Before}, {"longer", h.Longer}, {"hardened", h.After}} {
		f.AddMetric(c.name+"_clean", c.s.Clean, "", "accuracy "+doc)
		f.AddMetric(c.name+"_attacked", c.s.Attacked, "", "accuracy against the gradient sign "+doc)
	}
	h.Curve.AddTo(f, "training")
	gain := h.After.Attacked - h.Longer.Attacked
	f.Evidence = append(f.Evidence, nissl.Evidence{Name: "accuracy that adversarial training gives", Observed: gain,
		Null:     fmt.Sprintf("a copy trained as long on clean examples alone; which of the two an answer is of is drawn anew %d times for each example", len(h.Flips)),
		NullMean: mean(h.Flips), NullRuns: h.Flips, Effect: gain - mean(h.Flips), P: surrogate.Upper(gain, h.Flips),
		Doc:    "difference of the accuracies under attack " + doc,
		Causal: "each network is attacked through its own gradient", Passed: surrogate.Upper(gain, h.Flips) <= .05})
	f.Summary += fmt.Sprintf(" Adversarial training takes the accuracy under attack from %.1f to %.1f %% and the clean one from %.1f to %.1f %% (as long on clean examples: %.1f and %.1f %%).",
		100*h.Before.Attacked, 100*h.After.Attacked, 100*h.Before.Clean, 100*h.After.Clean, 100*h.Longer.Attacked, 100*h.Longer.Clean)
}

// write writes the hardened weights.
func (h *Hardened) write(path string) error {
	var all []safetensors.Tensor
	for name, t := range h.Weights {
		all = append(all, safetensors.Tensor{Name: name, Shape: t.Shape, Data: t.Data})
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	return safetensors.Write(path, all, nil)
}

func mean(x []float64) float64 {
	sum := 0.
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}
