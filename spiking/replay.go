package spiking

import (
	"errors"
	"fmt"
	"path/filepath"

	"nissl"
	"nissl/spiking/stimulus"
)

// recording opens a recording that the model names.
func (m *Model) recording(name string) (*nissl.Recording, error) {
	if m.Open == nil {
		return nil, fmt.Errorf("%q: no recording can be opened here; in Go, Model.Open does it", name)
	}
	if !filepath.IsAbs(name) {
		name = filepath.Join(m.Folder, name)
	}
	return m.Open(name)
}

// unitOf is the unit of a recording that stands for a cell: the one of the same name, or of the
// same number when the recording has as many units as the population.
func unitOf(r *nissl.Recording, p *Population, cell int) (int, error) {
	unit := r.Units.Index(p.unit(cell))
	if unit < 0 && r.Units.Len() == p.N {
		unit = cell
	}
	if unit < 0 {
		return 0, fmt.Errorf("the recording %s has no unit %s, and it has %d units for %d cells", r.Name, p.unit(cell), r.Units.Len(), p.N)
	}
	return unit, nil
}

// trains are the spikes (s) that a population replays, nil when it replays none.
func (m *Model) trains(p *Population) ([][]float64, error) {
	switch {
	case p.Trains == nil && p.Replay == "":
		return nil, nil
	case !p.Cell.Replays:
		return nil, fmt.Errorf("%s is made of %s, which replays no spikes; spike_generator does", p.Name, p.Cell.Name)
	case p.Replay == "":
		return p.Trains, nil
	case p.Trains != nil:
		return nil, fmt.Errorf("%s has both spikes of its own and those of the recording %s", p.Name, p.Replay)
	}
	r, err := m.recording(p.Replay)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if r.Spikes == nil {
		return nil, fmt.Errorf("the recording %s has no spikes", p.Replay)
	}
	out := make([][]float64, p.N)
	for i := range out {
		unit, err := unitOf(r, p, i)
		if err != nil {
			return nil, err
		}
		out[i] = append([]float64{}, r.Spikes.Times[unit]...)
	}
	return out, nil
}

// traces are the recording whose traces drive cells, nil when the stimulus needs none.
func (m *Model) traces(d *Stimulus) (*nissl.Recording, error) {
	switch {
	case !d.Kind.Recorded && d.Recording != "":
		return nil, fmt.Errorf("%s takes no recording", d.Kind.Name)
	case !d.Kind.Recorded:
		return nil, nil
	case d.Recording == "":
		return nil, fmt.Errorf("%s needs a recording", d.Kind.Name)
	}
	r, err := m.recording(d.Recording)
	if err == nil && r.Traces == nil {
		err = errors.New("the recording " + d.Recording + " has no traces")
	}
	return r, err
}

// drive names the rows of traces that drive the cells of a block: the unit of the cell's name, of
// its number, of its place among the driven cells, or the only unit that there is.
func drive(c *stimulus.Config, r *nissl.Recording, p *Population, chosen []int) error {
	c.Traces, c.Rows = r.Traces, make([]int, c.N)
	for k, u := range chosen {
		if u < c.First || u >= c.First+c.N {
			continue
		}
		unit, err := unitOf(r, p, u)
		switch {
		case err == nil:
		case r.Units.Len() == 1:
			unit = 0
		case r.Units.Len() == len(chosen):
			unit = k
		default:
			return err
		}
		c.Rows[u-c.First] = unit
	}
	return nil
}
