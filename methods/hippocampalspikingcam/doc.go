// Hippocampal-spiking-cam is a content-addressable memory of spiking cells, modelled on area CA3 of the
// hippocampus: it learns an item in a few milliseconds, gives it back from any part of it, and forgets it when
// its cue is learnt with something else.
//
// # Idea
//
// An item is a cue, one cell, and its content, some other cells. While it is learnt, all of them spike at once, three
// times, 5 ms apart; synapses between cue cells and content cells change by symmetric plasticity (Mishra et al. 2016): a
// coincidence strengthens them both ways, to a weight that alone brings its target to the threshold. A spike of the
// cue without a content cell, or of its target cue without a content cell that reaches it, weakens them: three are
// enough to forget.
//
//	at a spike of one cell:  w += eta (trace of the other - alpha)
//
// alpha acts at the spikes of the cue only, so that content which another item uses too is kept there.
//
// Recall: a fragment spikes once. A cue makes its content spike; a content cell makes the cues of all items that hold
// it spike, and these the rest of their contents. An interneuron then silences the cues, so that what came back leads no further. Plasticity
// is off then; while an item is learnt spikes change synapses but are not passed on. Acetylcholine is thought to switch
// between the two (Hasselmo 2006).
//
// # Input
//
// None: --items items are drawn, each with a cue of its own as far as there are --cues and --size content cells.
//
// # Output
//
//   - metrics recalled (share of single-cell fragments, cues and contents, that give exactly the items that hold
//     them), recalled_cues, recalled_contents, rewritten (share of items that, learnt anew with other content, give that
//     and nothing of the old one), limit (most items that are all given back)
//   - tables/recall: fragment, expected and recalled cells; tables/capacity: items, recalled
//   - arrays/to_content (cues × contents) and to_cue, mV
//   - figures: recall as spikes; items stored and recalled
//
// The evidence is the share of fragments recalled against the same synapses, shuffled. The causal check silences
// one cue cell after the other: only what leads through it is lost.
//
// # Paper
//
// D. Casanueva-Morato, A. Ayuso-Martinez, J. P. Dominguez-Morales, A. Jimenez-Fernandez, G. Jimenez-Moreno (2023).
// Bio-inspired computational memory model of the Hippocampus: an approach to a neuromorphic spike-based
// Content-Addressable Memory. arXiv:2310.05868.
//
// # Differences from the paper
//
// The paper ran on a SpiNNaker board with its pair STDP; here the rule is symmetric, learning and recall are told to the
// network instead of following from its input, and the numbers of cells, weights and times are ours: only the
// paper's abstract was at hand.
//
// # Limits
//
// It holds as many items as there are cue cells: one more takes the place of an old one, whatever the number of content
// cells. It completes from exact cells; a fragment of content cells, or of cues, with a wrong
// one brings back what belongs to that one, too. In a fragment of both the cue decides: its spike silences the other cues before
// content can reach them. The limit is one of cues, asked by cues: most cells of crowded content belong to several items
// and bring back all of these. Every item is learnt in a simulation of its own that begins at rest.
package hippocampalspikingcam
