package onnx

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"nissl"
	"nissl/compute"
	"nissl/internal/nissldata"
	"nissl/nn"
	"nissl/nn/dataset"
)

func load(t *testing.T, path string) *nn.Model {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	net, weights, notes, err := Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	d, err := compute.Open(compute.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	m, err := nn.New(d, filepath.Base(path), net, weights)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	m.Notes = notes
	return m
}

// Reference: onnxruntime 1.32 on the same file, in golden.json of the shared networks. The file names a
// batch of 1; 10,000 digits go through in batches of 500.
func TestMNISTGolden(t *testing.T) {
	dir := filepath.Join(nissldata.Dir(t), "networks/mnist")
	m := load(t, filepath.Join(dir, "mnist-8.onnx"))
	for _, s := range m.Sites() {
		t.Log(s.Name, s.Axes, s.Size)
	}
	digits, err := dataset.ReadMNIST(filepath.Join(dir, "t10k-images-idx3-ubyte.gz"), filepath.Join(dir, "t10k-labels-idx1-ubyte.gz"))
	if err != nil {
		t.Fatal(err)
	}
	x := digits.Set(dataset.Normalise{}).Inputs
	hits := 0
	for i := 0; i < 10000; i += 500 {
		r, err := m.Do(context.Background(), nn.Request{Input: nissl.Tensor{Shape: []int{500, 1, 28, 28}, Data: x.Data[i*784 : (i+500)*784]}})
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			for k, want := range []float64{-552.71, 138.269, 2178.508, 2319.862, -3466.538, -1778.354, -6441.835, 8062.959, -1860.205, 1034.236} {
				if math.Abs(float64(r.Result.Data[k])-want) > 1e-4*8063 {
					t.Errorf("logit %d is %g, want %g", k, r.Result.Data[k], want)
				}
			}
		}
		for k := range 500 {
			row := r.Result.Data[10*k : 10*k+10]
			if slices.Index(row, slices.Max(row)) == digits.Labels[i+k] {
				hits++
			}
		}
	}
	if hits != 9891 {
		t.Errorf("%d of 10000 right, want 9891", hits)
	}
}

// A value in the middle is read, replaced, and what is replaced acts on the result.
func TestInterventions(t *testing.T) {
	m := load(t, filepath.Join(nissldata.Dir(t), "networks/mnist/mnist-8.onnx"))
	x := nissl.Tensor{Shape: []int{2, 1, 28, 28}, Data: make([]float32, 2*784)}
	for i := range x.Data {
		x.Data[i] = float32(i * 7 % 255)
	}
	act, err := nissl.ParseIntervention("silence(ReLU114_Output_0)")
	if err != nil {
		t.Fatal(err)
	}
	r, err := m.Do(context.Background(), nn.Request{Input: x, Taps: []string{"Pooling160_Output_0"}, Acts: []nissl.Intervention{act}})
	if err != nil {
		t.Fatal(err)
	}
	bias, err := m.Weight("Parameter194")
	if err != nil {
		t.Fatal(err)
	}
	for i, y := range r.Result.Data { // only the offset is left
		if y != bias.Data[i%10] {
			t.Errorf("logit %d is %g, want %g", i, y, bias.Data[i%10])
		}
	}
	for _, y := range r.Sites["Pooling160_Output_0"].Data {
		if y != 0 {
			t.Fatalf("a pool of silent neurons gives %g", y)
		}
	}
}

func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/*.onnx")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range files {
		b, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
		f.Add(b[:len(b)/2])
	}
	for _, r := range references(f) {
		f.Add(r.Model)
	}
	f.Add([]byte{0x3a, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		net, _, _, err := Parse(b)
		if (net == nil) == (err == nil) || err != nil && strings.Contains(err.Error(), "\n") {
			t.Fatalf("network %v, error %q", net, err)
		}
	})
}
