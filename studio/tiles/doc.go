// Package tiles makes levels of detail of a recording, so that a page can show thousands
// of units and hours of time and asks for no more than it has pixels.
//
// Time is cut into bins of Base · 2^level seconds ([Grid]); rows, which are units in any
// order, into bins of 2^k rows. A tile is Width time bins × Height row bins of one byte:
//
//	0        nothing was observed there (outside the recording, a gap, only missing values)
//	1-255    traces: deviation from the unit's median in robust standard deviations
//	         ([Deviation]); spikes: spikes per unit and bin ([Rate])
//
// Tiles of one level lie side by side without overlap and never change, except those
// marked Coarse: these come from samples of the traces and are exact when asked for
// again after Ready. Traces are summarised in the background by a pyramid of minimum,
// maximum, mean and count, of at most PyramidBytes; spikes are searched where they are.
//
// The package knows nothing of HTTP and of files, and never writes to a recording.
package tiles
