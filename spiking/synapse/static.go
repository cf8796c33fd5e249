package synapse

// Static synapses keep their weight.
func Static() Rule { return Rule{Name: "static_synapse", Doc: "the weight does not change"} }
