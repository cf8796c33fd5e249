// Package guess makes recordings of named arrays whose meaning nobody wrote down, as
// NPZ and MATLAB files hold them: which array is the activity, which axis is time,
// what goes along with it. Options overrule every guess and the notes say each one.
package guess

import (
	"fmt"
	"slices"
	"strings"

	"nissl"
	"nissl/format/reader"
)

// Array is one variable of a file. It holds numbers (Numbers set), text (Texts set), a
// list of times per unit (Lists set) or trials of units × samples (Trials set).
type Array struct {
	Name    string // path in the file, such as data.units
	Shape   []int  // row-major
	Numbers func() ([]float64, error)
	Texts   func() ([]string, error)
	Lists   [][]float64
	Names   []string        // of the lists; nil numbers them
	Span    *nissl.Interval // when the lists were observed, nil if unknown
	Trials  []Trial
	Note    string // what the reader guessed about it, said when it is chosen
}

// Trial is one matrix of units × samples, row-major.
type Trial struct {
	Rows, Cols int
	Values     []float64
}

// Options that Recording understands.
func Options() []reader.Option {
	o := []reader.Option{
		{Name: "traces", Help: "array that holds the samples"},
		{Name: "spikes", Help: "array of spike times; several, separated by commas, are a unit each"},
		{Name: "spike_units", Help: "array that says the unit of each spike time"},
		{Name: "time", Help: "array of the time stamps, or none"},
		{Name: "names", Help: "array of the units' names"},
	}
	o = append(o, reader.SamplingOptions()...)
	o = append(o, reader.SpikeOptions()...)
	return append(o, reader.UnitOptions()...)
}

// guesser is the work on one file.
type guesser struct {
	arrays []Array
	o      reader.Options
	r      *nissl.Recording
	used   map[string]string // what each array was taken for
}

// Recording makes the recording; the streams are all arrays, with what each was taken
// for.
func Recording(arrays []Array, o reader.Options) (*nissl.Recording, []reader.Stream, error) {
	g := &guesser{arrays: arrays, o: o, r: &nissl.Recording{}, used: map[string]string{}}
	err := g.run()
	streams := g.streams()
	if err != nil {
		return nil, streams, err
	}
	return g.r, streams, nil
}

func (g *guesser) run() error {
	tracesName, spikesName := g.o["traces"], g.o["spikes"]
	if tracesName == "" && spikesName == "" {
		tracesName, spikesName = g.choose()
	}
	if tracesName == "" && spikesName == "" {
		return fmt.Errorf("no array looks like activity; name one with --read traces=NAME or --read spikes=NAME: %s", g.list())
	}
	if spikesName != "" {
		if err := g.spikes(strings.Split(spikesName, ",")); err != nil {
			return err
		}
	}
	if tracesName != "" {
		if err := g.traces(tracesName); err != nil {
			return err
		}
	}
	notes, err := g.o.Join(g.r.Units)
	g.r.Notes = append(g.r.Notes, notes...)
	return err
}

func (g *guesser) note(format string, args ...any) {
	g.r.Notes = append(g.r.Notes, fmt.Sprintf(format, args...))
}

// find is the array of that name, or of that last part when only one has it.
func (g *guesser) find(name string) (*Array, error) {
	var byBase []*Array
	for i := range g.arrays {
		if a := &g.arrays[i]; a.Name == name {
			return a, nil
		} else if base(a.Name) == base(name) && strings.HasSuffix(a.Name, name) {
			byBase = append(byBase, a)
		}
	}
	if len(byBase) == 1 {
		return byBase[0], nil
	}
	return nil, fmt.Errorf("there is no array %q: %s", name, g.list())
}

// list names the arrays with their shapes.
func (g *guesser) list() string {
	var words []string
	for i, a := range g.arrays {
		if i == 20 {
			words = append(words, fmt.Sprintf("and %d more", len(g.arrays)-i))
			break
		}
		words = append(words, a.Name+" "+a.describe())
	}
	if words == nil {
		return "the file holds no arrays of numbers"
	}
	return "the file holds " + strings.Join(words, ", ")
}

