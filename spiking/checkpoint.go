package spiking

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"

	"nissl/spiking/stimulus"
	"nissl/spiking/synapse"
)

// checkpoint is what a saved state begins with.
const checkpoint = "nissl spiking state 1\n"

// Save writes all that the simulation remembers, so that one of the same model that
// restores it goes on to the same bits.
func (s *Simulation) Save(w io.Writer) error {
	sum := crc32.NewIEEE()
	buffered := bufio.NewWriterSize(io.MultiWriter(w, sum), 1<<16)
	if _, err := buffered.WriteString(checkpoint); err != nil {
		return err
	}
	err := s.each(func(values any) error { return binary.Write(buffered, binary.LittleEndian, values) },
		func(n int) (int, error) { return n, binary.Write(buffered, binary.LittleEndian, int64(n)) })
	if err != nil {
		return err
	}
	if err := buffered.Flush(); err != nil {
		return err
	}
	return binary.Write(w, binary.LittleEndian, sum.Sum32())
}

// Restore reads what Save has written. After an error the simulation must not be used.
func (s *Simulation) Restore(r io.Reader) error {
	sum := crc32.NewIEEE()
	buffered := bufio.NewReaderSize(r, 1<<16)
	in := io.TeeReader(buffered, sum)
	head := make([]byte, len(checkpoint))
	if _, err := io.ReadFull(in, head); err != nil || string(head) != checkpoint {
		return fmt.Errorf("no saved state of a simulation")
	}
	err := s.each(func(values any) error { return binary.Read(in, binary.LittleEndian, values) },
		func(n int) (int, error) {
			var there int64
			err := binary.Read(in, binary.LittleEndian, &there)
			return int(there), err
		})
	if err != nil {
		return err
	}
	want := sum.Sum32()
	var have uint32
	if err := binary.Read(buffered, binary.LittleEndian, &have); err != nil {
		return err
	}
	if have != want {
		return fmt.Errorf("the saved state is damaged")
	}
	return nil
}

// each hands over everything that is remembered, in one order: pointers and slices to be written or read in
// place. length hands over a length, which is the one of the file when it is read.
func (s *Simulation) each(values func(any) error, length func(int) (int, error)) error {
	whole := func(kind string, n int) error {
		there, err := length(n)
		if err == nil && there != n {
			err = fmt.Errorf("the saved state is of another model: it has %d %s, the model %d", there, kind, n)
		}
		return err
	}
	if err := values(&s.step); err != nil {
		return err
	}
	if err := whole("blocks", len(s.blocks)); err != nil {
		return err
	}
	for _, b := range s.blocks {
		if err := whole("values of input", len(b.ring)); err != nil {
			return err
		}
		if err := values(b.ring); err != nil {
			return err
		}
		for _, state := range b.cells.States() {
			if err := whole("values of "+state.Name, len(state.Values)); err != nil {
				return err
			}
			if err := values(state.Values); err != nil {
				return err
			}
		}
		for _, d := range b.drivers {
			if a, ok := d.device.(stimulus.Adaptive); ok {
				for _, x := range a.Memory() {
					if err := values(x); err != nil {
						return err
					}
				}
			}
		}
		for _, r := range b.incoming {
			if r.rule == nil {
				continue
			}
			if err := r.each(values, length, whole); err != nil {
				return err
			}
		}
	}
	return nil
}

// each hands over what plastic synapses remember.
func (r *rows) each(values func(any) error, length func(int) (int, error), whole func(string, int) error) error {
	if err := whole("weights", len(r.weight)); err != nil {
		return err
	}
	if err := values(r.weight); err != nil {
		return err
	}
	memory := []synapse.Memory{r.rule.Memory()}
	if r.history != nil {
		room, err := length(r.history.Length())
		if err != nil {
			return err
		}
		if room < r.history.Length() || room > 1<<24 {
			return fmt.Errorf("the saved state keeps %d spikes of each cell, the model at least %d", room, r.history.Length())
		}
		if room > r.history.Length() {
			r.history.Grow(room)
		}
		memory = append(memory, r.history.Memory())
	}
	if r.ticked != nil {
		if err := values(r.ticked); err != nil {
			return err
		}
	}
	for _, m := range memory {
		for _, x := range m.Float64 {
			if err := values(x); err != nil {
				return err
			}
		}
		for _, x := range m.Float32 {
			if err := values(x); err != nil {
				return err
			}
		}
		for _, x := range m.Int64 {
			if err := values(x); err != nil {
				return err
			}
		}
	}
	return nil
}
