package load

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"nissl"
	"nissl/nn"
	"nissl/nn/dataset"
)

// Examples are labelled pictures as a network takes them.
type Examples struct {
	*dataset.Set
	// Low and High are what the darkest and the brightest pixel of each channel become. Channels lie one
	// behind the other in each example; between the two an input is one that a picture can be.
	Low, High  []float32
	ClassNames []string // nil where the data do not name them
	Note       string   // what was guessed; "" for nothing
}

// Labelled opens labelled pictures for the network: "digits" are those that nissl embeds, any other word is
// a file or folder as dataset.Labelled reads it, or a folder of PNG and JPEG files in one folder per class.
// They have the shape that the network takes and are normalised as its loader says.
func (n *Network) Labelled(path string) (*dataset.Set, error) {
	e, err := n.Examples(path, "")
	if err != nil {
		return nil, err
	}
	return e.Set, nil
}

// Examples does what Labelled does. pixels says how 8-bit pixels become the network's numbers, as
// ReadPictures reads it, for networks whose loader does not know; "" leaves it to the loader.
func (n *Network) Examples(path, pixels string) (*Examples, error) {
	shape, err := n.pictureShape()
	if err != nil {
		return nil, err
	}
	if path == "digits" {
		return n.digits(shape)
	}
	p, note := n.Pictures, ""
	if pixels != "" {
		if p, err = ReadPictures(pixels); err != nil {
			return nil, err
		}
	}
	if p == nil {
		p = &Pictures{Normalise: dataset.Normalise{Divide: 255}}
		note = fmt.Sprintf("nothing says how %s takes pixels: they were divided by 255", n.Label)
	}
	images, err := n.labelledImages(path, p.Geometry, shape)
	if err != nil {
		return nil, err
	}
	for _, v := range [][]float32{p.Mean, p.Std} {
		if v != nil && len(v) != images.Channels {
			return nil, fmt.Errorf("%s: pictures of %d channels cannot be normalised with %d numbers", path, images.Channels, len(v))
		}
	}
	if got := []int{images.Channels, images.Height, images.Width}; nissl.SizeOf(got) != nissl.SizeOf(shape) || len(shape) == 3 && !slices.Equal(got, shape) {
		return nil, fmt.Errorf("%s: the pictures are %v (channels, height, width); %s takes %v", path, got, n.Label, shape)
	}
	e := &Examples{Set: images.Set(p.Normalise), ClassNames: images.ClassNames, Note: note}
	e.Inputs.Shape = append([]int{images.Len()}, shape...)
	e.Low, e.High = p.Range(images.Channels)
	return e, n.knows(e, path)
}

// pictureShape is that of one example of a network that can take pictures.
func (n *Network) pictureShape() ([]int, error) {
	in := n.Arch.Input()
	if in.Kind != nn.Image && in.Kind != nn.Vectors {
		return nil, fmt.Errorf("%s takes %s, no pictures", n.Label, in.Kind)
	}
	for _, d := range in.Shape {
		if d < 1 {
			return nil, fmt.Errorf("%s takes inputs of shape %v: pictures have one size", n.Label, in.Shape)
		}
	}
	return in.Shape, nil
}

// digits are the embedded ones, whose ink from 0 to 1 is what networks take.
func (n *Network) digits(shape []int) (*Examples, error) {
	if nissl.SizeOf(shape) != 64 || len(shape) == 3 && shape[0] != 1 {
		return nil, fmt.Errorf("%s takes inputs of shape %v; the digits have 8 × 8 pixels", n.Label, shape)
	}
	s, err := dataset.Digits(shape...)
	if err != nil {
		return nil, err
	}
	e := &Examples{Set: s, Low: []float32{0}, High: []float32{1}}
	for c := range s.Classes {
		e.ClassNames = append(e.ClassNames, strconv.Itoa(c))
	}
	return e, n.knows(e, "digits")
}

// knows reports a class that the network does not have.
func (n *Network) knows(e *Examples, path string) error {
	last := n.Model.Sites()[len(n.Model.Sites())-1]
	outputs := last.Size[len(last.Size)-1]
	if last.Axes[len(last.Axes)-1] == "class" && e.Classes > outputs {
		return fmt.Errorf("%s: %d classes; %s tells %d apart", path, e.Classes, n.Label, outputs)
	}
	return nil
}

// labelledImages reads a path. Pictures of a file each go through the geometry.
func (n *Network) labelledImages(path string, g dataset.Geometry, shape []int) (*dataset.Images, error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("%w: expected labelled pictures: digits, MNIST's IDX files, CIFAR-10's .bin files or a folder of pictures by class", err)
	}
	if !st.IsDir() || !hasFolders(path) {
		m, err := dataset.Labelled(path)
		if err == nil && m.ClassNames == nil && strings.HasSuffix(path, ".bin") {
			m.ClassNames = strings.Fields("airplane automobile bird cat deer dog frog horse ship truck")
		}
		return m, err
	}
	if g == (dataset.Geometry{}) && len(shape) == 3 {
		g = dataset.Geometry{Short: shape[1], Crop: shape[1]}
	}
	m, err := dataset.ReadFolder(path, g)
	if err != nil {
		return nil, err
	}
	if m.Labels == nil {
		return nil, fmt.Errorf("%s: the pictures have no labels: expected a folder for each class", path)
	}
	byNumber(m)
	if nissl.SizeOf(shape)*3 == m.Channels*m.Height*m.Width {
		grey(m)
	}
	return m, nil
}

