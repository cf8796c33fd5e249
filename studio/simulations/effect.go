package simulations

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"

	"nissl"
	"nissl/studio/reply"
)

const (
	effectNull    = 39  // random cells that one is compared with: enough for p = 1/40
	effectWarm    = 0.2 // s that are simulated before anything is done
	effectSeconds = 0.2 // s of silence, unless the page says another time
)

// effect is what silencing one cell does to the spikes of the others. It begins at the model's own begin, so that
// it is the same whenever it is asked for.
type effect struct {
	What        string             `json:"what"`
	Unit        string             `json:"unit"`
	Value       reply.Number       `json:"value"`
	Null        []reply.Number     `json:"null"`
	NullIs      string             `json:"null_is"`
	P           reply.Number       `json:"p"`
	Says        string             `json:"says"`
	Populations []populationEffect `json:"populations"`
	Command     string             `json:"command"`
}

// populationEffect is the same for the cells of one population.
type populationEffect struct {
	Population string         `json:"population"`
	Value      reply.Number   `json:"value"`
	Null       []reply.Number `json:"null"`
	P          reply.Number   `json:"p"`
}

// tally counts spikes by population, but for one unit's own.
type tally struct {
	model *Model
	but   int
	own   float64
	count []float64
}

func (t *tally) Spikes(unit int, times []float64) error {
	if unit == t.but {
		t.own += float64(len(times))
		return nil
	}
	t.count[t.model.populationOf(unit)] += float64(len(times))
	return nil
}

func (t *tally) Traces(int, []float32) error { return nil }
func (t *tally) Done(float64) error          { return nil }

// trial is a simulation that is begun again from one state.
type trial struct {
	sim     Simulation
	model   *Model
	state   []byte
	seconds float64
	free    *every // what happens without any intervention
}

// every counts the spikes of every unit.
type every struct {
	count []float64
	tally
}

func (e *every) Spikes(unit int, times []float64) error {
	e.count[unit] += float64(len(times))
	return nil
}

func newTrial(ctx context.Context, source Source, m *Model, seconds float64) (*trial, error) {
	sim, err := source.New(ctx)
	if err != nil {
		return nil, err
	}
	if err := sim.Observe(nil, traceInterval); err != nil {
		return nil, err
	}
	t := &trial{sim: sim, model: m, seconds: seconds, free: &every{count: make([]float64, m.Units.Len())}}
	if err := sim.Run(ctx, effectWarm, &every{count: make([]float64, m.Units.Len())}); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := sim.Save(&b); err != nil {
		return nil, err
	}
	t.state = b.Bytes()
	return t, sim.Run(ctx, effectWarm+seconds, t.free)
}

// silence is the change of the other cells' spikes in a second, by population, when a unit is silent.
func (t *trial) silence(ctx context.Context, unit int) ([]float64, error) {
	if err := t.sim.Restore(bytes.NewReader(t.state)); err != nil {
		return nil, err
	}
	v := t.model.silence(unit)
	v.At = nissl.Choice{{Lo: effectWarm, Hi: effectWarm + t.seconds}}
	if err := t.sim.Intervene([]nissl.Intervention{v}); err != nil {
		return nil, err
	}
	n := &tally{model: t.model, but: unit, count: make([]float64, len(t.model.Populations))}
	if err := t.sim.Run(ctx, effectWarm+t.seconds, n); err != nil {
		return nil, err
	}
	for i, free := range t.free.count {
		if i != unit {
			n.count[t.model.populationOf(i)] -= free
		}
	}
	for i := range n.count {
		n.count[i] /= t.seconds
	}
	return n.count, nil
}

// silence is the intervention on one unit.
func (m *Model) silence(unit int) nissl.Intervention {
	p := m.Populations[m.populationOf(unit)]
	return nissl.One(nissl.Silence, p.Name, unit-p.First, 0)
}

