package dataset

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"nissl/internal/nissldata"
)

// reference is what testdata/reference.py computes: numpy 2.4.6, Python 3.11.7.
type reference struct {
	MNIST struct {
		Shape  []int
		Pixels int
		Labels []int
		SHA256 string
	}
	CIFAR struct {
		Shape, Labels      []int
		Torchvision, Caffe string
	}
	Stories struct {
		Count, Bytes int
		SHA256       string
	}
	Names struct {
		Count int
		Last  string
	}
	Brackets struct{ Count, Balanced, Longest int }
}

func references(t *testing.T) (ref reference) {
	t.Helper()
	b, err := os.ReadFile("testdata/reference.json")
	if err == nil {
		err = json.Unmarshal(b, &ref)
	}
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

// floats is the sha256 of little-endian float32.
func floats(x []float32) string {
	h := sha256.New()
	binary.Write(h, binary.LittleEndian, x)
	return hex.EncodeToString(h.Sum(nil))
}

func histogram(labels []int, classes int) []int {
	out := make([]int, classes)
	for _, l := range labels {
		out[l]++
	}
	return out
}

// The 10,000 test digits, normalised, are numpy's bit for bit.
func TestMNIST(t *testing.T) {
	dir, want := filepath.Join(nissldata.Dir(t), "networks", "mnist"), references(t).MNIST
	m, err := ReadMNIST(filepath.Join(dir, "t10k-images-idx3-ubyte.gz"), filepath.Join(dir, "t10k-labels-idx1-ubyte.gz"))
	if err != nil {
		t.Fatal(err)
	}
	sum := 0
	for _, v := range m.Pixels {
		sum += int(v)
	}
	if sum != want.Pixels || !slices.Equal(histogram(m.Labels, m.Classes), want.Labels) {
		t.Errorf("sum of pixels %d, labels %v; numpy %d, %v", sum, histogram(m.Labels, m.Classes), want.Pixels, want.Labels)
	}
	s := m.Set(NormaliseMNIST())
	if err := s.Validate(); err != nil {
		t.Error(err)
	}
	if !slices.Equal(s.Inputs.Shape, want.Shape) || floats(s.Inputs.Data) != want.SHA256 {
		t.Errorf("%v normalised differ from numpy's %v", s.Inputs.Shape, want.Shape)
	}
}

func TestCIFAR10(t *testing.T) {
	want := references(t).CIFAR
	m, err := ReadCIFAR10(filepath.Join(nissldata.Dir(t), "networks", "images", "cifar10_test200_from_jpeg.bin"))
	if err != nil {
		t.Fatal(err)
	}
	_, torchvision := TorchvisionImageNet()
	_, caffe := CaffeImageNet(227)
	s := m.Set(torchvision)
	if !slices.Equal(s.Inputs.Shape, want.Shape) || !slices.Equal(histogram(s.Labels, 10), want.Labels) {
		t.Errorf("%v with labels %v, numpy %v, %v", s.Inputs.Shape, histogram(s.Labels, 10), want.Shape, want.Labels)
	}
	if floats(s.Inputs.Data) != want.Torchvision {
		t.Error("normalised as torchvision does: differs from numpy")
	}
	if floats(m.Set(caffe).Inputs.Data) != want.Caffe {
		t.Error("normalised as Caffe does: differs from numpy")
	}
}

// idx writes an IDX file.
func idx(shape []int, data []byte) []byte {
	out := []byte{0, 0, 8, byte(len(shape))}
	for _, n := range shape {
		out = binary.BigEndian.AppendUint32(out, uint32(n))
	}
	return append(out, data...)
}

func gzipped(b []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	z.Write(b)
	z.Close()
	return out.Bytes()
}

func write(t *testing.T, name string, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestIDXByHand(t *testing.T) {
	images := idx([]int{2, 1, 3}, []byte{1, 2, 3, 4, 5, 255})
	labels := idx([]int{2}, []byte{0, 7})
	for _, pack := range []func([]byte) []byte{gzipped, func(b []byte) []byte { return b }} {
		m, err := ReadMNIST(write(t, "images", pack(images)), write(t, "labels", pack(labels)))
		if err != nil {
			t.Fatal(err)
		}
		if m.Len() != 2 || m.Height != 1 || m.Width != 3 || !slices.Equal(m.Labels, []int{0, 7}) || m.Classes != 8 {
			t.Errorf("%+v", m)
		}
		s := m.Set(Normalise{Divide: 255, Mean: []float32{0.5}, Std: []float32{2}})
		if s.Inputs.Data[5] != 0.25 || !slices.Equal(s.Inputs.Shape, []int{2, 1, 1, 3}) {
			t.Errorf("%v %v", s.Inputs.Shape, s.Inputs.Data)
		}
	}
}

func TestBGR(t *testing.T) {
	m := &Images{Channels: 3, Height: 1, Width: 2, Pixels: []uint8{1, 2, 10, 20, 100, 200}}
	s := m.Set(Normalise{BGR: true, Mean: []float32{100, 10, 1}})
	if !slices.Equal(s.Inputs.Data, []float32{0, 100, 0, 10, 0, 1}) {
		t.Errorf("%v", s.Inputs.Data)
	}
	mustPanic(t, "one mean for three channels", func() { m.Set(NormaliseMNIST()) })
}

func TestCIFAR100ByHand(t *testing.T) {
	record := func(coarse, fine byte) []byte {
		return append([]byte{coarse, fine}, bytes.Repeat([]byte{fine}, 3072)...)
	}
	m, err := ReadCIFAR100(write(t, "train.bin", append(record(3, 99), record(19, 0)...)), write(t, "test.bin.gz", gzipped(record(0, 50))))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(m.Labels, []int{99, 0, 50}) || !slices.Equal(m.Coarse, []int{3, 19, 0}) || m.Len() != 3 || m.Pixels[0] != 99 {
		t.Errorf("labels %v, superclasses %v", m.Labels, m.Coarse)
	}
}

// Each error is one line that names the file, the offset where there is one, and what was expected.
func TestBadImages(t *testing.T) {
	good := idx([]int{2, 1, 3}, make([]byte, 6))
	readIDX := func(path string) error { _, err := ReadMNIST(path, ""); return err }
	cifar := func(path string) error { _, err := ReadCIFAR10(path); return err }
	cifar100 := func(path string) error { _, err := ReadCIFAR100(path); return err }
	picture := func(path string) error { _, err := ReadImage(path); return err }
	rgb, err := os.ReadFile("testdata/rgb.png")
	if err != nil {
		t.Fatal(err)
	}
	huge := slices.Clone(rgb)
	binary.BigEndian.PutUint32(huge[16:], 1<<13)
	binary.BigEndian.PutUint32(huge[20:], 1<<13)
	binary.BigEndian.PutUint32(huge[29:], crc32.ChecksumIEEE(huge[12:29])) // a lie, but a well-formed one
	for _, c := range []struct {
		name string
		data []byte
		read func(string) error
		want string
	}{
		{"empty", nil, readIDX, "byte 0: IDX header needs 4 bytes, the file has at most 0 more"},
		{"magic", []byte("PK\x03\x04"), readIDX, "byte 0: begins with 0x50 0x4b"},
		{"type", append([]byte{0, 0, 13}, good[3:]...), readIDX, "byte 2: numbers of IDX type 0x0d"},
		{"axes", idx([]int{2}, nil), readIDX, "byte 3: 1 axes, want 3"},
		{"short", good[:len(good)-1], readIDX, "byte 16: IDX array needs 6 bytes, the file has at most 5"},
		{"long", append(slices.Clone(good), 1), readIDX, "byte 22: the file goes on after the IDX array"},
		{"lying", idx([]int{1 << 31, 1 << 31, 1 << 31}, nil), readIDX, "byte 4: axis 0 is 2147483648 long"},
		{"lying.gz", gzipped(idx([]int{1 << 10, 1 << 10, 100}, nil)), readIDX, "byte 16: IDX array needs 104857600 bytes"},
		{"short.gz", gzipped(good[:len(good)-1]), readIDX, "byte 21: IDX array ends after 5 of 6 bytes"},
		{"cut.gz", gzipped(good)[:20], readIDX, "unexpected EOF"},
		{"zero", idx([]int{0, 1, 1}, nil), readIDX, "byte 4: axis 0 is 0 long"},
		{"empty.bin", nil, cifar, "want a multiple of 3073 bytes"},
		{"cut.bin", make([]byte, 3072), cifar, "byte 3072: the file ends here, want a multiple of 3073 bytes"},
		{"label.bin", append([]byte{10}, make([]byte, 3072)...), cifar, "byte 0: label 10, want below 10"},
		{"fine.bin", append([]byte{0, 100}, make([]byte, 3072)...), cifar100, "byte 1: label 100, want below 100"},
		{"coarse.bin", append([]byte{20, 0}, make([]byte, 3072)...), cifar100, "byte 0: superclass 20, want below 20"},
		{"gif", []byte("GIF89a"), picture, "byte 0: begins with 47 49 46 38, want a PNG or JPEG image"},
		{"cut.png", rgb[:len(rgb)/2], picture, "PNG: png: invalid format: not enough pixel data"},
		{"head.png", rgb[:20], picture, "PNG header in 20 bytes"},
		{"huge.png", huge, picture, "image of 8192 × 8192 in "},
	} {
		path := write(t, c.name, c.data)
		err := c.read(path)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %v, want one line with %q", c.name, err, c.want)
		}
	}
	if err := picture("testdata/cmyk.jpg"); err == nil || !strings.Contains(err.Error(), "CMYK") {
		t.Errorf("CMYK: %v", err)
	}
	_, err = ReadMNIST(write(t, "images", good), write(t, "labels", idx([]int{3}, make([]byte, 3))))
	if err == nil || !strings.Contains(err.Error(), "3 labels, want the 2 of the images") {
		t.Errorf("labels of other images: %v", err)
	}
}

func TestReadFolder(t *testing.T) {
	rgb, err := os.ReadFile("testdata/rgb.png")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, name := range []string{"dog/2.png", "cat/1.png", "cat/deeper/0.PNG", "cat/notes.txt"} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		os.MkdirAll(filepath.Dir(path), 0o755)
		os.WriteFile(path, rgb, 0o644)
	}
	m, err := ReadFolder(dir, Geometry{Short: 8, Crop: 8})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(m.Labels, []int{0, 0, 1}) || !slices.Equal(m.ClassNames, []string{"cat", "dog"}) || m.Len() != 3 || m.Height != 8 {
		t.Errorf("labels %v of %v, %d images of %d × %d", m.Labels, m.ClassNames, m.Len(), m.Height, m.Width)
	}
	if flat, err := ReadFolder(filepath.Join(dir, "dog"), Geometry{}); err != nil || flat.Labels != nil || flat.Len() != 1 {
		t.Errorf("a folder of images: %v, %v", flat, err)
	}
	os.WriteFile(filepath.Join(dir, "lost.png"), rgb, 0o644)
	if _, err := ReadFolder(dir, Geometry{}); err == nil || !strings.Contains(err.Error(), "folders are classes") {
		t.Errorf("an image beside classes: %v", err)
	}
	if _, err := ReadFolder(t.TempDir(), Geometry{}); err == nil {
		t.Error("an empty folder: no error")
	}
	if _, err := ReadImages([]string{"testdata/rgb.png", "testdata/narrow.jpg"}, Geometry{}); err == nil || !strings.Contains(err.Error(), "5 × 3 pixels, want the 21 × 37") {
		t.Errorf("two sizes: %v", err)
	}
	if _, err := ReadImages([]string{"testdata/rgb.png"}, Geometry{Crop: 22}); err == nil || !strings.Contains(err.Error(), "22 × 22 or more to crop") {
		t.Errorf("a crop larger than the image: %v", err)
	}
}

