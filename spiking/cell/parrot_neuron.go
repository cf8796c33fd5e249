package cell

// ParrotNeuron repeats every spike that arrives, without loss of time: what arrives in a step is
// its own spike at the end of that step. Weights mean nothing to it; several spikes in one
// step are one, where NEST's would send several.
func ParrotNeuron() Model {
	return Model{
		Name: "parrot_neuron", Doc: "repeats the spikes that arrive", From: "NEST's parrot_neuron",
		Receptors: []Receptor{{"in", "", "any weight but 0: it repeats the spike"}},
		New:       func(Config) (Cells, error) { return parrot{}, nil },
	}
}

type parrot struct{}

func (parrot) States() []State { return nil }

func (parrot) Step(_ int64, arrived [][]float64, _ []float64, spikes []uint16) []uint16 {
	for i, x := range arrived[0] {
		if x != 0 {
			spikes = append(spikes, uint16(i))
		}
	}
	return spikes
}
