package dataset

import "nissl/data"

// Digits are the handwritten digits that nissl embeds (nissl/data says where they are from), with ink from
// 0 to 1, seen as tensors of the given shape: 64 for a vector, 1, 8, 8 for an image.
func Digits(shape ...int) (*Set, error) {
	images, labels, err := data.Digits()
	if err != nil {
		return nil, err
	}
	for _, image := range images {
		for i := range image {
			image[i] /= 16
		}
	}
	return FromRows("digits", images, labels, shape...), nil
}
