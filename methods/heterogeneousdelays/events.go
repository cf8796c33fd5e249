package heterogeneousdelays

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"nissl"
)

// Task is labelled streams of events and the sensor that they come from.
type Task struct {
	Sensor  *Sensor
	Classes []string
	Streams []*Stream
	Step    float64 // seconds
	Notes   []string
}

// NewSensor reads the places and polarities of units. A grid is made of the values of x and y, whose smallest
// distance is a pixel. Units without x and y have no place.
func NewSensor(u *nissl.Units) (*Sensor, error) {
	s := &Sensor{Names: u.Names()}
	xyz, _, ok := u.Positions()
	if !ok {
		return s, nil
	}
	s.Placed = true
	var at [2][]float64
	for _, p := range xyz {
		at[0], at[1] = append(at[0], p[0]), append(at[1], p[1])
	}
	col, width, err := grid("x", at[0])
	if err != nil {
		return nil, err
	}
	row, height, err := grid("y", at[1])
	if err != nil {
		return nil, err
	}
	s.Width, s.Height = width, height
	s.Polarity = make([]uint8, u.Len())
	for i := range col {
		s.Pixel = append(s.Pixel, int32(row[i]*width+col[i]))
	}
	c, ok := u.Column("polarity")
	for i := 0; ok && i < u.Len(); i++ {
		switch strings.ToLower(c.Text(i)) {
		case "on", "1", "true", "+", "+1":
		case "off", "0", "-1", "false", "-":
			s.Polarity[i] = 1
		default:
			return nil, fmt.Errorf("unit %q has the polarity %q, expected ON or OFF, 1 or 0", s.Names[i], c.Text(i))
		}
	}
	return s, nil
}

// grid numbers positions along one axis.
func grid(axis string, at []float64) (index []int, size int, err error) {
	sorted := slices.Compact(slices.Sorted(slices.Values(at)))
	pitch := math.Inf(1)
	for i := 1; i < len(sorted); i++ {
		pitch = min(pitch, sorted[i]-sorted[i-1])
	}
	const most = 1 << 13 // pixels, larger than any event camera
	if span := (sorted[len(sorted)-1] - sorted[0]) / pitch; span >= most {
		return nil, 0, fmt.Errorf("units lie on no grid: their %s are as little as %g apart and span %g of it, where %d are the most", axis, pitch, span, most)
	}
	for _, v := range at {
		i := 0
		if len(sorted) > 1 {
			i = int(math.Round((v - sorted[0]) / pitch))
		}
		index, size = append(index, i), max(size, i+1)
	}
	return index, size, nil
}

// Labelled cuts a recording into the streams of its labelled epochs. labels is the name of the epochs, or
// epochs/column; "" is the first epochs that have a column of 2 to 64 different texts.
func Labelled(rec *nissl.Recording, labels string, step float64) (*Task, error) {
	e, column, err := findLabels(rec, labels)
	if err != nil {
		return nil, err
	}
	t, err := newTask(rec, step)
	if err != nil {
		return nil, err
	}
	for i := range e.Len() {
		if label := column.Text(i); label != "" && !slices.Contains(t.Classes, label) {
			t.Classes = append(t.Classes, label)
		}
	}
	order := make([]int, e.Len())
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(e.Start[a], e.Start[b]) })
	for _, i := range order {
		if label := column.Text(i); label != "" {
			t.Streams = append(t.Streams, &Stream{Label: slices.Index(t.Classes, label), Start: e.Start[i], Ticks: t.ticks(e.Stop[i] - e.Start[i])})
		}
	}
	for i, s := range t.Streams {
		if i > 0 && s.Start < t.end(t.Streams[i-1])-step/2 {
			return nil, fmt.Errorf("epochs %q overlap at %g s: every event needs one label", e.Name, s.Start)
		}
	}
	t.fill(rec.Spikes.Times)
	t.Notes = append(t.Notes, fmt.Sprintf("labels are %s/%s", e.Name, column.Name))
	return t, nil
}

// HasLabels says whether Labelled finds labels.
func HasLabels(rec *nissl.Recording) bool {
	_, _, err := findLabels(rec, "")
	return err == nil
}

func findLabels(rec *nissl.Recording, labels string) (*nissl.Epochs, nissl.Column, error) {
	name, want, _ := strings.Cut(labels, "/")
	for i := range rec.Epochs {
		e := &rec.Epochs[i]
		if name != "" && e.Name != name {
			continue
		}
		for _, c := range e.Table.Columns {
			values := map[string]bool{}
			for k := range c.Len() {
				if text := c.Text(k); text != "" {
					values[text] = true
				}
			}
			if _, text := c.Values.([]string); want == c.Name || want == "" && text && len(values) >= 2 && len(values) <= 64 {
				if len(values) < 2 || len(values) > 1000 {
					return nil, c, fmt.Errorf("%s/%s has %d different values; labels are 2 to 1000", e.Name, c.Name, len(values))
				}
				return e, c, nil
			}
		}
	}
	if labels == "" {
		return nil, nissl.Column{}, fmt.Errorf("recording %q has no epochs with a column of 2 to 64 different labels", rec.Name)
	}
	return nil, nissl.Column{}, fmt.Errorf("recording %q has no labels %q: expected the name of epochs, or epochs/column", rec.Name, labels)
}

