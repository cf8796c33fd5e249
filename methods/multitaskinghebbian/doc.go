// Package multitaskinghebbian simulates a Hopfield network whose patterns have blanks, so that it
// recalls several of them at once, and solves its mean-field theory.
//
// The Hopfield network recalls one pattern, since each pattern says what every neuron has to
// do. When a share d of each pattern's entries is blank, neurons that one pattern leaves free
// can serve another. With few blanks the patterns form a hierarchy: the second has what the
// first leaves blank, the third what both leave blank, and so on. With many blanks all are
// recalled alike.
//
// # Idea
//
// K patterns of N entries, 0 with probability d, else ±1. M examples η of each have the
// entries ξχ, with χ = ±1 and the mean r (the quality). Hebbian couplings are made with a
// teacher, who says which examples belong together, or without:
//
//	supervised    J_ij = 1/(N (1-d)(1+ρ)) Σ_k η̄_i^k η̄_j^k,   η̄ = 1/(M r) Σ_a η^a
//	unsupervised  J_ij = 1/(N (1-d)(1+ρ) M r²) Σ_k Σ_a η_i^{k,a} η_j^{k,a}
//
// for i ≠ j. ρ = (1-r²)/(M r²) is what the examples leave open about the patterns. The state
// σ starts from the first pattern, random where that is blank, and every neuron is updated in
// random order by the heat bath, P(σ_i = 1) = 1/(1 + exp(-2βh_i)), h_i = Σ_j J_ij σ_j. With
// the overlaps of the K (or K M) factors kept up to date, a sweep takes O(NK) products
// (supervised), not O(N²).
//
// For many neurons and examples the overlaps m_k = 1/N Σ ξ_i^k σ_i follow from
//
//	m_k = E ξ_k tanh(βh),   n_k = E ξ_k (1+√ρ z_k) tanh(βh)
//	h = 1/((1-d)(1+ρ)) Σ_k n_k ξ_k (1+√ρ z_k),   z_k standard normal
//
// which are iterated from the hierarchy m_k = (1-d) d^(k-1). The critical temperature of the
// first pattern is 1. Without noise the hierarchy ends where all other patterns together can
// overrule the first, at d + d² + … + d^(K-1) = 1: .618 for three patterns, ½ for many. The
// phase is called hierarchical as long as the strongest overlap is larger than the sum of the
// others, and parallel beyond.
//
// # Input
//
// None; the network is made from the parameters.
//
// # Output
//
//   - metrics overlap_1 … overlap_K (simulated, ordered by size), mean_field_overlap_1 …,
//     mean_field_error, entropy (ρ), critical_dilution
//   - tables/overlaps: rank, overlap, sd, mean_field, hierarchy
//   - tables/dilution: dilution, mean_field_phase (none, one, hierarchical, parallel),
//     overlap_k and mean_field_overlap_k
//   - tables/learning: examples, largest overlap supervised, unsupervised and by theory
//   - figures: overlaps sweep by sweep; against the dilution; against the number of examples
//
// As evidence, the weakest overlap lies beside that with patterns that the network never
// saw; as causal check, a pattern is erased from the couplings, and those after it take its
// place.
//
// # Paper
//
// E. Agliari, A. Alessandrelli, A. Barra and F. Ricci-Tersenghi, Parallel Learning by
// Multitasking Neural Networks (2023).
//
// # Differences from the paper
//
// Written from the abstract and the model's definition, without the authors' code; factors
// of the couplings, and so the unit of temperature, may differ from theirs. Unsupervised
// networks are given the equations of the supervised ones, as the paper finds; the
// simulation does not assume it.
//
// # Limits
//
// Few patterns only: there is no spin-glass noise of an extensive load. The theory takes the
// mean of many examples for normal; with fewer than about 20 it understates the largest
// overlap. Near the end of the hierarchy (d = .45 to .6 for three patterns) networks of 2,000
// neurons differ from it, too. The k-th pattern of the hierarchy has a critical temperature
// of its own, about d^(k-1): the third one at d = .3 is lost above .09.
//
// Overlaps in the parallel phase are alike only if something breaks ties, noise of the
// dynamics or of the examples. For three patterns stored exactly at d = .8 and the
// temperature .05, theory and simulation agree on .196, .164 and .132; after 200 examples of
// quality .3 each, the theory has .164 three times.
package multitaskinghebbian
