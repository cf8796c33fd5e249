package npy

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// half is the definition of a binary16: sign × 2^(e-15) × 1.f.
func half(u uint16) float64 {
	sign := 1.0
	if u>>15 == 1 {
		sign = -1
	}
	exp, frac := int(u>>10&31), float64(u&1023)
	switch exp {
	case 0:
		return sign * math.Ldexp(frac, -24)
	case 31:
		if frac != 0 {
			return math.NaN()
		}
		return math.Inf(int(sign))
	}
	return sign * math.Ldexp(1024+frac, exp-25)
}

// Every binary16 against its definition, and back.
func TestHalf(t *testing.T) {
	for u := range 1 << 16 {
		u := uint16(u)
		got, want := FromHalf(u), half(u)
		if math.IsNaN(want) {
			if got == got || ToHalf(got)&0x7c00 != 0x7c00 || ToHalf(got)&0x3ff == 0 || ToHalf(got)>>15 != u>>15 {
				t.Fatalf("%#x is NaN, got %v and back %#x", u, got, ToHalf(got))
			}
			continue
		}
		if float64(got) != want || math.Signbit(float64(got)) != math.Signbit(want) || ToHalf(got) != u {
			t.Fatalf("%#x is %v, want %v; back %#x", u, got, want, ToHalf(got))
		}
	}
}

// Between any two neighbours the nearer one is taken, the even one from the middle.
func TestHalfRounds(t *testing.T) {
	for u := range uint16(0x7c00) {
		above := 65536.0 // where the next value would be, were there no largest
		if u < 0x7bff {
			above = half(u + 1)
		}
		middle := float32((half(u) + above) / 2) // exact: float32 has 13 more bits
		even := u + u&1
		for x, want := range map[float32]uint16{
			middle: even, math.Nextafter32(middle, 0): u, math.Nextafter32(middle, 1e9): u + 1} {
			if got := ToHalf(x); got != want {
				t.Fatalf("ToHalf(%v) = %#x, want %#x", x, got, want)
			}
			if got := ToHalf(-x); got != want|0x8000 {
				t.Fatalf("ToHalf(%v) = %#x, want %#x", -x, got, want|0x8000)
			}
		}
	}
}

// testdata/half.txt is what numpy 2.4.6 makes of 800 values: testdata/half.py.
func TestHalfAsNumpy(t *testing.T) {
	b, err := os.ReadFile("testdata/half.txt")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(b)) {
		var bits uint32
		var want uint16
		if _, err := fmt.Sscanf(line, "%x %x", &bits, &want); err != nil {
			continue
		}
		n++
		x := math.Float32frombits(bits)
		if got := ToHalf(x); got != want && x == x || x != x && math.IsNaN(half(want)) != math.IsNaN(half(got)) {
			t.Errorf("%v (%#x) is %#x, numpy says %#x", x, bits, got, want)
		}
	}
	if n < 800 {
		t.Errorf("only %d values", n)
	}
}

// What is not float32 is converted in memory or in a scratch file, with the same rows.
func TestLoadConverted(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	const seed = 5
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	const units, samples = 3, block // more than one block of the reader
	b := file("<f2", "False", fmt.Sprintf("(%d, %d)", units, samples), "")
	head := len(b)
	for range units * samples {
		b = binary.LittleEndian.AppendUint16(b, uint16(rng.Uint32())&^0x0400) // neither infinite nor NaN
	}
	path := filepath.Join(t.TempDir(), "half.npy")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, limit := range []int64{0, 1 << 40} {
		m, err := load(path, limit)
		if err != nil {
			t.Fatal(err)
		}
		for i, row := range m.Rows {
			for k, v := range row {
				if want := half(binary.LittleEndian.Uint16(b[head+2*(i*samples+k):])); float64(v) != want {
					t.Fatalf("row %d, sample %d is %v, want %v", i, k, v, want)
				}
			}
		}
		if m.Mapped {
			t.Error("float16 was mapped")
		}
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	}
	big, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(big, b) {
		t.Errorf("the file was changed (%v)", err)
	}
}

func BenchmarkToHalves(b *testing.B) {
	v := make([]float32, 4096)
	for i := range v {
		v[i] = float32(rand.NormFloat64())
	}
	out := make([]uint16, len(v))
	b.SetBytes(4 * int64(len(v)))
	for b.Loop() {
		ToHalves(out, v)
	}
}
