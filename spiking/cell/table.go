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
		IafPscAlpha(),
		IafPscDelta(),
		IafPscExp(),
		InhomogeneousPoissonGenerator(),
		Izhikevich(),
		ParrotNeuron(),
		PPPscDelta(),
		PoissonGenerator(),
		SpikeGenerator(),
	}
}
