package stimulus

import (
	"fmt"
	"math"

	"nissl/spiking/param"
	"nissl/spiking/random"
)

// Noise is a Gaussian current of its own for every cell, constant for intervals of length dt:
//
//	I(t) = mean + N_j sqrt(std² + std_mod² sin(2π frequency t + phase)), t in interval j
//
// Its effect depends on dt: on a leaky membrane the potential has the standard deviation
// (std tau_m/C_m) sqrt((1-x)/(1+x)) at the ends of the intervals, x = exp(-dt/tau_m).
func Noise() Kind {
	return Kind{
		Name: "noise_generator", Doc: "a Gaussian current of its own for every cell",
		Params: []param.Param{
			{Name: "mean", Unit: "pA", Doc: "of the current"},
			{Name: "std", Unit: "pA", Range: param.NotNegative, Doc: "standard deviation of the current"},
			{Name: "dt", Unit: "ms", Default: 1, Range: param.Positive, Doc: "interval between changes of the current"},
			{Name: "std_mod", Unit: "pA", Range: param.NotNegative, Doc: "modulation of the standard deviation, at most std"},
			{Name: "frequency", Unit: "Hz", Range: param.NotNegative, Doc: "of the modulation"},
			{Name: "phase", Doc: "of the modulation at the simulation's start, degrees"},
		},
		New: newNoise,
	}
}

func newNoise(c Config) (Device, error) {
	if err := c.Params.Single(); err != nil {
		return nil, err
	}
	p := c.Params
	d := &noise{Config: c, mean: p.One("mean"), std: p.One("std"), mod: p.One("std_mod"), frequency: p.One("frequency"),
		phase: p.One("phase") / 360, key: make([]uint64, c.N), last: -1, current: make([]float64, c.N)}
	intervals := p.One("dt") / c.DT
	d.every = int64(math.Round(intervals))
	switch {
	case d.every < 1 || math.Abs(intervals-float64(d.every)) > 1e-6:
		return nil, &param.Error{Name: "dt", Err: fmt.Errorf("dt = %v ms is no multiple of the resolution, %v ms", p.One("dt"), c.DT)}
	case d.mod > d.std:
		return nil, &param.Error{Name: "std_mod", Err: fmt.Errorf("std_mod = %v pA is more than std = %v pA", d.mod, d.std)}
	}
	for i := range d.key {
		d.key[i] = random.At(c.Key, uint64(c.First+i)).Key()
	}
	return d, nil
}

type noise struct {
	Config
	mean, std, mod   float64
	frequency, phase float64 // Hz, turns
	every            int64   // steps
	key              []uint64
	last             int64 // interval of current, which follows from it
	current          []float64
}

func (d *noise) Drive(step int64, to []float64) {
	if step < d.Start || step >= d.Stop {
		return
	}
	if j := (step - d.Start) / d.every; j != d.last {
		d.draw(j)
	}
	d.each(func(i int) { to[i] += d.current[i] })
}

// draw makes the currents of interval j.
func (d *noise) draw(j int64) {
	std := d.std
	if d.mod > 0 {
		wave := sine(d.frequency, d.phase, d.Start+j*d.every, d.DT)
		std = math.Sqrt(max(0, std*std+d.mod*d.mod*wave))
	}
	d.each(func(i int) {
		s := random.At(d.key[i], uint64(j))
		d.current[i] = d.mean + std*s.Normal()
	})
	d.last = j
}
