package probe

import (
	"cmp"
	"math"
	"slices"

	"nissl/num/roc"
)

// Scores say how well a probe tells samples that it has not seen.
type Scores struct {
	Precision, Recall, F1, MCC float64 // at the threshold of the best F1 on the training samples
	AUC                        float64
	// Bits is how much of each sample's label the probe knows: log2 P(label) minus that of the share of yes
	// among the training samples, mean. It falls below 0 for a probe that learned what is not so.
	Bits float64
}

// Counts of right and wrong answers.
type Counts struct{ TP, FP, FN, TN float64 }

// Count compares scores above a threshold with labels.
func Count(scores []float64, y []bool, threshold float64) Counts {
	var c Counts
	for i, s := range scores {
		switch said := s > threshold; {
		case said && y[i]:
			c.TP++
		case said:
			c.FP++
		case y[i]:
			c.FN++
		default:
			c.TN++
		}
	}
	return c
}

// Precision is the share of yes among what was called yes; 0 where nothing was.
func (c Counts) Precision() float64 { return c.TP / max(1, c.TP+c.FP) }

// Recall is the share of yes that was called so.
func (c Counts) Recall() float64 { return c.TP / max(1, c.TP+c.FN) }

// F1 is the harmonic mean of precision and recall, 0 without a right yes.
func (c Counts) F1() float64 { return 2 * c.TP / max(1, 2*c.TP+c.FP+c.FN) }

// MCC is the correlation of answers and labels (Matthews 1975), 0 where either never changes.
func (c Counts) MCC() float64 {
	d := (c.TP + c.FP) * (c.TP + c.FN) * (c.TN + c.FP) * (c.TN + c.FN)
	if d == 0 {
		return 0
	}
	return (c.TP*c.TN - c.FP*c.FN) / math.Sqrt(d)
}

// BestThreshold is the one at which calling larger scores yes has the best F1; it lies halfway between
// two scores.
func BestThreshold(scores []float64, y []bool) float64 {
	type sample struct {
		score float64
		yes   bool
	}
	order, total := make([]sample, len(scores)), 0.0
	for i, s := range scores {
		order[i] = sample{s, y[i]}
		if y[i] {
			total++
		}
	}
	slices.SortFunc(order, func(a, b sample) int { return cmp.Compare(b.score, a.score) })
	best, threshold, c := -1.0, math.Inf(1), Counts{}
	for k, s := range order {
		if s.yes {
			c.TP++
		} else {
			c.FP++
		}
		last := k+1 == len(order)
		if !last && order[k+1].score == s.score {
			continue
		}
		c.FN = total - c.TP
		if f := c.F1(); f > best {
			best, threshold = f, s.score-1
			if !last {
				threshold = (s.score + order[k+1].score) / 2
			}
		}
	}
	return threshold
}

// judge scores a probe on samples that it has not seen; share is that of yes in training.
func judge(scores []float64, y []bool, threshold, share float64) Scores {
	c := Count(scores, y, threshold)
	s := Scores{Precision: c.Precision(), Recall: c.Recall(), F1: c.F1(), MCC: c.MCC(), AUC: roc.AUC(scores, y)}
	for i, v := range scores {
		base := 1 - share
		if y[i] {
			v, base = -v, share
		}
		s.Bits += (-softplus(v) - math.Log(base)) / math.Ln2 / float64(len(y))
	}
	if math.IsNaN(s.AUC) {
		s.AUC = .5
	}
	return s
}

// mean of scores.
func mean(all []Scores) Scores {
	var m Scores
	n := float64(len(all))
	for _, s := range all {
		m.Precision += s.Precision / n
		m.Recall += s.Recall / n
		m.F1 += s.F1 / n
		m.MCC += s.MCC / n
		m.AUC += s.AUC / n
		m.Bits += s.Bits / n
	}
	return m
}
