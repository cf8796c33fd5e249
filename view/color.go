package view

import (
	"image/color"
	"math"
)

// The neutral colours of a page. On an HTML page they follow the reader's light or
// dark setting; everywhere else they are these.
var (
	ink   = rgb(0x22262b) // text and axes
	muted = rgb(0x6b727a) // captions, tick labels
	faint = rgb(0xd5d8dc) // null ranges, frames
	blank = rgb(0xeceeef) // missing values
	paper = rgb(0xffffff)

	// rule separates groups on a matrix, whose own colours follow no setting.
	rule = rgb(0x23272c)
)

func rgb(hex uint32) color.NRGBA {
	return color.NRGBA{uint8(hex >> 16), uint8(hex >> 8), uint8(hex), 255}
}

// alpha returns c with opacity a in [0, 1].
func alpha(c color.NRGBA, a float64) color.NRGBA {
	c.A = uint8(math.Round(255 * clamp(a, 0, 1)))
	return c
}

// Palette is the colour of group i, the same in every figure. The first eight keep
// apart for readers with deuteranopia, protanopia and tritanopia; later groups repeat
// them darker, then lighter. A negative group is grey: it belongs to none.
func Palette(i int) color.NRGBA {
	if i < 0 {
		return rgb(0x9aa0a6)
	}
	base := [...]uint32{ // blue, vermilion, green and so on, after Okabe & Ito 2008, toned for print
		0x1f6fb5, 0xd9601a, 0x1a9a76, 0xc673a8, 0xe3a51a, 0x5fb3e0, 0x4f3190, 0x8a5a3c,
	}
	c := toLab(rgb(base[i%len(base)]))
	switch (i / len(base)) % 3 {
	case 1:
		c.l *= 0.68
	case 2:
		c.l += (100 - c.l) * 0.5
		c.a, c.b = c.a*0.7, c.b*0.7
	}
	return c.rgb()
}

// shades of a colour map: with the blank and some to spare, a picture of a matrix fits
// a palette of 256 colours and a quarter of the bytes.
const shades = 250

// colormap is colours from low to high.
type colormap [shades]color.NRGBA

// at is the colour of t in [0, 1].
func (m *colormap) at(t float64) color.NRGBA {
	return m[int(clamp(t, 0, 1)*(shades-1)+0.5)]
}

// sequential goes from paper to ink through green and blue; its lightness L* falls
// evenly, so equal steps of the value look equal.
func sequential() *colormap {
	return ramp([]uint32{0xf6faf3, 0xa5dcbd, 0x3fb0b0, 0x2b79ab, 0x3d4291, 0x1d1236}, func(t float64) float64 {
		return 97 - 85*t
	})
}

// diverging goes from blue through paper to red with the same lightness on both sides.
func diverging() *colormap {
	return ramp([]uint32{0x0d3b7c, 0x3a7fc0, 0x9cc7e3, 0xf7f6f4, 0xf2b294, 0xcf5246, 0x850f2d}, func(t float64) float64 {
		return 97 - 69*math.Abs(2*t-1)
	})
}

// ramp interpolates hue and chroma in CIELAB between control points and sets the
// lightness itself.
func ramp(points []uint32, lightness func(t float64) float64) *colormap {
	labs := make([]lab, len(points))
	for i, p := range points {
		labs[i] = toLab(rgb(p))
	}
	m := new(colormap)
	for i := range m {
		t := float64(i) / (shades - 1)
		x := t * float64(len(labs)-1)
		k := min(int(x), len(labs)-2)
		u := x - float64(k)
		m[i] = lab{
			l: lightness(t),
			a: labs[k].a*(1-u) + labs[k+1].a*u,
			b: labs[k].b*(1-u) + labs[k+1].b*u,
		}.rgb()
	}
	return m
}

// lab is a colour in CIELAB (CIE 15:2004) under D65.
type lab struct{ l, a, b float64 }

const (
	whiteX = 0.95047
	whiteZ = 1.08883
)

func toLab(c color.NRGBA) lab {
	r, g, b := linear(c.R), linear(c.G), linear(c.B)
	x := (0.4124564*r + 0.3575761*g + 0.1804375*b) / whiteX
	y := 0.2126729*r + 0.7151522*g + 0.0721750*b
	z := (0.0193339*r + 0.1191920*g + 0.9503041*b) / whiteZ
	f := func(t float64) float64 {
		if t > 216.0/24389 {
			return math.Cbrt(t)
		}
		return (24389.0/27*t + 16) / 116
	}
	return lab{116*f(y) - 16, 500 * (f(x) - f(y)), 200 * (f(y) - f(z))}
}

func (c lab) rgb() color.NRGBA {
	fy := (c.l + 16) / 116
	inv := func(f float64) float64 {
		if f > 6.0/29 {
			return f * f * f
		}
		return (116*f - 16) * 27 / 24389
	}
	x, y, z := inv(fy+c.a/500)*whiteX, inv(fy), inv(fy-c.b/200)*whiteZ
	return color.NRGBA{
		gamma(3.2404542*x - 1.5371385*y - 0.4985314*z),
		gamma(-0.9692660*x + 1.8760108*y + 0.0415560*z),
		gamma(0.0556434*x - 0.2040259*y + 1.0572252*z), 255,
	}
}

// linear undoes the transfer curve of sRGB (IEC 61966-2-1); gamma applies it.
func linear(v uint8) float64 {
	x := float64(v) / 255
	if x <= 0.04045 {
		return x / 12.92
	}
	return math.Pow((x+0.055)/1.055, 2.4)
}

func gamma(x float64) uint8 {
	if x <= 0.0031308 {
		x *= 12.92
	} else {
		x = 1.055*math.Pow(x, 1/2.4) - 0.055
	}
	return uint8(math.Round(255 * clamp(x, 0, 1)))
}

func clamp(v, lo, hi float64) float64 { return math.Max(lo, math.Min(hi, v)) }
