package stimulus

// All kinds that a model file may name, sorted by name.
func All() []Kind {
	return []Kind{
		AC(),
		DC(),
		Homeostatic(),
		InhomogeneousPoisson(),
		Noise(),
		Poisson(),
		PulseTrain(),
		RecordedCurrent(),
		StepCurrent(),
	}
}
