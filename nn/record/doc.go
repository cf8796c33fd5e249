// Package record reads a corpus - texts or images - through a network, batch by batch, and streams what
// its neurons do to a recording bundle, in memory that does not depend on the length of the corpus.
package record
