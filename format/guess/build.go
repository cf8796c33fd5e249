package guess

import (
	"fmt"
	"math"

	"nissl"
	"nissl/format/reader"
)

// spikes reads one array of lists, of times beside their units, or several vectors of
// times.
func (g *guesser) spikes(names []string) error {
	var units []string
	var times [][]float64
	var span *nissl.Interval
	for _, name := range names {
		a, err := g.find(name)
		if err != nil {
			return err
		}
		g.used[a.Name] = "spikes"
		if a.Lists != nil {
			for i, l := range a.Lists {
				own := fmt.Sprint(len(times))
				if a.Names != nil {
					own = a.Names[i]
				}
				units, times = append(units, own), append(times, l)
			}
			if span = a.Span; a.Note != "" {
				g.note("%s", a.Note)
			}
			continue
		}
		n, ok := a.vector()
		if !ok || a.Numbers == nil {
			return fmt.Errorf("array %q %s holds no spike times, expected one dimension or a list per unit; --read traces=%s if it holds counts", a.Name, a.describe(), a.Name)
		}
		v, err := a.Numbers()
		if err != nil {
			return err
		}
		owner := g.ownerOf(a, n)
		if told, ok := g.o["spike_units"]; ok {
			if owner, err = g.find(told); err != nil {
				return err
			}
		}
		if owner == nil || len(names) > 1 {
			units, times = append(units, a.Name), append(times, v)
			continue
		}
		g.used[owner.Name] = "units of spikes"
		if units, times, err = grouped(a, v, owner); err != nil {
			return err
		}
	}
	units, changed := nissl.UniqueNames(units)
	if changed > 0 {
		g.note("%d units had no name or one that was taken and were renamed", changed)
	}
	s, notes, err := g.o.SpikeTimes(units, times, span)
	if err != nil {
		return err
	}
	g.r.Units, g.r.Spikes = nissl.NewUnits(units), s
	g.r.Notes = append(g.r.Notes, notes...)
	return nil
}

// grouped sorts the times by the unit that stands beside each.
func grouped(a *Array, v []float64, owner *Array) (units []string, times [][]float64, err error) {
	var label func(int) string
	var n int
	if owner.Texts != nil {
		texts, err := owner.Texts()
		if err != nil {
			return nil, nil, err
		}
		n, label = len(texts), func(i int) string { return texts[i] }
	} else if owner.Numbers != nil {
		ids, err := owner.Numbers()
		if err != nil {
			return nil, nil, err
		}
		n, label = len(ids), func(i int) string { return fmt.Sprint(ids[i]) }
	}
	if n != len(v) {
		return nil, nil, fmt.Errorf("array %q %s does not give a unit to each time of %q %s", owner.Name, owner.describe(), a.Name, a.describe())
	}
	index := map[string]int{}
	for i, t := range v {
		u, ok := index[label(i)]
		if !ok {
			u = len(units)
			index[label(i)] = u
			units, times = append(units, label(i)), append(times, nil)
		}
		times[u] = append(times[u], t)
	}
	return units, times, nil
}

// traces reads a matrix, or trials of units × samples one after another.
func (g *guesser) traces(name string) error {
	a, err := g.find(name)
	if err != nil {
		return err
	}
	g.used[a.Name] = "traces"
	var tr *nissl.Traces
	var stamps []float64
	unitsAxis := 0
	switch rows, cols, ok := a.matrix(); {
	case a.Trials != nil:
		if tr, err = g.trials(a); err != nil {
			return err
		}
	case !ok:
		return fmt.Errorf("array %q %s holds no traces, expected numbers of two dimensions", a.Name, a.describe())
	default:
		if stamps, err = g.stamps(a, rows, cols); err != nil {
			return err
		}
		if unitsAxis, err = g.axis(a, rows, cols, len(stamps)); err != nil {
			return err
		}
		v, err := a.Numbers()
		if err != nil {
			return err
		}
		tr = build(v, rows, cols, unitsAxis)
		if stamps != nil && len(stamps) != tr.Samples() {
			return fmt.Errorf("%d time stamps for %d samples of array %q %s; --read axes=%s if it lies the other way", len(stamps), tr.Samples(), a.Name, a.describe(), reader.AxesWord(unitsAxis == 0))
		}
	}
	if g.r.Spikes != nil && len(tr.Rows) != g.r.Units.Len() {
		return fmt.Errorf("array %q has %d units, the spikes %d: one recording needs the same units in both", a.Name, len(tr.Rows), g.r.Units.Len())
	}
	if err := g.clock(a, tr, stamps); err != nil {
		return err
	}
	g.r.Traces = tr
	if g.r.Spikes == nil {
		g.r.Units = nissl.NumberedUnits(len(tr.Rows))
	}
	if err := g.unitNames(a); err != nil {
		return err
	}
	return g.companions(a)
}

