package cell

// All models that a model file may name, sorted by name.
func All() []Model {
	return []Model{
		AeifCondAlpha(),
		AeifCondExp(),
		GifPscExp(),
		HHCondExpTraub(),
		HHPscAlpha(),
		IafCondAlpha(),
		IafCondExp(),
		IafCondNMDA(1),
		IafCondNMDA(10),
		IafPscAlpha(),
		IafPscDelta(),
		IafPscExp(),
		IafPscPlateau(1),
		IafPscPlateau(10),
		InhomogeneousPoissonGenerator(),
		Izhikevich(),
		ParrotNeuron(),
		PoissonGenerator(),
		PPPscDelta(),
		SpikeGenerator(),
	}
}
