package load

import (
	"encoding/json"
	"fmt"
	"path/filepath"

	"nissl/nn/dataset"
)

const preprocessorFile = "preprocessor_config.json"

// readPreprocessor reads how Hugging Face turns images into a network's input; nil where the folder does
// not say. A picture is resized by its short side and cut to a square, where Hugging Face squeezes it: for
// square pictures the two are the same.
func readPreprocessor(dir string) (*Pictures, error) {
	path := filepath.Join(dir, preprocessorFile)
	text, err := readConfig(path)
	if isMissing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	c := struct {
		Resize    bool            `json:"do_resize"`
		Size      json.RawMessage `json:"size"`
		Resample  int             `json:"resample"`
		Rescale   bool            `json:"do_rescale"`
		Factor    float64         `json:"rescale_factor"`
		Normalise bool            `json:"do_normalize"`
		Mean      []float32       `json:"image_mean"`
		Std       []float32       `json:"image_std"`
	}{Resize: true, Resample: 2, Rescale: true, Factor: 1. / 255, Normalise: true}
	if err := json.Unmarshal(text, &c); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	p := &Pictures{}
	if c.Resize {
		if c.Resample != 2 {
			return nil, fmt.Errorf("%s: resample is %d: nissl resizes bilinearly (2)", path, c.Resample)
		}
		size, err := sideOf(c.Size)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		p.Geometry = dataset.Geometry{Short: size, Crop: size}
	}
	if c.Rescale {
		if !(c.Factor > 0) {
			return nil, fmt.Errorf("%s: rescale_factor is %g: expected a number above 0", path, c.Factor)
		}
		p.Divide = float32(1 / c.Factor)
	}
	if c.Normalise {
		for _, s := range c.Std {
			if !(s > 0) {
				return nil, fmt.Errorf("%s: image_std %v: expected numbers above 0", path, c.Std)
			}
		}
		p.Mean, p.Std = c.Mean, c.Std
	}
	return p, nil
}

// sideOf reads a size: a number, or an object of height and width, which must be the same.
func sideOf(text json.RawMessage) (int, error) {
	side, square := 0, struct{ Height, Width int }{}
	if json.Unmarshal(text, &side) != nil {
		if err := json.Unmarshal(text, &square); err != nil || square.Height != square.Width {
			return 0, fmt.Errorf("size is %.60s: expected a number, or height and width that are the same", text)
		}
		side = square.Height
	}
	if side < 1 || side > 1<<14 {
		return 0, fmt.Errorf("size is %.60s: expected 1 to %d", text, 1<<14)
	}
	return side, nil
}
