// Package dynamicconnectome maps which units work together, and when: the dynamic
// functional connectome of one recording or of several animals with partly the same
// named units.
//
// Two neurons that are wired to act together do so now and then, not always; one
// correlation over the whole recording mixes all those moments. This method finds the
// moments. It measures at every time how alike the changes of each pair of units are,
// splits that into a few components - each a set of pairs that are alike at the same
// times and in the same animals - and finds the communities of units in each component.
// What is found in one half of the time is put to the test in the other, beside copies of
// the recording in which the units have lost their alignment.
//
// # Idea
//
//  1. Affinity. d_i is the derivative of a unit's trace, smoothed by a Gaussian of width
//     tau; g_i = min(1, |d_i| / P99|d_i|) its strength. On every run I of time in which
//     both derivatives keep their sign,
//     a_ij = [Σ_I min(g_i, g_j) / Σ_I max(g_i, g_j)] √(max_I g_i max_I g_j).
//     The first factor is the Ruzicka similarity of the absolute derivatives, the second is
//     0 for silent pairs. Two units that have nothing to do with each other change with the
//     same sign as often as with opposite signs; the net affinity is a_ij on runs of same
//     sign less a_ij on runs of opposite sign, each smoothed over time, and is 0 on average
//     by chance. Where it is negative it counts as 0 in step 2.
//  2. Factorisation. X[t, w, ij], the affinity of pair ij in animal w smoothed over time,
//     is factorised as Σ_r λ_r A_r(t) B_r(w) C_r(ij) with no factor negative. Pairs that
//     an animal does not show count as 0 with a weight of 0.01, which leaves the fit to the
//     others and keeps undetermined weights small. The rank is the smallest whose
//     held-out error is within one standard error of the best and whose restarts agree.
//  3. Communities. C_r is a weighted graph of the units. A nested weighted stochastic block
//     model is fitted by description length; its lowest level with 2 to N/3 blocks is
//     reported. If it saves no bits over one block there are no communities.
//     Blocks are joined as long as their union has a larger cohesion, Σ(w_ij - k_i k_j / w̄) /
//     √pairs, than either: the weights beyond what the strengths of the units explain. The
//     groups that are heavier within than to the outside are candidates.
//  4. Chance. At any moment some units change alike by chance, and a factorisation finds
//     them. So each candidate is put to the test in time that did not help to find it: the
//     recording is cut into interleaved blocks, steps 2 and 3 run on either half, and the
//     version of the candidate in one half (Jaccard index >= 0.3) is measured in the other,
//     by its affinity within less that to other units. Both ways together, in standard
//     deviations of the same in circularly shifted traces, this is its replication; it is
//     a community if no more than a share alpha of the shifted copies has a group of any
//     component that replicates as well, and if the components together explain more than
//     those of shifted copies.
//  5. Time. The component with the largest λ_r A_r(t) is in force at t. Communities of
//     successive components that share units (Jaccard index >= 0.3, matched one to one) are
//     versions of one community, which is born, lives and dies; a unit's flexibility is the
//     share of steps at which it changes sides.
//
// # Input
//
// One recording, or several with units named alike; units that were not identified (column
// "identified" of the units table) are left out of a map of several. Traces in any unit;
// where there are only spikes, or with --source spikes, firing rates (every step seconds,
// Gaussian of width sigma). Several recordings must have one sampling rate and are cut to the shortest. With
// --events the time around each event is mapped instead, event by event for one
// recording, averaged by kind (--by) for several.
//
// # Output
//
// Metrics: rank; explained (share of the affinity's sum of squares), explained_null_mean,
// explained_null_p; stability (similarity of restarts, 0 to 1); evidence_bits (saved by
// communities, summed over components); communities (that hold beyond chance).
//
// Tables: units, communities (component, level, unit, community), community_evidence,
// components, epochs (component, start_s, stop_s), in_force, community_tracks, roles
// (within-community z-score and participation, Guimerà and Amaral 2005), unit_changes,
// partners, ranks.
//
// Arrays: affinity_mean (units × units), affinity_z (the same against the shifts),
// component_time (components × time bins), component_recording (components × recordings or
// events), component_affinity (components × units × units), component_lambda, time_s.
//
// # Paper
//
// L. Dyballa, S. Lang, A. Haslund-Gourley, E. Yemini, S. W. Zucker: Learning dynamic
// representations of the functional connectome in neurobiological networks. ICLR 2024.
//
// # Differences from the paper
//
// The paper gives no formula for the affinity, no rank, no smoothing width and no number of
// restarts, and its C. elegans code is not public; steps 1 and 2 are ours within what the
// text says. It compares absolute derivatives (--sign abs). Units that change with the same
// sign rank left/right homologues clearly better (--sign same, mean AUC 0.80 against 0.72 on
// the worms tried), and our default takes away what chance gives: on the planted simulation
// the components' time curves then match the truth at cosine 0.96 instead of 0.89, and
// chance explains 0.33 instead of 0.71 of the sum of squares. The paper's
// block model has exponential weights and every edge twice; the default here is log-normal
// weights and every edge once, since exponential weights leave nearly every unit alone in
// its block on dense graphs; --weights exp is the paper's kernel. The paper has no null, no
// rule for the rank and no tracking of communities: steps 4 and 5 are ours.
//
// # Limits
//
// The affinity is symmetric and says nothing of direction or cause. Time-averaged it ranks
// known partners no better than a Pearson correlation does; what it adds is the moment. A
// community needs three units, and must be there in both halves of the time: an event that
// happens once is a component but no community. Slow common drift of all units is one
// component, not a community. With n shifted copies the smallest p is 1/(n+1).
package dynamicconnectome
