package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"sort"
	"strconv"
	"time"

	"nissl/model/sbm"
	"nissl/num/partition"
)

const families = 9

// score sums up normalised mutual informations of one family.
type score struct{ n, reported, best float64 }

// scoreTable holds table 1: families by variant.
type scoreTable struct {
	variants []string
	cells    map[string]*[families + 1]score
}

func (t *scoreTable) cell(variant string, family int) *score {
	if t.cells == nil {
		t.cells = map[string]*[families + 1]score{}
	}
	if t.cells[variant] == nil {
		t.cells[variant] = new([families + 1]score)
		t.variants = append(t.variants, variant)
	}
	return &t.cells[variant][family]
}

const ours = "nissl default"

func (t *scoreTable) add(ctx context.Context, c config, x graph) error {
	start := time.Now()
	fit, err := sbm.Infer(ctx, x.g, sbm.Options{Restarts: c.restarts, Seed: c.seed})
	if err != nil {
		return err
	}
	var reported, best float64
	_, labels := fit.Reported()
	if labels != nil {
		reported = partition.NMI(x.truth, labels)
	}
	var blocks []int
	for _, l := range fit.Levels {
		best = math.Max(best, partition.NMI(x.truth, l))
		blocks = append(blocks, slices.Max(l)+1)
	}
	if c.verbose {
		_, k := partition.Canonical(x.truth)
		fmt.Printf("net%d_seed%d K %d blocks %v NMI reported %.3f best %.3f S %.2f evidence %.1f bits, %s, %.2f s\n", x.family, x.seed, k, blocks,
			reported, best, fit.DescriptionLength, fit.Evidence(), fit.Model, time.Since(start).Seconds())
	}
	s := t.cell(ours, x.family)
	s.n, s.reported, s.best = s.n+1, s.reported+reported, s.best+best
	return nil
}

func (t *scoreTable) addPeer(rows []row, family int) {
	for _, r := range rows {
		reported, ok1 := r.number("nmi_reported")
		best, ok2 := r.number("nmi_best")
		if ok1 && ok2 {
			s := t.cell(r.variant(), family)
			s.n, s.reported, s.best = s.n+1, s.reported+reported, s.best+best
		}
	}
}

func (t *scoreTable) print(w io.Writer) {
	for i, name := range []string{"reported level", "best level (needs the truth)"} {
		fmt.Fprintf(w, "\nTable 1, NMI, %s\n%-22s", name, "family")
		for f := 1; f <= families; f++ {
			fmt.Fprintf(w, "%7d", f)
		}
		fmt.Fprintf(w, "%8s\n", "mean")
		for _, v := range t.variants {
			fmt.Fprintf(w, "%-22s", v)
			sum, n := 0.0, 0.0
			for f := 1; f <= families; f++ {
				s := t.cells[v][f]
				value := [2]float64{s.reported, s.best}[i] / s.n
				if s.n == 0 {
					fmt.Fprintf(w, "%7s", "-")
					continue
				}
				fmt.Fprintf(w, "%7.3f", value)
				sum, n = sum+value, n+1
			}
			fmt.Fprintf(w, "%8.3f\n", sum/n)
		}
	}
}

// sameModel are the options that make ours the model of a variant of graph-tool.
var sameModel = map[string]sbm.Options{
	"flat-exp once":       {Weights: "exp", Flat: true, Prior: "conjugate"},
	"flat-lognormal once": {Weights: "lognormal", Flat: true, Prior: "conjugate"},
	"exp once":            {Weights: "exp", Prior: "microcanonical", MaxBlocks: -1},
	"lognormal once":      {Weights: "lognormal", Prior: "microcanonical", MaxBlocks: -1},
}

// cost compares one model over all graphs.
type cost struct {
	graphs, lower, within int
	ours, theirs          float64 // seconds
	sumOurs, sumTheirs    float64 // nats
	worst                 float64
	worstGraph            string
	ratios                []float64
}

// costTable holds table 2.
type costTable map[string]*cost

func (t *costTable) add(ctx context.Context, c config, x graph, theirs []row) error {
	if *t == nil {
		*t = costTable{}
	}
	no := false
	for _, r := range theirs {
		o, ok := sameModel[r.variant()]
		want, has := r.number("S_nats")
		if !ok || !has || r["seed"] != strconv.Itoa(x.seed) {
			continue
		}
		o.NodeEffects, o.Restarts, o.Seed, o.Workers = &no, c.search, c.seed, 1
		start := time.Now()
		fit, err := bothDegrees(ctx, x.g, o)
		if err != nil {
			return err
		}
		q := (*t)[r.variant()]
		if q == nil {
			q = &cost{}
			(*t)[r.variant()] = q
		}
		q.ours += time.Since(start).Seconds()
		dc, _ := r.number("seconds_dc")
		ndc, _ := r.number("seconds_ndc")
		q.theirs += dc + ndc
		got := fit.DescriptionLength - fit.Terms.Change
		q.note(got, want, fmt.Sprintf("net%d_seed%d", x.family, x.seed))
		if c.verbose {
			fmt.Printf("%s %s: S %.2f, graph-tool %.2f, blocks %d, graph-tool %s\n", q.worstName(x), r.variant(), got, want, slices.Max(fit.Levels[0])+1, r["B_levels"])
		}
	}
	return nil
}

// bothDegrees fits with and without degree correction, as the peer script does, and returns the shorter.
func bothDegrees(ctx context.Context, g sbm.Graph, o sbm.Options) (*sbm.Fit, error) {
	var best *sbm.Fit
	for _, corrected := range []bool{true, false} {
		o.DegreeCorrected = &corrected
		fit, err := sbm.Infer(ctx, g, o)
		if err != nil {
			return nil, err
		}
		if best == nil || fit.DescriptionLength < best.DescriptionLength {
			best = fit
		}
	}
	return best, nil
}

func (q *cost) worstName(x graph) string { return fmt.Sprintf("net%d_seed%d", x.family, x.seed) }

func (q *cost) note(got, want float64, name string) {
	excess := (got - want) / math.Abs(want)
	q.graphs++
	q.sumOurs, q.sumTheirs = q.sumOurs+got, q.sumTheirs+want
	q.ratios = append(q.ratios, excess)
	if got < want {
		q.lower++
	}
	if excess <= .01 {
		q.within++
	}
	if q.graphs == 1 || excess > q.worst {
		q.worst, q.worstGraph = excess, name
	}
}

func (t costTable) print(w io.Writer, c config) {
	fmt.Fprintf(w, "\nTable 2, the same model, %d restarts of ours on one thread against one run of graph-tool (dc and ndc on both sides)\n", c.search)
	fmt.Fprintf(w, "%-22s %6s %14s %8s %10s %24s %10s %10s %7s\n", "model", "graphs", "sum S / theirs", "lower", "within 1%", "worst excess", "seconds", "theirs", "ratio")
	var names []string
	for v := range t {
		names = append(names, v)
	}
	sort.Strings(names)
	for _, v := range names {
		q := t[v]
		fmt.Fprintf(w, "%-22s %6d %14.4f %8d %10d %9.2f%% %14s %10.2f %10.2f %7.2f\n", v, q.graphs, q.sumOurs/q.sumTheirs, q.lower, q.within,
			100*q.worst, q.worstGraph, q.ours, q.theirs, q.theirs/q.ours)
	}
	if c.peer == "" {
		fmt.Fprintln(w, "The seconds of graph-tool are those of the earlier run: compare times with -peer only.")
	}
}
