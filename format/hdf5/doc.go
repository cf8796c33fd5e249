// Package hdf5 reads traces and spikes from any HDF5 file, its datasets named by
// options or guessed.
//
// Without options it lists the numeric datasets, takes the likeliest matrix for the
// traces - by the words in its path (dff, F_F20, trace, calcium, rate, ...), then by its
// size -, a rising dataset of the right length with "time" in its name for the clock, and
// everything else of that length for covariates. What was guessed is in the notes.
//
// A clock of the file that does not begin at 0 (such as seconds since a computer
// started) is shifted to begin there, unless spikes are on it too.
//
// MATLAB v7.3 files are HDF5 with reversed dimensions: an array of units × samples in
// MATLAB is stored as samples × units. Cells of text and of numbers are followed;
// structs are plain groups.
package hdf5
