package cell

import "testing"

// TestBrian2 compares with Brian2 2.9.0 (testdata/brian2/brian2_cells.py), cells under injected current and
// spike trains, and networks of twelve.
//
// The exponential cells are run with steps of 1 µs there, because Brian2 resets on its grid where this package
// resets inside a step: each spike comes half a step later than the one before, and what is shifted by
// many of those steps is within 0.06 ms. With steps of 5 µs the shifts were five times as large.
func TestBrian2(t *testing.T) {
	exact := bound{voltage: 5.1e-9, mean: 3e-9}
	order4 := bound{voltage: 1e-6, mean: 2e-7}
	grid := bound{shifted: 100, worst: 60, voltage: 1, mean: .03}
	for model, want := range map[string]bound{
		"iaf_psc_exp": exact, "iaf_psc_alpha": exact, "izhikevich": exact,
		"iaf_cond_exp": order4, "iaf_cond_alpha": order4,
		"aeif_cond_exp": grid, "aeif_cond_alpha": grid,
		"hh_psc_alpha": {voltage: 2e-4, mean: 3e-6}, // steps of 0.01 ms
	} {
		check(t, "brian2", model+"_driven", want)
		check(t, "brian2", model+"_network", want)
	}
}
