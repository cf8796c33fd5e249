package arch_test

import (
	"context"
	"math"
	"path/filepath"
	"testing"

	"nissl"
	"nissl/compute"
	"nissl/internal/nissldata"
	"nissl/nn"
	"nissl/nn/arch"
	"nissl/nn/dataset"
	"nissl/nn/safetensors"
)

// open makes a model of the tensors of a safetensors file.
func open(t *testing.T, path string, read func(arch.Shapes) (nn.Architecture, []arch.Tensor, error)) *nn.Model {
	t.Helper()
	f, err := safetensors.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	shapes := arch.Shapes{}
	for _, n := range f.Names() {
		_, shapes[n], _ = f.Info(n)
	}
	a, tensors, err := read(shapes)
	if err != nil {
		t.Fatal(err)
	}
	weights := map[string]nissl.Tensor{}
	for _, x := range tensors {
		data, shape, err := f.Float32(x.From)
		if err != nil {
			t.Fatal(err)
		}
		w := nissl.Tensor{Shape: shape, Data: data}
		if x.Fix != nil {
			if w, err = x.Fix(w); err != nil {
				t.Fatal(err)
			}
		}
		weights[x.Weight] = w
	}
	return model(t, a, weights)
}

func model(t *testing.T, a nn.Architecture, weights map[string]nissl.Tensor) *nn.Model {
	t.Helper()
	d, err := compute.Open(compute.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	m, err := nn.New(d, "test", a, weights)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	return m
}

// classify gives the result for all inputs, batch by batch.
func classify(t *testing.T, m *nn.Model, x nissl.Tensor, batch int) []float32 {
	t.Helper()
	n, row := x.Shape[0], len(x.Data)/x.Shape[0]
	var out []float32
	for i := 0; i < n; i += batch {
		part := min(batch, n-i)
		in := nissl.Tensor{Shape: append([]int{part}, x.Shape[1:]...), Data: x.Data[i*row : (i+part)*row]}
		r, err := m.Do(context.Background(), nn.Request{Input: in})
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, r.Result.Data...)
	}
	return out
}

func best(row []float32) int {
	at := 0
	for i, x := range row {
		if x > row[at] {
			at = i
		}
	}
	return at
}

func accuracy(logits []float32, labels []int) float64 {
	n, hits := len(logits)/len(labels), 0
	for i, l := range labels {
		if best(logits[i*n:(i+1)*n]) == l {
			hits++
		}
	}
	return float64(hits) / float64(len(labels))
}

// near compares with values that were printed with a few digits.
func near(t *testing.T, what string, got []float32, want []float64, tolerance float64) {
	t.Helper()
	var scale float64
	for _, w := range want {
		scale = max(scale, math.Abs(w))
	}
	for i, w := range want {
		if math.Abs(float64(got[i])-w) > tolerance*scale {
			t.Errorf("%s: value %d is %g, want %g", what, i, got[i], w)
		}
	}
}

// Reference: PyTorch 2.15 on the same file, in golden.json of the shared networks.
func TestLeNetGolden(t *testing.T) {
	dir := filepath.Join(nissldata.Dir(t), "networks/mnist")
	m := open(t, filepath.Join(dir, "lenet5_mnist_quantus.safetensors"), func(s arch.Shapes) (nn.Architecture, []arch.Tensor, error) {
		return arch.ReadLeNet(s)
	})
	digits, err := dataset.ReadMNIST(filepath.Join(dir, "t10k-images-idx3-ubyte.gz"), filepath.Join(dir, "t10k-labels-idx1-ubyte.gz"))
	if err != nil {
		t.Fatal(err)
	}
	logits := classify(t, m, digits.Set(dataset.NormaliseMNIST()).Inputs, 1000)
	near(t, "image 0", logits, []float64{-12.716, -1.078, -3.496, 8.327, 5.204, -9.117, -45.466, 47.024, -11.353, 14.751}, 1e-4)
	if a := accuracy(logits, digits.Labels); math.Abs(a-0.9905) > 1e-9 {
		t.Errorf("accuracy %g, want 0.9905", a)
	}
}

// Reference: PyTorch 2.15 on the same file, in golden.json of the shared networks.
func TestResNet20Golden(t *testing.T) {
	dir := filepath.Join(nissldata.Dir(t), "networks")
	m := open(t, filepath.Join(dir, "resnet-cifar10/resnet20.safetensors"), func(s arch.Shapes) (nn.Architecture, []arch.Tensor, error) {
		return arch.ReadResNet(s)
	})
	if n := m.About().Parameters; n != 269722 {
		t.Errorf("%d parameters, want 269722", n)
	}
	images, err := dataset.ReadCIFAR10(filepath.Join(dir, "images/cifar10_test200_from_jpeg.bin"))
	if err != nil {
		t.Fatal(err)
	}
	_, norm := dataset.TorchvisionImageNet()
	logits := classify(t, m, images.Set(norm).Inputs, 100)
	near(t, "image 0", logits, []float64{7.8901, -1.0877, 2.6342, -1.0125, -2.837, -6.9533, -3.3481, -6.4984, 6.9738, 4.2098}, 1e-4)
	if a := accuracy(logits, images.Labels); math.Abs(a-0.795) > 1e-9 {
		t.Errorf("accuracy %g, want 0.795", a)
	}
	for i, want := range []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 3, 4, 4, 3, 6, 7, 8, 9} {
		if got := best(logits[10*i : 10*i+10]); got != want {
			t.Errorf("image %d is taken for %d, by PyTorch for %d", i, got, want)
		}
	}
}
