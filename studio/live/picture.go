package live

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"nissl"
	"nissl/studio/reply"
)

const (
	mostPicture  = 8 << 20 // bytes of a file
	picturesKept = 12      // the last given
)

// pictures are those that were given, as the network takes them.
type pictures struct {
	mu   sync.Mutex
	list []uploaded
}

type uploaded struct {
	key    string
	tensor nissl.Tensor
	kind   string // of the file
	file   []byte
}

func (p *pictures) put(u uploaded) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.list = slices.DeleteFunc(p.list, func(old uploaded) bool { return old.key == u.key })
	p.list = append(p.list, u)
	if len(p.list) > picturesKept {
		p.list = p.list[1:]
	}
}

func (p *pictures) get(key string) (uploaded, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, u := range p.list {
		if u.key == key {
			return u, true
		}
	}
	return uploaded{}, false
}

func (p *pictures) keys() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []string
	for _, u := range p.list {
		out = append(out, u.key)
	}
	return out
}

// picture gives an input by its name: digit:7, or an upload's.
func (w *warm) picture(name string) (nissl.Tensor, error) {
	if number, ok := strings.CutPrefix(name, "digit:"); ok {
		i, err := strconv.Atoi(number)
		if err != nil {
			return nissl.Tensor{}, fmt.Errorf("%q: expected the number of a digit, as in digit:7", name)
		}
		t, _, err := w.net.Digit(i)
		return t, err
	}
	if name == "" {
		return nissl.Tensor{}, errors.New("no picture is chosen: choose a digit or give a PNG or JPEG")
	}
	u, ok := w.pictures.get(name)
	if !ok {
		return u.tensor, fmt.Errorf("the picture %s is no longer here: give it again", name)
	}
	return u.tensor, nil
}

// upload takes a PNG or JPEG as the body and answers with its name; ?name= is for errors.
func upload(s *session, w http.ResponseWriter, r *http.Request) error {
	if kind, _, _, _, _, _ := s.net.Takes(); kind != "images" && kind != "vectors" {
		return reply.Bad(fmt.Errorf("%s takes no pictures", s.net.About().Name))
	}
	file, err := io.ReadAll(http.MaxBytesReader(w, r.Body, mostPicture))
	if err != nil {
		return reply.Bad(fmt.Errorf("the picture has more than %d MB, or did not arrive: %w", mostPicture>>20, err))
	}
	name := r.URL.Query().Get("name")
	if name == "" {
		name = "the picture"
	}
	t, err := s.net.Picture(name, file)
	if err != nil {
		return reply.Bad(err)
	}
	key := fmt.Sprintf("%x", sha256.Sum256(file))[:16]
	kind := "image/jpeg" // the network read it: it is one of the two
	if bytes.HasPrefix(file, []byte("\x89PNG")) {
		kind = "image/png"
	}
	s.pictures.put(uploaded{key, t, kind, file})
	return reply.JSON(w, map[string]any{"picture": key, "shape": t.Shape[1:]})
}

// picture answers with what was given, or with a PNG of a digit as the network sees it.
func picture(s *session, w http.ResponseWriter, r *http.Request) error {
	name := r.URL.Query().Get("picture")
	if u, ok := s.pictures.get(name); ok {
		return reply.Bytes(w, u.kind, u.file)
	}
	t, err := s.picture(name)
	if err != nil {
		return reply.Missing(err)
	}
	m, err := imageOf(t)
	if err != nil {
		return reply.Bad(err)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		return err
	}
	return reply.Bytes(w, "image/png", b.Bytes())
}

// imageOf shows [1, channel, y, x], each channel from its least to its most.
func imageOf(t nissl.Tensor) (image.Image, error) {
	if len(t.Shape) != 4 {
		return nil, fmt.Errorf("an input of shape %v is no picture", t.Shape)
	}
	channels, h, w := t.Shape[1], t.Shape[2], t.Shape[3]
	plane := func(c int) []uint8 {
		x := t.Data[c*h*w : (c+1)*h*w]
		low, high := slices.Min(x), slices.Max(x)
		out := make([]uint8, len(x))
		for i, v := range x {
			if high > low {
				out[i] = uint8((v - low) / (high - low) * 255)
			}
		}
		return out
	}
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	r, g, b := plane(0), plane(min(1, channels-1)), plane(min(2, channels-1))
	for i := range r {
		m.SetNRGBA(i%w, i/w, color.NRGBA{r[i], g[i], b[i], 255})
	}
	return m, nil
}
