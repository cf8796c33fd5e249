package stimulus

import (
	"sort"

	"nissl/spiking/param"
)

// StepCurrent is a current that changes at given times; it is 0 before the first.
func StepCurrent() Kind {
	return Kind{
		Name: "step_current_generator", Doc: "a current that changes at given times",
		Params: []param.Param{
			{Name: "amplitude_times", Unit: "ms", Range: param.NotNegative, List: true, Doc: "times at which the current changes"},
			{Name: "amplitude_values", Unit: "pA", List: true, Doc: "current from each of the times on"},
		},
		New: func(c Config) (Device, error) {
			from, err := c.Params.Schedule("amplitude_times", "amplitude_values", c.DT)
			if err != nil {
				return nil, err
			}
			return &stepCurrent{c, from, c.Params.Numbers("amplitude_values")}, nil
		},
	}
}

type stepCurrent struct {
	Config
	from   []int64 // steps
	values []float64
}

func (d *stepCurrent) Drive(step int64, to []float64) {
	now := since(d.from, step)
	if step < d.Start || step >= d.Stop || now < 0 {
		return
	}
	d.each(func(i int) { to[i] += d.values[now] })
}

// since is the last of the steps of a schedule that is not after a step, -1 when there is none.
func since(from []int64, step int64) int {
	return sort.Search(len(from), func(i int) bool { return from[i] > step }) - 1
}