func (a *Array) describe() string {
	switch {
	case a.Lists != nil:
		n := 0
		for _, l := range a.Lists {
			n += len(l)
		}
		return fmt.Sprintf("(%d lists of %d numbers)", len(a.Lists), n)
	case a.Trials != nil:
		n := 0
		for _, t := range a.Trials {
			n += t.Cols
		}
		return fmt.Sprintf("(%d matrices of %d × %d)", len(a.Trials), a.Trials[0].Rows, n)
	}
	s := strings.Trim(strings.ReplaceAll(fmt.Sprint(a.Shape), " ", " × "), "[]")
	if a.Texts != nil {
		s += " text"
	}
	return "(" + s + ")"
}

func (g *guesser) streams() []reader.Stream {
	out := make([]reader.Stream, len(g.arrays))
	for i, a := range g.arrays {
		kind, chosen := g.used[a.Name]
		if !chosen {
			kind = "array"
		}
		s := reader.Stream{Name: a.Name, Kind: kind, Chosen: chosen, Doc: strings.Trim(a.describe(), "()")}
		if kind == "traces" && g.r.Traces != nil {
			s.Units, s.Samples, s.RateHz, s.StartS = g.r.Units.Len(), g.r.Traces.Samples(), g.r.Traces.Rate, g.r.Traces.Time0()
		}
		if kind == "spikes" && g.r.Spikes != nil {
			s.Units, s.Samples = g.r.Units.Len(), g.r.Spikes.Count()
		}
		out[i] = s
	}
	return out
}

// base is the last part of a path, lower-case, without underscores.
func base(name string) string {
	if i := strings.LastIndexAny(name, "./"); i >= 0 {
		name = name[i+1:]
	}
	return strings.ReplaceAll(strings.ToLower(name), "_", "")
}

func prefix(name string) string {
	if i := strings.LastIndexAny(name, "./"); i >= 0 {
		return name[:i]
	}
	return ""
}

// near reports whether an array lies beside the other or at the top of the file.
func near(a, other string) bool { return prefix(a) == "" || prefix(a) == prefix(other) }

// vector is the length of an array of one dimension (of length one in all others).
func (a *Array) vector() (n int, ok bool) {
	if a.Lists != nil || a.Trials != nil || len(a.Shape) == 0 {
		return 0, false
	}
	n = 1
	long := 0
	for _, s := range a.Shape {
		if n *= s; s != 1 {
			long++
		}
	}
	return n, long <= 1
}

// matrix is the shape of an array of two dimensions.
func (a *Array) matrix() (rows, cols int, ok bool) {
	if a.Numbers == nil || len(a.Shape) != 2 {
		return 0, 0, false
	}
	return a.Shape[0], a.Shape[1], a.Shape[0] > 0 && a.Shape[1] > 0
}

// The names that people give to things, the likeliest first; without underscores.
func tracesWords() []string {
	return []string{"traces", "dff", "deltaf", "fluorescence", "calcium", "activity", "spikecounts", "counts", "spikes",
		"firingrates", "rates", "rate", "neural", "binned", "lfp", "eeg", "ecog", "spks", "f", "data"}
}

func spikesWords() []string {
	return []string{"spiketimes", "spikes", "spike", "units", "times", "spiketime", "st", "timestamps", "time", "ts"}
}

func ownerWords() []string {
	return []string{"spikeclusters", "spikeunits", "clusters", "clu", "units", "unit", "unitids", "unitid", "spikeids", "ids", "neuron", "neurons", "senders", "gids", "nodeids", "cell", "cells"}
}

func timeWords() []string {
	return []string{"t", "time", "times", "timestamps", "timestamp", "tsec", "frametimes", "timebase", "tvec"}
}

func rateWords() []string {
	return []string{"fs", "srate", "sfreq", "samplingrate", "samplerate", "samplingfrequency", "framerate", "fr", "ratehz", "sr"}
}

func stepWords() []string {
	return []string{"dt", "tr", "dts", "samplingperiod", "binwidths"}
}

func nameWords() []string {
	return []string{"names", "unitnames", "neuronnames", "neuronids", "labels", "channels", "channelnames", "chnames", "unitids", "ids", "neurons", "cellids", "regions", "brainarea"}
}

// rank of a name among words: 0 when it is none, more the earlier it stands.
func rank(words []string, name string) int {
	if i := slices.Index(words, base(name)); i >= 0 {
		return len(words) - i
	}
	return 0
}
