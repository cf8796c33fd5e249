package heterogeneousdelays

import (
	"context"
	"math"
	"slices"

	"nissl/num/parallel"
)

// Neurons is the layer as leaky integrate-and-fire neurons, one for each class, place and polarity. A spike of the
// input adds the weight of its synapse to the potential, after the delay of the synapse; the potential decays with
// the time constant and is reset to 0 at a spike. Of the places' own pixel and polarity there is one strong synapse
// without delay, the gate: the motif is asked for only when its last event comes, as in the regression. Without
// places there is no gate and one neuron for each class.
type Neurons struct {
	Layer     *Layer
	Gate      float32   // weight of the gate
	Threshold []float32 // potential at which the neuron of each class fires
	Membrane  float64   // time constant, steps
	synapses  [][]contact
}

// contact is the synapse of a feature onto the neuron of a class.
type contact struct {
	class  int
	weight float32
}

// NewNeurons makes the neurons of a layer. Their thresholds make all of them fire equally often on the motifs, together
// as often as the most probable class reaches the probability.
func NewNeurons(l *Layer, motifs []*Motifs, probability, membrane float64) *Neurons {
	n := &Neurons{Layer: l, Membrane: membrane, synapses: make([][]contact, l.Kernel.Features())}
	for f := range n.synapses {
		for c, w := range l.Weights[f*l.Classes : (f+1)*l.Classes] {
			if w != 0 {
				n.synapses[f] = append(n.synapses[f], contact{c, w})
			}
		}
	}
	all := make([][]float32, l.Classes)
	z := make([]float32, l.Classes)
	fires, events, highest := 0, 0, float32(0)
	for _, m := range motifs {
		for i := range m.Events() {
			sum(z, l.Weights, l.Bias, m.At(i))
			for c, v := range z {
				all[c] = append(all[c], v)
				highest = max(highest, v, -v)
			}
			logSoftmax(z)
			events++
			if exp(slices.Max(z)) >= probability {
				fires++
			}
		}
	}
	if l.Kernel.sensor.Placed {
		n.Gate = 4 * highest
	}
	for c, potentials := range all {
		theta := float32(math.Inf(1))
		if events > 0 {
			slices.Sort(potentials)
			theta = potentials[events-max(1, fires/l.Classes)]
		}
		n.Threshold = append(n.Threshold, n.Gate+theta-l.Bias[c])
	}
	return n
}

// size is the number of places and of polarities at each.
func (n *Neurons) size() (places, polarities int) {
	s := n.Layer.Kernel.sensor
	if !s.Placed {
		return 1, 1
	}
	return s.Width * s.Height, 2
}

// Run simulates all neurons on a stream, step by step. Spikes are in order of time; Unit is the place's pixel.
func (n *Neurons) Run(s *Stream) []Spike {
	k, classes := n.Layer.Kernel, n.Layer.Classes
	places, polarities := n.size()
	width := places * polarities * classes
	arriving := make([]float32, k.Delays*width) // a ring: step modulo delays
	potential := make([]float32, width)
	leak := float32(0)
	if n.Membrane > 0 {
		leak = float32(math.Exp(-1 / n.Membrane))
	}
	var out []Spike
	at := 0
	for tick := range s.Ticks {
		for ; at < len(s.Events) && int(s.Events[at].Tick) == tick; at++ {
			n.deliver(arriving, width, tick, s.Events[at].Unit)
		}
		now := arriving[tick%k.Delays*width:][:width]
		for j, in := range now {
			potential[j] = potential[j]*leak + in
			if c := j % classes; potential[j] >= n.Threshold[c] {
				potential[j] = 0
				out = append(out, Spike{Class: c, Tick: int32(tick), Unit: int32(j / classes / polarities)})
			}
		}
		clear(now)
	}
	return out
}

