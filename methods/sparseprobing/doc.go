// Package sparseprobing asks how few units tell a feature, and which.
//
// Is the animal running, is this token inside a quotation, does the picture show a seven: a yes-or-no
// feature that somebody knows of every sample. The method learns to tell it from the activity of one unit,
// of two, of four and so on, and judges each on samples that it has not seen. One unit that tells it as
// well as many is a dedicated one; a feature that needs dozens is spread out; units that are each good at
// it and at much else hold it in superposition.
//
// # Idea
//
// The units are ranked on the training samples (F statistic, difference of means, mutual information, own
// best threshold, order of entry into an L1-penalised regression, or regressions on fewer and fewer units),
// a logistic regression
//
//	P(yes | x) = 1/(1+exp(-(b + Σ_{i in best k} w_i x_i))),  minimum of Σ -log P + l2/2 Σ w_i²
//
// is fitted to the best k, and its threshold is the one of the best F1 in training. Judged are the samples
// of other groups: no document, trial or stretch of time has samples on both sides, and samples nearer
// than a gap to the test are not learned from, since neighbouring samples are alike whatever they mean.
// Everything that looks at labels or activity - ranking, fit, threshold, standardisation - sees the training
// samples alone.
//
// The elbow is the smallest k from which no larger probe adds, for each further unit, a tenth of the bits
// of the label that the first k know for each of theirs: the number of units that carry the feature, as far
// as a linear probe can tell.
//
// Chance is the same with labels that are shifted circularly against the activity (or, where each group
// has one label, dealt out anew to the groups): a k is significant when its F1 exceeds the largest F1 at
// any k in all but 5 % of these. Two more controls: probes of units at random, and probes after a random
// rotation of the space of activity, which keeps all that is known together and leaves single units no
// meaning.
//
// # Input
//
// One recording: traces, or spikes as firing rates. --label says what the feature is:
//
//	NAME              inside the epochs NAME, or the covariate NAME above the middle of its range
//	NAME=TEXT         the covariate equals the text or number (!= does not); NAME.COLUMN=TEXT for a
//	                  column, or for epochs with that value in a column of their table
//	NAME~REGEXP       the text matches the regular expression
//	NAME~~REGEXP      all text of the group up to here, joined, matches it: a feature of the context
//	NAME>X            the covariate is above X (also <, >=, <=); 80% is the value below which 80 % lie
//	unit:NAME>X       another unit is above X; it is left out of the probe
//
// A recording of `nissl read activity` has the covariate token. auto takes the commonest text of a text
// covariate, else the first epochs, else the first covariate, else whether the first unit is among its 20 %
// highest.
//
// # Output
//
//   - metrics units, samples, share_yes, groups, folds, gap, best_single_f1 (of the unit with the best F1
//     in training, found by trying all), elbow_units, elbow_f1, elbow_auc, elbow_bits, largest_f1,
//     lookup_f1 (told by the text of the sample itself, for labels made of text)
//   - tables/curve: k, precision, recall, f1, mcc, auc, bits, p (family-wise), f1 by chance, of random units
//     and after rotation
//   - tables/units: unit, rank, weight (of standardised activity, fitted to all samples), f1_alone,
//     precision_alone, recall_alone, best_in_folds (in how many folds it was the best single unit)
//   - figures: F1 against k beside its controls; single units
//
// # Paper
//
// W. Gurnee, N. Nanda, M. Pauly, K. Harvey, D. Troitskii and D. Bertsimas, Finding Neurons in a Haystack:
// Case Studies with Sparse Probing (2023).
//
// # Differences from the paper
//
// The default ranking is the F statistic, which is the paper's difference of means on standardised activity,
// since units of a recording differ in scale. Mutual information is that of activity cut into 64 parts, not
// a nearest-neighbour estimate. The optimal k = 1 is found by trying every unit; the paper's optimal larger k
// by integer programming are left away. Samples are not balanced: the threshold is that of the best F1
// instead. The splits by group, the gap, the elbow and the null are ours.
//
// # Limits
//
// That units tell a feature does not say that the network uses it: silence them (the finding names the
// intervention). A label that follows another thing - position in the document, time in the session - is
// told by units of that thing; the circular shift does not notice. Ranking units one by one overlooks those
// that tell something only together; adaptive and l1 see them among the 64 to 256 units of the largest F.
// Two units that say the same count as one. Beyond the elbow F1 may still creep up: other units know what
// disturbs those that carry the feature. Where carriers differ much in strength, or samples are few, the
// elbow leaves out the weakest.
package sparseprobing
