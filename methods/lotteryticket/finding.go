package lotteryticket

import (
	"fmt"
	"math"

	"nissl"
	"nissl/method"
	"nissl/nn/dataset"
	"nissl/num/surrogate"
)

// shown is the share of weights at which the summary looks first: that of the paper's headline.
const shown = .2

func finding(searches []*Search, p Params, all *dataset.Set, env *method.Env) *nissl.Finding {
	r := results{searches, p.options(all.Len()).Train.Steps}
	f := &nissl.Finding{Notes: []string{fmt.Sprintf("%s: %d examples, of which 60 %% are learnt, 20 %% stop and 20 %% judge; %d steps per training", all.Name, all.Len(), r.steps)}}
	first, last := r.near(shown), r.rounds()
	r.metrics(f, first, last)
	r.evidence(f, first, last, env)
	r.tables(f)
	r.arrays(f)
	f.Figures = append(f.Figures, r.figure())
	points := func(x []float64) float64 { return 100 * mean(x) }
	dense := r.accuracy(0, Dense)
	f.Summary = fmt.Sprintf("With %.0f %% of its weights the ticket is %.1f %% accurate, the whole network %.1f %%; with fresh initial weights the same mask gives %.1f %%, "+
		"with the initial weights a random mask of the same size %.1f %%. The ticket reaches the whole network's accuracy (less %.1f points) after %.0f steps, the whole network after %.0f, "+
		"the fresh one after %.0f (a network that never does counts with all %d). With %.0f %%: ticket %.1f %%, fresh %.1f %%, random mask %.1f %%. Means of %d networks.",
		100*r.remaining(first), points(r.accuracy(first, Ticket)), points(dense), points(r.accuracy(first, Reinit)), points(r.accuracy(first, Random)), 100*p.Tolerance,
		mean(r.reach(first, Ticket)), mean(r.reach(0, Dense)), mean(r.reach(first, Reinit)), r.steps,
		100*r.remaining(last), points(r.accuracy(last, Ticket)), points(r.accuracy(last, Reinit)), points(r.accuracy(last, Random)), p.Seeds)
	return f
}

func (r results) metrics(f *nissl.Finding, first, last int) {
	f.AddMetric("networks", float64(len(r.searches)), "", "seeds")
	f.AddMetric("dense_accuracy", mean(r.accuracy(0, Dense)), "", "test accuracy of the whole network at the step where its loss on held-out examples is smallest")
	f.AddMetric("dense_reach", mean(r.reach(0, Dense)), "step", "first evaluation at which it has that accuracy, less the tolerance")
	for _, at := range []struct {
		name  string
		round int
	}{{"shown", first}, {"sparsest", last}} {
		f.AddMetric(at.name+"_remaining", r.remaining(at.round), "", "share of weights")
		for _, arm := range []struct {
			name string
			arm  Arm
		}{{"ticket", Ticket}, {"reinit", Reinit}, {"random", Random}} {
			f.AddMetric(at.name+"_"+arm.name+"_accuracy", mean(r.accuracy(at.round, arm.arm)), "", "test accuracy")
			f.AddMetric(at.name+"_"+arm.name+"_reach", mean(r.reach(at.round, arm.arm)), "step", "to the whole network's accuracy, at least")
		}
	}
}

// evidence compares the ticket with its controls, seed by seed.
func (r results) evidence(f *nissl.Finding, first, last int, env *method.Env) {
	add := func(name, unit, doc string, differences []float64) {
		null := surrogate.SignFlips(env.Rand("signs"), differences)
		observed := mean(differences)
		p := surrogate.Upper(observed, null)
		f.Evidence = append(f.Evidence, nissl.Evidence{Name: name, Unit: unit, Observed: observed,
			Null: "the signs of the differences of the networks, one for each seed, flipped in every other way (above 12 seeds: 4,095 random ways): " +
				"what would be seen if it did not matter which of the two is the ticket",
			NullMean: 0, NullRuns: null, Effect: observed, P: p, Doc: doc, // over all choices of signs, the observed one among them, the mean is 0
			Passed: observed > 0 && p <= .05,
			Causal: "yes: the two differ in one thing that was set - the initial weights, or the places that the mask keeps - and share data, order of examples and number of weights in each layer"})
	}
	rounds := []int{first}
	if last != first {
		rounds = append(rounds, last)
	}
	for _, round := range rounds {
		at := fmt.Sprintf(" at %.1f %% of the weights", 100*r.remaining(round))
		add("ticket - reinit, accuracy"+at, "", "test accuracy of the ticket less that of the same mask with fresh initial weights", minus(r.accuracy(round, Ticket), r.accuracy(round, Reinit)))
		add("reinit - ticket, steps"+at, "step", "how much sooner the ticket reaches the whole network's accuracy", minus(r.reach(round, Reinit), r.reach(round, Ticket)))
		add("ticket - random mask, accuracy"+at, "", "the same initial weights under a mask of as many weights at random places", minus(r.accuracy(round, Ticket), r.accuracy(round, Random)))
	}
	if last != first {
		add("gap widens", "", "ticket - reinit in accuracy with the fewest weights, less that with more",
			minus(minus(r.accuracy(last, Ticket), r.accuracy(last, Reinit)), minus(r.accuracy(first, Ticket), r.accuracy(first, Reinit))))
	}
}

