package findings

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"

	"nissl"
	"nissl/studio/reply"
)

// An array is shown as a picture with at most this many rows and columns.
const mostSide = 400

// slice is a matrix of an array as it is shown; a line is one row. Each value is the mean of a block.
type slice struct {
	Name   string         `json:"name"`
	Doc    string         `json:"doc"`
	Shape  []int          `json:"shape"`
	At     []int          `json:"at"`    // place on the axes before the last two
	Rows   int            `json:"rows"`  // as shown
	Cols   int            `json:"cols"`  // as shown
	Block  [2]int         `json:"block"` // values behind one, along rows and columns
	Values []reply.Number `json:"values"`
	Low    reply.Number   `json:"low"`
	High   reply.Number   `json:"high"`
	// Along is what stands at each column: another array of the finding that is as long and holds seconds.
	Along     []reply.Number `json:"along,omitempty"`
	AlongName string         `json:"along_name,omitempty"`
}

// serveArray answers with a matrix of an array: ?at=0,2 says which.
func (f *Findings) serveArray(w http.ResponseWriter, r *http.Request) error {
	g, release, err := f.lib.Finding(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	defer release()
	a := g.ArrayNamed(r.PathValue("name"))
	if a == nil {
		return reply.Missing(fmt.Errorf("%s has no array %q", r.PathValue("id"), r.PathValue("name")))
	}
	at, err := place(r.URL.Query().Get("at"), a.Shape)
	if err != nil {
		return reply.Bad(fmt.Errorf("array %s: %w", a.Name, err))
	}
	s := cut(a, at)
	if s.Cols > 1 && s.Block[1] == 1 {
		s.along(g, a)
	}
	return reply.JSON(w, s)
}

// place reads the place on the axes before the last two; missing ones are 0.
func place(word string, shape []int) ([]int, error) {
	at := make([]int, max(0, len(shape)-2))
	if word == "" {
		return at, nil
	}
	words := strings.Split(word, ",")
	if len(words) > len(at) {
		return nil, fmt.Errorf("expected %d places, got %q", len(at), word)
	}
	for i, w := range words {
		n, err := strconv.Atoi(w)
		if err != nil || n < 0 || n >= shape[i] {
			return nil, fmt.Errorf("axis %d has places 0 to %d, got %q", i, shape[i]-1, w)
		}
		at[i] = n
	}
	return at, nil
}

// cut takes the matrix at a place out of an array and makes it small enough to be shown.
func cut(a *nissl.Array, at []int) slice {
	rows, cols := 1, 1
	if n := len(a.Shape); n > 0 {
		cols = a.Shape[n-1]
		if n > 1 {
			rows = a.Shape[n-2]
		}
	}
	if len(a.F32)+len(a.F64) == 0 {
		rows, cols = 0, 0
	}
	first := 0
	for i, n := range at {
		first = first*a.Shape[i] + n
	}
	first *= rows * cols
	value := func(i int) float64 {
		if a.F64 != nil {
			return a.F64[i]
		}
		return float64(a.F32[i])
	}
	s := slice{Name: a.Name, Doc: a.Doc, Shape: orEmpty(a.Shape), At: at, Block: [2]int{blocks(rows), blocks(cols)}}
	s.Rows, s.Cols = (rows+s.Block[0]-1)/s.Block[0], (cols+s.Block[1]-1)/s.Block[1]
	s.Values = make([]reply.Number, 0, s.Rows*s.Cols)
	low, high := math.Inf(1), math.Inf(-1)
	for i := range s.Rows {
		for j := range s.Cols {
			sum, n := 0.0, 0
			for y := i * s.Block[0]; y < min(rows, (i+1)*s.Block[0]); y++ {
				for x := j * s.Block[1]; x < min(cols, (j+1)*s.Block[1]); x++ {
					if v := value(first + y*cols + x); !math.IsNaN(v) && !math.IsInf(v, 0) {
						sum += v
						n++
					}
				}
			}
			mean := sum / float64(n) // NaN where all are missing
			if n > 0 {
				low, high = min(low, mean), max(high, mean)
			}
			s.Values = append(s.Values, reply.Number(mean))
		}
	}
	s.Low, s.High = reply.Number(low), reply.Number(high)
	return s
}

// blocks is how many values stand behind one that is shown.
func blocks(n int) int { return max(1, (n+mostSide-1)/mostSide) }

// along finds the seconds of the columns.
func (s *slice) along(g *nissl.Finding, a *nissl.Array) {
	for i := range g.Arrays {
		b := &g.Arrays[i]
		if b == a || len(b.Shape) != 1 || b.Shape[0] != s.Cols || !strings.HasSuffix(b.Name, "_s") {
			continue
		}
		s.AlongName = b.Name
		if s.Along = reply.Numbers(b.F64); b.F64 == nil {
			s.Along = reply.Numbers(b.F32)
		}
		return
	}
}
