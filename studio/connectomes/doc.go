// Package connectomes serves what a finding says about pairs of units: matrices, components that come and go, the
// communities in them, and tables of pairs - each with what chance gives. It recognises them by shape (package facts).
package connectomes
