package edf

import (
	"bytes"
	"fmt"
	"sort"
	"strconv"

	"nissl"
)

// annotation is one text with its place on the file's clock.
type annotation struct {
	onset, duration float64
	text            string
}

// tals reads the time-stamped annotation lists of one annotation signal in one
// record: onset [0x15 duration] 0x14 text 0x14 ... 0x14 0x00. The first list of a
// record's first annotation signal has an empty text: it is when the record begins.
func tals(b []byte) (out []annotation, err error) {
	for len(b) > 0 {
		if b[0] == 0 { // padding between and after lists
			b = b[1:]
			continue
		}
		list, rest, closed := bytes.Cut(b, []byte{0x14, 0})
		if !closed {
			return out, fmt.Errorf("an annotation list is not closed")
		}
		parts := bytes.Split(list, []byte{0x14})
		when, length, timed := bytes.Cut(parts[0], []byte{0x15})
		a := annotation{}
		if a.onset, err = number(when); err != nil || len(when) == 0 || when[0] != '+' && when[0] != '-' {
			return out, fmt.Errorf("annotation onset is %q", when)
		}
		if timed {
			if a.duration, err = number(length); err != nil || a.duration < 0 {
				return out, fmt.Errorf("annotation duration is %q", length)
			}
		}
		for _, text := range parts[1:] {
			a.text = decode(text)
			out = append(out, a)
		}
		if len(parts) == 1 {
			out = append(out, annotation{onset: a.onset})
		}
		b = rest
	}
	return out, nil
}

// decode is the text of an annotation: UTF-8, or Latin-1 where it is not.
func decode(b []byte) string {
	for _, r := range string(b) {
		if r == '\ufffd' {
			return latin1(b)
		}
	}
	return string(bytes.Trim(b, " \x00"))
}

// epochs are the annotations that say something, in the order of time.
func epochs(list []annotation) []nissl.Epochs {
	var kept []annotation
	for _, a := range list {
		if a.text != "" {
			kept = append(kept, a)
		}
	}
	if kept == nil {
		return nil
	}
	sort.SliceStable(kept, func(i, k int) bool { return kept[i].onset < kept[k].onset })
	e := nissl.Epochs{Name: "annotations"}
	texts := make([]string, len(kept))
	for i, a := range kept {
		e.Start, e.Stop = append(e.Start, a.onset), append(e.Stop, a.onset+a.duration)
		texts[i] = a.text
	}
	e.Table.Columns = []nissl.Column{nissl.Col("description", "", texts)}
	return []nissl.Epochs{e}
}

// triggers are the changes of a BDF status channel to another code than 0: its lower
// 16 bits are the trigger inputs.
func triggers(codes []int32, when func(i int) float64) []nissl.Epochs {
	e := nissl.Epochs{Name: "triggers"}
	var values []int64
	last := int32(0)
	for i, c := range codes {
		if c &= 0xffff; c != last && c != 0 {
			e.Start, e.Stop = append(e.Start, when(i)), append(e.Stop, when(i))
			values = append(values, int64(c))
		}
		last = codes[i] & 0xffff
	}
	if values == nil {
		return nil
	}
	e.Table.Columns = []nissl.Column{nissl.Col("code", "", values)}
	return []nissl.Epochs{e}
}

// rateName is how a stream is called: by its rate.
func rateName(hz float64) string { return strconv.FormatFloat(hz, 'g', 6, 64) }
