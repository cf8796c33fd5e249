package dataset

import (
	"fmt"
	"math"
)

// Filter is the kernel of Resize.
type Filter int

const (
	Bilinear Filter = iota // triangle of support 1
	Bicubic                // Keys 1981 with a = -0.5, support 2
)

// Resize scales planes × height × width bytes to a new size as Pillow's Image.resize does, bit for bit: the
// kernel is stretched by the scale when an image shrinks (so that nothing is aliased), weights are
// rounded to 22 binary digits, and the horizontal pass is rounded to bytes before the vertical one.
func Resize(pixels []uint8, planes, height, width, newHeight, newWidth int, filter Filter) []uint8 {
	if height < 1 || width < 1 || newHeight < 1 || newWidth < 1 || len(pixels) != planes*height*width {
		panic(fmt.Sprintf("dataset: resize of %d bytes as %d × %d × %d to %d × %d",
			len(pixels), planes, height, width, newHeight, newWidth))
	}
	if newWidth != width {
		w := weights(width, newWidth, filter)
		out := make([]uint8, planes*height*newWidth)
		for row := range planes * height {
			w.across(out[row*newWidth:], pixels[row*width:][:width])
		}
		pixels = out
	}
	if newHeight != height {
		w := weights(height, newHeight, filter)
		out := make([]uint8, planes*newHeight*newWidth)
		for p := range planes {
			w.down(out[p*newHeight*newWidth:], pixels[p*height*newWidth:], newWidth)
		}
		pixels = out
	}
	return pixels
}

const weightBits = 22 // 32 less 8 for the pixel and 2 for kernels that overshoot

// window is the weighted stretch of source pixels that makes one output pixel.
type window struct {
	first  int
	weight []int32 // in units of 2^-weightBits
}

type windows []window

// weights gives the window of every output pixel.
func weights(from, to int, filter Filter) windows {
	kernel, support := triangle, 1.0
	if filter == Bicubic {
		kernel, support = keys, 2.0
	}
	scale := float64(from) / float64(to)
	stretch := max(scale, 1)
	support *= stretch
	shrink := 1 / stretch
	out := make(windows, to)
	for i := range out {
		centre := (float64(i) + 0.5) * scale
		first := max(int(centre-support+0.5), 0)
		last := min(int(centre+support+0.5), from)
		exact := make([]float64, last-first)
		sum := 0.0
		for j := range exact {
			exact[j] = kernel((float64(j+first) - centre + 0.5) * shrink)
			sum += exact[j]
		}
		w := window{first, make([]int32, len(exact))}
		for j, v := range exact {
			if sum != 0 {
				v /= sum
			}
			w.weight[j] = int32(math.Round(v * (1 << weightBits)))
		}
		out[i] = w
	}
	return out
}

// across filters one row.
func (ws windows) across(dst, src []uint8) {
	for i, w := range ws {
		sum := int32(1) << (weightBits - 1)
		from := src[w.first:][:len(w.weight)]
		for j, k := range w.weight {
			sum += int32(from[j]) * k
		}
		dst[i] = clip(sum >> weightBits)
	}
}

// down filters the columns of a plane of the given width, all together, as they lie in rows: one column
// after the other misses the cache at every pixel of a photograph.
func (ws windows) down(dst, src []uint8, width int) {
	sums := make([]int32, width)
	for i, w := range ws {
		for x := range sums {
			sums[x] = 1 << (weightBits - 1)
		}
		for j, k := range w.weight {
			for x, v := range src[(w.first+j)*width:][:width] {
				sums[x] += int32(v) * k
			}
		}
		row := dst[i*width:][:width]
		for x, sum := range sums {
			row[x] = clip(sum >> weightBits)
		}
	}
}

func triangle(x float64) float64 { return max(1-math.Abs(x), 0) }

func keys(x float64) float64 {
	const a = -0.5
	x = math.Abs(x)
	switch {
	case x < 1:
		return ((a+2)*x-(a+3))*x*x + 1
	case x < 2:
		return (((x-5)*x+8)*x - 4) * a
	}
	return 0
}

// Geometry is what happens to an image before it is normalised.
type Geometry struct {
	Short  int // the short side is resized to this many pixels; 0 leaves the size
	Crop   int // then a square of this side is cut from the centre; 0 leaves all
	Filter Filter
}

// size is that of the resized image. As in torchvision the long side is cut down to a whole number.
func (g Geometry) size(height, width int) (int, int) {
	switch {
	case g.Short <= 0:
		return height, width
	case width <= height:
		return int(float64(g.Short) * float64(height) / float64(width)), g.Short
	}
	return g.Short, int(float64(g.Short) * float64(width) / float64(height))
}

// apply resizes and crops planes × height × width bytes.
func (g Geometry) apply(pixels []uint8, planes, height, width int) ([]uint8, int, int, error) {
	h, w := g.size(height, width)
	if h > maxPixels/w {
		return nil, 0, 0, fmt.Errorf("an image of %d × %d resized to %d × %d has more than %d pixels", height, width, h, w, maxPixels)
	}
	if g.Crop > h || g.Crop > w {
		return nil, 0, 0, fmt.Errorf("an image of %d × %d, want %d × %d or more to crop", h, w, g.Crop, g.Crop)
	}
	pixels = Resize(pixels, planes, height, width, h, w, g.Filter)
	if g.Crop <= 0 {
		return pixels, h, w, nil
	}
	// Half a pixel goes to the even side: torchvision rounds as Python does.
	top, left := int(math.RoundToEven(float64(h-g.Crop)/2)), int(math.RoundToEven(float64(w-g.Crop)/2))
	out := make([]uint8, 0, planes*g.Crop*g.Crop)
	for p := range planes {
		for y := top; y < top+g.Crop; y++ {
			out = append(out, pixels[(p*h+y)*w+left:][:g.Crop]...)
		}
	}
	return out, g.Crop, g.Crop, nil
}