// Closed forms: a constant image stays constant, halving a step edge by the triangle gives 1/8 and 7/8
// of it beside the edge, and no size changes nothing.
func TestResizeClosedForms(t *testing.T) {
	for _, f := range []Filter{Bilinear, Bicubic} {
		for _, size := range [][2]int{{1, 1}, {3, 19}, {40, 2}} {
			out := Resize(bytes.Repeat([]byte{200}, 2*7*11), 2, 7, 11, size[0], size[1], f)
			if len(out) != 2*size[0]*size[1] || slices.Min(out) != 200 || slices.Max(out) != 200 {
				t.Errorf("filter %d: a constant image becomes %v", f, out)
			}
		}
	}
	// Weights of the output pixel centred on the edge's left: 1/8 3/8 3/8 1/8, as the triangle is 2 wide each way.
	got := Resize([]uint8{0, 0, 0, 0, 160, 160, 160, 160}, 1, 1, 8, 1, 4, Bilinear)
	if want := []uint8{0, 20, 140, 160}; !slices.Equal(got, want) {
		t.Errorf("half of a step edge is %v, want %v", got, want)
	}
	if got := fmt.Sprint(Geometry{Short: 256}.size(300, 451)); got != "256 384" { // 256·451/300 = 384.85
		t.Errorf("long side %s, torchvision cuts it down to 384", got)
	}
}
