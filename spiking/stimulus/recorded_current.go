package stimulus

import (
	"nissl/spiking/param"
)

// RecordedCurrent is a recording's traces as currents, offset + gain × sample. The recording's
// clock starts with the stimulus. A sample holds until the next one; before the first, after the last
// sample's period, and where a sample is missing, there is no current at all.
func RecordedCurrent() Kind {
	return Kind{
		Name: "recorded_current", Doc: "the traces of a recording as currents", Recorded: true,
		Params: []param.Param{
			{Name: "gain", Unit: "pA", Default: 1, Doc: "current for a sample of 1"},
			{Name: "offset", Unit: "pA", Doc: "current for a sample of 0"},
		},
		New: func(c Config) (Device, error) {
			if err := c.Params.Single(); err != nil {
				return nil, err
			}
			return &recordedCurrent{c, c.Params.One("gain"), c.Params.One("offset")}, nil
		},
	}
}

type recordedCurrent struct {
	Config
	gain, offset float64
}

func (d *recordedCurrent) Drive(step int64, to []float64) {
	if step < d.Start || step >= d.Stop {
		return
	}
	second := float64(step-d.Start) * d.DT / 1000
	// The last sample that is not after the step's beginning.
	sample := d.Traces.Index(second+1e-9) - 1
	if k := sample + 1; k < d.Traces.Samples() && d.Traces.Time(k) <= second+1e-9 {
		sample = k
	}
	if sample < 0 || second >= d.Traces.Span().Stop-1e-9 {
		return
	}
	d.each(func(i int) {
		if x := float64(d.Traces.Rows[d.Rows[i]][sample]); x == x {
			to[i] += d.offset + d.gain*x
		}
	})
}
