package record

import (
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"nissl"
	"nissl/nn/dataset"
)

// batchImages is how many images a batch has where nothing is said.
const batchImages = 64

// openImages reads all images, as bytes; they become numbers batch by batch.
func (c *Corpus) openImages() error {
	if c.Batch == 0 {
		c.Batch = batchImages
	}
	var g dataset.Geometry
	if p := c.network.Pictures; p != nil {
		g, c.normalise = p.Geometry, p.Normalise
	}
	images, err := readImages(c.Input, g)
	if err != nil {
		return err
	}
	want := c.input.Shape
	have := []int{images.Channels, images.Height, images.Width}
	if !slices.Equal(want, have) {
		return fmt.Errorf("%s: images of channels × height × width %v; %s takes %v", c.Input, have, c.network.Label, want)
	}
	if c.network.Pictures == nil {
		if c.normalise = dataset.NormaliseMNIST(); images.Channels == 3 {
			_, c.normalise = dataset.TorchvisionImageNet()
		}
		c.Notes = append(c.Notes, fmt.Sprintf("the network does not say how its images are normalised: (pixel/%g - %v) / %v was taken",
			c.normalise.Divide, c.normalise.Mean, c.normalise.Std))
	}
	c.Images = images
	return nil
}

// readImages reads a picture, a folder of pictures, MNIST's IDX or CIFAR-10's binary files.
func readImages(path string, g dataset.Geometry) (*dataset.Images, error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	base := strings.TrimSuffix(strings.ToLower(filepath.Base(path)), ".gz")
	switch ext := filepath.Ext(base); {
	case st.IsDir():
		return dataset.ReadFolder(path, g)
	case ext == ".png" || ext == ".jpg" || ext == ".jpeg":
		return dataset.ReadImages([]string{path}, g)
	case strings.Contains(base, "idx3"):
		labels := filepath.Join(filepath.Dir(path), strings.NewReplacer("images", "labels", "idx3", "idx1").Replace(filepath.Base(path)))
		if _, err := os.Stat(labels); err != nil {
			labels = ""
		}
		return dataset.ReadMNIST(path, labels)
	case ext == ".bin":
		return dataset.ReadCIFAR10(path)
	}
	return nil, fmt.Errorf("%s: no images: want a folder of pictures, a .png or .jpg, MNIST's ...idx3-ubyte or CIFAR-10's .bin, plain or .gz", path)
}

// imageRows is a row for each image.
func (c *Corpus) imageRows() iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for i := range c.Images.Len() {
			name := fmt.Sprintf("%s:%d", c.Images.Name, i)
			if c.Images.Paths != nil {
				name = filepath.Base(c.Images.Paths[i])
			}
			if !yield(Row{Pieces: []Piece{{i, name, 0, 1}}}, nil) {
				return
			}
		}
	}
}

// pixels are the images of the rows as the network takes them.
func (c *Corpus) pixels(rows []Row) nissl.Tensor {
	all := c.Images
	size := all.Channels * all.Height * all.Width
	part := dataset.Images{Channels: all.Channels, Height: all.Height, Width: all.Width}
	for _, r := range rows {
		i := r.Pieces[0].Document
		part.Pixels = append(part.Pixels, all.Pixels[i*size:(i+1)*size]...)
	}
	return part.Set(c.normalise).Inputs
}
