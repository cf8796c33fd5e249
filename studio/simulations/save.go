package simulations

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"nissl"
	"nissl/format/bundle"
	"nissl/studio/reply"
	"nissl/studio/runs/command"
)

// command is what is typed to compute the same.
func (s *session) command(now float64) string {
	if now == 0 {
		now = s.model.Seconds
	}
	line := command.Line(s.source.Command(now, s.intervened(now), strings.ReplaceAll(s.model.Name, " ", "-")+".rec"))
	if s.acts.dropped {
		line += fmt.Sprintf("  # without the interventions after the first %d", maxPeriods)
	}
	return line
}

// seen is what a session has kept, which others go on to add to.
type seen struct {
	parts []part
	acts  []nissl.Intervention
	since float64
	until float64
	line  string
}

func (s *session) seen() seen {
	s.mu.Lock()
	defer s.mu.Unlock()
	h, now := s.main().keep, tidy(s.now())
	return seen{slices.Clone(h.parts), s.intervened(now), h.since, now, s.command(now)}
}

// save writes what was seen as a recording into a folder and returns its path.
func (s *session) save(ctx context.Context, folder string) (string, error) {
	what := s.seen()
	if what.until <= what.since {
		return "", reply.Bad(fmt.Errorf("nothing was simulated yet: start it first"))
	}
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return "", err
	}
	name := fmt.Sprintf("%s-%gs", strings.Map(plain, s.model.Name), tidy(what.until))
	path := filepath.Join(folder, name+".rec")
	for k := 2; exists(path); k++ {
		path = filepath.Join(folder, fmt.Sprintf("%s-%d.rec", name, k))
	}
	return path, what.write(ctx, path, s)
}

// write makes the bundle.
func (w seen) write(ctx context.Context, path string, s *session) error {
	times := make([][]float64, s.model.Units.Len())
	ms := s.layout.step * 1000
	for _, p := range w.parts {
		for _, spike := range p.spikes {
			unit := int(spike & (1<<unitBits - 1))
			times[unit] = append(times[unit], float64(spike>>unitBits)*ms/1000)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	notes := []string{"seen live in the studio; the same again: " + w.line}
	if w.since > 0 {
		notes = append(notes, fmt.Sprintf("what was before %g s is not in it: the studio keeps the last %d million spikes", w.since, maxKept>>20))
	}
	out, err := bundle.Create(path, bundle.Header{Name: s.model.Name, Units: s.model.Units, Notes: notes, Run: w.line,
		Spikes: &bundle.SpikeHeader{Start: w.since, ClockHz: 1 / s.layout.step}})
	if err != nil {
		return err
	}
	defer out.Close()
	for unit, t := range times {
		if len(t) == 0 {
			continue
		}
		if err := out.AppendSpikes(unit, t); err != nil {
			return err
		}
	}
	out.Observed(w.until)
	if e := w.epochs(); e != nil {
		if err := out.AppendEpochs(*e); err != nil {
			return err
		}
	}
	return out.Finish(ctx)
}

// epochs are the interventions as intervals of the recording.
func (w seen) epochs() *nissl.Epochs {
	e := &nissl.Epochs{Name: "interventions"}
	var do []string
	for _, v := range w.acts {
		from, to := max(w.since, v.At[0].Lo), v.At[0].Hi
		if to <= from {
			continue
		}
		v.At = nil
		e.Start, e.Stop, do = append(e.Start, from), append(e.Stop, to), append(do, v.String())
	}
	if len(do) == 0 {
		return nil
	}
	e.Table.Columns = []nissl.Column{nissl.Col("do", "", do)}
	return e
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	_, unfinished := os.Lstat(path + ".partial")
	return err == nil || unfinished == nil
}

// plain keeps what any file system takes in a name.
func plain(r rune) rune {
	if r == '-' || r == '_' || r == '.' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
		return r
	}
	return '-'
}
