// Package nn runs artificial networks - transformers, convolutional and recurrent networks - whose
// every neuron can be read, replaced and differentiated by name. A [Model] is an [Architecture] (its
// equations, one file each in nn/arch) with weights on a device. It is a nissl.Network.
//
// While an architecture builds its graph it calls [Pass.At] at each point that has a name. That one
// call makes the point readable (a tap), replaceable (an intervention) and differentiable, and it is
// where the list of sites comes from, so that the list is never out of step with the equations.
//
// Shapes are [batch, position, ...] for sequences and [batch, channel, y, x] for images, row-major.
package nn