// measure is the effect of a unit beside that of others of its population.
func measure(ctx context.Context, source Source, m *Model, unit int, seconds float64) (*effect, error) {
	p := m.Populations[m.populationOf(unit)]
	if p.Size < 2 {
		return nil, reply.Bad(fmt.Errorf("%s is the only cell of %s: there is none to compare it with", m.Units.Name(unit), p.Name))
	}
	t, err := newTrial(ctx, source, m, seconds)
	if err != nil {
		return nil, err
	}
	values, err := t.silence(ctx, unit)
	if err != nil {
		return nil, err
	}
	var null [][]float64
	for _, i := range rand.New(rand.NewPCG(uint64(unit), 1)).Perm(p.Size) {
		if len(null) == effectNull {
			break
		}
		if p.First+i == unit {
			continue
		}
		other, err := t.silence(ctx, p.First+i)
		if err != nil {
			return nil, err
		}
		null = append(null, other)
	}
	return t.report(source, unit, p, values, null), nil
}

func (t *trial) report(source Source, unit int, p Population, values []float64, null [][]float64) *effect {
	name, own := t.model.Units.Name(unit), t.free.count[unit]
	v := t.model.silence(unit)
	v.At = nissl.Choice{{Lo: effectWarm, Hi: tidy(effectWarm + t.seconds)}}
	e := &effect{What: "change of all other cells' spikes", Unit: "spikes/s",
		NullIs:  fmt.Sprintf("the same for %d random other cells of %s", len(null), p.Name),
		Command: commandLine(source, tidy(effectWarm+t.seconds), v, t.model.Name)}
	sum := func(x []float64) (s float64) {
		for _, v := range x {
			s += v
		}
		return s
	}
	of := func(pick func([]float64) float64) (value float64, others []float64, p float64) {
		value = pick(values)
		atLeast := 1
		for _, n := range null {
			others = append(others, pick(n))
			if math.Abs(pick(n)) >= math.Abs(value) {
				atLeast++
			}
		}
		return value, others, float64(atLeast) / float64(len(null)+1)
	}
	value, others, chance := of(sum)
	e.Value, e.Null, e.P = reply.Number(value), reply.Numbers(others), reply.Number(chance)
	for i, q := range t.model.Populations {
		value, others, chance := of(func(x []float64) float64 { return x[i] })
		e.Populations = append(e.Populations, populationEffect{q.Name, reply.Number(value), reply.Numbers(others), reply.Number(chance)})
	}
	e.Says = fmt.Sprintf("%s is silent from %g s on for %g s, in which it would spike %g times; the network is otherwise the same to the bit.", name, effectWarm, t.seconds, own)
	if own == 0 {
		e.Says = fmt.Sprintf("%s does not spike from %g s to %g s, so silencing it then changes nothing.", name, effectWarm, tidy(effectWarm+t.seconds))
	}
	return e
}

// effect answers what silencing one cell does.
func (x *Simulations) effect(w http.ResponseWriter, r *http.Request) error {
	var q struct {
		Unit    string   `json:"unit"`
		Seconds *float64 `json:"seconds"`
	}
	if err := body(w, r, &q); err != nil {
		return err
	}
	seconds := effectSeconds
	if q.Seconds != nil {
		seconds = *q.Seconds
	}
	if !(seconds >= 0.001) || seconds > 5 {
		return reply.Bad(fmt.Errorf("%v s: expected 0.001 to 5 seconds", seconds))
	}
	source, release, err := x.source(r)
	if err != nil {
		return err
	}
	defer release()
	m := source.Model()
	unit := m.Units.Index(q.Unit)
	if unit < 0 {
		return reply.Missing(fmt.Errorf("%s: %s has no cell of that name", q.Unit, m.Name))
	}
	select { // one at a time: each takes every processor
	case x.measuring <- struct{}{}:
		defer func() { <-x.measuring }()
	case <-r.Context().Done():
		return r.Context().Err()
	}
	e, err := measure(r.Context(), source, &m, unit, seconds)
	if err != nil {
		return err
	}
	return reply.JSON(w, e)
}
