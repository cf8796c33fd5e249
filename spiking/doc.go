// Package spiking simulates networks of spiking neurons: the fastest of its class, exact
// where the equations are linear, with the same spikes on any number of threads.
//
// # A model
//
// A model is a TOML file ([Read]) or a [Model] filled in by Go code. Cells, synapses,
// wiring and stimuli have the names, parameters and units that NEST users know; they are
// in packages cell, synapse, wiring and stimulus, one file each.
//
// # How it runs
//
// Time goes in steps of one length. The cells of a population lie in blocks. For as many
// steps as the shortest delay has, every block is computed on its own; then every block
// fetches what all blocks have sent and adds it to what will arrive at its own cells. A
// block's sums are made in one order (step, connection, source) whoever computes it, so
// that spikes are the same to the bit on 1, 2 or 4 threads, however often a run is interrupted, and
// whether spikes are delivered event by event or densely.
//
// Synapses lie by source within a block of targets: 2 bytes each (the target's
// place in the block), 4 more when weights differ or change, 2 more when delays differ.
package spiking
