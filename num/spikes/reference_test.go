package spikes

import (
	"encoding/csv"
	"math"
	"os"
	"slices"
	"strconv"
	"testing"
)

// uniform is splitmix64 of a counter, as in testdata/reference.py.
func uniform(n int, seed uint64) []float64 {
	out := make([]float64, n)
	for i := range out {
		z := seed + uint64(i+1)*0x9E3779B97F4A7C15
		z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9
		z = (z ^ (z >> 27)) * 0x94D049BB133111EB
		out[i] = float64((z^(z>>31))>>11) * 0x1p-53
	}
	return out
}

// referenceTrains are those of testdata/reference.py.
func referenceTrains() *Trains {
	t := &Trains{Ticks: make([][]int64, 5), Hz: 30000, Length: 20 * 30000}
	for u := range t.Ticks {
		for _, x := range uniform(100*(u+1), uint64(10+u)) {
			t.Ticks[u] = append(t.Ticks[u], int64(x*float64(t.Length)))
		}
		slices.Sort(t.Ticks[u])
	}
	var second []int64
	for i, at := range t.Ticks[1] {
		if i%2 == 0 {
			second = append(second, at)
		}
	}
	for _, at := range t.Ticks[0] {
		if at+60 < t.Length {
			second = append(second, at+60)
		}
	}
	slices.Sort(second)
	t.Ticks[1] = second
	return t
}

func readCSV(t *testing.T, name string) [][]string {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// elephant 1.2.1 with its tolerance corrected: testdata/reference.py.
func TestSpikeTimeTilingAgreesWithElephant(t *testing.T) {
	got := SpikeTimeTiling(referenceTrains(), .005)
	for _, row := range readCSV(t, "testdata/sttc.csv")[1:] {
		i, _ := strconv.Atoi(row[0])
		j, _ := strconv.Atoi(row[1])
		want, err := strconv.ParseFloat(row[2], 64)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(got[i*5+j]-want) > 1e-13 {
			t.Errorf("pair %d %d: got %.15g, elephant %.15g", i, j, got[i*5+j], want)
		}
	}
}

// numpy 2.4.6, numerical convolution: testdata/reference.py. Its kernel does
// not end at five standard deviations, and its steps are 0.1 ms.
func TestRatesAgreeWithConvolution(t *testing.T) {
	got, samples := Rates(referenceTrains(), .01, .02)
	if samples != 2000 {
		t.Fatalf("%d samples, want 2000", samples)
	}
	for u, row := range readCSV(t, "testdata/rates.csv") {
		for k, cell := range row {
			want, err := strconv.ParseFloat(cell, 64)
			if err != nil {
				t.Fatal(err)
			}
			if d := math.Abs(float64(got[u*samples+k]) - want); d > 2e-3 {
				t.Errorf("unit %d bin %d: got %g, want %g", u, k, got[u*samples+k], want)
			}
		}
	}
}
