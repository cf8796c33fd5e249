// Activity records what the neurons of a network do while it reads a text or looks at images.
//
// The result is an ordinary recording: neurons × tokens, with the text beside it. Every method that takes
// the recording of a brain takes it as well.
//
// # Idea
//
// The network reads the documents of the corpus in windows; the value of every unit of the chosen sites at
// every token is written down, batch by batch, to a bundle that grows on disk. Memory does not depend on
// the length of the corpus, and a run that is interrupted goes on where it was.
//
// A document is cut into windows of --length tokens, and each window is read on its own: what stands
// before it is not seen. With --pack short documents share a window; attention then sees from one into the
// one before.
//
// # Input
//
// One network, and --input: a text (.txt, .json, .jsonl, .csv, .tsv, .gz of them, or a folder) or images
// (MNIST's IDX, CIFAR-10's .bin, a .png or .jpg, a folder of them). Interventions (--do) act while it is
// recorded.
//
// # Output
//
// The folder of the result is itself a recording bundle:
//
//   - traces.npy: units × samples, float32 or with --half float16. A sample is a token (or an image), and
//     the clock counts them: 1 sample = 1 s
//   - units.parquet: name (SITE/3), site, index, layer
//   - covariates: token (text), token_id, position in its document, loss (nats, of predicting the token
//     after this one; none at the end of a window); for images label
//   - epochs: documents, with their number and source
//   - metrics units, samples, documents, mean_loss, replay_error
//
// The evidence is a replay: some windows run again, each alone in place of within its batch, and must give
// what was recorded; chance is the recording of one window beside the replay of another.
//
// # Paper
//
// None introduces it: recording named activations is what the TransformerLens library (Nanda and Bloom,
// 2022), whose names the sites have, made common practice.
//
// # Differences from the paper
//
// TransformerLens caches one batch in memory; here a corpus of any length streams to disk.
//
// # Limits
//
// A gap between two documents takes no time, so that methods that look across samples see from the end of
// one document to the start of the next; the epochs say where that is. Sites whose number of units depends
// on the text (attention patterns) are refused. Under an intervention that uses the mean or other samples
// of the batch (silence to mean, resample), a replay alone in place of within the batch is not the same, and
// the replay says so.
package activity
