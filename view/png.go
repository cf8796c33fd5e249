package view

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"

	xdraw "golang.org/x/image/draw"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgimg"

	"nissl"
)

// PNG draws the figure as a picture with dpi pixels per inch (150 suits a screen,
// 300 print); dpi must be between 20 and 1200. Errors are those of [SVG].
func PNG(fig nissl.Figure, dpi int) ([]byte, error) {
	if dpi < 20 || dpi > 1200 {
		return nil, fmt.Errorf("view: %d dots per inch; 20 to 1200 can be drawn", dpi)
	}
	s, err := newSheet(fig)
	if err != nil {
		return nil, err
	}
	c := newPNG(s.width, s.height, dpi, s.fonts)
	s.draw(c)
	var b bytes.Buffer
	if err := png.Encode(&b, c.vg.Image()); err != nil {
		return nil, fmt.Errorf("view: figure %q: %w", fig.Name, err)
	}
	return b.Bytes(), nil
}

// pngCanvas rasterises with gonum's vgimg, which has its origin in the lower left
// corner. Text is filled outlines, so it is placed to fractions of a pixel at any
// angle; pictures are copied pixel by pixel, so the cells of a matrix stay sharp.
type pngCanvas struct {
	vg     *vgimg.Canvas
	height float64
	scale  float64 // pixels per point
	fonts  *fonts
}

func newPNG(w, h float64, dpi int, f *fonts) *pngCanvas {
	return &pngCanvas{
		vg:     vgimg.NewWith(vgimg.UseWH(vg.Length(w), vg.Length(h)), vgimg.UseDPI(dpi)),
		height: h, scale: float64(dpi) / 72, fonts: f,
	}
}

func (c *pngCanvas) path(p path) vg.Path {
	at := func(q point) vg.Point { return vg.Point{X: vg.Length(q.x), Y: vg.Length(c.height - q.y)} }
	out := make(vg.Path, 0, len(p))
	for _, s := range p {
		switch s.op {
		case 'M':
			out.Move(at(s.pts[0]))
		case 'L':
			out.Line(at(s.pts[0]))
		case 'C':
			out.CubeTo(at(s.pts[0]), at(s.pts[1]), at(s.pts[2]))
		case 'Z':
			out.Close()
		}
	}
	return out
}

func (c *pngCanvas) fill(p path, col color.NRGBA) {
	if len(p) == 0 || col.A == 0 {
		return
	}
	c.vg.SetColor(col)
	c.vg.Fill(c.path(p))
}

func (c *pngCanvas) stroke(p path, s pen) {
	if len(p) == 0 || s.color.A == 0 {
		return
	}
	c.vg.SetColor(s.color)
	c.vg.SetLineWidth(vg.Length(s.width))
	if s.dash > 0 {
		c.vg.SetLineDash([]vg.Length{vg.Length(s.dash), vg.Length(s.dash)}, 0)
	} else {
		c.vg.SetLineDash(nil, 0)
	}
	c.vg.Stroke(c.path(p))
}

func (c *pngCanvas) text(x, y float64, s string, t style) {
	shift := -t.align * c.fonts.width(s, t.size, t.bold)
	c.fill(c.fonts.outline(s, t.size, t.bold, func(u, v float64) point {
		if t.up {
			return point{x + v, y - u - shift}
		}
		return point{x + u + shift, y + v}
	}), t.color)
}

func (c *pngCanvas) image(r rect, img *image.NRGBA) {
	px := func(v float64) int { return int(math.Round(v * c.scale)) }
	dst := image.Rect(px(r.x), px(r.y), max(px(r.right()), px(r.x)+1), max(px(r.bottom()), px(r.y)+1))
	scaler := xdraw.Interpolator(xdraw.NearestNeighbor)
	if dst.Dx() < img.Bounds().Dx() || dst.Dy() < img.Bounds().Dy() {
		scaler = xdraw.BiLinear
	}
	scaler.Scale(c.vg.Image(), dst, img, img.Bounds(), draw.Over, nil)
}
