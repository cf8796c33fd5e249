// Package sonata reads and writes spikes in the SONATA format (Dai et al. 2020,
// doi 10.1371/journal.pcbi.1007696): an HDF5 file with a group /spikes/NAME for each
// population, which holds timestamps in ms and node_ids, and says how they are sorted.
//
// The format knows no names of cells and no cells without spikes. Files that nissl writes
// therefore hold the nodes as well, under /nodes/NAME as SONATA's nodes files do: name, x, y and z.
// They also hold when the cells were observed (attributes tstart and tstop, in ms) and the step of the simulation
// (dt, in ms); other programs pass these by.
package sonata
