package view

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"nissl"
)

var update = flag.Bool("update", false, "rewrite the goldens in testdata")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("differs from %s; go test -update rewrites it.\n%s", path, got)
	}
}

func terminal(t *testing.T, f *nissl.Finding, width int, color bool) string {
	t.Helper()
	var b strings.Builder
	if err := Terminal(&b, f, width, color, "atlas/figures/matrix.svg"); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTerminalGolden(t *testing.T) {
	golden(t, "terminal.txt", []byte(terminal(t, sampleFinding(), 0, false)))
	golden(t, "empty.txt", []byte(terminal(t, &nissl.Finding{}, 80, false)))
}

// escapes are those that the terminal is allowed to get: colours and attributes.
var escapes = regexp.MustCompile("\x1b\\[[0-9;]*m")

func TestTerminalKeepsToItsWidthAndEscapes(t *testing.T) {
	for _, width := range []int{40, 61, 80, 120, 200} {
		for _, color := range []bool{false, true} {
			text := terminal(t, sampleFinding(), width, color)
			if color {
				text = escapes.ReplaceAllString(text, "")
			}
			if strings.ContainsRune(text, '\x1b') {
				t.Errorf("width %d, color %v: an escape code came through", width, color)
			}
			for _, line := range strings.Split(text, "\n") {
				if n := utf8.RuneCountInString(line); n > width {
					t.Errorf("width %d, color %v: %d columns: %q", width, color, n, line)
				}
			}
		}
	}
}

// full fails after n bytes.
type full struct{ n int }

func (w *full) Write(p []byte) (int, error) {
	if w.n -= len(p); w.n < 0 {
		return 0, errors.New("disk full")
	}
	return len(p), nil
}

func TestWriteErrorsAreReported(t *testing.T) {
	if err := Terminal(&full{10}, sampleFinding(), 80, false); err == nil {
		t.Error("Terminal hides the error of its writer")
	}
	if err := HTML(&full{1000}, sampleFinding(), nil); err == nil {
		t.Error("HTML hides the error of its writer")
	}
}

// wellFormed parses a document to its end.
func wellFormed(t testing.TB, doc []byte) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(doc))
	for {
		_, err := d.Token()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatalf("not well-formed XML: %v", err)
		}
	}
}

func TestFiguresAreWellFormedAndDeterministic(t *testing.T) {
	for _, f := range samples() {
		svg, err := SVG(f)
		if err != nil {
			t.Fatal(err)
		}
		wellFormed(t, svg)
		if bytes.Contains(svg, []byte("NaN")) || bytes.Contains(svg, []byte("Inf")) {
			t.Errorf("%s: a coordinate is not finite", f.Name)
		}
		pic, err := PNG(f, 100)
		if err != nil {
			t.Fatal(err)
		}
		var wait sync.WaitGroup
		for range 3 {
			wait.Go(func() {
				again, _ := SVG(f)
				picAgain, _ := PNG(f, 100)
				if !bytes.Equal(again, svg) || !bytes.Equal(picAgain, pic) {
					t.Errorf("%s: drawn twice, the bytes differ", f.Name)
				}
			})
		}
		wait.Wait()
	}
}

func TestHTML(t *testing.T) {
	var a, b bytes.Buffer
	f := sampleFinding()
	broken := nissl.Figure{Name: "broken", Title: "Broken", Panels: []nissl.Panel{{}}}
	for _, w := range []*bytes.Buffer{&a, &b} {
		if err := HTML(w, f, append(samples(), broken)); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("written twice, the bytes differ")
	}
	page := a.String()
	for _, want := range []string{"&lt;b&gt;RID&lt;/b&gt;", "&lt;script&gt;alert(1)", "N199", "first 200 of 500 rows",
		"sha256:9f86d081", "prefers-color-scheme: dark", "no communities", "not above chance", "Broken cannot be drawn"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %q", want)
		}
	}
	for _, bad := range []string{"<script", "<b>RID", "N200<", "ZgotmplZ", "<?xml"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page has %q", bad)
		}
	}
	link := regexp.MustCompile(`(?:src|href)="([^"]*)"|url\(([^)]*)\)|@import`)
	for _, m := range link.FindAllStringSubmatch(page, -1) {
		if !strings.HasPrefix(m[1], "data:image/png;base64,") {
			t.Errorf("the page asks for %.60q from outside", m[0])
		}
	}
	if n := strings.Count(page, "<svg"); n != 3+2 { // figures, and the evidence that has null runs
		t.Errorf("%d drawings on the page, want 5", n)
	}
}

