package stimulus

import (
	"math"

	"nissl/spiking/param"
)

// AC is a sinusoidal current, offset + amplitude sin(2π frequency t + phase), t being the
// beginning of the step.
func AC() Kind {
	return Kind{
		Name: "ac_generator", Doc: "a sinusoidal current",
		Params: []param.Param{
			{Name: "amplitude", Unit: "pA", Doc: "of the sine"},
			{Name: "offset", Unit: "pA", Doc: "constant part"},
			{Name: "frequency", Unit: "Hz", Range: param.NotNegative, Doc: "of the sine"},
			{Name: "phase", Doc: "of the sine at the simulation's start, degrees"},
		},
		New: func(c Config) (Device, error) {
			if err := c.Params.Single(); err != nil {
				return nil, err
			}
			p := c.Params
			return &ac{c, p.One("amplitude"), p.One("offset"), p.One("frequency"), p.One("phase") / 360}, nil
		},
	}
}

type ac struct {
	Config
	amplitude, offset, frequency, phase float64 // pA, pA, Hz, turns
}

func (d *ac) Drive(step int64, to []float64) {
	if step < d.Start || step >= d.Stop {
		return
	}
	x := d.offset + d.amplitude*sine(d.frequency, d.phase, step, d.DT)
	d.each(func(i int) { to[i] += x })
}

// sine at the beginning of a step; whole turns are taken away before they cost digits.
func sine(frequency, phase float64, step int64, dt float64) float64 {
	turns := frequency*float64(step)*dt/1000 + phase
	return math.Sin(2 * math.Pi * (turns - math.Floor(turns)))
}
