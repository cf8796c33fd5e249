package activity

import (
	"strings"
	"testing"

	"nissl"
)

func both() *nissl.Recording {
	t := nissl.NewTraces(2, 4, 2)
	copy(t.Rows[1], []float32{1, 2, 3, 4})
	return &nissl.Recording{Name: "r", Units: nissl.NewUnits([]string{"a", "b"}), Traces: t,
		Spikes: &nissl.Spikes{Times: [][]float64{{10.5}, {10.25, 12}}, Span: nissl.Interval{Start: 10, Stop: 12}}}
}

func TestOf(t *testing.T) {
	m, err := Of(both(), Options{})
	if err != nil || m.Units != 2 || m.Samples != 4 || m.X[5] != 2 || m.Rate != 2 {
		t.Errorf("traces: %+v, %v", m, err)
	}
	m, err = Of(both(), Options{Source: Spikes, Step: .5})
	if err != nil || m.Samples != 4 || m.X[1] != 2 || m.X[4] != 2 || m.Start != 10 || m.Rate != 2 {
		t.Errorf("spikes: %+v, %v", m, err)
	}
}

func TestTrainsKeepALastSpikeOnTheEnd(t *testing.T) {
	tr, err := Trains(both())
	if err != nil || tr.Spikes() != 3 || tr.Hz != 1000 || tr.Length != 2001 {
		t.Errorf("%+v, %v", tr, err)
	}
}

func TestErrors(t *testing.T) {
	silent, instant, noTraces, noSpikes, empty := both(), both(), both(), both(), both()
	silent.Spikes.Times = [][]float64{nil, nil}
	instant.Spikes = &nissl.Spikes{Times: [][]float64{nil, nil}}
	noTraces.Traces, noSpikes.Spikes = nil, nil
	empty.Traces = nissl.NewTraces(2, 0, 1)
	for want, f := range map[string]func() error{
		"no traces":   func() error { _, err := Of(noTraces, Options{Source: Traces}); return err },
		"no spikes":   func() error { _, err := Of(noSpikes, Options{Source: Spikes}); return err },
		"no samples":  func() error { _, err := Of(empty, Options{}); return err },
		"has a spike": func() error { _, err := Trains(silent); return err },
		"no time":     func() error { _, err := Trains(instant); return err },
		"step must":   func() error { _, err := Of(noTraces, Options{}); return err },
		"shorter":     func() error { _, err := Of(noTraces, Options{Step: 5}); return err },
		"expected":    func() error { _, err := Of(both(), Options{Source: "x"}); return err },
		"no spike ti": func() error { _, err := Trains(noSpikes); return err },
	} {
		if err := f(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
}

func TestReadColumns(t *testing.T) {
	m, names, err := ReadColumns(strings.NewReader("a,skip,b\n1,9,2\n3,9,4\n"), 2, "skip")
	if err != nil || m.Units != 2 || m.Samples != 2 || m.X[1] != 3 || m.X[2] != 2 || names[1] != "b" {
		t.Errorf("%+v %v %v", m, names, err)
	}
	for _, bad := range []string{"", "a\n", "a\nx\n", "a,b\n1\n"} {
		if _, _, err := ReadColumns(strings.NewReader(bad), 1); err == nil {
			t.Errorf("%q: no error", bad)
		}
	}
}
