package load

import (
	"nissl/nn"
	"nissl/nn/arch"
	"nissl/nn/layer"
)

// section is the options of an architecture and the tensors that it may look at.
type section struct {
	// Decode fills a struct with toml tags from the section.
	Decode func(into any) error
	Shapes arch.Shapes
}

// described are the architectures that a network.toml can name. Each gives the equations and where their
// weights lie by default; nil where they have the names and shapes of nissl. All but the transformer take
// their sizes from the tensors.
func described() map[string]func(section) (nn.Architecture, []arch.Tensor, error) {
	return map[string]func(section) (nn.Architecture, []arch.Tensor, error){
		"transformer": func(s section) (nn.Architecture, []arch.Tensor, error) {
			t := arch.NewTransformer()
			if err := s.Decode(t); err != nil {
				return nil, nil, err
			}
			return t, nil, t.Complete()
		},
		"mlp": func(s section) (nn.Architecture, []arch.Tensor, error) {
			o := struct {
				Act layer.Activation `toml:"act_fn"`
			}{"relu"}
			if err := s.Decode(&o); err != nil {
				return nil, nil, err
			}
			return arch.ReadMLP(s.Shapes, o.Act)
		},
		"recurrent": func(s section) (nn.Architecture, []arch.Tensor, error) {
			var o struct {
				Act    layer.Activation `toml:"act_fn"` // of an RNN
				Result layer.Pooling    `toml:"result"` // first, last, mean, max; "": all positions
			}
			if err := s.Decode(&o); err != nil {
				return nil, nil, err
			}
			return arch.ReadRecurrent(s.Shapes, o.Act, o.Result)
		},
		"spiking": func(s section) (nn.Architecture, []arch.Tensor, error) {
			a := &arch.Spiking{}
			if err := s.Decode(a); err != nil {
				return nil, nil, err
			}
			return arch.ReadSpiking(s.Shapes, a)
		},
		"lenet":      sized(arch.ReadLeNet),
		"resnet":     sized(arch.ReadResNet),
		"memory_gru": sized(arch.ReadMemoryGRU),
	}
}

// sized is an architecture without options.
func sized[A nn.Architecture](read func(arch.Shapes) (A, []arch.Tensor, error)) func(section) (nn.Architecture, []arch.Tensor, error) {
	return func(s section) (nn.Architecture, []arch.Tensor, error) {
		if err := s.Decode(&struct{}{}); err != nil {
			return nil, nil, err
		}
		return read(s.Shapes)
	}
}
