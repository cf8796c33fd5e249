// Package train is the one loop in which every network is trained: a model, a set of examples, an
// optimiser of GoMLX, and whatever else a method plugs in - terms of the loss, a learning rule in place of
// the gradient, interventions that act while the network learns. A run is a fixed function of its seed:
// it can be interrupted anywhere, and resumed from a checkpoint it ends with the same weights.
package train
