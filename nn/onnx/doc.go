// Package onnx reads networks in the ONNX format (https://onnx.ai/onnx/repo-docs/IR.html) and computes
// them with every node's output as a named point that can be read and replaced. The importer is nissl's
// own: github.com/gomlx/onnx-gomlx 0.3.4 builds a graph from its inputs to its outputs in one call, in
// which no value between can be named or replaced.
//
// Numbers are float32 and int64 whatever the file says, so that float16 and float64 networks are computed
// in float32. A network exported for a fixed batch runs on any: where a Reshape names that batch as its
// first length, the length becomes that of the batch. A name of the file becomes a site by turning slashes
// into points and whatever else would not be a name into underscores.
package onnx
