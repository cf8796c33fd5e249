package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"nissl/bench/peer"
	"nissl/internal/h5"
	"nissl/model/ntf"
	"nissl/num/affinity"
)

// worm is one recording: the traces (units × frames) of its named neurons in the order of names.
type worm struct {
	names  []string
	traces []float64
	frames int
}

// readWorms takes the labels with confidence >= 2 and no "?", the first trace of a repeated label, as the peer does.
func readWorms(data string) ([]worm, error) {
	dir := filepath.Join(data, "recordings", "celegans_calcium")
	labels, err := peer.ReadTable(filepath.Join(dir, "labels.csv"))
	if err != nil {
		return nil, err
	}
	seen := map[string]map[string]int{}
	for _, r := range labels {
		if strings.Contains(r["label"], "?") || r.Float("confidence") < 2 {
			continue
		}
		if seen[r["dataset"]] == nil {
			seen[r["dataset"]] = map[string]int{}
		}
		if _, twice := seen[r["dataset"]][r["label"]]; !twice {
			seen[r["dataset"]][r["label"]] = int(r.Float("trace_index_1based")) - 1
		}
	}
	var sets []string
	for set := range seen {
		sets = append(sets, set)
	}
	slices.Sort(sets)
	var out []worm
	for _, set := range sets {
		path := filepath.Join(dir, set+"-data.h5")
		if _, err := os.Stat(path); err != nil {
			continue
		}
		w, err := readWorm(path, seen[set])
		if err != nil {
			return nil, err
		}
		out = append(out, w)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("no recordings in %s", dir)
	}
	return out, nil
}

func readWorm(path string, column map[string]int) (worm, error) {
	f, err := h5.Open(path)
	if err != nil {
		return worm{}, err
	}
	defer f.Close()
	d, err := f.Dataset("gcamp/traces_array_F_F20")
	if err != nil {
		return worm{}, err
	}
	defer d.Close()
	all, err := h5.Read[float64](d)
	if err != nil {
		return worm{}, err
	}
	w := worm{frames: d.Shape[0]}
	for name := range column {
		w.names = append(w.names, name)
	}
	slices.Sort(w.names)
	for _, name := range w.names {
		for t := range w.frames {
			w.traces = append(w.traces, all[t*d.Shape[1]+column[name]])
		}
	}
	return w, nil
}

// tensor is the affinity of all pairs of neurons named in at least so many worms.
func tensor(worms []worm, least int) (ntf.Tensor, []string) {
	count := map[string]int{}
	for _, w := range worms {
		for _, name := range w.names {
			count[name]++
		}
	}
	var names []string
	for name, c := range count {
		if c >= least {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	x := ntf.Tensor{Times: worms[0].frames, Pairs: len(names) * (len(names) - 1) / 2}
	for _, w := range worms {
		var has []int // places in names
		var traces []float64
		for k, name := range names {
			if i, ok := slices.BinarySearch(w.names, name); ok {
				has = append(has, k)
				traces = append(traces, w.traces[i*w.frames:(i+1)*w.frames]...)
			}
		}
		var a ntf.Animal
		for i, p := range has {
			for _, q := range has[i+1:] {
				a.Seen = append(a.Seen, affinity.Pair(len(names), p, q))
			}
		}
		a.X = make([]float32, len(a.Seen)*w.frames)
		if err := affinity.Fill(context.Background(), traces, len(has), w.frames, affinity.Options{}, a.X); err != nil {
			panic(err) // a context that is never done
		}
		x.Animals = append(x.Animals, a)
	}
	return x, names
}
