package load

import (
	"nissl"
	"nissl/nn/dataset"
)

// Pictures says how images become the input of a network.
type Pictures struct {
	dataset.Geometry
	dataset.Normalise
}

// Read gives PNG and JPEG files as the network's input, [batch, channel, y, x].
func (p *Pictures) Read(paths ...string) (nissl.Tensor, error) {
	images, err := dataset.ReadImages(paths, p.Geometry)
	if err != nil {
		return nissl.Tensor{}, err
	}
	return images.Set(p.Normalise).Inputs, nil
}
