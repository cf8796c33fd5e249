// Brainpy runs a declared network of spiking neurons, and moves parameters of its cells along gradients that flow
// through its spikes, until it fires at a given rate.
//
// A simulator can say what a network does; a differentiable one can say as well what to change so that it does
// something else. Here the model that nissl simulate spiking runs is compiled a second time as a layer of an
// artificial network, with the same cells, synapses and delays, and asked for the derivative of its rate.
//
// # Idea
//
// Two operators deliver spikes: the event-driven one goes through the synapses of the cells that fire, the dense
// one through all of them in every step. They must give the same spikes to the bit, and the first does less.
//
// The differentiable copy goes through the same equations step by step. Its spikes are all or none; where the chain
// rule asks for their derivative, that of a smooth function stands in, 1 / (1 + 10 |x|)² of x = (V - V_th) / |V_th -
// E_L| (Zenke and Ganguli 2018). In each iteration the simulator says how far its mean rate r is from the target
// r*, and the copy the slopes g = ∂r/∂θ of the parameters θ, each in its own scale (the distance from rest to
// threshold for potentials, the current that bridges it, a factor of e for what must be positive); then
//
//	θ ← θ - (r - r*) g / |g|², by at most a fifth of the scale, and less each time that r has gone past r*.
//
// # Input
//
// A model of spiking neurons (TOML). Its gradients need static synapses, one kind of cell (iaf_psc_delta,
// iaf_psc_exp, iaf_cond_exp or aeif_cond_exp) with the same parameters in all populations, at most 1,000 cells, and
// Poisson generators as the only stimuli. Other models are run and their two operators compared.
//
// # Output
//
//   - metrics cells, synapses, rate_before, rate_after and target (spikes/s), different_cells (whose spikes are not
//     the same with both operators: 0), dense_per_event (synapses that the dense operator goes through for each
//     that has a spike), and learned.NAME: each parameter that was moved
//   - tables/training.parquet: iteration, rate (spikes/s) of the simulator, each parameter and the slope of the
//     rate with it (spikes/s per unit) by the copy
//   - figure training
//
// The evidence is how far the rate is from the target in the end, as a share of it, against the same parameters at
// random values up to twice as far from where they began. p is the share of those that come as close. The causal
// check is in it: every rate is of the simulator, with the parameters put in.
//
// # Paper
//
// C. Wang, T. Zhang, S. He, H. Gu, S. Li, S. Wu (2023). A differentiable brain simulator bridging brain simulation
// and brain-inspired computing. arXiv:2311.05106. The surrogate is that of F. Zenke, S. Ganguli (2018). SuperSpike.
// Neural Computation 30:1514.
//
// # Differences from the paper
//
// BrainPy is a library in which models are Python classes over JAX; here a model is a file, and sparse operators
// are those of the simulator, which has no gradients. The differentiable copy connects its cells by a full matrix.
//
// # Limits
//
// The copy has steps of 0.5 ms where the model has 0.1 ms, one delay for all synapses, and begins at rest. A
// surrogate gives a slope, not the derivative: the true one of a spike is 0 almost everywhere. What moves the rate
// further than a fifth of a parameter's scale takes several iterations, and a rate that jumps with a parameter
// may not be reached at all.
package brainpy
