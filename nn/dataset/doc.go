// Package dataset holds what networks are trained and tested on: readers of images and text, generators
// of synthetic tasks whose answer is known by construction, and Set, the one type that a training loop
// consumes.
//
// Readers (ReadMNIST, ReadCIFAR10, ReadCIFAR100, ReadImages, ReadFolder, Documents) check every size
// before they allocate and return errors of one line with file, offset and expectation. Generators
// (Modular, Repeated, Induction, IOI, Facts, SparseFeatures, Superposition, Brackets, Sorting, Parity,
// Clusters) are functions of their arguments and a seed; beside a Set they return what was planted.
// They panic on arguments that make no sense.
//
// Token ids are stored in Set.Inputs as float32, which is exact below 2^24.
package dataset
