package dataset

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"nissl/internal/nissldata"
)

type pillowCase struct {
	File          string
	Short, Crop   int
	Bicubic       bool
	Height, Width int
	SHA256        string
	Step          int    // of a JPEG: samples are every Step-th pixel
	Samples       string // numbers with a space between
}

// pillow reads the reference of testdata/pillow.py: Pillow 13.0.0 with libjpeg-turbo 3.2.0.
func pillow(t *testing.T) []pillowCase {
	t.Helper()
	b, err := os.ReadFile("testdata/pillow.json")
	if err != nil {
		t.Fatal(err)
	}
	var ref struct {
		Pillow string
		Cases  []pillowCase
	}
	if err := json.Unmarshal(b, &ref); err != nil {
		t.Fatal(err)
	}
	return ref.Cases
}

// Every pixel of a PNG is Pillow's: decoding, resizing up and down, cropping. Tolerance: none, the sha256
// agree. Go's JPEG decoder rounds its inverse cosine transform otherwise than libjpeg-turbo (allowed by
// the standard): tolerance 3 of 255, and 9 in 10 pixels are the same.
func TestPillow(t *testing.T) {
	for _, c := range pillow(t) {
		t.Run(c.File, func(t *testing.T) {
			path := filepath.Join("testdata", c.File)
			if strings.HasPrefix(c.File, "networks/") {
				path = filepath.Join(nissldata.Dir(t), c.File)
			}
			g := Geometry{Short: c.Short, Crop: c.Crop}
			if c.Bicubic {
				g.Filter = Bicubic
			}
			m, err := ReadImages([]string{path}, g)
			if err != nil {
				t.Fatal(err)
			}
			if m.Height != c.Height || m.Width != c.Width {
				t.Fatalf("short side %d, crop %d: %d × %d, Pillow %d × %d", c.Short, c.Crop, m.Height, m.Width, c.Height, c.Width)
			}
			if c.Samples != "" {
				compareSamples(t, m.Pixels, c)
				return
			}
			sum := sha256.Sum256(m.Pixels)
			if hex.EncodeToString(sum[:]) != c.SHA256 {
				t.Errorf("short side %d, crop %d, bicubic %v: pixels differ from Pillow's", c.Short, c.Crop, c.Bicubic)
			}
		})
	}
}

func compareSamples(t *testing.T, pixels []uint8, c pillowCase) {
	t.Helper()
	want := strings.Fields(c.Samples)
	if len(want) != (len(pixels)+c.Step-1)/c.Step {
		t.Fatalf("%d samples of %d pixels", len(want), len(pixels))
	}
	same, worst := 0, 0
	for i, text := range want {
		v, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		d := max(v-int(pixels[i*c.Step]), int(pixels[i*c.Step])-v)
		worst = max(worst, d)
		if d == 0 {
			same++
		}
	}
	t.Logf("%.1f%% of %d pixels are the same, the largest difference is %d", 100*float64(same)/float64(len(want)), len(want), worst)
	if worst > 3 || 10*same < 9*len(want) {
		t.Errorf("%d of %d pixels are the same, the largest difference is %d", same, len(want), worst)
	}
}
