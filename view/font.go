package view

import (
	"strings"
	"unicode/utf8"

	"codeberg.org/go-fonts/liberation/liberationsansbold"
	"codeberg.org/go-fonts/liberation/liberationsansregular"
	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// fonts measure and outline text in Liberation Sans, whose widths are those of Arial
// and Helvetica, so that an SVG keeps its layout with any of the three.
type fonts struct {
	regular, bold *sfnt.Font
	buf           sfnt.Buffer
	advance       map[glyph]float64
}

type glyph struct {
	r    rune
	bold bool
}

func newFonts() *fonts {
	f := &fonts{advance: map[glyph]float64{}}
	var err error
	if f.regular, err = sfnt.Parse(liberationsansregular.TTF); err != nil {
		panic("view: the built-in font is broken: " + err.Error())
	}
	if f.bold, err = sfnt.Parse(liberationsansbold.TTF); err != nil {
		panic("view: the built-in font is broken: " + err.Error())
	}
	return f
}

func (f *fonts) face(bold bool) *sfnt.Font {
	if bold {
		return f.bold
	}
	return f.regular
}

// ppem at which glyphs are measured and outlined: the font's own grid.
const ppem = 2048

// width of s in points.
func (f *fonts) width(s string, size float64, bold bool) float64 {
	var w float64
	for _, r := range s {
		w += f.runeWidth(r, bold)
	}
	return w * size
}

// runeWidth is the advance of a rune in em.
func (f *fonts) runeWidth(r rune, bold bool) float64 {
	g := glyph{r, bold}
	if w, ok := f.advance[g]; ok {
		return w
	}
	face := f.face(bold)
	w := 0.5
	if i, err := face.GlyphIndex(&f.buf, r); err == nil {
		if a, err := face.GlyphAdvance(&f.buf, i, fixed.I(ppem), font.HintingNone); err == nil {
			w = float64(a) / 64 / ppem
		}
	}
	f.advance[g] = w
	return w
}

// outline appends the glyphs of s with the baseline starting at the origin.
func (f *fonts) outline(s string, size float64, bold bool, place func(x, y float64) point) path {
	var p path
	face, pen := f.face(bold), 0.0
	scale := size / ppem / 64
	for _, r := range s {
		i, err := face.GlyphIndex(&f.buf, r)
		if err != nil {
			continue
		}
		segs, err := face.LoadGlyph(&f.buf, i, fixed.I(ppem), nil)
		if err == nil {
			p = appendGlyph(p, segs, func(a fixed.Point26_6) point {
				return place(pen+float64(a.X)*scale, float64(a.Y)*scale)
			})
		}
		pen += f.runeWidth(r, bold) * size
	}
	return p
}

func appendGlyph(p path, segs sfnt.Segments, at func(fixed.Point26_6) point) path {
	var last point
	open := false
	for _, s := range segs {
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			if open {
				p.close()
			}
			last, open = at(s.Args[0]), true
			p.move(last.x, last.y)
		case sfnt.SegmentOpLineTo:
			last = at(s.Args[0])
			p.line(last.x, last.y)
		case sfnt.SegmentOpQuadTo: // a quadratic is the cubic with control points 2/3 of the way
			q, end := at(s.Args[0]), at(s.Args[1])
			p.cubic(point{last.x + (q.x-last.x)*2/3, last.y + (q.y-last.y)*2/3},
				point{end.x + (q.x-end.x)*2/3, end.y + (q.y-end.y)*2/3}, end)
			last = end
		case sfnt.SegmentOpCubeTo:
			a, b, end := at(s.Args[0]), at(s.Args[1]), at(s.Args[2])
			p.cubic(a, b, end)
			last = end
		}
	}
	if open {
		p.close()
	}
	return p
}

// shorten cuts s to at most w points, ending in an ellipsis.
func (f *fonts) shorten(s string, w, size float64, bold bool) string {
	if f.width(s, size, bold) <= w {
		return s
	}
	room := w - f.width("…", size, bold)
	for i, r := range s {
		room -= f.runeWidth(r, bold) * size
		if room < 0 {
			return strings.TrimRight(s[:i], " ") + "…"
		}
	}
	return s
}

// wrap breaks s into lines of at most w points at spaces, and inside words that are
// longer than a line.
func (f *fonts) wrap(s string, w, size float64, bold bool) []string {
	var lines []string
	for _, par := range strings.Split(s, "\n") {
		line := ""
		for _, word := range strings.Fields(par) {
			for f.width(word, size, bold) > w && utf8.RuneCountInString(word) > 1 {
				if line != "" {
					lines, line = append(lines, line), ""
				}
				k := f.fits(word, w, size, bold)
				lines, word = append(lines, word[:k]), word[k:]
			}
			switch next := strings.TrimSpace(line + " " + word); {
			case line == "" || f.width(next, size, bold) <= w:
				line = next
			default:
				lines, line = append(lines, line), word
			}
		}
		if line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// fits is the number of bytes of the first runes of word that fit in w, at least one
// rune.
func (f *fonts) fits(word string, w, size float64, bold bool) int {
	for i, r := range word {
		w -= f.runeWidth(r, bold) * size
		if w < 0 && i > 0 {
			return i
		}
	}
	return len(word)
}
