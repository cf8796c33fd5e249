package heterogeneousdelays

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"

	"nissl"
	"nissl/num/surrogate"
)

func (r *results) finding() *nissl.Finding {
	f := &nissl.Finding{Notes: r.task.Notes}
	r.metrics(f)
	r.evidence(f)
	r.tables(f)
	r.wiring(f)
	k := r.kernel
	f.Arrays = append(f.Arrays,
		nissl.Array{Name: "weights", Doc: "log-odds that a spike adds: polarity (same as that of the event, other) × delay (steps) × address (table addresses) × class",
			Shape: []int{k.Polarities, k.Delays, k.Addresses, r.layer.Classes}, F32: r.layer.Weights},
		nissl.Array{Name: "bias", Doc: "log-odds of each class", Shape: []int{r.layer.Classes}, F32: r.layer.Bias})
	f.Figures = r.figures()
	kept := r.pruningAt(r.params.Keep)
	f.Summary = fmt.Sprintf("Neurons with %d delays tell %d classes with an accuracy of %.1f %% (chance, from permuted labels: %.1f %%); on single events %.1f %%. "+
		"With all delays collapsed to one the same weights give %.1f %%; a layer that learns with one delay reaches %.1f %%, one that counts spikes without their times %.1f %%. "+
		"The largest %.3g %% of the weights keep %.1f %%. As leaky neurons these give %.1f %%.",
		k.Delays, r.layer.Classes, 100*r.full.Accuracy(), 100*stat.Mean(accuracies(r.permutations), nil), 100*r.full.point(0).Event,
		100*r.collapsed.Accuracy(), 100*r.alone.Accuracy(), 100*r.spread.Accuracy(), 100*r.params.Keep, 100*kept, 100*r.neuronAccuracy)
	return f
}

func (r *results) metrics(f *nissl.Finding) {
	full := r.full.point(0)
	f.AddMetric("classes", float64(r.layer.Classes), "", "")
	f.AddMetric("streams", float64(len(r.learn)+len(r.judge)), "", "labelled epochs, half of them to learn from")
	f.AddMetric("synapses", float64(r.kernel.Features()), "", "of one output neuron")
	f.AddMetric("synapses_per_event", r.load(), "", "synapses that are active at an event: the cost of asking one neuron")
	f.AddMetric("accuracy", full.Accuracy, "", "streams that are told right by all of their events, mean over classes")
	f.AddMetric("event_accuracy", full.Event, "", "single events that are told right, mean over classes")
	f.AddMetric("collapsed_accuracy", r.collapsed.Accuracy(), "", "of streams, when the learnt weights all have the same delay")
	f.AddMetric("single_delay_accuracy", r.alone.Accuracy(), "", "of streams, of a layer that learnt with one delay: only spikes of the same step meet")
	f.AddMetric("untimed_accuracy", r.spread.Accuracy(), "", "of streams, of a layer that learnt how many spikes came from each address within the reach of the delays, whenever they came")
	f.AddMetric("pruned_accuracy", r.pruningAt(r.params.Keep), "", fmt.Sprintf("of streams, with the largest %.3g %% of the weights", 100*r.params.Keep))
	f.AddMetric("weights_for_90_percent", r.retained(), "", "smallest of the tried shares of the weights that keeps 90 % of the accuracy")
	f.AddMetric("spikes_per_stream", float64(len(r.spikes))/float64(len(r.judge)), "", "events at which the most probable class reaches the threshold")
	f.AddMetric("spikes_right", r.rightSpikes, "", "share of these spikes that are of the right class")
	f.AddMetric("latency", median(r.latency), "s", "from the start of a stream to the first right spike, median of streams that have one")
	f.AddMetric("latency_spread", quantile(r.latency, .75)-quantile(r.latency, .25), "s", "interquartile range")
	f.AddMetric("jitter_half", r.tolerance(), "s", "standard deviation of noise in the times of input spikes at which single events keep half of their accuracy above chance")
	f.AddMetric("neuron_accuracy", r.neuronAccuracy, "", "streams told right by the leaky neuron that spikes most, with the pruned weights")
	f.AddMetric("neuron_spikes_right", r.rightFired, "", "share of their spikes that are of the right class")
}

// load is the mean number of active synapses of an event.
func (r *results) load() float64 {
	events, active := 0, 0
	for _, m := range r.judged {
		events, active = events+m.Events(), active+len(m.Features)
	}
	return float64(active) / float64(max(1, events))
}

// pruningAt is the accuracy of streams with the share of the weights.
func (r *results) pruningAt(share float64) float64 {
	for _, p := range r.pruning {
		if p.X == share {
			return p.Accuracy
		}
	}
	return math.NaN()
}

// tolerance is the jitter at which half of the accuracy of events above chance is left, interpolated; NaN beyond all.
func (r *results) tolerance() float64 {
	chance := 1 / float64(r.layer.Classes)
	half := (r.jitter[0].Event + chance) / 2
	for i := 1; i < len(r.jitter); i++ {
		if a, b := r.jitter[i-1], r.jitter[i]; b.Event <= half && a.Event > b.Event {
			return a.X + (b.X-a.X)*(a.Event-half)/(a.Event-b.Event)
		}
	}
	return math.NaN()
}

