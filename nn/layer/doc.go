// Package layer has the pieces that architectures are built of. A layer is a struct of sizes: Weights
// lists what it needs within a scope, Apply builds it in the pass of that scope and names its points.
// Weights that map vectors are [in, out], so that x·W is the map.
package layer
