package stimulus

import (
	"fmt"
	"math"

	"nissl/spiking/param"
)

// PulseTrain is rectangular pulses of current at regular intervals, as electrodes and lasers
// give them: the first begins with the stimulus.
func PulseTrain() Kind {
	return Kind{
		Name: "pulse_train", Doc: "rectangular pulses of current at regular intervals",
		Params: []param.Param{
			{Name: "amplitude", Unit: "pA", Doc: "current during a pulse"},
			{Name: "width", Unit: "ms", Default: 5, Range: param.Positive, Doc: "length of a pulse"},
			{Name: "period", Unit: "ms", Default: 50, Range: param.Positive, Doc: "from one pulse's begin to the next"},
			{Name: "pulses", Range: param.Count, Doc: "how many there are; 0 for no end"},
		},
		New: func(c Config) (Device, error) {
			if err := c.Params.Single(); err != nil {
				return nil, err
			}
			steps := func(name string) int64 { return int64(math.Round(c.Params.One(name) / c.DT)) }
			d := &pulseTrain{c, c.Params.One("amplitude"), steps("width"), steps("period"), math.MaxInt64}
			if n := c.Params.One("pulses"); n > 0 {
				d.pulses = int64(n)
			}
			if d.width < 1 || d.width > d.period {
				return nil, &param.Error{Name: "width", Err: fmt.Errorf("width = %v ms: expected a step (%v ms) to a period (%v ms)", c.Params.One("width"), c.DT, c.Params.One("period"))}
			}
			return d, nil
		},
	}
}

type pulseTrain struct {
	Config
	amplitude             float64
	width, period, pulses int64 // steps, steps
}

func (d *pulseTrain) Drive(step int64, to []float64) {
	if step < d.Start || step >= d.Stop {
		return
	}
	since := step - d.Start
	if since/d.period >= d.pulses || since%d.period >= d.width {
		return
	}
	d.each(func(i int) { to[i] += d.amplitude })
}
