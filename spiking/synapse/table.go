package synapse

// All rules that a model file may name, sorted by name.
func All() []Rule {
	return []Rule{
		Static(),
	}
}