// Shifted cuts a recording without labels into windows: every second is as recorded, the others are from a copy in
// which each unit is shifted circularly by its own random time. Telling them apart takes motifs across units.
func Shifted(rec *nissl.Recording, window, step float64, rng *rand.Rand) (*Task, error) {
	t, err := newTask(rec, step)
	if err != nil {
		return nil, err
	}
	span := rec.Spikes.Span
	n := int((span.Stop - span.Start) / window)
	if n < 8 || rec.Units.Len() < 2 {
		return nil, fmt.Errorf("recording %q has no labels, and telling it from shifted copies takes 2 units and 8 windows of %g s; it has %d and %d",
			rec.Name, window, rec.Units.Len(), n)
	}
	length := span.Stop - span.Start
	var shifted [][]float64
	for _, times := range rec.Spikes.Times {
		by := rng.Float64() * length
		row := make([]float64, len(times))
		for k, v := range times {
			row[k] = span.Start + math.Mod(v-span.Start+by, length)
		}
		slices.Sort(row)
		shifted = append(shifted, row)
	}
	t.Classes = []string{"recorded", "shifted"}
	other := *t
	for i := range n {
		s := &Stream{Label: i % 2, Start: span.Start + float64(i)*window, Ticks: t.ticks(window)}
		if s.Label == 0 {
			t.Streams = append(t.Streams, s)
		} else {
			other.Streams = append(other.Streams, s)
		}
	}
	t.fill(rec.Spikes.Times)
	other.fill(shifted)
	t.Streams = append(t.Streams, other.Streams...)
	t.Notes = append(t.Notes, fmt.Sprintf("no labels: windows of %g s are told from windows in which each unit is shifted in time by itself", window))
	return t, nil
}

func newTask(rec *nissl.Recording, step float64) (*Task, error) {
	if rec.Spikes == nil || rec.Spikes.Count() == 0 {
		return nil, fmt.Errorf("recording %q has no spikes: an event stream is needed", rec.Name)
	}
	s, err := NewSensor(rec.Units)
	if err != nil {
		return nil, fmt.Errorf("recording %q: %w", rec.Name, err)
	}
	return &Task{Sensor: s, Step: step}, nil
}

// ticks is the number of steps that begin in a time.
func (t *Task) ticks(seconds float64) int { return int(math.Ceil(seconds/t.Step - 1e-6)) }

func (t *Task) end(s *Stream) float64 { return s.Start + float64(s.Ticks)*t.Step }

// fill puts spikes into the streams, which are sorted and do not overlap.
func (t *Task) fill(times [][]float64) {
	for u, train := range times {
		at := 0
		for _, v := range train {
			for at < len(t.Streams) && v >= t.end(t.Streams[at])-1e-9 {
				at++
			}
			if at == len(t.Streams) {
				break
			}
			// a spike on the edge of a step, but for rounding, belongs to the step that begins
			s := t.Streams[at]
			if tick := math.Floor((v-s.Start)/t.Step + 1e-6); tick >= 0 && int(tick) < s.Ticks {
				s.Events = append(s.Events, Event{int32(tick), int32(u)})
			}
		}
	}
	for _, s := range t.Streams {
		s.sort()
	}
}

// sort puts the events in order. A unit has one event in a step at most: the paper's input is Boolean.
func (s *Stream) sort() {
	slices.SortFunc(s.Events, func(a, b Event) int { return cmp.Or(cmp.Compare(a.Tick, b.Tick), cmp.Compare(a.Unit, b.Unit)) })
	s.Events = slices.Compact(s.Events)
}

// jittered is the stream with every event moved by normal noise of so many steps.
func (s *Stream) jittered(steps float64, rng *rand.Rand) *Stream {
	out := *s
	out.Events = slices.Clone(s.Events)
	for i := range out.Events {
		moved := math.Round(float64(out.Events[i].Tick) + steps*rng.NormFloat64())
		out.Events[i].Tick = int32(min(max(moved, 0), float64(s.Ticks-1)))
	}
	out.sort()
	return &out
}

// halves draws half of the streams of every class to learn from; the others judge. Streams without events are left out.
func (t *Task) halves(rng *rand.Rand) (learn, judge []*Stream, err error) {
	byClass := make([][]*Stream, len(t.Classes))
	empty := 0
	for _, s := range t.Streams {
		if len(s.Events) == 0 {
			empty++
			continue
		}
		byClass[s.Label] = append(byClass[s.Label], s)
	}
	for c, streams := range byClass {
		if len(streams) < 2 {
			return nil, nil, fmt.Errorf("label %q has %d epochs with events; one to learn from and one to judge on are needed", t.Classes[c], len(streams))
		}
		rng.Shuffle(len(streams), func(i, j int) { streams[i], streams[j] = streams[j], streams[i] })
		learn, judge = append(learn, streams[:len(streams)/2]...), append(judge, streams[len(streams)/2:]...)
	}
	if empty > 0 {
		t.Notes = append(t.Notes, fmt.Sprintf("%d epochs without events are left out", empty))
	}
	return learn, judge, nil
}
