package view

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strconv"
	"strings"

	"nissl"
)

// SVG draws the figure as a stand-alone SVG document. It returns an error when the
// figure contradicts itself (lengths that disagree, a panel without a drawing);
// missing and infinite values are left blank.
func SVG(fig nissl.Figure) ([]byte, error) { return drawSVG(fig, false) }

// drawSVG draws for a page when themed: neutral colours become CSS variables of the
// page, and the XML declaration is left out.
func drawSVG(fig nissl.Figure, themed bool) ([]byte, error) {
	s, err := newSheet(fig)
	if err != nil {
		return nil, err
	}
	c := &svgCanvas{fonts: s.fonts, themed: themed}
	size := fmt.Sprintf(`width="%spt" height="%spt"`, num(s.width), num(s.height))
	if themed { // a page shows it larger than print, and no wider than it has room
		size = fmt.Sprintf(`width="100%%" style="max-width:%.0fpx"`, s.width*1.75)
	} else {
		c.b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n")
	}
	fmt.Fprintf(&c.b, `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" `+
		`%s viewBox="0 0 %s %s" role="img" font-family="%s">`+"\n",
		size, num(s.width), num(s.height), fontFamily)
	c.element("title", fig.Title)
	if !themed {
		fillRect(c, rect{0, 0, s.width, s.height}, paper)
	}
	s.draw(c)
	c.b.WriteString("</svg>\n")
	return c.b.Bytes(), nil
}

// svgCanvas writes SVG elements. Text stays text, anchored where it is aligned, so
// that it can be searched and edited.
type svgCanvas struct {
	b      bytes.Buffer
	fonts  *fonts
	themed bool
}

const fontFamily = "Liberation Sans, Arial, Helvetica, Nimbus Sans, sans-serif"

// num writes a length to a hundredth of a point.
func num(v float64) string {
	s := strconv.FormatFloat(v, 'f', 2, 64)
	for s[len(s)-1] == '0' {
		s = s[:len(s)-1]
	}
	if s[len(s)-1] == '.' {
		s = s[:len(s)-1]
	}
	if s == "-0" {
		s = "0"
	}
	return s
}

func (c *svgCanvas) element(name, text string) {
	if text != "" {
		c.b.WriteString("<" + name + ">" + escape(text) + "</" + name + ">\n")
	}
}

// escape makes text safe inside XML; characters that XML forbids become U+FFFD.
func escape(s string) string {
	var b bytes.Buffer
	xml.EscapeText(&b, []byte(s)) // a bytes.Buffer does not fail
	return b.String()
}

// paint is the attribute for a colour: name="#rrggbb" name-opacity="a".
func (c *svgCanvas) paint(name string, col color.NRGBA) string {
	opaque := alpha(col, 1)
	value := fmt.Sprintf("#%02x%02x%02x", col.R, col.G, col.B)
	attr := ` %s="%s"`
	if c.themed {
		for _, t := range []struct {
			c    color.NRGBA
			name string
		}{{ink, "ink"}, {muted, "muted"}, {faint, "faint"}, {blank, "blank"}, {paper, "paper"}} {
			if t.c == opaque {
				attr, value = ` style="%s:%s"`, "var(--"+t.name+")"
			}
		}
	}
	s := fmt.Sprintf(attr, name, value)
	if col.A < 255 {
		s += fmt.Sprintf(` %s-opacity="%s"`, name, num(float64(col.A)/255))
	}
	return s
}

func (c *svgCanvas) path(p path) {
	c.b.WriteString(`<path d="`)
	for _, s := range p {
		c.b.WriteByte(s.op)
		for i := range s.arity() {
			if i > 0 {
				c.b.WriteByte(' ')
			}
			c.b.WriteString(num(s.pts[i].x))
			c.b.WriteByte(' ')
			c.b.WriteString(num(s.pts[i].y))
		}
	}
	c.b.WriteByte('"')
}

func (c *svgCanvas) fill(p path, col color.NRGBA) {
	if len(p) == 0 || col.A == 0 {
		return
	}
	c.path(p)
	c.b.WriteString(c.paint("fill", col) + "/>\n")
}

func (c *svgCanvas) stroke(p path, s pen) {
	if len(p) == 0 || s.color.A == 0 {
		return
	}
	c.path(p)
	c.b.WriteString(` fill="none"` + c.paint("stroke", s.color) + ` stroke-width="` + num(s.width) + `"`)
	if s.dash > 0 {
		c.b.WriteString(` stroke-dasharray="` + num(s.dash) + `"`)
	}
	if s.round {
		c.b.WriteString(` stroke-linejoin="round" stroke-linecap="round"`)
	}
	c.b.WriteString("/>\n")
}

func (c *svgCanvas) text(x, y float64, s string, t style) {
	if s == "" {
		return
	}
	fmt.Fprintf(&c.b, `<text x="%s" y="%s" font-size="%s"`, num(x), num(y), num(t.size))
	if t.up {
		fmt.Fprintf(&c.b, ` transform="rotate(-90 %s %s)"`, num(x), num(y))
	}
	switch t.align {
	case 0.5:
		c.b.WriteString(` text-anchor="middle"`)
	case 1:
		c.b.WriteString(` text-anchor="end"`)
	}
	if t.bold {
		c.b.WriteString(` font-weight="bold"`)
	}
	if w := c.fonts.width(s, t.size, t.bold); len(s) >= 6 { // keeps its place in any other font
		c.b.WriteString(` textLength="` + num(w) + `" lengthAdjust="spacingAndGlyphs"`)
	}
	fill := c.paint("fill", t.color)
	if c.themed && !strings.Contains(fill, "var(") { // coloured type is lifted from a dark page
		fill += fmt.Sprintf(` style="fill:color-mix(in srgb,#%02x%02x%02x,var(--ink) var(--lift))"`, t.color.R, t.color.G, t.color.B)
	}
	c.b.WriteString(fill + ">" + escape(s) + "</text>\n")
}

func (c *svgCanvas) image(r rect, img *image.NRGBA) {
	var b bytes.Buffer
	if err := png.Encode(&b, paletted(img)); err != nil {
		panic("view: cannot write a picture to memory: " + err.Error())
	}
	data := "data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes())
	fmt.Fprintf(&c.b, `<image x="%s" y="%s" width="%s" height="%s" preserveAspectRatio="none" `+
		`image-rendering="optimizeSpeed" style="image-rendering:pixelated" xlink:href="%s"/>`+"\n",
		num(r.x), num(r.y), num(r.w), num(r.h), data)
}

// paletted is the same picture with a palette when 256 colours are enough for it.
func paletted(img *image.NRGBA) image.Image {
	index := map[color.NRGBA]uint8{}
	out := image.NewPaletted(img.Rect, nil)
	for i := range out.Pix {
		c := color.NRGBA{img.Pix[4*i], img.Pix[4*i+1], img.Pix[4*i+2], img.Pix[4*i+3]}
		k, ok := index[c]
		if !ok {
			if len(index) == 256 {
				return img
			}
			k = uint8(len(index))
			index[c] = k
			out.Palette = append(out.Palette, c)
		}
		out.Pix[i] = k
	}
	return out
}
