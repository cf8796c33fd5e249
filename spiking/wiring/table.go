package wiring

// All rules that a model file may name, sorted by name.
func All() []Rule {
	return []Rule{
		AllToAll(),
		FixedIndegree(),
		FixedOutdegree(),
		FixedTotalNumber(),
		OneToOne(),
		PairwiseBernoulli(),
		Sonata(),
		Table(),
	}
}
