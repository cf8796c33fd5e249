package spiking

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"nissl/format/bundle"
	"nissl/format/sonata"
	"nissl/spiking"
)

// saveEvery is how often the state of the simulation is written down.
const saveEvery = 20 * time.Second

// Stream runs a simulation and writes what comes out to a bundle at path while it runs: the spikes of all
// cells, and the recorded states in path/states.rec. It leaves a finished bundle alone and goes on with an interrupted
// one. With sonataToo the spikes go to path/spikes.h5 as well, a SONATA report that others may read while it grows
// beside the bundle in progress; that of a resumed run is written at its end.
func Stream(ctx context.Context, sim *spiking.Simulation, m *spiking.Model, seconds float64, path string, sonataToo bool, report func(float64, string, ...any)) (err error) {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	s := &stream{sim: sim, seconds: seconds, report: report, state: filepath.Join(filepath.Dir(path), "simulation.state"), saved: time.Now()}
	run := fmt.Sprintf("%g s of\n%s", seconds, m.Describe())
	if err := s.open(path, m.Name, run); err != nil {
		return errors.Join(err, s.close())
	}
	if err := s.resume(); err != nil {
		return errors.Join(err, s.close())
	}
	if sonataToo {
		s.sonataPath = filepath.Join(filepath.Dir(path), "spikes.h5")
		if s.spikesTo == 0 {
			if s.sonata, err = sonata.Create(s.sonataPath, sim.Units(), 0, 1/sim.Resolution()); err != nil {
				return errors.Join(err, s.close())
			}
		}
	}
	s.began, s.from = time.Now(), sim.Now()
	err = sim.Run(ctx, seconds, s)
	if err == nil {
		err = s.finish(ctx, path)
	} else if ctx.Err() != nil {
		err = errors.Join(err, s.save())
	}
	return errors.Join(err, s.close())
}

// stream is the sink of a run that goes to the disk.
type stream struct {
	sim     *spiking.Simulation
	spikes  *bundle.Stream
	states  *bundle.Stream // nil when none are recorded
	seconds float64
	report  func(float64, string, ...any)
	state   string // file of the simulation's state

	sonata     *sonata.Writer // nil when it is not asked for, and in a resumed run
	sonataPath string         // "" when it is not asked for

	saved time.Time
	began time.Time
	from  float64 // second at which this process began

	spikesTo, statesTo float64 // what an interrupted run has written: seconds
	statesPath         string
}

func (s *stream) open(path, name, run string) (err error) {
	s.spikes, err = bundle.CreateOrResume(path, bundle.Header{Name: name, Units: s.sim.Units(), Run: run,
		Spikes: &bundle.SpikeHeader{ClockHz: 1 / s.sim.Resolution()}})
	if err != nil || len(s.sim.Probed()) == 0 {
		return err
	}
	s.statesPath = filepath.Join(filepath.Dir(path), "states.rec")
	rate := s.sim.SampleRate()
	s.states, err = bundle.CreateOrResume(s.statesPath, bundle.Header{Name: name + " states", Units: s.sim.StateUnits(), Run: run, Overwrite: true,
		Buffer: 64 << 20, Traces: &bundle.TraceHeader{Rate: rate, Start: 1 / rate, Unit: s.sim.StateUnit(), Dtype: "float32"}})
	return err
}

// resume brings the simulation to where the bundles end, or before: what they have already is not written
// again.
func (s *stream) resume() error {
	var err error
	if s.spikesTo, err = written(s.spikes); err != nil {
		return err
	}
	least := s.spikesTo
	if s.states != nil {
		if s.statesTo, err = written(s.states); err != nil {
			return err
		}
		least = min(least, s.statesTo)
	}
	if least == 0 {
		return nil
	}
	for _, name := range []string{s.state, s.state + ".before"} {
		at, err := os.ReadFile(name + ".second")
		second, bad := strconv.ParseFloat(string(at), 64)
		if err != nil || bad != nil || second > least {
			continue
		}
		return s.restore(name)
	}
	s.report(0, "from the start: no saved state is early enough")
	return nil
}

