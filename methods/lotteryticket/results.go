package lotteryticket

import "math"

// results are the searches of all seeds.
type results struct {
	searches []*Search
	steps    int // of every training: what a network that never gets there is counted as
}

// of gives a number of every seed at a round: the mean over the runs of an arm.
func (r results) of(round int, arm Arm, f func(Run) float64) []float64 {
	out := make([]float64, len(r.searches))
	for k, s := range r.searches {
		n := 0.0
		for _, run := range s.Runs {
			if run.Round == round && run.Arm == arm {
				out[k] += f(run)
				n++
			}
		}
		out[k] /= n
	}
	return out
}

func (r results) accuracy(round int, arm Arm) []float64 {
	return r.of(round, arm, func(x Run) float64 { return x.Accuracy })
}

// reach is the number of steps to the dense network's accuracy, at least.
func (r results) reach(round int, arm Arm) []float64 {
	return r.of(round, arm, func(x Run) float64 {
		if x.Reach == 0 {
			return float64(r.steps)
		}
		return float64(x.Reach)
	})
}

// never is how many networks of an arm did not get there.
func (r results) never(round int, arm Arm) float64 {
	return sum(r.of(round, arm, func(x Run) float64 {
		if x.Reach == 0 {
			return 1
		}
		return 0
	}))
}

// remaining is the share of weights after a round; with global scope the same for all seeds but for rounding.
func (r results) remaining(round int) float64 {
	return mean(r.of(round, arms(round)[0], func(x Run) float64 { return x.Remaining }))
}

func (r results) rounds() int { return len(r.searches[0].Kept) - 1 }

// near is the round after which the share of weights is nearest to one given, by ratio.
func (r results) near(share float64) int {
	best, miss := 1, math.Inf(1)
	for round := 1; round <= r.rounds(); round++ {
		if d := math.Abs(math.Log(r.remaining(round) / share)); d < miss {
			best, miss = round, d
		}
	}
	return best
}

// arms of a round, in the order in which they are shown.
func arms(round int) []Arm {
	if round == 0 {
		return []Arm{Dense}
	}
	return []Arm{Ticket, Reinit, Random}
}

func minus(a, b []float64) []float64 {
	out := make([]float64, len(a))
	for i := range a {
		out[i] = a[i] - b[i]
	}
	return out
}

func sum(x []float64) (s float64) {
	for _, v := range x {
		s += v
	}
	return s
}

func mean(x []float64) float64 { return sum(x) / float64(len(x)) }

// spread is the standard deviation, NaN of a single value.
func spread(x []float64) float64 {
	m, s := mean(x), 0.0
	for _, v := range x {
		s += (v - m) * (v - m)
	}
	return math.Sqrt(s / float64(len(x)-1))
}
