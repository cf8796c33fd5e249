// Command trainstep measures the training step of two MLPs, batches of 64 × 784 through 256 neurons and of 128 × 784
// through 1,024, against PyTorch; both sides take turns:
//
//	go run ./bench/trainstep -python PYTHON
//
// This side is the loop of package train with its shuffling and copying of examples, with one and with eight steps in a call
// of the device, which package train chooses in short and in long runs. The peer is measured on batches that
// lie ready (the ratio that counts) and with batches that it takes out of the set first. Both start from the same weights,
// see the same batches and must have the same losses.
package main

import (
	"context"
	_ "embed"
	"encoding/binary"
	"flag"
	"fmt"
	"log"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"nissl"
	"nissl/bench/peer"
	"nissl/compute"
	"nissl/nn"
	"nissl/nn/arch"
	"nissl/nn/dataset"
	"nissl/nn/train"
)

//go:embed peer.py
var program string

const (
	inputs, classes = 784, 10
	batches         = 32 // in the set
)

// size of a network and its batches.
type size struct{ batch, hidden int }

func main() {
	log.SetFlags(0)
	o := peer.Flags()
	rounds := flag.Int("rounds", 15, "turns of both sides")
	steps := flag.Int("steps", 256, "steps of a turn, a multiple of the steps per call")
	alone := flag.Bool("alone", false, "measure this side only")
	only := flag.Int("hidden", 0, "measure the network of so many neurons only")
	flag.Parse()
	for _, s := range []size{{64, 256}, {128, 1024}} {
		if *only != 0 && s.hidden != *only {
			continue
		}
		if err := measure(o, s, *rounds, *steps, *alone); err != nil {
			log.Fatal(err)
		}
	}
}

func measure(o *peer.Options, s size, rounds, steps int, alone bool) error {
	set, weights := s.task()
	fmt.Printf("%d × %d through %d\n", s.batch, inputs, s.hidden)
	var ours []*trainer
	for _, perCall := range []int{1, 8} {
		t, err := newTrainer(s, set, weights, steps, perCall)
		if err != nil {
			return err
		}
		defer t.close()
		fmt.Printf("  nissl, %d steps a call: first turn %.2f s, with compilation\n", perCall, t.first)
		ours = append(ours, t)
	}
	if alone {
		us, _ := sides(ours, nil, steps)
		return takeTurns(us, nil, rounds, steps)
	}
	folder, err := os.MkdirTemp("", "trainstep")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	if err := write(folder, set, weights, steps, s.batch); err != nil {
		return err
	}
	theirs, err := o.Serve(program, folder, strconv.Itoa(inputs), strconv.Itoa(s.hidden), strconv.Itoa(classes), strconv.Itoa(s.batch))
	if err != nil {
		return err
	}
	defer theirs.Close()
	for _, t := range ours {
		if err := sameCurve(t, theirs, steps); err != nil {
			return err
		}
	}
	us, them := sides(ours, theirs, steps)
	return takeTurns(us, them, rounds, steps)
}

// side is one way to do the steps of a turn.
type side struct {
	name  string
	turn  func() (seconds float64, err error)
	times peer.Times // of a step
}

// sides of ours and of the peer, if there is one.
func sides(ours []*trainer, server *peer.Server, steps int) (us, them []*side) {
	for _, t := range ours {
		us = append(us, &side{name: fmt.Sprintf("nissl, %d steps a call", t.options.PerCall), turn: func() (float64, error) {
			sec, _, err := t.turn()
			return sec, err
		}})
	}
	if server == nil {
		return us, nil
	}
	ask := func(what string) func() (float64, error) {
		return func() (float64, error) {
			sec, err := server.Ask(fmt.Sprint(what, " ", steps))
			if err != nil {
				return 0, err
			}
			return sec[0], nil
		}
	}
	return us, []*side{{name: "PyTorch, batches lie ready", turn: ask("step")}, {name: "PyTorch, batches out of the set", turn: ask("index")}}
}

// takeTurns alternates the sides and prints the times of each and the ratios.
func takeTurns(us, them []*side, rounds, steps int) error {
	all := slices.Concat(us, them)
	for range rounds {
		for _, s := range all {
			sec, err := s.turn()
			if err != nil {
				return err
			}
			s.times = append(s.times, sec/float64(steps))
		}
	}
	for _, s := range all {
		fmt.Printf("  %-31s best %5.0f µs a step, median %5.0f\n", s.name, s.times.Best()*1e6, s.times.Median()*1e6)
	}
	for _, s := range us {
		for _, p := range them {
			fmt.Printf("  ratio of %s to %s: best %.2f, median %.2f\n", s.name, p.name, p.times.Best()/s.times.Best(), p.times.Median()/s.times.Median())
		}
	}
	return nil
}