func (s *stream) restore(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := s.sim.Restore(bufio.NewReader(f)); err != nil {
		return fmt.Errorf("%s: %w; remove it and run again to start from the beginning", name, err)
	}
	return nil
}

// written is until which second a bundle has been committed.
func written(b *bundle.Stream) (float64, error) {
	if b.Cursor() == "" {
		return 0, nil
	}
	return strconv.ParseFloat(b.Cursor(), 64)
}

// Spikes implements spiking.Sink.
func (s *stream) Spikes(unit int, times []float64) error {
	for len(times) > 0 && times[0] <= s.spikesTo {
		times = times[1:]
	}
	if len(times) == 0 {
		return nil
	}
	if s.sonata != nil {
		if err := s.sonata.Spikes(unit, times); err != nil {
			return err
		}
	}
	return s.spikes.AppendSpikes(unit, times)
}

// Traces implements spiking.Sink.
func (s *stream) Traces(n int, samples []float32) error {
	// Parts end at the same steps in every run, so that a part is either wholly there or not at all.
	if s.sim.Now() <= s.statesTo {
		return nil
	}
	return s.states.Append(n, samples)
}

// Done implements spiking.Sink.
func (s *stream) Done(second float64) error {
	cursor := strconv.FormatFloat(second, 'g', -1, 64)
	if s.sonata != nil {
		if err := s.sonata.Done(second); err != nil {
			return err
		}
	}
	if second > s.spikesTo {
		s.spikes.Observed(second)
		if err := s.spikes.Commit(cursor); err != nil {
			return err
		}
	}
	if s.states != nil && second > s.statesTo {
		if err := s.states.Commit(cursor); err != nil {
			return err
		}
	}
	wall := time.Since(s.began).Seconds()
	s.report(second/s.seconds, "%.3g of %.3g s simulated, %.3g times real time", second, s.seconds, wall/max(second-s.from, 1e-9))
	if time.Since(s.saved) < saveEvery {
		return nil
	}
	return s.save()
}

// save writes the state of the simulation and keeps the one before: the newer one may be ahead of what
// of the bundles has reached the disk.
func (s *stream) save() error {
	s.saved = time.Now()
	for _, end := range []string{"", ".second"} {
		if err := os.Rename(s.state+end, s.state+".before"+end); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	f, err := os.Create(s.state)
	if err != nil {
		return err
	}
	if err := errors.Join(s.sim.Save(f), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.WriteFile(s.state+".second", []byte(strconv.FormatFloat(s.sim.Now(), 'g', -1, 64)), 0o666)
}

// finish gives the bundles their names and puts the states beside the spikes.
func (s *stream) finish(ctx context.Context, path string) error {
	if s.states != nil {
		if err := s.states.Finish(ctx); err != nil {
			return err
		}
	}
	if err := s.spikes.Finish(ctx); err != nil {
		return err
	}
	if s.states != nil {
		if err := os.Rename(s.statesPath, filepath.Join(path, "states.rec")); err != nil {
			return err
		}
	}
	if s.sonataPath == "" {
		return nil
	}
	return s.finishSonata(path)
}

// finishSonata puts the report beside the spikes.
func (s *stream) finishSonata(path string) (err error) {
	to := filepath.Join(path, "spikes.h5")
	if s.sonata != nil {
		err = s.sonata.Close()
		s.sonata = nil
		return errors.Join(err, os.Rename(s.sonataPath, to))
	}
	if err := os.Remove(s.sonataPath); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	r, err := bundle.Read(path)
	if err != nil {
		return err
	}
	return errors.Join(sonata.Write(to, r), r.Close())
}

func (s *stream) close() error {
	var errs []error
	for _, b := range []*bundle.Stream{s.spikes, s.states} {
		if b != nil {
			errs = append(errs, b.Close())
		}
	}
	if s.sonata != nil {
		errs = append(errs, s.sonata.Close())
	}
	return errors.Join(errs...)
}

var _ spiking.Sink = (*stream)(nil)
