package view

import (
	"image/color"
	"math"
	"testing"
)

// simulate is a colour as a reader with full dichromacy sees it: matrices of Machado,
// Oliveira & Fernandes (2009), severity 1.0, in linear RGB.
func simulate(c color.NRGBA, m [9]float64) color.NRGBA {
	r, g, b := linear(c.R), linear(c.G), linear(c.B)
	at := func(i int) uint8 { return gamma(clamp(m[i]*r+m[i+1]*g+m[i+2]*b, 0, 1)) }
	return color.NRGBA{at(0), at(3), at(6), 255}
}

func difference(a, b color.NRGBA) float64 {
	x, y := toLab(a), toLab(b)
	return math.Sqrt((x.l-y.l)*(x.l-y.l) + (x.a-y.a)*(x.a-y.a) + (x.b-y.b)*(x.b-y.b))
}

func TestPaletteKeepsApartForColourBlindReaders(t *testing.T) {
	eyes := map[string][9]float64{
		"all colours":  {1, 0, 0, 0, 1, 0, 0, 0, 1},
		"protanopia":   {0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998},
		"deuteranopia": {0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881},
		"tritanopia":   {1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900},
	}
	for name, m := range eyes {
		for i := range 8 {
			for j := range i {
				// About 2.3 is just noticeable side by side (Mahy et al. 1994).
				if d := difference(simulate(Palette(i), m), simulate(Palette(j), m)); d < 9 {
					t.Errorf("%s: groups %d and %d differ by ΔE %.1f", name, i, j, d)
				}
			}
		}
	}
}

func TestPaletteHasManyColours(t *testing.T) {
	seen := map[color.NRGBA]int{}
	for i := range 24 {
		if j, dup := seen[Palette(i)]; dup {
			t.Errorf("groups %d and %d have the same colour", i, j)
		}
		seen[Palette(i)] = i
	}
	if Palette(-1) != Palette(-7) {
		t.Error("units in no group differ in colour")
	}
	Palette(math.MaxInt) // must not overflow
}

func TestColormapsAreEvenInLightness(t *testing.T) {
	seq, div := sequential(), diverging()
	for i := range shades {
		if l, want := toLab(seq[i]).l, 97-85*float64(i)/(shades-1); math.Abs(l-want) > 2.5 {
			t.Errorf("sequential %d: L* %.1f, want %.1f", i, l, want)
		}
		if l, m := toLab(div[i]).l, toLab(div[shades-1-i]).l; math.Abs(l-m) > 3 {
			t.Errorf("diverging %d: L* %.1f and %.1f on the two sides", i, l, m)
		}
	}
	if l := toLab(seq.at(0)).l; l < 95 {
		t.Errorf("the lowest value has L* %.1f: not paper", l)
	}
}

func TestLabRoundTrip(t *testing.T) {
	for r := 0; r < 256; r += 5 {
		for b := 0; b < 256; b += 7 {
			c := color.NRGBA{uint8(r), uint8(255 - r), uint8(b), 255}
			if got := toLab(c).rgb(); got != c {
				t.Fatalf("%v becomes %v", c, got)
			}
		}
	}
	// CIE 15: D65 white is L* 100 and neutral.
	if w := toLab(paper); math.Abs(w.l-100) > 0.01 || math.Abs(w.a) > 0.02 || math.Abs(w.b) > 0.02 {
		t.Errorf("white is %v", w)
	}
}
