package bundle

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"slices"
)

// A spikeLog holds spikes in the order in which they came: for each the unit as uint32
// and the time in seconds as float64, little-endian.
type spikeLog struct {
	*rowLog
	counts []int64   // per unit
	last   []float64 // time of each unit's last spike
	latest float64   // of all
}

const spikeSize = 12

// openSpikes opens the log behind its first n spikes and reads those again.
func openSpikes(path string, units int, n int64) (*spikeLog, error) {
	if n > math.MaxInt64/spikeSize {
		return nil, fmt.Errorf("%s: %d spikes are more than any disk holds", path, n)
	}
	log, err := openLog(path, n*spikeSize)
	if err != nil {
		return nil, err
	}
	l := &spikeLog{rowLog: log, counts: make([]int64, units), last: slices.Repeat([]float64{math.Inf(-1)}, units), latest: math.Inf(-1)}
	err = l.scan(func(unit int, t float64) error {
		if err := l.check(unit, []float64{t}); err != nil {
			return err
		}
		l.count(unit, t)
		return nil
	})
	if err != nil {
		log.file.Close()
		return nil, err
	}
	return l, nil
}

// check refuses spikes that cannot follow those of the unit.
func (l *spikeLog) check(unit int, times []float64) error {
	if unit < 0 || unit >= len(l.counts) {
		return fmt.Errorf("a spike of unit %d; there are %d units", unit, len(l.counts))
	}
	last := l.last[unit]
	for _, t := range times {
		if math.IsNaN(t) || math.IsInf(t, 0) || t < last {
			return fmt.Errorf("a spike of unit %d at %v s after one at %v s", unit, t, last)
		}
		last = t
	}
	return nil
}

func (l *spikeLog) count(unit int, t float64) {
	l.counts[unit]++
	l.last[unit] = t
	l.latest = max(l.latest, t)
}

// add appends spikes of a unit that have been checked.
func (l *spikeLog) add(unit int, times []float64) error {
	var b [spikeSize]byte
	for _, t := range times {
		l.count(unit, t)
		binary.LittleEndian.PutUint32(b[:], uint32(unit))
		binary.LittleEndian.PutUint64(b[4:], math.Float64bits(t))
		if err := l.write(b[:]); err != nil {
			return err
		}
	}
	return nil
}

// scan calls f with every spike in the order in which they came.
func (l *spikeLog) scan(f func(unit int, t float64) error) error {
	if err := l.flush(); err != nil {
		return err
	}
	r := bufio.NewReaderSize(io.NewSectionReader(l.file, 0, l.size), 1<<18)
	var b [spikeSize]byte
	for at := int64(0); at < l.size; at += spikeSize {
		if _, err := io.ReadFull(r, b[:]); err != nil {
			return fmt.Errorf("%s: offset %d: %w", l.path, at, err)
		}
		if err := f(int(binary.LittleEndian.Uint32(b[:])), math.Float64frombits(binary.LittleEndian.Uint64(b[4:]))); err != nil {
			return fmt.Errorf("%s: offset %d: %w", l.path, at, err)
		}
	}
	return nil
}

// byUnit calls f with the times of each unit in the order of the units, a unit's times
// in one call or in several. It holds at most limit times (of one unit: any number, for
// those pass through) and reads the log as often as that needs.
func (l *spikeLog) byUnit(limit int64, f func(unit int, times []float64) error) error {
	for first := 0; first < len(l.counts); {
		stop, n := first, int64(0)
		for stop < len(l.counts) && (stop == first || n+l.counts[stop] <= limit) {
			n += l.counts[stop]
			stop++
		}
		var err error
		switch {
		case n == 0:
		case n > limit:
			err = l.through(first, f)
		default:
			err = l.group(first, stop, n, f)
		}
		if err != nil {
			return err
		}
		first = stop
	}
	return nil
}

// group passes on the n times of the units from first to stop.
func (l *spikeLog) group(first, stop int, n int64, f func(int, []float64) error) error {
	times, next := make([]float64, n), make([]int64, stop-first)
	at := int64(0)
	for u := first; u < stop; u++ {
		next[u-first] = at
		at += l.counts[u]
	}
	err := l.scan(func(u int, t float64) error {
		if u >= first && u < stop {
			times[next[u-first]] = t
			next[u-first]++
		}
		return nil
	})
	at = 0
	for u := first; u < stop && err == nil; u++ {
		if k := l.counts[u]; k > 0 {
			err = f(u, times[at:at+k])
			at += k
		}
	}
	return err
}

// through passes on the times of a unit that has too many to be held.
func (l *spikeLog) through(unit int, f func(int, []float64) error) error {
	var times []float64
	err := l.scan(func(u int, t float64) error {
		if u != unit {
			return nil
		}
		if times = append(times, t); len(times) < blockRows {
			return nil
		}
		err := f(unit, times)
		times = times[:0]
		return err
	})
	if err == nil && len(times) > 0 {
		err = f(unit, times)
	}
	return err
}