// TestMatrixPixels reads the colours back from the picture: row 0 is on top, column 0
// left, missing values are blank, infinite ones at the ends of the scale.
func TestMatrixPixels(t *testing.T) {
	values := []float64{0, 1, 2, 3, math.NaN(), 5, 6, math.Inf(1), math.Inf(-1)}
	h := &nissl.Heatmap{Rows: 3, Cols: 3, Values: values}
	fig := nissl.Figure{Panels: []nissl.Panel{{Heatmap: h}}}
	s, err := newSheet(fig)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := PNG(fig, 144)
	if err != nil {
		t.Fatal(err)
	}
	img := decode(t, raw)
	d := s.placed[0].drawing.(*heat)
	r := d.area(s.placed[0].plot)
	seq := sequential()
	for i, v := range values {
		x, y := r.x+(float64(i%3)+0.5)*r.w/3, r.y+(float64(i/3)+0.5)*r.h/3
		want := blank
		if !math.IsNaN(v) {
			want = seq.at(clamp(v, 0, 6) / 6)
		}
		gr, gg, gb, _ := img.At(int(x*2), int(y*2)).RGBA()
		if uint8(gr>>8) != want.R || uint8(gg>>8) != want.G || uint8(gb>>8) != want.B {
			t.Errorf("cell %d (%g) is %d %d %d, want %v", i, v, gr>>8, gg>>8, gb>>8, want)
		}
	}
}

func decode(t testing.TB, raw []byte) image.Image {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func TestCheckNamesWhatDisagrees(t *testing.T) {
	heat := func(h nissl.Heatmap) nissl.Panel { return nissl.Panel{Heatmap: &h} }
	for want, p := range map[string]nissl.Panel{
		"0 drawings":            {},
		"2 drawings":            {Bars: &nissl.Bars{}, Raster: &nissl.Raster{}},
		"2 × 2 has 3 values":    heat(nissl.Heatmap{Rows: 2, Cols: 2, Values: make([]float64, 3)}),
		"-1 × -1 has 1 values":  heat(nissl.Heatmap{Rows: -1, Cols: -1, Values: make([]float64, 1)}),
		"heatmap of":            heat(nissl.Heatmap{Rows: math.MaxInt, Cols: 4}),
		"1 row names for 2":     heat(nissl.Heatmap{Rows: 2, Cols: 1, Values: make([]float64, 2), RowNames: []string{""}}),
		"must increase":         heat(nissl.Heatmap{Rows: 1, Cols: 2, Values: make([]float64, 2), X: []float64{1, 1}}),
		`curve 0 "a": 1 values`: {Lines: &nissl.Lines{X: make([]float64, 2), Curves: []nissl.Curve{{Name: "a", Y: make([]float64, 1)}}}},
		"a range has both":      {Lines: &nissl.Lines{Curves: []nissl.Curve{{Y: make([]float64, 1), Low: make([]float64, 1)}}}},
		"2 names for 1":         {Bars: &nissl.Bars{Names: []string{"", ""}, Values: []float64{1}}},
		"1 x and 0 y":           {Graph: &nissl.Graph{X: []float64{1}}},
		"edge 0 joins 0 and 1":  {Graph: &nissl.Graph{X: []float64{1}, Y: []float64{1}, Edges: []nissl.Edge{{To: 1}}}},
		"0 step names":          {Flow: &nissl.Flow{Group: [][]int{{1}}}},
		"step 1 has 2 members":  {Flow: &nissl.Flow{Steps: []string{"", ""}, Group: [][]int{{1}, {1, 2}}}},
		"1 groups for 0":        {Raster: &nissl.Raster{Groups: []int{1}}},
		"height -1":             {Height: -1, Bars: &nissl.Bars{}},
	} {
		_, err := SVG(nissl.Figure{Name: "x", Panels: []nissl.Panel{p}})
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), `"x", panel 1`) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
	if _, err := SVG(nissl.Figure{}); err == nil {
		t.Error("a figure without panels is drawn")
	}
	for _, dpi := range []int{-1, 0, 19, 1201} {
		if _, err := PNG(samples()[0], dpi); err == nil {
			t.Errorf("%d dots per inch are drawn", dpi)
		}
	}
}

func ExampleTerminal() {
	f := &nissl.Finding{Verb: "map", Method: "correlation", Summary: "Two of three pairs rise and fall together."}
	f.AddMetric("mean_r", 0.4217, "", "mean correlation")
	Terminal(os.Stdout, f, 60, false, "out/figures/correlation.svg")
	// Output:
	// map correlation
	//
	// Two of three pairs rise and fall together.
	//
	// Metrics
	//   mean_r  0.4217  mean correlation
	//
	// Files
	//   out/figures/correlation.svg
}

func ExamplePalette() {
	c := Palette(0)
	fmt.Printf("#%02x%02x%02x\n", c.R, c.G, c.B)
	// Output: #1f6fb5
}