// build makes float32 rows of a row-major matrix whose units are along the axis.
func build(v []float64, rows, cols, unitsAxis int) *nissl.Traces {
	if unitsAxis == 0 {
		tr := nissl.NewTraces(rows, cols, 1)
		for i, r := range tr.Rows {
			for k := range r {
				r[k] = float32(v[i*cols+k])
			}
		}
		return tr
	}
	tr := nissl.NewTraces(cols, rows, 1)
	for k := range rows {
		for i, r := range tr.Rows {
			r[k] = float32(v[k*cols+i])
		}
	}
	return tr
}

// trials puts matrices of the same units one behind the other, an epoch each.
func (g *guesser) trials(a *Array) (*nissl.Traces, error) {
	turn, _, err := g.o.Axes()
	if err != nil {
		return nil, err
	}
	n := 0
	e := nissl.Epochs{Name: "trials"}
	var parts []*nissl.Traces
	for _, t := range a.Trials {
		part := build(t.Values, t.Rows, t.Cols, boolean(turn))
		if len(parts) > 0 && len(part.Rows) != len(parts[0].Rows) {
			return nil, fmt.Errorf("array %q: a trial of %d units after one of %d; --read axes=%s if they lie the other way", a.Name, len(part.Rows), len(parts[0].Rows), reader.AxesWord(!turn))
		}
		parts = append(parts, part)
		e.Start, e.Stop = append(e.Start, float64(n)), append(e.Stop, float64(n+part.Samples()))
		n += part.Samples()
	}
	tr := nissl.NewTraces(len(parts[0].Rows), n, 1)
	at := 0
	for _, part := range parts {
		for i, r := range part.Rows {
			copy(tr.Rows[i][at:], r)
		}
		at += part.Samples()
	}
	g.r.Epochs = append(g.r.Epochs, e)
	if a.Note != "" && !turn {
		g.note("%s", a.Note)
	}
	g.note("%d matrices of array %q follow one another without the time between them; each is an epoch of %q", len(a.Trials), a.Name, "trials")
	return tr, nil
}

// axis is where the units are: 0 for rows, 1 for columns.
func (g *guesser) axis(a *Array, rows, cols, stamps int) (int, error) {
	samplesInRows, given, err := g.o.Axes()
	if err != nil {
		return 0, err
	}
	along := 0 // vectors beside the array along its rows, less those along its columns
	why := ""
	for i := range g.arrays {
		b := &g.arrays[i]
		n, ok := b.vector()
		if b == a || !ok || rows == cols || (n != rows && n != cols) || !near(b.Name, a.Name) {
			continue
		}
		vote := 1
		if rank(nameWords(), b.Name) > 0 {
			vote = -1
		}
		if n == cols {
			vote = -vote
		}
		if along += vote; why == "" {
			why = b.Name
		}
	}
	switch {
	case given:
	case stamps > 0 && rows != cols:
		samplesInRows = stamps == rows
	case along != 0:
		samplesInRows = along > 0
		what := [2]string{"units × samples", "samples × units"}[boolean(samplesInRows)]
		g.note("%d × %d values were taken as %s, because array %q goes along; --read axes=%s if not", rows, cols, what, why, reader.AxesWord(!samplesInRows))
	default:
		yes, note, err := g.o.Transposed(rows, cols)
		if err != nil {
			return 0, err
		}
		samplesInRows = yes
		g.r.Notes = append(g.r.Notes, note)
	}
	return boolean(samplesInRows), nil
}

func boolean(b bool) int {
	if b {
		return 1
	}
	return 0
}

// clock gives the traces their rate: time stamps, options, or a number in the file
// that has the name of a rate or of a step.
func (g *guesser) clock(a *Array, tr *nissl.Traces, stamps []float64) error {
	rate, err := g.o.Rate()
	if err != nil {
		return err
	}
	if stamps == nil && rate == 0 {
		found, name := g.scalar(rateWords(), a.Name)
		if found == 0 {
			if step, from := g.scalar(stepWords(), a.Name); step > 0 {
				found, name = 1/step, from
			}
		}
		if found > 0 && !math.IsInf(found, 0) {
			start, _, err := g.o.Float("start")
			tr.Rate, tr.Start = found, start
			g.note("the rate of %g Hz is from array %q; --read rate=HZ if not", found, name)
			g.scaleTrials(tr)
			return err
		}
	}
	notes, err := g.o.Clock(tr, stamps)
	g.r.Notes = append(g.r.Notes, notes...)
	g.scaleTrials(tr)
	return err
}

// scaleTrials turns the epochs of trials from samples into seconds.
func (g *guesser) scaleTrials(tr *nissl.Traces) {
	for i := range g.r.Epochs {
		e := &g.r.Epochs[i]
		for k := range e.Start {
			e.Start[k], e.Stop[k] = tr.Start+e.Start[k]/tr.Rate, tr.Start+e.Stop[k]/tr.Rate
		}
	}
}