// deliver sends a spike of an input unit to all neurons that have a synapse from it.
func (n *Neurons) deliver(arriving []float32, width, tick int, unit int32) {
	k, classes := n.Layer.Kernel, n.Layer.Classes
	s := k.sensor
	if !s.Placed {
		for d := range k.Delays {
			row := arriving[(tick+d)%k.Delays*width:]
			for _, y := range n.synapses[k.Feature(0, d, int(unit))] {
				row[y.class] += y.weight
			}
		}
		return
	}
	x, y, polarity := int(s.Pixel[unit])%s.Width, int(s.Pixel[unit])/s.Width, int(s.Polarity[unit])
	own := arriving[tick%k.Delays*width+(int(s.Pixel[unit])*2+polarity)*classes:]
	for c := range classes {
		own[c] += n.Gate
	}
	for a, dx := range k.DX {
		px, py := x-dx, y-k.DY[a] // the neuron's place, from which the event lies at the offset
		if px < 0 || py < 0 || px >= s.Width || py >= s.Height {
			continue
		}
		for target := range 2 {
			relative := 0
			if k.Polarities == 2 {
				relative = target ^ polarity
			}
			to := ((py*s.Width+px)*2 + target) * classes
			for d := range k.Delays {
				if d == 0 && dx == 0 && k.DY[a] == 0 && relative == 0 && target == polarity {
					continue // the event itself, which is the gate
				}
				row := arriving[(tick+d)%k.Delays*width+to:]
				for _, y := range n.synapses[k.Feature(relative, d, a)] {
					row[y.class] += y.weight
				}
			}
		}
	}
}

// RunAll simulates every stream.
func (n *Neurons) RunAll(ctx context.Context, streams []*Stream, workers int) ([]Spike, error) {
	each := make([][]Spike, len(streams))
	err := parallel.Workers(ctx, workers, len(streams), func() func(int) {
		return func(i int) {
			each[i] = n.Run(streams[i])
			for j := range each[i] {
				each[i][j].Stream = i
			}
		}
	})
	return slices.Concat(each...), err
}

// votes is the accuracy of the class that fires most often in each stream; a stream without spikes counts as wrong.
func votes(spikes []Spike, labels []int, classes int) float64 {
	counts := make([]float64, len(labels)*classes)
	for _, s := range spikes {
		counts[s.Stream*classes+s.Class]++
	}
	right, of := make([]float64, classes), make([]float64, classes)
	for i, label := range labels {
		row := counts[i*classes : (i+1)*classes]
		of[label]++
		if best := argmax(row); best == label && row[best] > 0 {
			right[label]++
		}
	}
	mean, n := 0.0, 0.0
	for c := range right {
		if of[c] > 0 {
			mean, n = mean+right[c]/of[c], n+1
		}
	}
	return mean / max(1, n)
}

// Wiring is the explicit table of the synapses onto the neurons of one place: source unit, target neuron, weight and
// delay in steps. Simulators want delays above 0, so one step is added to all.
type Wiring struct {
	Source, Target []string
	Weight         []float64
	Delay          []int
}

// Wiring of the neurons at column x and row y of the sensor; of all neurons where units have no place. Synapses from
// pixels that the sensor does not have are left out.
func (n *Neurons) Wiring(names []string, x, y int) *Wiring {
	w := &Wiring{}
	k := n.Layer.Kernel
	s := k.sensor
	add := func(source string, target int, polarity int, weight float32, delay int) {
		name := names[target]
		if s.Placed {
			name += "/" + polarityName(polarity)
		}
		w.Source, w.Target, w.Weight, w.Delay = append(w.Source, source), append(w.Target, name), append(w.Weight, float64(weight)), append(w.Delay, delay+1)
	}
	if !s.Placed {
		for f, synapses := range n.synapses {
			_, d, unit := k.Split(f)
			for _, to := range synapses {
				add(s.Names[unit], to.class, 0, to.weight, d)
			}
		}
		return w
	}
	type seat struct{ pixel, polarity int }
	units := map[seat][]string{}
	for u, p := range s.Pixel {
		at := seat{int(p), int(s.Polarity[u])}
		units[at] = append(units[at], s.Names[u])
	}
	for target := range 2 {
		own := units[seat{y*s.Width + x, target}]
		for c := range names {
			for _, source := range own {
				add(source, c, target, n.Gate, 0)
			}
		}
		for f, synapses := range n.synapses {
			relative, d, a := k.Split(f)
			px, py := x+k.DX[a], y+k.DY[a]
			if px < 0 || py < 0 || px >= s.Width || py >= s.Height {
				continue
			}
			for from := range 2 {
				if k.Polarities == 2 && from != target^relative {
					continue
				}
				if d == 0 && k.DX[a] == 0 && k.DY[a] == 0 && relative == 0 && from == target {
					continue
				}
				for _, source := range units[seat{py*s.Width + px, from}] {
					for _, to := range synapses {
						add(source, to.class, target, to.weight, d)
					}
				}
			}
		}
	}
	return w
}

func polarityName(p int) string {
	if p == 1 {
		return "OFF"
	}
	return "ON"
}
