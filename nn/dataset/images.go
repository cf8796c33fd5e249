package dataset

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"nissl"
)

// Images are 8-bit images of one size, in RGB or grey, as they lie in files: a quarter of the memory of a Set.
type Images struct {
	Name                    string
	Channels, Height, Width int
	Pixels                  []uint8 // images × channels × height × width, 0..255
	Labels                  []int   // one per image; nil where unknown
	Coarse                  []int   // CIFAR-100's superclass of each image; nil elsewhere
	Classes                 int
	ClassNames              []string // where the source names them
	Paths                   []string // of images with a file each
}

// Len is the number of images.
func (m *Images) Len() int {
	if size := m.size(); size > 0 {
		return len(m.Pixels) / size
	}
	return 0
}

func (m *Images) size() int { return m.Channels * m.Height * m.Width }

// Normalise turns 8-bit pixels into what a network was trained on:
// (pixel / Divide - Mean[c]) / Std[c], per channel c in the order in which it goes in.
type Normalise struct {
	BGR    bool      // channels in the order blue, green, red
	Divide float32   // 0 means 1: pixels as they are
	Mean   []float32 // nil for 0; one per channel, in the order of the output
	Std    []float32 // nil for 1
}

// Set is the images as float32, NCHW. It panics where Mean or Std have another number of channels than the
// images. Images without labels give a set without.
func (m *Images) Set(n Normalise) *Set {
	count, plane := m.Len(), m.Height*m.Width
	for _, v := range [][]float32{n.Mean, n.Std} {
		if v != nil && len(v) != m.Channels {
			panic(fmt.Sprintf("dataset: images of %d channels are normalised with %d numbers", m.Channels, len(v)))
		}
	}
	s := &Set{Name: m.Name, Labels: slices.Clone(m.Labels), Classes: m.Classes}
	s.Inputs = nissl.Tensor{Shape: []int{count, m.Channels, m.Height, m.Width}, Data: make([]float32, len(m.Pixels))}
	for c := range m.Channels {
		table := n.table(c)
		from := c
		if n.BGR {
			from = m.Channels - 1 - c
		}
		for i := range count {
			src := m.Pixels[(i*m.Channels+from)*plane:][:plane]
			dst := s.Inputs.Data[(i*m.Channels+c)*plane:][:plane]
			for j, v := range src {
				dst[j] = table[v]
			}
		}
	}
	return s
}

// table is the value of each of the 256 pixels in a channel.
func (n Normalise) table(channel int) (out [256]float32) {
	divide, mean, std := n.Divide, float32(0), float32(1)
	if divide == 0 {
		divide = 1
	}
	if n.Mean != nil {
		mean = n.Mean[channel]
	}
	if n.Std != nil {
		std = n.Std[channel]
	}
	for v := range out {
		out[v] = (float32(v)/divide - mean) / std
	}
	return out
}

// TorchvisionImageNet is what torchvision's classifiers were trained on, and the CIFAR-10 ResNets of
// akamaster/pytorch_resnet_cifar10 too (without a resize).
func TorchvisionImageNet() (Geometry, Normalise) {
	return Geometry{Short: 256, Crop: 224}, Normalise{
		Divide: 255, Mean: []float32{0.485, 0.456, 0.406}, Std: []float32{0.229, 0.224, 0.225}}
}

// CaffeImageNet is what Caffe's classifiers were trained on, with a crop of 227 (AlexNet, SqueezeNet) or 224 pixels.
func CaffeImageNet(crop int) (Geometry, Normalise) {
	return Geometry{Short: 256, Crop: crop}, Normalise{BGR: true, Mean: []float32{104, 117, 123}}
}

// NormaliseMNIST is the mean and standard deviation of the training digits, as in PyTorch's example.
func NormaliseMNIST() Normalise {
	return Normalise{Divide: 255, Mean: []float32{0.1307}, Std: []float32{0.3081}}
}

// ReadMNIST reads a pair of IDX files of images and their labels, plain or gzipped: MNIST, Fashion-MNIST,
// EMNIST, KMNIST. labels may be "" for none.
//
// The format: two zero bytes, the type of a number (8: unsigned byte), the number of axes, their
// lengths as big-endian uint32, the numbers row-major (LeCun, Cortes and Burges, The MNIST database, 1998).
func ReadMNIST(images, labels string) (*Images, error) {
	shape, pixels, err := readIDXFile(images, 3)
	if err != nil {
		return nil, err
	}
	m := &Images{Name: stem(images), Channels: 1, Height: shape[1], Width: shape[2], Pixels: pixels}
	if labels == "" {
		return m, nil
	}
	count, values, err := readIDXFile(labels, 1)
	if err != nil {
		return nil, err
	}
	if count[0] != shape[0] {
		return nil, fmt.Errorf("%s: byte 4: %d labels, want the %d of the images in %s", labels, count[0], shape[0], images)
	}
	m.Labels = make([]int, len(values))
	for i, v := range values {
		m.Labels[i] = int(v)
	}
	m.Classes = classes(m.Labels)
	return m, nil
}

