package stimulus

import "nissl/spiking/param"

// DC is a constant current.
func DC() Kind {
	return Kind{
		Name: "dc_generator", Doc: "a constant current",
		Params: []param.Param{{Name: "amplitude", Unit: "pA", Doc: "the current"}},
		New: func(c Config) (Device, error) {
			if err := c.Params.Single(); err != nil {
				return nil, err
			}
			return &dc{c, c.Params.One("amplitude")}, nil
		},
	}
}

type dc struct {
	Config
	amplitude float64
}

func (d *dc) Drive(step int64, to []float64) {
	if step < d.Start || step >= d.Stop {
		return
	}
	d.each(func(i int) { to[i] += d.amplitude })
}

// each calls f for all driven cells.
func (c *Config) each(f func(i int)) {
	if c.Driven == nil {
		for i := range c.N {
			f(i)
		}
	}
	for _, i := range c.Driven {
		f(int(i))
	}
}
