package dataset

import (
	"fmt"
	"image"
)

// convertYCbCr turns a JPEG's planes into RGB as libjpeg does by default, which Go's own conversion does not: chroma
// that is stored at half the resolution is interpolated with weights 3/4 and 1/4 ("fancy
// upsampling", libjpeg jdsample.c) and colours are rounded in 16 binary digits (jdcolor.c).
func convertYCbCr(m *image.YCbCr, out []uint8) error {
	h, w := m.Rect.Dy(), m.Rect.Dx()
	across, down := 1, 1
	switch m.SubsampleRatio {
	case image.YCbCrSubsampleRatio444:
	case image.YCbCrSubsampleRatio422:
		across = 2
	case image.YCbCrSubsampleRatio420:
		across, down = 2, 2
	case image.YCbCrSubsampleRatio440:
		down = 2
	default:
		return fmt.Errorf("chroma subsampled as %v, want 4:4:4, 4:2:2, 4:2:0 or 4:4:0", m.SubsampleRatio)
	}
	cb, cr := newChroma(m.Cb, m.CStride, h, w, across, down), newChroma(m.Cr, m.CStride, h, w, across, down)
	red, green, blue := out[:h*w], out[h*w:2*h*w], out[2*h*w:]
	for y := range h {
		b, r := cb.line(y), cr.line(y)
		for x := range w {
			i := y*w + x
			red[i], green[i], blue[i] = rgb(int32(m.Y[y*m.YStride+x]), int32(b[x])-128, int32(r[x])-128)
		}
	}
	return nil
}

// rgb is the conversion of ITU-R BT.601, in which JFIF files are, with the factors 1.402, 0.34414, 0.71414
// and 1.772 in units of 2^-16.
func rgb(y, cb, cr int32) (r, g, b uint8) {
	const half = 1 << 15
	return clip(y + (91881*cr+half)>>16),
		clip(y + (-22554*cb-46802*cr+half)>>16),
		clip(y + (116130*cb+half)>>16)
}

func clip(v int32) uint8 { return uint8(min(max(v, 0), 255)) }

// chroma interpolates one subsampled plane line by line.
type chroma struct {
	pix                  []uint8
	stride, height, wide int // of the samples that the image needs
	across, down         int // 1 or 2
	sums                 []int32
	row                  []uint8
}

func newChroma(pix []uint8, stride, h, w, across, down int) *chroma {
	c := &chroma{pix: pix, stride: stride, height: (h + down - 1) / down, wide: (w + across - 1) / across, across: across, down: down}
	c.sums, c.row = make([]int32, c.wide), make([]uint8, c.wide*across)
	return c
}

// line is the chroma of an output line at full width; valid until the next call.
func (c *chroma) line(y int) []uint8 {
	near := y / c.down
	// Without a neighbour below or above a sample stands for itself; the weights are 3 and 1, or 4.
	far := near
	if c.down == 2 {
		far = min(max(near+2*(y%2)-1, 0), c.height-1)
	}
	for x := range c.sums {
		a, b := int32(c.pix[near*c.stride+x]), int32(c.pix[far*c.stride+x])
		c.sums[x] = 3*a + b
	}
	switch {
	case c.across == 1 && c.down == 1:
		copy(c.row, c.pix[near*c.stride:])
	case c.across == 1: // halves are rounded down in the upper line of a pair and up in the lower
		for x, v := range c.sums {
			c.row[x] = uint8((v + 1 + int32(y%2)) >> 2)
		}
	case c.wide <= 2: // libjpeg only repeats what is that narrow
		for x := range c.row {
			c.row[x] = c.pix[near*c.stride+x/2]
		}
	default:
		c.widen()
	}
	return c.row
}

// widen interpolates along a line: halves are rounded down at even and up at odd columns.
func (c *chroma) widen() {
	// sums are 4 times the samples. Without a second direction libjpeg rounds the two ends of a
	// quarter differently than with one.
	even, odd := int32(8), int32(7)
	if c.down == 1 {
		even, odd = 4, 8
	}
	last := len(c.sums) - 1
	for x, v := range c.sums {
		left, right := c.sums[max(x-1, 0)], c.sums[min(x+1, last)]
		c.row[2*x] = uint8((3*v + left + even) >> 4)
		c.row[2*x+1] = uint8((3*v + right + odd) >> 4)
	}
}