// sameCurve checks that both sides do the same work: means of their losses over each eight steps agree.
func sameCurve(t *trainer, theirs *peer.Server, steps int) error {
	_, ours, err := t.turn()
	if err != nil {
		return err
	}
	each, err := theirs.Ask(fmt.Sprint("curve ", steps))
	if err != nil {
		return err
	}
	worst := 0.
	from := 0
	for i, to := range ours.Steps {
		mean := 0.
		for _, l := range each[from:to] {
			mean += l / float64(to-from)
		}
		worst = max(worst, math.Abs(ours.Losses[i]/mean-1))
		from = to
	}
	last := len(ours.Losses) - 1
	fmt.Printf("  loss %.5f at the start, %.5f at the end; largest relative difference of the two curves %.1e\n", ours.Losses[0], ours.Losses[last], worst)
	if !(worst < 1e-3) {
		return fmt.Errorf("the two sides do not train the same network")
	}
	return nil
}

// task is a set of noise whose classes a random linear map gives, and weights to start from.
func (s size) task() (*dataset.Set, map[string]nissl.Tensor) {
	n := s.batch * batches
	set := &dataset.Set{Name: "noise", Inputs: noise(1, 1, n, inputs), Labels: make([]int, n), Classes: classes}
	teacher := noise(2, 1, inputs, classes)
	for i := range n {
		best := math.Inf(-1)
		for c := range classes {
			var sum float64
			for k, x := range set.Inputs.Data[i*inputs : (i+1)*inputs] {
				sum += float64(x) * float64(teacher.Data[k*classes+c])
			}
			if sum > best {
				best, set.Labels[i] = sum, c
			}
		}
	}
	return set, map[string]nissl.Tensor{
		"layers.0.W": noise(3, 2/math.Sqrt(inputs), inputs, s.hidden), "layers.0.b": noise(4, 2/math.Sqrt(inputs), s.hidden),
		"layers.1.W": noise(5, 2/math.Sqrt(float64(s.hidden)), s.hidden, classes), "layers.1.b": noise(6, 2/math.Sqrt(float64(s.hidden)), classes),
	}
}

// noise is uniform, of the given width around 0.
func noise(seed uint64, width float64, shape ...int) nissl.Tensor {
	n := 1
	for _, d := range shape {
		n *= d
	}
	t := nissl.Tensor{Shape: shape, Data: make([]float32, n)}
	for i, x := range peer.Noise(n, seed) {
		t.Data[i] = float32(x * width)
	}
	return t
}

// write puts what the peer needs into a folder.
func write(folder string, set *dataset.Set, weights map[string]nissl.Tensor, steps, batch int) error {
	labels, order := make([]int64, len(set.Labels)), make([]int64, 0, steps*batch)
	for i, l := range set.Labels {
		labels[i] = int64(l)
	}
	for _, indices := range (dataset.Epochs{Len: set.Len(), Batch: batch}).From(dataset.Position{}) {
		if len(order) == steps*batch {
			break
		}
		for _, i := range indices {
			order = append(order, int64(i))
		}
	}
	files := map[string]any{"x": set.Inputs.Data, "y": labels, "order": order}
	for name, w := range weights {
		files[name] = w.Data
	}
	for name, data := range files {
		f, err := os.Create(filepath.Join(folder, name))
		if err != nil {
			return err
		}
		if err := binary.Write(f, binary.LittleEndian, data); err != nil {
			return err
		}
		if err := f.Close(); err != nil {
			return err
		}
	}
	return nil
}

// trainer is this side.
type trainer struct {
	device  *compute.Device
	model   *nn.Model
	trainer *train.Trainer
	set     *dataset.Set
	weights map[string]nissl.Tensor
	options train.Options
	first   float64 // seconds of the first turn, with compilation
}

func newTrainer(s size, set *dataset.Set, weights map[string]nissl.Tensor, steps, perCall int) (*trainer, error) {
	d, err := compute.Open(compute.Options{})
	if err != nil {
		return nil, err
	}
	m, err := nn.New(d, "mlp", &arch.MLP{Sizes: []int{inputs, s.hidden, classes}, Act: "relu"}, weights)
	if err != nil {
		return nil, err
	}
	t := &trainer{device: d, model: m, set: set, weights: weights,
		options: train.Options{Optimizer: "sgd", Rate: .1, Batch: s.batch, Steps: steps, PerCall: perCall, Every: steps / 16}}
	if t.trainer, err = train.NewTrainer(m, set, t.options); err != nil {
		return nil, err
	}
	t.first, _, err = t.turn()
	return t, err
}

// turn trains from the start again.
func (t *trainer) turn() (seconds float64, h *train.History, err error) {
	for name, w := range t.weights {
		if err := t.model.SetWeight(name, w); err != nil {
			return 0, nil, err
		}
	}
	start := time.Now()
	h, err = t.trainer.Run(context.Background(), t.set, t.options)
	return time.Since(start).Seconds(), h, err
}

func (t *trainer) close() {
	t.trainer.Close()
	t.model.Close()
	t.device.Close()
}