func (r results) tables(f *nissl.Finding) {
	var seed, round, stop []int
	var arm []string
	var left, accuracy, final, loss, reach []float64
	for k, s := range r.searches {
		for _, x := range s.Runs {
			seed, round, stop, arm = append(seed, k), append(round, x.Round), append(stop, x.Stop), append(arm, string(x.Arm))
			left, accuracy, final, loss = append(left, x.Remaining), append(accuracy, x.Accuracy), append(final, x.Final), append(loss, x.Loss)
			steps := math.NaN()
			if x.Reach > 0 {
				steps = float64(x.Reach)
			}
			reach = append(reach, steps)
		}
	}
	f.AddTable("runs", "every training; reach is the first step with the whole network's accuracy less the tolerance, missing where it never came; stop is the step of the smallest loss on held-out examples, at which loss and accuracy are given",
		nissl.Col("seed", "", seed), nissl.Col("round", "", round), nissl.Col("arm", "", arm), nissl.Col("remaining", "", left),
		nissl.Col("accuracy", "", accuracy), nissl.Col("reach", "step", reach), nissl.Col("stop", "step", stop), nissl.Col("loss", "nat", loss), nissl.Col("final_accuracy", "", final))
	r.levels(f)
	var names []string
	var rounds, kept, of []int
	s := r.searches[0]
	for at, counts := range s.Kept {
		for l, n := range counts {
			rounds, names, kept, of = append(rounds, at), append(names, s.Layers[l]), append(kept, n), append(of, len(s.Survived[l].Data))
		}
	}
	f.AddTable("layers", "weights that are kept of each layer, of the first seed", nissl.Col("round", "", rounds), nissl.Col("layer", "", names), nissl.Col("kept", "", kept), nissl.Col("of", "", of))
}

// levels is the table of sparsities.
func (r results) levels(f *nissl.Finding) {
	var round []int
	var arm []string
	var left, accuracy, sd, reach, never []float64
	for at := 0; at <= r.rounds(); at++ {
		for _, a := range arms(at) {
			x := r.accuracy(at, a)
			round, arm, left = append(round, at), append(arm, string(a)), append(left, r.remaining(at))
			accuracy, sd, reach, never = append(accuracy, mean(x)), append(sd, spread(x)), append(reach, mean(r.reach(at, a))), append(never, r.never(at, a))
		}
	}
	f.AddTable("levels", "mean over the seeds at every sparsity; a network that never reaches the whole one's accuracy counts with the number of steps of a training", nissl.Col("round", "", round),
		nissl.Col("remaining", "", left), nissl.Col("arm", "", arm), nissl.Col("accuracy", "", accuracy), nissl.Col("sd", "", sd), nissl.Col("reach", "step", reach), nissl.Col("never", "", never))
}

// arrays are what is needed to train the tickets again.
func (r results) arrays(f *nissl.Finding) {
	for l, name := range r.searches[0].Layers {
		shape := append([]int{len(r.searches)}, r.searches[0].Initial[l].Shape...)
		var initial, survived []float32
		for _, s := range r.searches {
			initial, survived = append(initial, s.Initial[l].Data...), append(survived, s.Survived[l].Data...)
		}
		f.Arrays = append(f.Arrays,
			nissl.Array{Name: "survived_" + name, Doc: "rounds that each weight survived, seeds × the weight's own axes; the mask of round r is survived >= r", Shape: shape, F32: survived},
			nissl.Array{Name: "initial_" + name, Doc: "initial weights, seeds × the weight's own axes; biases begin at 0", Shape: shape, F32: initial})
	}
}

func (r results) figure() nissl.Figure {
	names := []Arm{Ticket, Reinit, Random}
	fig := nissl.Figure{Name: "accuracy", Title: "Accuracy and speed of sparse networks", SharedX: true,
		Groups:  []string{"ticket", "fresh initial weights", "random mask"},
		Caption: "Mean over the seeds, band: one standard deviation; grey: the whole network. Fresh initial weights and random masks are the null: as many weights in every layer, trained alike."}
	var x []float64
	for round := 0; round <= r.rounds(); round++ {
		x = append(x, -math.Log2(r.remaining(round)))
	}
	curves := func(f func(int, Arm) []float64) *nissl.Lines {
		lines := &nissl.Lines{X: x}
		whole := mean(f(0, Dense))
		grey := nissl.Curve{Name: "whole network", Group: -1}
		for range x {
			grey.Y = append(grey.Y, whole)
		}
		for g, arm := range names {
			c := nissl.Curve{Name: fig.Groups[g], Group: g, Y: []float64{whole}, Low: []float64{whole}, High: []float64{whole}}
			for round := 1; round <= r.rounds(); round++ {
				v := f(round, arm)
				m, sd := mean(v), spread(v)
				if len(v) == 1 {
					sd = 0
				}
				c.Y, c.Low, c.High = append(c.Y, m), append(c.Low, m-sd), append(c.High, m+sd)
			}
			lines.Curves = append(lines.Curves, c)
		}
		lines.Curves = append(lines.Curves, grey)
		return lines
	}
	label := "times that the number of weights was halved"
	fig.Panels = []nissl.Panel{{YLabel: "test accuracy", XLabel: label, Height: 2, Lines: curves(r.accuracy)},
		{YLabel: "steps to the whole network's accuracy", XLabel: label, Lines: curves(r.reach)}}
	return fig
}
