package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nissl"
	"nissl/format/bundle"
)

// studioInputs fills a folder in dir with what the studio is tested on, made by the program itself, and returns
// what to open, seen from dir: that folder, and what NISSL_DATA has.
func studioInputs(t *testing.T, dir string) []string {
	t.Helper()
	in := filepath.Join(dir, "lab")
	if err := os.Mkdir(in, 0o777); err != nil {
		t.Fatal(err)
	}
	for seed, name := range map[uint64]string{1: "planted.rec", 2: "planted-again.rec"} {
		if err := bundle.Write(filepath.Join(in, name), planted(60, 3000, seed), false); err != nil {
			t.Fatal(err)
		}
	}
	if err := bundle.Write(filepath.Join(in, "noise.rec"), noise(30, 1000), false); err != nil {
		t.Fatal(err)
	}
	for seed, name := range map[uint64]string{1: "letters", 2: "letters-again"} {
		if err := saveNetwork(filepath.Join(in, name), seed); err != nil {
			t.Fatal(err)
		}
	}
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(in, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("cells.toml", cellsModel)
	const quick = "--rank 3 --restarts 2 --surrogates 39 --null-fits 19"
	steps := []string{
		"data get resting-fmri",
		"convert resting-fmri/fmri_timeseries.csv brain.rec --read dt=1.89",
		"map dynamic-connectome brain.rec --without WM,Vent,Brain --tau 6 -o brain-connectome " + quick,
		"map correlation brain.rec --without WM,Vent,Brain -o brain-correlation",
		"map dynamic-connectome planted.rec -o planted-connectome " + quick,
		"map dynamic-connectome noise.rec -o noise-connectome " + quick,
		"explain profile planted.rec -o planted-profile",
		"simulate spiking cells.toml -o cells.rec",
		"read activity letters --input letters.txt --sites blocks.1.mlp.post --tokens 200 -o letters.rec",
		"explain profile letters --input letters.txt --ablate 4 -o letters-profile",
	}
	paths := []string{"lab"}
	if data := os.Getenv("NISSL_DATA"); data != "" {
		worm := filepath.Join(data, "recordings/celegans_calcium")
		steps = append(steps,
			"convert "+filepath.Join(worm, "2022-07-26-38-data.h5")+" worm.rec --read labels="+filepath.Join(worm, "labels.csv"),
			"map dynamic-connectome worm.rec -o worm-connectome --rank 4 --restarts 2 --surrogates 39 --null-fits 19",
		)
		for name, file := range map[string]string{"stories": "networks/llama2c-stories260K", "mouse.nwb": "recordings/mouse_nwb/A8604-211122.nwb"} {
			if err := os.Symlink(filepath.Join(data, file), filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
		paths = append(paths, "stories/stories260K.bin", "mouse.nwb")
	}
	for _, step := range steps {
		command(t, in, step)
	}
	return paths
}

// brokenInputs fills a folder in dir with files that are not what their names say, beside one that is.
func brokenInputs(t *testing.T, dir string) []string {
	t.Helper()
	in := filepath.Join(dir, "damaged")
	if err := os.Mkdir(in, 0o777); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"cut-short.nwb":   "\x89HDF\r\n\x1a\nand nothing that belongs behind it",
		"far-too-big.npy": "\x93NUMPY\x01\x00\x76\x00{'descr': '<f4', 'fortran_order': False, 'shape': (4000000000, 4000000000), }" + strings.Repeat(" ", 40) + "\n",
		"no-model.toml":   "name = \"no model\"\n[population.E]\ncell = \"no_such_cell\"\nn = 10\n",
	} {
		if err := os.WriteFile(filepath.Join(in, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if err := bundle.Write(filepath.Join(in, "whole.rec"), planted(6, 300, 1), false); err != nil {
		t.Fatal(err)
	}
	return []string{"damaged"}
}

// command runs a command of the program in dir; no word of it has a space.
func command(t *testing.T, dir, line string) {
	t.Helper()
	cmd := exec.Command("nissl", strings.Fields(line)...)
	cmd.Dir = dir
	start := time.Now()
	out, err := cmd.CombinedOutput()
	t.Logf("%5.1f s  nissl %s", time.Since(start).Seconds(), line)
	if err != nil {
		t.Fatalf("nissl %s: %v\n%s", line, err, out)
	}
}

// planted is a recording of units in three groups at places in space: each group follows a signal of its own, the
// third that of the first during every second trial. Speed follows the first signal.
func planted(units, samples int, seed uint64) *nissl.Recording {
	const rate = 10
	rng := rand.New(rand.NewPCG(seed, 6))
	signals := make([][]float64, 3)
	for g := range signals {
		signals[g] = make([]float64, samples)
		for i := 1; i < samples; i++ {
			signals[g][i] = 0.96*signals[g][i-1] + 0.28*rng.NormFloat64()
		}
	}
	trial := func(i int) bool { return i/300%2 == 1 }
	names, groups := make([]string, units), make([]string, units)
	var xyz [3][]float64
	traces := nissl.NewTraces(units, samples, rate)
	spikes := &nissl.Spikes{Times: make([][]float64, units), Span: nissl.Interval{Start: 0, Stop: float64(samples) / rate}}
	for u := range units {
		g := u % 3
		names[u], groups[u] = fmt.Sprintf("%c%d", "ABC"[g], u/3), string("ABC"[g])
		at := rng.Float64() * 2 * math.Pi
		for d, v := range []float64{float64(g)*40 + 15*math.Cos(at), 15 * math.Sin(at), 30 * rng.Float64()} {
			xyz[d] = append(xyz[d], v)
		}
		for i := range samples {
			s := signals[g][i]
			if g == 2 && trial(i) {
				s = signals[0][i]
			}
			x := s + 0.4*rng.NormFloat64()
			traces.Rows[u][i] = float32(x)
			if rng.Float64() < 0.08*math.Exp(min(x, 2)) {
				spikes.Times[u] = append(spikes.Times[u], (float64(i)+rng.Float64())/rate)
			}
		}
	}
	table := nissl.NewUnits(names)
	table.Columns = append(table.Columns, nissl.Col("group", "", groups),
		nissl.Col("x", "µm", xyz[0]), nissl.Col("y", "µm", xyz[1]), nissl.Col("z", "µm", xyz[2]))
	trials := nissl.Epochs{Name: "trials"}
	for start := 300; start+300 <= samples; start += 600 {
		trials.Start = append(trials.Start, float64(start)/rate)
		trials.Stop = append(trials.Stop, float64(start+300)/rate)
	}
	speed := nissl.Covariate{Name: "speed", Unit: "mm/s", Values: [][]float64{signals[0]}, Rate: rate}
	return &nissl.Recording{Name: "planted", Units: table, Traces: traces, Spikes: spikes,
		Covariates: []nissl.Covariate{speed}, Epochs: []nissl.Epochs{trials}}
}

// noise is a recording of units that have nothing to do with each other.
func noise(units, samples int) *nissl.Recording {
	rng := rand.New(rand.NewPCG(7, 7))
	traces := nissl.NewTraces(units, samples, 10)
	for _, row := range traces.Rows {
		for i := range row {
			row[i] = float32(rng.NormFloat64())
		}
	}
	return &nissl.Recording{Name: "noise", Units: nissl.NumberedUnits(units), Traces: traces}
}

// cellsModel is a balanced network that takes milliseconds.
const cellsModel = `name = "cells"
duration = "1 s"

[population.E]
cell = "iaf_psc_delta"
n = 80
start = { V_m = { uniform = ["-70 mV", "-55 mV"] } }

[population.I]
cell = "iaf_psc_delta"
n = 20

[[connection]]
from = "E"
to = ["E", "I"]
rule = "fixed_indegree"
indegree = 8
weight = "0.5 mV"
delay = "1.5 ms"

[[connection]]
from = "I"
to = ["E", "I"]
rule = "fixed_indegree"
indegree = 2
weight = "-2 mV"
delay = "0.8 ms"

[[stimulus]]
kind = "poisson_generator"
to = ["E", "I"]
rate = "8 kHz"
weight = "0.3 mV"

[[record]]
from = "E"
units = "0-2"
interval = "1 ms"
`
