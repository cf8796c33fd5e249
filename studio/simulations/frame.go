package simulations

import (
	"encoding/binary"
	"encoding/json"
	"math"
)

// head is what a frame begins with, as JSON; the numbers follow, lane by lane: rows (uint32) and times after From (float32)
// of the spikes that are shown, rates (float32, population × bin), samples (float32, sample × cell).
type head struct {
	From    float64 `json:"from"` // s
	To      float64 `json:"to"`
	Epoch   int     `json:"epoch"`   // how often it was begun again
	Version int     `json:"version"` // of the state
	State   *state  `json:"state,omitempty"`
	Spikes  []int   `json:"spikes"`
	Bins    int     `json:"bins"`
	First   int     `json:"first"` // bin
	Samples []int   `json:"samples"`
	Cells   int     `json:"cells"`
}

// frame is the bytes of a frame: its length, that of the head, the head, the numbers; all little-endian, at multiples
// of four bytes.
func (h head) frame(lanes []*lane) ([]byte, error) {
	h.Bins = math.MaxInt32
	for _, n := range lanes {
		h.Bins = min(h.Bins, n.full())
		h.First = n.first
		h.Spikes = append(h.Spikes, len(n.rows))
		h.Samples = append(h.Samples, len(n.traces)/max(1, h.Cells))
	}
	text, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	for len(text)%4 != 0 {
		text = append(text, ' ')
	}
	b := make([]byte, 8, 8+len(text)+64)
	b = append(b, text...)
	for _, n := range lanes {
		for _, r := range n.rows {
			b = binary.LittleEndian.AppendUint32(b, r)
		}
		for _, t := range n.times {
			b = appendFloat(b, float32(t-h.From))
		}
		for _, r := range n.rates(h.Bins) {
			b = appendFloat(b, r)
		}
		for _, v := range n.traces {
			b = appendFloat(b, v)
		}
		n.rows, n.times, n.traces = n.rows[:0], n.times[:0], n.traces[:0]
	}
	binary.LittleEndian.PutUint32(b, uint32(len(b)-4))
	binary.LittleEndian.PutUint32(b[4:], uint32(len(text)))
	return b, nil
}

func appendFloat(b []byte, v float32) []byte {
	return binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
}
