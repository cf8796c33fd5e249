package simulations

// maxKept is how many spikes are kept to be saved: 64 MB.
const maxKept = 8 << 20

// A history is the spikes of all units since some time. The oldest are forgotten when there are too many.
type history struct {
	parts []part
	now   []uint64 // of the part that is being filled
	kept  int
	since float64 // s; all spikes after it are there
	from  float64 // s, where the part that is being filled begins
	most  int
}

// part is what was given between two times, never changed again.
type part struct {
	spikes []uint64 // step << unitBits | unit
	stop   float64  // s
}

const unitBits = 30

func newHistory(since float64) *history { return &history{since: since, from: since, most: maxKept} }

func (h *history) add(unit int, times []float64, l *layout) {
	for _, t := range times {
		h.now = append(h.now, uint64(l.stepOf(t))<<unitBits|uint64(unit))
	}
}

// close ends a part at a time.
func (h *history) close(at float64) {
	if len(h.now) == 0 {
		return
	}
	h.parts = append(h.parts, part{append([]uint64(nil), h.now...), at})
	h.kept += len(h.now)
	h.now, h.from = h.now[:0], at
	for h.kept > h.most && len(h.parts) > 1 {
		h.kept -= len(h.parts[0].spikes)
		h.since = h.parts[0].stop
		h.parts = h.parts[1:]
	}
}
