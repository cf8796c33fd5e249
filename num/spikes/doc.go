// Package spikes compares spike trains: cross-correlograms of all pairs, the
// spike-time tiling coefficient, firing rates, and surrogates by interval
// jitter and circular shift.
//
// Times go in as seconds and are held as whole ticks of the clock that the
// recording was sampled with ([Trains]). Two spikes that are exactly 2.5 ms
// apart are then always on the same side of a bin edge, wherever in the
// recording they are; differences of floating seconds are not (a thirtieth of
// all pairs on a 30 kHz clock with bins of 1 ms lie on an edge).
//
// Counting is a sweep over the merged trains: the cost grows with the number
// of spikes times the number of spikes within reach of each, not with the
// number of pairs of units times their spikes. Work is divided among
// GOMAXPROCS goroutines by unit; every result is the same on any number.
package spikes
