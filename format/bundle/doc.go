// Package bundle writes and reads recording bundles: a folder NAME.rec that opens
// without nissl.
//
//	recording.json      what the other files hold: rates, clocks, units, notes
//	units.parquet       one row per unit; column name, then the recording's own
//	traces.npy          units × samples, float32, row-major; memory-mapped on reading
//	times.npy           seconds of each sample, float64; only when the clock is irregular
//	spikes.parquet      unit, time_s; units in the order of units.parquet, times sorted
//	covariates.parquet  covariate, dimension, time_s, value, text: one row per value
//	epochs.parquet      epochs, start_s, stop_s and the columns of every set; a column
//	                    is null where a set of intervals does not have it
//
// Files are absent when the recording has nothing for them. Times are seconds on the
// recording's clock. A bundle appears whole or not at all.
package bundle
