package hdf5

import (
	"math"
	"path"
	"regexp"
	"sort"
	"strings"

	"nissl/internal/h5"
)

// words weighs the words of a dataset's path as signs of neural activity.
func words() map[string]float64 {
	return map[string]float64{
		"dff": 6, "df": 5, "deltaf": 6, "f20": 5, "zscore": 3, "zscored": 3, "denoised": 2, "normalized": 2, "normalised": 2,
		"trace": 5, "traces": 5, "gcamp": 4, "calcium": 4, "fluorescence": 4, "activity": 4, "activities": 4,
		"neuron": 4, "neurons": 4, "neural": 4, "cell": 3, "cells": 3, "roi": 3, "rois": 3, "rate": 3, "rates": 3,
		"spike": 2, "spikes": 2, "counts": 2, "lfp": 3, "eeg": 3, "ecog": 3, "bold": 3, "voltage": 3, "hidden": 3,
		"activation": 4, "activations": 4, "signal": 2, "signals": 2, "response": 2, "responses": 2, "f": 2, "c": 1,
		"raw": -1, "original": -2, "neuropil": -4, "background": -4, "baseline": -3,
		"behavior": -8, "behaviour": -8, "stimulus": -8, "stim": -6, "position": -6, "velocity": -6, "speed": -6, "angle": -8,
		"registration": -8, "mask": -8, "masks": -8, "image": -8, "images": -8, "index": -8, "match": -8, "time": -6,
		"timestamps": -8, "timestamp": -8, "electrodes": -6, "weights": -4, "weight": -4, "coordinates": -8, "confidence": -8,
	}
}

var separators = regexp.MustCompile(`[^A-Za-z0-9]+|([a-z])([A-Z])`)

// tokens are the words of a path, in lower case; camelCase is cut.
func tokens(p string) []string {
	return strings.Fields(strings.ToLower(separators.ReplaceAllString(p, "$1 $2")))
}

// score is how likely a matrix holds traces; minus infinity when it cannot.
func (s *set) score(weights map[string]float64) float64 {
	shape := s.squeezed()
	if !s.numeric() || len(shape) != 2 || shape[0] < 2 || shape[1] < 2 || max(shape[0], shape[1]) < 8 || strings.HasPrefix(s.path, "/#") {
		return math.Inf(-1)
	}
	total := math.Log10(float64(s.len()))
	for _, t := range tokens(s.path) {
		total += weights[t]
	}
	if strings.Contains(strings.ToLower(s.path), "f_f") || strings.Contains(strings.ToLower(s.path), "df_") {
		total += 3
	}
	if s.typ.Class == h5.Float {
		total += 2
	}
	return total
}

// guessTraces is the likeliest matrix, nil when there is none.
func (f *file) guessTraces() *set {
	weights := words()
	best, second := math.Inf(-1), math.Inf(-1)
	var out, next *set
	for _, s := range f.sets {
		switch score := s.score(weights); {
		case math.IsInf(score, -1):
		case score > best:
			second, next = best, out
			best, out = score, s
		case score > second:
			second, next = score, s
		}
	}
	if out == nil {
		return nil
	}
	f.note("traces were guessed to be %s %v; --read traces=PATH takes another", out.path, out.shape)
	if next != nil {
		f.note("the next likeliest traces are %s %v", next.path, next.shape)
	}
	return out
}

// guessClock is the dataset of n rising values whose name speaks of time, nil when
// there is none, with its values.
func (f *file) guessClock(n int) (*set, []float64) {
	var sets []*set
	for _, s := range f.sets {
		if s.numeric() && len(s.squeezed()) == 1 && s.len() == n && timeWord(s.path) > 0 {
			sets = append(sets, s)
		}
	}
	sort.SliceStable(sets, func(a, b int) bool { return timeWord(sets[a].path) > timeWord(sets[b].path) })
	for _, s := range sets {
		if v, err := f.numbers(s); err == nil && rising(v) {
			f.note("time stamps were guessed to be %s; --read timestamps=PATH takes another", s.path)
			return s, v
		}
	}
	return nil, nil
}

func timeWord(p string) int {
	best := 0
	for _, t := range tokens(path.Base(p)) {
		switch {
		case strings.HasPrefix(t, "timestamp") || t == "times":
			best = max(best, 3)
		case t == "time":
			best = max(best, 2)
		case t == "t" || t == "timeline" || t == "seconds":
			best = max(best, 1)
		}
	}
	return best
}

func rising(v []float64) bool {
	for i := range v {
		if math.IsNaN(v[i]) || math.IsInf(v[i], 0) || i > 0 && v[i] <= v[i-1] {
			return false
		}
	}
	return len(v) > 1
}

// secondsIn is how many seconds one unit of the clock has, by its attribute or the end
// of its name.
func (s *set) secondsIn() (scale float64, said bool) {
	last := ""
	if t := tokens(s.path); len(t) > 0 {
		last = t[len(t)-1]
	}
	for _, unit := range []string{strings.ToLower(s.unit), last} {
		switch unit {
		case "s", "sec", "second", "seconds":
			return 1, true
		case "ms", "msec", "millisecond", "milliseconds":
			return 1e-3, true
		case "us", "usec", "microsecond", "microseconds", "µs", "μs":
			return 1e-6, true
		case "ns", "nanoseconds":
			return 1e-9, true
		case "min", "minutes":
			return 60, true
		}
	}
	return 1, false
}
