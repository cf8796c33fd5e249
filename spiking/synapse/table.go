package synapse

// All rules that a model file may name, sorted by name.
func All() []Rule {
	return []Rule{
		Scaling(),
		Static(),
		Dopamine(),
		STDP(),
		Triplet(),
		Symmetric(),
		Tsodyks2(),
		Astrocyte(),
		Tsodyks(),
		VogelsSprekeler(),
	}
}
