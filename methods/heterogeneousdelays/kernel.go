package heterogeneousdelays

import (
	"context"
	"fmt"

	"nissl/num/parallel"
)

// Event is one input spike.
type Event struct {
	Tick int32 // whole steps since the stream began
	Unit int32 // row of the recording's table of units
}

// Stream is the events of one labelled epoch, in order of Tick, then Unit.
type Stream struct {
	Events []Event
	Label  int
	Start  float64 // seconds in the recording
	Ticks  int     // steps of the stream; events are before
}

// Sensor says where units lie. Where they have no place, every unit is an address of its own.
type Sensor struct {
	Names         []string
	Placed        bool
	Width, Height int     // of the grid of places
	Pixel         []int32 // of each unit, row × Width + column; nil where units have no place
	Polarity      []uint8 // of each unit: 0 ON, 1 OFF
}

// Kernel is the set of synapses that all output neurons have, one for each feature: a polarity relative to that
// of the event at which the neuron is asked (0 the same, 1 the other), a delay of whole steps, an address. The
// address is an offset in pixels from that event, so that the same synapses serve all places, or, without places,
// a unit.
type Kernel struct {
	Delays     int // 0 to Delays-1 steps
	Polarities int // 2, or 1 where polarity is ignored or units have no place
	DX, DY     []int
	Addresses  int // len(DX), or the number of units
	sensor     *Sensor
}

// NewKernel makes the synapses of all offsets within radius pixels, or of all units where the sensor has no places.
func NewKernel(s *Sensor, radius float64, delays int, polarity bool) *Kernel {
	if delays < 1 || radius < 0 {
		panic(fmt.Sprintf("heterogeneousdelays: kernel of %d delays and radius %g", delays, radius))
	}
	k := &Kernel{Delays: delays, Polarities: 1, sensor: s, Addresses: len(s.Names)}
	if !s.Placed {
		return k
	}
	if polarity {
		k.Polarities = 2
	}
	r := int(radius)
	for dy := -r; dy <= r; dy++ {
		for dx := -r; dx <= r; dx++ {
			if float64(dx*dx+dy*dy) <= radius*radius {
				k.DX, k.DY = append(k.DX, dx), append(k.DY, dy)
			}
		}
	}
	k.Addresses = len(k.DX)
	return k
}

// Features is the number of synapses of an output neuron.
func (k *Kernel) Features() int { return k.Polarities * k.Delays * k.Addresses }

// Feature is the row of a synapse in the weights.
func (k *Kernel) Feature(polarity, delay, address int) int {
	return (polarity*k.Delays+delay)*k.Addresses + address
}

// Split is the inverse of Feature.
func (k *Kernel) Split(f int) (polarity, delay, address int) {
	return f / (k.Addresses * k.Delays), f / k.Addresses % k.Delays, f % k.Addresses
}

// withDelays is the kernel with another number of delays.
func (k *Kernel) withDelays(n int) *Kernel {
	out := *k
	out.Delays = n
	return &out
}

// Motifs are the synapses that are active at each event of a stream: those whose spikes, each delayed by its own
// synapse, arrive together with the event. A spike that comes twice is listed twice.
type Motifs struct {
	Label    int
	Features []uint32
	First    []int // of each event, and the end: events + 1
}

// Events is the number of events.
func (m *Motifs) Events() int { return len(m.First) - 1 }

// At is the synapses active at event i.
func (m *Motifs) At(i int) []uint32 { return m.Features[m.First[i]:m.First[i+1]] }

// MotifsOf finds the motifs of every event of the streams.
func MotifsOf(ctx context.Context, k *Kernel, streams []*Stream, workers int) ([]*Motifs, error) {
	out := make([]*Motifs, len(streams))
	err := parallel.Workers(ctx, workers, len(streams), func() func(int) {
		return func(i int) { out[i] = k.motifs(streams[i]) }
	})
	return out, err
}

func (k *Kernel) motifs(s *Stream) *Motifs {
	m := &Motifs{Label: s.Label, First: make([]int, 1, len(s.Events)+1)}
	if k.sensor.Placed {
		k.around(s, m)
	} else {
		k.anywhere(s, m)
	}
	return m
}

// around walks, for every event, the recent events of the pixels around it. Each pixel keeps a chain of its events,
// the latest first; those of the same step belong to it before any is asked.
func (k *Kernel) around(s *Stream, m *Motifs) {
	sn := k.sensor
	head := make([]int32, sn.Width*sn.Height) // latest event of the pixel + 1
	before := make([]int32, len(s.Events))    // event before on the same pixel + 1
	for from := 0; from < len(s.Events); {
		to := from
		for ; to < len(s.Events) && s.Events[to].Tick == s.Events[from].Tick; to++ {
			p := sn.Pixel[s.Events[to].Unit]
			before[to], head[p] = head[p], int32(to+1)
		}
		for i := from; i < to; i++ {
			e := s.Events[i]
			x, y := int(sn.Pixel[e.Unit])%sn.Width, int(sn.Pixel[e.Unit])/sn.Width
			for a, dx := range k.DX {
				px, py := x+dx, y+k.DY[a]
				if px < 0 || py < 0 || px >= sn.Width || py >= sn.Height {
					continue
				}
				for j := head[py*sn.Width+px]; j > 0; j = before[j-1] {
					past := s.Events[j-1]
					delay := int(e.Tick - past.Tick)
					if delay >= k.Delays {
						break
					}
					if int(j-1) == i {
						continue // the event itself is always there: the bias
					}
					polarity := 0
					if k.Polarities == 2 {
						polarity = int(sn.Polarity[e.Unit] ^ sn.Polarity[past.Unit])
					}
					m.Features = append(m.Features, uint32(k.Feature(polarity, delay, a)))
				}
			}
			m.First = append(m.First, len(m.Features))
		}
		from = to
	}
}

// anywhere lists the recent events of all units.
func (k *Kernel) anywhere(s *Stream, m *Motifs) {
	oldest, newest := 0, 0
	for _, e := range s.Events {
		for ; newest < len(s.Events) && s.Events[newest].Tick <= e.Tick; newest++ {
		}
		for ; int(e.Tick-s.Events[oldest].Tick) >= k.Delays; oldest++ {
		}
		for _, past := range s.Events[oldest:newest] {
			m.Features = append(m.Features, uint32(k.Feature(0, int(e.Tick-past.Tick), int(past.Unit))))
		}
		m.First = append(m.First, len(m.Features))
	}
}