func (r *results) evidence(f *nissl.Finding) {
	null := accuracies(r.permutations)
	p := surrogate.Upper(r.full.Accuracy(), null)
	f.Evidence = append(f.Evidence, nissl.Evidence{Name: "accuracy", Observed: r.full.Accuracy(),
		Null:     "the labels of the streams permuted, among those to learn from and among those to judge on, and the layer learnt again",
		NullMean: stat.Mean(null, nil), NullRuns: null, Effect: r.full.Accuracy() - stat.Mean(null, nil), P: p, Passed: p <= .05,
		Doc: "share of streams that are told right, mean over classes",
		Causal: fmt.Sprintf("yes: with the delays of the same weights collapsed to one the accuracy is %.3f; learnt with one delay it is %.3f",
			r.collapsed.Accuracy(), r.alone.Accuracy())})
	p = surrogate.Upper(r.loss, r.otherLosses)
	ms := fmt.Sprintf("%g", 1000*r.task.Step)
	f.Evidence = append(f.Evidence, nissl.Evidence{Name: "strongest delays", Observed: r.loss,
		Null:     fmt.Sprintf("%d draws of as many delays at random", draws),
		NullMean: stat.Mean(r.otherLosses, nil), NullRuns: r.otherLosses, Effect: r.loss - stat.Mean(r.otherLosses, nil), P: p, Passed: p <= .05,
		Doc:    fmt.Sprintf("accuracy of single events that is lost when the quarter of the delays with the largest weights, %v steps of %s ms, is silenced", r.silenced, ms),
		Causal: "yes: the synapses of these delays are silenced"})
}

func accuracies(points []Point) (out []float64) {
	for _, p := range points {
		out = append(out, p.Accuracy)
	}
	return out
}

func (r *results) tables(f *nissl.Finding) {
	curve := func(name, doc, x, unit string, points []Point, event bool) {
		var at, accuracy, single []float64
		for _, p := range points {
			at, accuracy, single = append(at, p.X), append(accuracy, p.Accuracy), append(single, p.Event)
		}
		columns := []nissl.Column{nissl.Col(x, unit, at), nissl.Col("accuracy", "", accuracy)}
		if event {
			columns = append(columns, nissl.Col("event_accuracy", "", single))
		}
		f.AddTable(name, doc, columns...)
	}
	curve("pruning", "accuracy of streams and of single events with the largest weights only", "share", "", r.pruning, true)
	curve("delays", "accuracy when delays longer than this are silenced", "longest_delay_s", "s", r.reach, true)
	curve("jitter", "accuracy when input spikes are moved by normal noise", "jitter_s", "s", r.jitter, true)
	curve("events", "accuracy of decisions on so many consecutive events", "events", "", r.events, false)
	curve("windows", "accuracy of decisions on the events since the start of the stream", "window_s", "s", r.windows, false)
	var label, predicted []string
	var count []int
	for i, n := range r.full.Confusion() {
		label, predicted = append(label, r.task.Classes[i/r.layer.Classes]), append(predicted, r.task.Classes[i%r.layer.Classes])
		count = append(count, int(n))
	}
	f.AddTable("confusion", "streams that judge", nissl.Col("label", "", label), nissl.Col("predicted", "", predicted), nissl.Col("streams", "", count))
	r.spikeTable(f)
	address := make([]int, r.kernel.Addresses)
	for a := range address {
		address[a] = a
	}
	if r.task.Sensor.Placed {
		f.AddTable("addresses", "offset of each address from the event, pixels", nissl.Col("address", "", address), nissl.Col("dx", "pixel", r.kernel.DX), nissl.Col("dy", "pixel", r.kernel.DY))
	} else {
		f.AddTable("addresses", "unit of each address", nissl.Col("address", "", address), nissl.Col("unit", "", r.task.Sensor.Names))
	}
}

// spikeTable lists the spikes of the regression.
func (r *results) spikeTable(f *nissl.Finding) {
	var stream []int
	var neuron, unit []string
	var time, probability []float64
	for _, s := range r.spikes {
		stream, neuron, unit = append(stream, s.Stream), append(neuron, r.task.Classes[s.Class]), append(unit, r.task.Sensor.Names[s.Unit])
		time = append(time, r.judge[s.Stream].Start+float64(s.Tick)*r.task.Step)
		probability = append(probability, s.Probability)
	}
	f.AddTable("spikes", "output spikes in the streams that judge: a motif of the neuron's class is complete, probability at the threshold or above",
		nissl.Col("stream", "", stream), nissl.Col("neuron", "", neuron), nissl.Col("at_unit", "", unit), nissl.Col("time_s", "s", time), nissl.Col("probability", "", probability))
}

// wiring is the table of synapses that a simulator can read.
func (r *results) wiring(f *nissl.Finding) {
	s := r.task.Sensor
	x, y := s.Width/2, s.Height/2
	w := r.neurons.Wiring(r.task.Classes, x, y)
	ms := make([]float64, len(w.Delay))
	for i, d := range w.Delay {
		ms[i] = 1000 * float64(d) * r.task.Step
	}
	where := "of all output neurons"
	if s.Placed {
		where = fmt.Sprintf("of the output neurons at column %d, row %d of the sensor; other places have the same, moved", x, y)
	}
	f.AddTable("synapses", fmt.Sprintf("synapses %s, with the largest %.3g %% of the weights; a spike adds the weight to the potential after the delay", where, 100*r.params.Keep),
		nissl.Col("source", "", w.Source), nissl.Col("target", "", w.Target), nissl.Col("weight", "", w.Weight), nissl.Col("delay_ms", "ms", ms))
	var target, class []string
	var threshold, tau []float64
	for c, name := range r.task.Classes {
		for p := range 2 {
			full := name
			if s.Placed {
				full += "/" + polarityName(p)
			} else if p > 0 {
				continue
			}
			target, class = append(target, full), append(class, name)
			threshold, tau = append(threshold, float64(r.neurons.Threshold[c])), append(tau, 1000*r.params.Membrane)
		}
	}
	f.AddTable("neurons", "the targets: they fire at V_th, in the unit of the weights, with E_L and reset at 0",
		nissl.Col("target", "", target), nissl.Col("class", "", class), nissl.Col("V_th", "", threshold), nissl.Col("tau_m", "ms", tau))
}
