// Package bundle writes and reads recording bundles: a folder NAME.rec that opens
// without nissl.
//
//	recording.json      what the other files hold: rates, clocks, types, units, notes
//	units.parquet       one row per unit; column name, then the recording's own
//	traces.npy          units × samples, float32 or float16, row-major, little-endian
//	times.npy           seconds of each sample, float64; only when the clock is irregular
//	spikes.parquet      unit, time_s; units in the order of units.parquet, times sorted
//	covariates.parquet  covariate, dimension, time_s, value, text: one row per value
//	epochs.parquet      epochs, start_s, stop_s and the columns of every set; a column
//	                    is null where a set of intervals does not have it
//
// Files are absent when the recording has nothing for them. Times are seconds on the
// recording's clock. A bundle appears whole or not at all. Traces of float32 are
// memory-mapped on reading; those of float16 (dtype in recording.json) are converted to
// float32, in memory up to 1 GiB, else in a scratch file.
//
// # Recordings that grow
//
// Write writes a recording that exists; a Stream one that comes to be, sample by sample,
// in memory that does not depend on its length. Until it is finished everything lies in
// NAME.rec.partial:
//
//	partial.json        what of the other files counts: the last commit, and the
//	                    header, which must be the same when it is resumed
//	bundle/             the bundle to be; units.parquet, and traces.npy in its whole
//	                    size where the number of samples is known in advance
//	tiles.raw           where it is not: tiles of units × tile_width samples, merged
//	                    into traces.npy at the end (which needs the room twice)
//	spikes.log          unit (uint32), time_s (float64) in the order of time
//	covariate-N.log     the samples of a covariate, epochs-N.log the intervals of a
//	epochs-N.log        set, in frames (see rowLog)
//	lock                held by the process that writes
//
// What lies in those files beyond the last commit is overwritten when the recording is
// resumed, so that the bundle is the same, byte by byte, as that of a run that was never
// interrupted. Reading a partial folder is an error that says so.
//
// Samples are rounded to float16 to the nearest, ties to even, as numpy does it; NaN
// stays NaN. Those beyond ±65504 (from ±65520 on) become infinite, are counted, and a
// note of the recording says how many: a long run does not end because of one.
package bundle
