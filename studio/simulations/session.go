package simulations

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	"nissl"
	"nissl/studio/reply"
)

const (
	// chunkTime is how long a part takes to compute at most: what a page asks for acts after it.
	chunkTime = 15 * time.Millisecond
	// frameTime is how often pages are told.
	frameTime = 33 * time.Millisecond
	// traceInterval is the time between two samples of observed states, seconds.
	traceInterval = 0.5e-3
	// maxCells is how many units are observed at the same time.
	maxCells = 8
)

// A session is one warm simulation, with those that it is compared with. One goroutine computes while somebody
// watches; everything is guarded by mu, which is free between two parts.
type session struct {
	id      string
	source  Source
	model   Model
	layout  *layout
	release func()

	cancel context.CancelFunc
	done   chan struct{}
	wake   chan struct{}

	mu       sync.Mutex
	lanes    []*lane // with, without, null
	start    []byte  // saved state of second 0
	acts     acts
	compared *compared
	cells    []int
	watchers map[*watcher]struct{}
	used     time.Time

	playing bool
	speed   float64 // × real time; 0 is as fast as it goes
	pace    pace
	wall    time.Duration // computed and waited while playing
	epoch   int
	version int
	told    int // version of the state that was sent last
	sent    float64
	framed  time.Time
	problem string
}

// state is what pages show of a session beside its activity.
type state struct {
	Playing  bool      `json:"playing"`
	Speed    float64   `json:"speed"`
	Now      float64   `json:"now"`
	Wall     float64   `json:"wall"`     // s
	Measured float64   `json:"measured"` // × real time
	Epoch    int       `json:"epoch"`
	Version  int       `json:"version"`
	Acts     []actSays `json:"acts"`
	Compared *compared `json:"compared"`
	Cells    []int     `json:"cells"`
	Command  string    `json:"command"`
	Since    float64   `json:"since"`  // all spikes after it are kept
	Kept     int       `json:"kept"`   // spikes
	Before   int       `json:"before"` // interventions that no longer act
	Watchers int       `json:"watchers"`
	Problem  string    `json:"problem,omitempty"`
}

// actSays is an intervention that acts, and since when.
type actSays struct {
	Do    string  `json:"do"`
	Since float64 `json:"since"`
}

// open makes the session's simulation.
func open(ctx context.Context, id string, source Source, release func()) (*session, error) {
	s := &session{id: id, source: source, model: source.Model(), release: release, done: make(chan struct{}),
		wake: make(chan struct{}, 1), watchers: map[*watcher]struct{}{}, speed: 1, used: time.Now(), version: 1}
	sim, err := source.New(ctx)
	if err != nil {
		return nil, err
	}
	s.layout = newLayout(&s.model, sim.Resolution())
	if err := sim.Observe(nil, traceInterval); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := sim.Save(&b); err != nil {
		return nil, err
	}
	s.start = b.Bytes()
	s.lanes = []*lane{newLane(sim, s.layout)}
	s.lanes[0].keep = newHistory(0)
	s.pace.chunk = 100
	ctx, s.cancel = context.WithCancel(context.WithoutCancel(ctx))
	go s.loop(ctx)
	return s, nil
}

// close ends the session's goroutine and its watchers.
func (s *session) close() {
	s.cancel()
	<-s.done
	s.mu.Lock()
	for w := range s.watchers {
		delete(s.watchers, w)
		close(w.frames)
	}
	s.mu.Unlock()
	s.release()
}

// change does something to the session between two parts, and tells the pages.
func (s *session) change(f func() error) (state, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := f()
	s.version++
	s.used = time.Now()
	s.tell()
	select {
	case s.wake <- struct{}{}:
	default:
	}
	return s.state(), err
}

func (s *session) main() *lane { return s.lanes[0] }

func (s *session) now() float64 { return s.main().sim.Now() }

func (s *session) state() state {
	now := tidy(s.now())
	out := state{Playing: s.playing, Speed: s.speed, Now: now, Wall: s.wall.Seconds(), Measured: s.pace.measured, Epoch: s.epoch, Version: s.version,
		Acts: []actSays{}, Compared: s.compared, Cells: append([]int{}, s.cells...), Since: s.main().keep.since, Kept: s.main().keep.kept,
		Before: len(s.acts.before), Watchers: len(s.watchers), Problem: s.problem}
	for _, p := range s.acts.now {
		out.Acts = append(out.Acts, actSays{p.String(), tidy(p.from)})
	}
	out.Command = s.command(now)
	return out
}

// do replaces the interventions that act.
func (s *session) do(texts []string) error {
	v, err := parse(texts)
	if err != nil {
		return reply.Bad(err)
	}
	now := s.now()
	next, err := s.acts.change(v, now)
	if err != nil {
		return reply.Bad(err)
	}
	if err := s.main().sim.Intervene(acting(next)); err != nil {
		return reply.Bad(err)
	}
	s.acts.set(next, now)
	return s.follow()
}

// observe chooses the units whose states are shown.
func (s *session) observe(units []int) error {
	if len(units) > maxCells {
		return reply.Bad(fmt.Errorf("at most %d cells at a time", maxCells))
	}
	for _, u := range units {
		if u < 0 || u >= s.model.Units.Len() {
			return reply.Bad(fmt.Errorf("there is no cell %d; the model has %d", u, s.model.Units.Len()))
		}
	}
	s.tell() // what was sampled belongs to the cells before
	for _, n := range s.lanes {
		if err := n.sim.Observe(units, traceInterval); err != nil {
			return reply.Bad(err)
		}
		n.traces = n.traces[:0]
	}
	s.cells = units
	return nil
}

// step computes some seconds at once, without time passing on a clock.
func (s *session) step(ctx context.Context, seconds float64) error {
	if !(seconds > 0) || seconds > 10 {
		return reply.Bad(fmt.Errorf("a step of %v s: expected more than 0 and at most 10 s", seconds))
	}
	return s.run(ctx, s.now()+seconds)
}

// reset begins again at second 0. What acts goes on to act from there.
func (s *session) reset() error {
	s.endComparison()
	if err := s.main().sim.Restore(bytes.NewReader(s.start)); err != nil {
		return err
	}
	kept := s.acts.now
	for i := range kept {
		kept[i].from = 0
	}
	s.acts = acts{now: kept}
	if err := s.main().sim.Intervene(acting(kept)); err != nil {
		return err
	}
	s.main().keep = newHistory(0)
	s.main().restart()
	s.epoch++
	s.sent, s.wall, s.problem = 0, 0, ""
	s.pace.reset()
	return nil
}

// share gives each lane its part of the processors: lanes beside each other need not wait for each other.
func (s *session) share() {
	for _, n := range s.lanes {
		n.sim.UseThreads(max(1, runtime.GOMAXPROCS(0)/len(s.lanes)))
	}
}

func (s *session) run(ctx context.Context, until float64) error {
	errs := make([]error, len(s.lanes))
	var wg sync.WaitGroup
	for i, n := range s.lanes {
		wg.Go(func() { errs[i] = n.run(ctx, until) })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	s.main().keep.close(s.now())
	return nil
}

// intervened are all interventions until now with their times.
func (s *session) intervened(now float64) []nissl.Intervention { return s.acts.timed(now) }
