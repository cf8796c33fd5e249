// Spiking runs a network of spiking neurons that a TOML file describes, and records it.
//
// What comes out is an ordinary recording: every method that takes the recording of a brain takes it as
// well. What goes in can be a recording too, and interventions (--do) act while it runs.
//
// # Idea
//
// Cells are integrated in steps of one length, exactly where their equations are linear (Rotter and
// Diesmann 1999). A spike costs only the synapses that it reaches: cells lie in blocks, and once per shortest
// delay each block fetches what all others have sent to it (Morrison et al. 2005). Randomness is found by
// place (cell and step), so that spikes are the same to the bit on any number of threads and however often
// the run was interrupted.
//
// # Input
//
// A model: populations of cells, connections with a rule of wiring and of plasticity, stimuli and what is to
// be recorded, with NEST's names and units. nissl inspect MODEL.toml prints it with every default. A --seed
// other than 0 takes the place of the model's own.
//
// # Output
//
// The folder of the result is itself a recording bundle (spikes.parquet: unit, time_s; units.parquet: name
// (POPULATION/7), population, positions), written while it runs. An interrupted run goes on where it was.
//
//   - spikes.h5, with --sonata: the spikes as a SONATA report, which grows while it runs
//   - states.rec: the states that the model records (V_m, mV), a unit for each
//   - tables/populations.parquet: cells, spikes, rate (spikes/s), cv_isi, synchrony of each population
//   - tables/weights.parquet, with --weights: source, target, weight, delay (ms) of every synapse at the end
//   - metrics cells, synapses, spikes, rate, cv_isi, synchrony
//   - figure activity: spikes of up to 100 cells, rate of each population
//
// cv_isi is the standard deviation of a cell's intervals over their mean, averaged over the cells with at
// least 5 spikes: 0 is a clock, 1 a Poisson process. Synchrony is the variance of a population's spike count in bins
// of 5 ms over its mean: 1 for independent Poisson cells.
//
// The evidence is the synchrony of all cells against the same trains, each shifted by its own time around
// the run.
//
// # Paper
//
// M.-O. Gewaltig, M. Diesmann (2007). NEST (NEural Simulation Tool). Scholarpedia 2:1430. N. Brunel (2000).
// Dynamics of sparsely connected networks of excitatory and inhibitory spiking neurons. Journal of
// Computational Neuroscience 8:183.
//
// # Differences from the paper
//
// NEST draws random numbers in the order of its threads, so that its spikes depend on their number; here they
// do not. Plastic synapses of one connection share one set of parameters.
//
// # Limits
//
// Cells have at most a few compartments. All threads share one memory: there is no MPI. Spikes lie on the
// grid of steps.
package spiking
