package simulations

import (
	"context"
	"time"
)

// pace keeps simulated time in step with a clock.
type pace struct {
	chunk    int64 // steps that take about chunkTime
	began    time.Time
	from     float64 // s, simulated when it began
	measured float64 // × real time, over the last second or so
	at       time.Time
	sim      float64
	ended    time.Time // of the part before, zero after a pause
}

func (p *pace) reset() { p.began, p.at, p.ended = time.Time{}, time.Time{}, time.Time{} }

// last is when the part before ended, else now.
func (p *pace) last(now time.Time) time.Time {
	if p.ended.IsZero() {
		return now
	}
	return p.ended
}

// due is the simulated second that the clock has reached at a speed.
func (p *pace) due(now time.Time, sim, speed float64) float64 {
	if p.began.IsZero() {
		p.began, p.from = now, sim
	}
	return p.from + speed*now.Sub(p.began).Seconds()
}

// adapt makes parts take about chunkTime.
func (p *pace) adapt(steps int64, took time.Duration) {
	if took <= 0 || steps == 0 {
		return
	}
	fit := float64(steps) * float64(chunkTime) / float64(took)
	p.chunk = min(max(p.chunk/2, int64(fit), 1), 2*p.chunk, 1<<20)
}

// measure notes how fast simulated time passes.
func (p *pace) measure(now time.Time, sim float64) bool {
	if p.at.IsZero() {
		p.at, p.sim = now, sim
		return false
	}
	if since := now.Sub(p.at); since > time.Second/2 {
		p.measured = (sim - p.sim) / since.Seconds()
		p.at, p.sim = now, sim
		return true
	}
	return false
}

// loop computes while the session plays and somebody watches.
func (s *session) loop(ctx context.Context) {
	defer close(s.done)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for ctx.Err() == nil {
		wait := s.tick(ctx)
		if wait == 0 {
			continue
		}
		var passed <-chan time.Time
		if wait > 0 {
			timer.Reset(wait)
			passed = timer.C
		}
		select {
		case <-ctx.Done():
		case <-s.wake:
		case <-passed:
		}
	}
}

// tick computes a part if one is due and says how long to wait for the next: less than 0 is until something changes.
func (s *session) tick(ctx context.Context) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.playing || len(s.watchers) == 0 {
		s.pace.reset()
		return -1
	}
	began := time.Now()
	steps := s.pace.chunk
	if s.speed > 0 {
		due := s.pace.due(began, s.now(), s.speed) - s.now()
		if due > 0.25*s.speed { // it cannot keep up: what was missed is not made up for
			s.pace.began = time.Time{}
		}
		n := int64(due / s.layout.step)
		if n < 1 || due < 0.004*s.speed {
			return 4 * time.Millisecond
		}
		steps = min(steps, n)
	}
	if err := s.run(ctx, s.now()+float64(steps)*s.layout.step); err != nil {
		if ctx.Err() == nil {
			s.playing, s.problem = false, err.Error()
			s.version++
		}
		s.tell()
		return -1
	}
	after := time.Now()
	s.pace.adapt(steps, after.Sub(began))
	s.wall += after.Sub(s.pace.last(began))
	s.pace.ended = after
	if s.pace.measure(after, s.now()) {
		s.version++
	}
	if after.Sub(s.framed) >= frameTime {
		s.tell()
	}
	return 0
}
