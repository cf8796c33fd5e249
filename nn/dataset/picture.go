package dataset

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const (
	maxPixels = 1 << 26 // of one image: 8192 × 8192
	// pixelsPerByte bounds what a byte of a PNG (deflate of 1-bit pixels) or JPEG can hold; a header that
	// promises more lies.
	pixelsPerByte = 8 * maxDeflate
)

// ReadImage reads one PNG or JPEG as RGB. Pixels are those of Pillow's convert("RGB"): an alpha channel is
// dropped, not blended; of 16-bit samples the high byte counts; a JPEG's chroma is interpolated as
// libjpeg does by default. Orientation tags and colour profiles are not applied. JPEGs in CMYK are an error.
func ReadImage(path string) (*Images, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return decodeImage(path, data)
}

func decodeImage(path string, data []byte) (*Images, error) {
	config, format, decode := image.Config{}, "", png.Decode
	var err error
	switch {
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		format = "PNG"
		config, err = png.DecodeConfig(bytes.NewReader(data))
	case bytes.HasPrefix(data, []byte("\xff\xd8")):
		format, decode = "JPEG", jpeg.Decode
		config, err = jpeg.DecodeConfig(bytes.NewReader(data))
	default:
		return nil, fmt.Errorf("%s: byte 0: begins with % x, want a PNG or JPEG image", path, data[:min(len(data), 4)])
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %s header in %d bytes: %w", path, format, len(data), err)
	}
	w, h := config.Width, config.Height
	if w < 1 || h < 1 || h > maxPixels/w || w*h > pixelsPerByte*len(data) {
		return nil, fmt.Errorf("%s: %s header: image of %d × %d in %d bytes, want 1 to %d pixels and no more than fit",
			path, format, w, h, len(data), maxPixels)
	}
	r := bytes.NewReader(data)
	picture, err := decode(r)
	if err != nil {
		return nil, fmt.Errorf("%s: byte %d: %s: %w", path, len(data)-r.Len(), format, err)
	}
	if picture.Bounds() != image.Rect(0, 0, w, h) {
		return nil, fmt.Errorf("%s: %s decodes to %v, its header says %d × %d", path, format, picture.Bounds(), w, h)
	}
	m := &Images{Name: stem(path), Channels: 3, Height: h, Width: w, Paths: []string{path}}
	if m.Pixels, err = planes(picture); err != nil {
		return nil, fmt.Errorf("%s: %s: %w", path, format, err)
	}
	return m, nil
}

// planes is an image as 3 × height × width bytes.
func planes(picture image.Image) ([]uint8, error) {
	h, w := picture.Bounds().Dy(), picture.Bounds().Dx()
	out := make([]uint8, 3*h*w)
	set := func(x, y int, r, g, b uint8) {
		i := y*w + x
		out[i], out[h*w+i], out[2*h*w+i] = r, g, b
	}
	switch m := picture.(type) {
	case *image.YCbCr:
		return out, convertYCbCr(m, out)
	case *image.CMYK:
		return nil, errors.New("colours are CMYK, want RGB or grey")
	case *image.Gray:
		for y := range h {
			for x, v := range m.Pix[y*m.Stride:][:w] {
				set(x, y, v, v, v)
			}
		}
	case *image.NRGBA:
		for y := range h {
			for x := range w {
				p := m.Pix[y*m.Stride+4*x:]
				set(x, y, p[0], p[1], p[2])
			}
		}
	case *image.NRGBA64:
		for y := range h {
			for x := range w {
				p := m.Pix[y*m.Stride+8*x:]
				set(x, y, p[0], p[2], p[4])
			}
		}
	case *image.Paletted:
		for y := range h {
			for x, v := range m.Pix[y*m.Stride:][:w] {
				if int(v) >= len(m.Palette) {
					return nil, fmt.Errorf("pixel %d, %d has colour %d of a palette of %d", x, y, v, len(m.Palette))
				}
				c := color.NRGBAModel.Convert(m.Palette[v]).(color.NRGBA)
				set(x, y, c.R, c.G, c.B)
			}
		}
	default: // opaque: RGBA, RGBA64, Gray16
		for y := range h {
			for x := range w {
				r, g, b, _ := picture.At(x, y).RGBA()
				set(x, y, uint8(r>>8), uint8(g>>8), uint8(b>>8))
			}
		}
	}
	return out, nil
}

// ReadImages reads PNG or JPEG files as one set of RGB images, which after the geometry must have one size.
func ReadImages(paths []string, g Geometry) (*Images, error) {
	if len(paths) == 0 {
		return nil, errors.New("no image was given: want PNG or JPEG files")
	}
	var out *Images
	for _, path := range paths {
		m, err := ReadImage(path)
		if err != nil {
			return nil, err
		}
		m.Pixels, m.Height, m.Width, err = g.apply(m.Pixels, m.Channels, m.Height, m.Width)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if out == nil {
			m.Pixels = slices.Grow(m.Pixels, min(len(paths)-1, maxBytes/len(m.Pixels))*len(m.Pixels))
			out = m
			continue
		}
		if m.Height != out.Height || m.Width != out.Width {
			return nil, fmt.Errorf("%s: %d × %d pixels, want the %d × %d of %s (or resize and crop)",
				path, m.Height, m.Width, out.Height, out.Width, paths[0])
		}
		out.Pixels = append(out.Pixels, m.Pixels...)
		out.Paths = append(out.Paths, path)
	}
	return out, nil
}

// ReadFolder reads all PNG and JPEG files of a folder, in order of their names. Where the images lie in
// folders within it, those folders are the classes, in order of their names, and the labels are set
// (torchvision's ImageFolder); where they lie in the folder itself there are no labels.
func ReadFolder(dir string, g Geometry) (*Images, error) {
	var paths, names []string
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.Type().IsRegular() && isImage(path) {
			paths = append(paths, path)
			if rel, err := filepath.Rel(dir, path); err == nil {
				name, _, nested := strings.Cut(filepath.ToSlash(rel), "/")
				if !nested {
					name = ""
				}
				names = append(names, name)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("%s: no image, want .png, .jpg or .jpeg files in it or in its folders", dir)
	}
	all := slices.Compact(slices.Sorted(slices.Values(names)))
	if all[0] == "" && len(all) > 1 {
		return nil, fmt.Errorf("%s: images beside folders of images: want either, for folders are classes", dir)
	}
	m, err := ReadImages(paths, g)
	if err != nil {
		return nil, err
	}
	m.Name = filepath.Base(dir)
	if all[0] != "" {
		m.ClassNames, m.Classes = all, len(all)
		for _, name := range names {
			m.Labels = append(m.Labels, slices.Index(all, name))
		}
	}
	return m, nil
}

func isImage(path string) bool {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".png", ".jpg", ".jpeg":
		return true
	}
	return false
}