func readIDXFile(path string, axes int) ([]int, []byte, error) {
	f, err := open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.close()
	return readIDX(f, axes)
}

// readIDX reads an array of unsigned bytes with the given number of axes, none of them empty.
func readIDX(f *file, axes int) (shape []int, data []byte, err error) {
	head, err := f.take(4, "IDX header")
	if err != nil {
		return nil, nil, err
	}
	if head[0] != 0 || head[1] != 0 {
		return nil, nil, f.fail(0, "begins with %#02x %#02x, an IDX file with two zero bytes", head[0], head[1])
	}
	if head[2] != 8 {
		return nil, nil, f.fail(2, "numbers of IDX type %#02x, want 0x08, unsigned bytes", head[2])
	}
	if int(head[3]) != axes {
		return nil, nil, f.fail(3, "%d axes, want %d", head[3], axes)
	}
	lengths, err := f.take(4*int64(axes), "IDX axes")
	if err != nil {
		return nil, nil, err
	}
	total := int64(1)
	for i := range axes {
		n := int64(binary.BigEndian.Uint32(lengths[4*i:]))
		if n == 0 || n > maxBytes/total {
			return nil, nil, f.fail(int64(4+4*i), "axis %d is %d long, want 1 or more and at most %d bytes in all", i, n, maxBytes)
		}
		total *= n
		shape = append(shape, int(n))
	}
	if data, err = f.take(total, "IDX array"); err != nil {
		return nil, nil, err
	}
	return shape, data, f.end("the IDX array")
}

// ReadCIFAR10 reads files of CIFAR-10's binary version, plain or gzipped, as one set: records of one label
// (0..9) and 3 × 32 × 32 bytes, red, green, blue (Krizhevsky, 2009).
func ReadCIFAR10(paths ...string) (*Images, error) { return readCIFARFiles(paths, 10) }

// ReadCIFAR100 reads files of CIFAR-100's binary version: records of the superclass (0..19, in Coarse),
// the class (0..99) and the image.
func ReadCIFAR100(paths ...string) (*Images, error) { return readCIFARFiles(paths, 100) }

func readCIFARFiles(paths []string, classes int) (*Images, error) {
	m := &Images{Channels: 3, Height: 32, Width: 32, Classes: classes}
	for _, path := range paths {
		f, err := open(path)
		if err != nil {
			return nil, err
		}
		err = readCIFAR(f, m)
		f.close()
		if err != nil {
			return nil, err
		}
	}
	if m.Len() == 0 {
		return nil, fmt.Errorf("no file of images was given: want the .bin files of CIFAR-%d", classes)
	}
	m.Name = stem(paths[0])
	return m, nil
}

// readCIFAR appends the records of a file.
func readCIFAR(f *file, m *Images) error {
	head := int64(1)
	if m.Classes == 100 {
		head = 2
	}
	record := head + int64(m.size())
	if !f.gz && (f.most == 0 || f.most%record != 0) {
		return f.fail(f.most, "the file ends here, want a multiple of %d bytes, the record of CIFAR-%d", record, m.Classes)
	}
	for f.more() {
		at := f.at
		b, err := f.take(record, "CIFAR record")
		if err != nil {
			return err
		}
		if len(m.Pixels) > maxBytes {
			return f.fail(at, "more than %d bytes of images", maxBytes)
		}
		label := int(b[head-1])
		if label >= m.Classes {
			return f.fail(at+head-1, "label %d, want below %d", label, m.Classes)
		}
		if head == 2 {
			if b[0] >= 20 {
				return f.fail(at, "superclass %d, want below 20", b[0])
			}
			m.Coarse = append(m.Coarse, int(b[0]))
		}
		m.Labels = append(m.Labels, label)
		m.Pixels = append(m.Pixels, b[head:]...)
	}
	return nil
}

// stem is a file's name without folder and suffix.
func stem(path string) string {
	base := path[strings.LastIndexAny(path, `/\`)+1:]
	name, _, _ := strings.Cut(base, ".")
	if name == "" {
		return base
	}
	return name
}
