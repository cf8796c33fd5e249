// Package nissl holds the nouns that every other package speaks: a [Recording] of
// named [Units] over time, a [Network] whose sites can be read and replaced, the
// [Intervention] that replaces them, and the [Finding] that a method returns.
//
// Shapes are units × samples everywhere and time is in seconds from the
// recording's start. A missing sample is NaN. The package imports the standard
// library only; readers live in nissl/format, methods in nissl/methods.
package nissl

// Version of the program, written into every finding.
const Version = "0.1.0"