// hasFolders says whether there is a folder in a folder.
func hasFolders(path string) bool {
	entries, _ := os.ReadDir(path) // the reader tells what is wrong with it
	return slices.ContainsFunc(entries, func(e os.DirEntry) bool {
		st, err := os.Stat(filepath.Join(path, e.Name()))
		return err == nil && st.IsDir()
	})
}

// byNumber takes the names of folders that are all numbers as the numbers of the classes, so that a folder of
// a few of ImageNet's classes can be read.
func byNumber(m *dataset.Images) {
	numbers := make([]int, len(m.ClassNames))
	for i, name := range m.ClassNames {
		k, err := strconv.Atoi(name)
		if err != nil || k < 0 || k > 1<<20 {
			return
		}
		numbers[i] = k
	}
	for i, l := range m.Labels {
		m.Labels[i] = numbers[l]
	}
	m.Classes, m.ClassNames = slices.Max(numbers)+1, nil
}

// grey is the luma of RGB pictures, as Pillow's convert("L") rounds it.
func grey(m *dataset.Images) {
	plane := m.Height * m.Width
	out := make([]uint8, 0, m.Len()*plane)
	for i := range m.Len() {
		p := m.Pixels[3*i*plane:]
		for j := range plane {
			r, g, b := uint32(p[j]), uint32(p[plane+j]), uint32(p[2*plane+j])
			out = append(out, uint8((r*19595+g*38470+b*7471+0x8000)>>16))
		}
	}
	m.Pixels, m.Channels = out, 1
}

// Range is what pixels 0 and 255 become in each of so many channels.
func (p *Pictures) Range(channels int) (low, high []float32) {
	ends := dataset.Images{Channels: channels, Height: 1, Width: 2, Pixels: make([]uint8, 2*channels)}
	for c := range channels {
		ends.Pixels[2*c+1] = 255
	}
	x := ends.Set(p.Normalise).Inputs.Data
	for c := range channels {
		low, high = append(low, x[2*c]), append(high, x[2*c+1])
	}
	return low, high
}

// ReadPictures reads how pixels become the input of a network: "raw" (0 to 255), "unit" (0 to 1), "mnist"
// and "imagenet" (torchvision's means and deviations; CIFAR networks of akamaster/pytorch_resnet_cifar10 take
// the latter), "caffe" (blue, green, red less their means), or the numbers themselves, as in
// "divide=255 mean=0.5,0.5,0.5 std=0.2,0.2,0.2 bgr short=256 crop=224".
func ReadPictures(text string) (*Pictures, error) {
	p := &Pictures{}
	switch text {
	case "raw":
		return p, nil
	case "unit":
		p.Divide = 255
		return p, nil
	case "mnist":
		p.Normalise = dataset.NormaliseMNIST()
		return p, nil
	case "imagenet":
		_, p.Normalise = dataset.TorchvisionImageNet()
		return p, nil
	case "caffe":
		_, p.Normalise = dataset.CaffeImageNet(0)
		return p, nil
	}
	for _, word := range strings.Fields(text) {
		if err := p.set(word); err != nil {
			return nil, fmt.Errorf("pixels %q: %s: want raw, unit, mnist, imagenet, caffe, or words such as divide=255 mean=0.5,0.5,0.5 std=0.2,0.2,0.2 bgr short=256 crop=224", text, word)
		}
	}
	return p, nil
}

// set reads one word.
func (p *Pictures) set(word string) error {
	key, value, _ := strings.Cut(word, "=")
	if key == "bgr" && value == "" {
		p.BGR = true
		return nil
	}
	var numbers []float32
	for _, v := range strings.Split(value, ",") {
		x, err := strconv.ParseFloat(v, 32)
		if err != nil || x-x != 0 {
			return fmt.Errorf("%q is no number", v)
		}
		numbers = append(numbers, float32(x))
	}
	switch first := numbers[0]; {
	case key == "mean":
		p.Mean = numbers
	case key == "std" && !slices.Contains(numbers, 0):
		p.Std = numbers
	case len(numbers) > 1 || first < 1:
		return fmt.Errorf("want one number from 1 on")
	case key == "divide":
		p.Divide = first
	case key == "short":
		p.Short = int(first)
	case key == "crop":
		p.Crop = int(first)
	default:
		return fmt.Errorf("unknown")
	}
	return nil
}

// Channel of each value of an example of the given size: an index into Low and High.
func (e *Examples) Channel(value, size int) int { return value / (size / len(e.Low)) }

// Example is the values of one example, where they lie.
func (e *Examples) Example(i int) nissl.Tensor {
	shape := e.Inputs.Shape[1:]
	return nissl.Tensor{Shape: shape, Data: e.Inputs.Data[i*nissl.SizeOf(shape):][:nissl.SizeOf(shape)]}
}
