package load

import (
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"nissl/compute"
	"nissl/nn"
	"nissl/nn/arch"
)

// pictureNetwork is one of random weights that takes pictures.
func pictureNetwork(t *testing.T, a nn.Architecture) *Network {
	t.Helper()
	d, err := compute.Open(compute.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	m, err := nn.Random(d, "net", a, 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	return &Network{Model: m}
}

func TestLabelledDigits(t *testing.T) {
	for _, shape := range [][]int{nil, {1, 8, 8}} {
		n := pictureNetwork(t, &arch.MLP{Sizes: []int{64, 10}, Act: "relu", Shape: shape})
		e, err := n.Examples("digits", "")
		if err != nil {
			t.Fatal(err)
		}
		if e.Len() != 1797 || !slices.Equal(e.Inputs.Shape[1:], n.Arch.Input().Shape) || e.ClassNames[9] != "9" || e.High[0] != 1 {
			t.Errorf("%d examples of shape %v, up to %v", e.Len(), e.Inputs.Shape, e.High)
		}
	}
	for _, c := range []struct {
		sizes []int
		why   string
	}{{[]int{784, 10}, "8 × 8"}, {[]int{64, 7}, "10 classes"}} {
		n := pictureNetwork(t, &arch.MLP{Sizes: c.sizes, Act: "relu"})
		if _, err := n.Labelled("digits"); err == nil || !strings.Contains(err.Error(), c.why) {
			t.Errorf("%v: %v", c.sizes, err)
		}
	}
}

func TestLabelledFiles(t *testing.T) {
	dir := t.TempDir()
	idx := func(name string, b ...byte) {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	idx("t10k-images-idx3-ubyte", 0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 255, 51, 102)
	idx("t10k-labels-idx1-ubyte", 0, 0, 8, 1, 0, 0, 0, 2, 1, 0)
	n := pictureNetwork(t, &arch.MLP{Sizes: []int{2, 3}, Act: "relu"})
	e, err := n.Examples(dir, "")
	if err != nil || !slices.Equal(e.Inputs.Data, []float32{0, 1, .2, .4}) || !slices.Equal(e.Labels, []int{1, 0}) || e.Note == "" {
		t.Errorf("%+v, %v", e, err)
	}
	e, err = n.Examples(dir, "mnist") // PyTorch's (0 - 0.1307) / 0.3081 and (1 - 0.1307) / 0.3081
	if err != nil || math.Abs(float64(e.Low[0])+.424213) > 1e-6 || math.Abs(float64(e.High[0])-2.821487) > 1e-6 || e.Inputs.Data[1] != e.High[0] {
		t.Errorf("%+v, %v", e, err)
	}
	n.Pictures, _ = ReadPictures("divide=51 mean=1")
	if s, err := n.Labelled(dir); err != nil || !slices.Equal(s.Inputs.Data, []float32{-1, 4, 0, 1}) {
		t.Errorf("%+v, %v", s, err)
	}
	for pixels, why := range map[string]string{"imagenet": "3 numbers", "unity": "want raw", "std=0": "want raw", "divide=x": "want raw"} {
		if _, err := n.Examples(dir, pixels); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%s: %v", pixels, err)
		}
	}
	if _, err := n.Labelled(filepath.Join(dir, "nothing")); err == nil || !strings.Contains(err.Error(), "digits") {
		t.Errorf("no file: %v", err)
	}
}

// A folder for each class; numbers name the classes themselves, and a network of one channel sees grey.
func TestLabelledFolders(t *testing.T) {
	dir := t.TempDir()
	for _, class := range []string{"1", "4"} {
		m := image.NewRGBA(image.Rect(0, 0, 4, 4))
		for i := range 16 {
			m.Set(i%4, i/4, color.RGBA{R: 255, A: 255})
		}
		if err := os.Mkdir(filepath.Join(dir, class), 0o777); err != nil {
			t.Fatal(err)
		}
		f, err := os.Create(filepath.Join(dir, class, "a.png"))
		if err != nil {
			t.Fatal(err)
		}
		if err := png.Encode(f, m); err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	n := pictureNetwork(t, &arch.MLP{Sizes: []int{16, 5}, Act: "relu", Shape: []int{1, 4, 4}})
	e, err := n.Examples(dir, "raw")
	if err != nil || !slices.Equal(e.Labels, []int{1, 4}) || e.Inputs.Data[0] != 76 { // ITU-R 601: .299 × 255
		t.Errorf("%+v, %v", e, err)
	}
	n = pictureNetwork(t, &arch.MLP{Sizes: []int{48, 5}, Act: "relu", Shape: []int{3, 4, 4}})
	e, err = n.Examples(dir, "divide=255 bgr mean=0,0,.5")
	if err != nil || !slices.Equal(e.Example(1).Data[:1], []float32{0}) || e.Example(1).Data[32] != .5 ||
		!slices.Equal(e.High, []float32{1, 1, .5}) || e.Channel(31, 48) != 1 {
		t.Errorf("%+v, %v", e, err)
	}
	if _, err := pictureNetwork(t, &arch.MLP{Sizes: []int{48, 3}, Act: "relu", Shape: []int{3, 4, 4}}).Labelled(dir); err == nil || !strings.Contains(err.Error(), "5 classes") {
		t.Errorf("a class that the network lacks: %v", err)
	}
}
