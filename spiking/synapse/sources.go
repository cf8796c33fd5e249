package synapse

// sources is what a rule that compares spike times keeps of each source: its spikes leave
// a trace that decays.
type sources struct {
	delay int64
	decay *Decay
	last  []int64   // step of the latest spike
	seen  []int64   // spikes of the targets up to this step have been counted
	k     []float64 // the trace just after the latest spike
}

func newSources(c Config, tau float64) sources {
	s := sources{delay: int64(c.Delay), decay: NewDecay(tau, c.DT),
		last: make([]int64, c.Sources), seen: make([]int64, c.Sources), k: make([]float64, c.Sources)}
	for i := range s.last {
		s.last[i], s.seen[i] = never, never
	}
	return s
}

// spike notes a spike; all spikes of targets that have arrived by then have been counted.
func (s *sources) spike(source int, step int64) {
	s.k[source] = s.k[source]*s.decay.Over(step-s.last[source]) + 1
	s.last[source], s.seen[source] = step, step-s.delay
}

func (s *sources) memory() Memory {
	return Memory{Float64: [][]float64{s.k}, Int64: [][]int64{s.last, s.seen}}
}
