package data

import (
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"strconv"
)

// Digits returns the embedded handwritten digits: images × 64 pixels, row after row of an 8 × 8
// image, each 0 (paper) to 16 (ink), and the digit 0..9 that each image shows.
func Digits() (images [][]float32, labels []int, err error) {
	const pixels = 64
	f, err := FS().Open("digits/digits.csv.gz")
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, nil, err
	}
	r := csv.NewReader(z)
	r.FieldsPerRecord = pixels + 1
	rows, err := r.ReadAll()
	if err != nil {
		return nil, nil, err
	}
	for i, row := range rows {
		image := make([]float32, pixels+1)
		for j, field := range row {
			n, err := strconv.Atoi(field)
			if err != nil {
				return nil, nil, fmt.Errorf("digits.csv.gz line %d, column %d: %w", i+1, j+1, err)
			}
			image[j] = float32(n)
		}
		images = append(images, image[:pixels:pixels])
		labels = append(labels, int(image[pixels]))
	}
	return images, labels, nil
}
