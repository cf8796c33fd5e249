package cell

import "testing"

// TestBrian2 compares with Brian2 2.9.0 (testdata/brian2/brian2_cells.py), cells under injected current and
// spike trains, and networks of twelve. Its runs of the exponential and the squid's cells have short steps,
// because it follows them with rk4 and resets on its grid.
func TestBrian2(t *testing.T) {
	exact := bound{voltage: 5.1e-9, mean: 3e-9}
	for model, want := range map[string]bound{
		"iaf_psc_exp": exact, "iaf_psc_alpha": exact, "izhikevich": exact,
		"iaf_cond_exp": {voltage: 1e-6, mean: 2e-7}, "iaf_cond_alpha": {voltage: 1e-6, mean: 2e-7}, // both of order 4
	} {
		check(t, "brian2", model+"_driven", want)
		check(t, "brian2", model+"_network", want)
	}
}
