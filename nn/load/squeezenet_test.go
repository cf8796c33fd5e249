package load

import (
	"context"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"nissl"
	"nissl/compute"
	"nissl/internal/nissldata"
	"nissl/nn"
	"nissl/nn/arch"
	"nissl/nn/dataset"
)

const netFile = "networks/squeezenet-imagenet/compressed_SqueezeNet_v1.0.net"

// Reference: PyTorch 2.15 and Pillow 13.0.0 on the same files: "rounded" is golden.json of the shared
// networks, where the long side becomes the nearest number of pixels; "cut" is the same computed again
// with the fraction cut off, as torchvision and Pictures do. The rocket is a JPEG, which Go decodes within
// 3 of 255 of libjpeg: tolerance 0.02 there, else 0.0005.
func TestSqueezeNetGolden(t *testing.T) {
	dir := nissldata.Dir(t)
	d, err := compute.Open(compute.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	p, err := readSqueezeNet(filepath.Join(dir, netFile))
	if err != nil {
		t.Fatal(err)
	}
	m, err := nn.New(d, "squeezenet", p.arch, p.weights)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	for _, c := range []struct {
		file         string
		class        []int
		rounded, cut []float64
		tolerance    float64
	}{
		{"chelsea.png", []int{285, 282, 281}, []float64{.5993, .2016, .1467}, []float64{.6078, .1894, .1517}, 5e-4},
		{"coffee.png", []int{967, 960, 968}, []float64{.7225, .0963, .0535}, []float64{.7225, .0963, .0535}, 5e-4},
		{"rocket.jpg", []int{733, 657, 744}, []float64{.4158, .2584, .1435}, []float64{.6210, .1414, .0903}, 0.02},
	} {
		path := filepath.Join(dir, "networks/images", c.file)
		cut, err := p.pictures.Read(path)
		if err != nil {
			t.Fatal(err)
		}
		for i, class := range c.class {
			if got := probability(t, m, rounded(t, path, p.pictures.Normalise), class); math.Abs(got-c.rounded[i]) > c.tolerance {
				t.Errorf("%s: class %d has probability %.4f, want %.4f", c.file, class, got, c.rounded[i])
			}
			if got := probability(t, m, cut, class); math.Abs(got-c.cut[i]) > c.tolerance {
				t.Errorf("%s, cut: class %d has probability %.4f, want %.4f", c.file, class, got, c.cut[i])
			}
		}
	}
}

func probability(t *testing.T, m *nn.Model, x nissl.Tensor, class int) float64 {
	t.Helper()
	r, err := m.Do(context.Background(), nn.Request{Input: x})
	if err != nil {
		t.Fatal(err)
	}
	var sum float64
	for _, l := range r.Result.Data {
		sum += math.Exp(float64(l))
	}
	return math.Exp(float64(r.Result.Data[class])) / sum
}

// rounded reads a wide image with its short side 256 and its long side the nearest that fits, and takes
// 227 × 227 from the centre.
func rounded(t *testing.T, path string, n dataset.Normalise) nissl.Tensor {
	t.Helper()
	m, err := dataset.ReadImage(path)
	if err != nil {
		t.Fatal(err)
	}
	width := int(math.Round(256 * float64(m.Width) / float64(m.Height)))
	all := dataset.Resize(m.Pixels, 3, m.Height, m.Width, 256, width, dataset.Bilinear)
	m.Pixels, m.Height, m.Width = nil, 227, 227
	for c := range 3 {
		for y := range 227 {
			row := all[(c*256+y+14)*width+(width-227)/2:]
			m.Pixels = append(m.Pixels, row[:227]...)
		}
	}
	return m.Set(n).Inputs
}

// tinyNet is a packed network of one stored weight in each layer.
func tinyNet() []byte {
	convs := squeezeNetConvs()
	var b []byte
	for range convs {
		b = binary.LittleEndian.AppendUint32(b, 1)
	}
	for _, c := range convs {
		for i := range codebookLen {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(i)))
		}
		b = append(b, make([]byte, 4*c.Out)...)
		b = append(b, 7, 2) // code 7 behind a gap of 2
	}
	return b
}

func TestSqueezeNetUnpacks(t *testing.T) {
	_, w, err := squeezeNet("tiny.net", tinyNet())
	if err != nil {
		t.Fatal(err)
	}
	for name, x := range w {
		if strings.HasSuffix(name, ".W") {
			for i, v := range x.Data {
				if want := map[bool]float32{i == 2: 7}[true]; v != want {
					t.Fatalf("%s: weight %d is %g, want %g", name, i, v, want)
				}
			}
		}
	}
}

func TestSqueezeNetRefuses(t *testing.T) {
	whole := tinyNet()
	many, nan := tinyNet(), tinyNet()
	binary.LittleEndian.PutUint32(many, 1<<31)
	binary.LittleEndian.PutUint32(nan[4*len(squeezeNetConvs())+4*7:], 0x7fc00000)
	for name, b := range map[string][]byte{"empty": nil, "short": whole[:50], "cut off": whole[:len(whole)-1],
		"longer": append(tinyNet(), 0), "counts": many, "NaN": nan} {
		if _, _, err := squeezeNet("x.net", b); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %v, want one line", name, err)
		}
	}
	if _, err := unpack(make([]float32, 256), []byte{1, 1}, []byte{0xff}, 20); err == nil {
		t.Error("gaps beyond the last weight are no error")
	}
}

func FuzzSqueezeNet(f *testing.F) {
	f.Add(tinyNet())
	f.Add([]byte("no network"))
	f.Fuzz(func(t *testing.T, b []byte) {
		_, w, err := squeezeNet("fuzz.net", b)
		if err == nil && len(w) != 52 || err != nil && (w != nil || strings.Contains(err.Error(), "\n")) {
			t.Fatalf("%d tensors and the error %v", len(w), err)
		}
	})
}

func FuzzSqueezeNetUnpack(f *testing.F) {
	f.Add([]byte{1, 2, 3}, []byte{0x10, 0xf0})
	f.Fuzz(func(t *testing.T, codes, gaps []byte) {
		if len(gaps) < (len(codes)+1)/2 {
			return
		}
		w, err := unpack(make([]float32, 256), codes, gaps, 100)
		if err == nil && len(w) != 100 {
			t.Fatal(len(w))
		}
	})
}

func TestSqueezeNetFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.net")
	if err := os.WriteFile(path, tinyNet(), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readSqueezeNet(path); err != nil {
		t.Error(err)
	}
}

func squeezeNetConvs() []arch.SqueezeNetConv {
	return (&arch.SqueezeNet{Side: 227, Classes: 1000}).Convs()
}
