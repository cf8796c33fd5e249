package edf

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
)

// header is what stands before the data records.
type header struct {
	bdf           bool
	plus          string // "", "C" (continuous) or "D" (discontinuous)
	session       string // ISO 8601 without zone, "" when the file hides it
	records       int
	recordSeconds float64
	dataStart     int64 // offset of the first record
	recordBytes   int64
	signals       []signal
	notes         []string
}

type signal struct {
	label, transducer, unit, prefilter string
	physMin, physMax, digMin, digMax   float64
	samples                            int   // per record
	offset                             int64 // in the record
	annotations                        bool
	status                             bool // BDF's trigger channel
}

// gain and offset turn digital into physical values (EDF specification; MNE and
// EDFlib divide by the same range).
func (s *signal) calibration() (gain, offset float64, ok bool) {
	gain = (s.physMax - s.physMin) / (s.digMax - s.digMin)
	if math.IsNaN(gain) || math.IsInf(gain, 0) || gain == 0 {
		return 1, 0, false
	}
	return gain, s.physMin - s.digMin*gain, true
}

func (h *header) sampleBytes() int64 {
	if h.bdf {
		return 3
	}
	return 2
}

const fixedSize = 256 // of the header, and of each signal's part of it

// latin1 decodes a text field; both signs for micro become one.
func latin1(b []byte) string {
	r := make([]rune, len(b))
	for i, c := range b {
		r[i] = rune(c)
	}
	s := strings.Trim(string(r), " \x00")
	return strings.NewReplacer("Âµ", "µ", "Î¼", "µ").Replace(s) // UTF-8 that was written all the same
}

// isHeader reports whether the bytes begin an EDF or BDF file.
func isHeader(b []byte) (bdf, ok bool) {
	if len(b) < fixedSize {
		return false, false
	}
	bdf = string(b[:8]) == "\xffBIOSEMI"
	if !bdf && string(b[:8]) != "0       " {
		return false, false
	}
	for _, f := range [][]byte{b[184:192], b[236:244], b[252:256]} {
		if _, err := number(f); err != nil {
			return bdf, false
		}
	}
	return bdf, true
}

func number(b []byte) (float64, error) {
	s := strings.Replace(latin1(b), ",", ".", 1)
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, fmt.Errorf("%q is no number", s)
	}
	return v, nil
}

// whole is a field that must hold a whole number within bounds.
func whole(b []byte, at int, field string, low, high float64) (int, error) {
	v, err := number(b)
	if err != nil || v != math.Trunc(v) || v < low || v > high {
		return 0, fmt.Errorf("offset %d: field %q is %q, expected a whole number from %g to %g", at, field, latin1(b), low, high)
	}
	return int(v), nil
}

// readHeader reads and checks the header of a file of the given size.
func readHeader(r io.ReaderAt, size int64) (*header, error) {
	b := make([]byte, fixedSize)
	if n, err := r.ReadAt(b, 0); n < fixedSize {
		if err == io.EOF || err == nil {
			return nil, fmt.Errorf("offset %d: the file ends within its header of %d bytes", n, fixedSize)
		}
		return nil, err
	}
	bdf, ok := isHeader(b)
	if !ok {
		return nil, fmt.Errorf("offset 0: no EDF or BDF file: begins with %q", b[:8])
	}
	h := &header{bdf: bdf}
	h.setPlus(latin1(b[192:236]))
	h.session = session(b[168:176], b[176:184], latin1(b[88:168]))
	ns, err := whole(b[252:256], 252, "number of signals", 1, 9999)
	if err != nil {
		return nil, err
	}
	start, err := whole(b[184:192], 184, "bytes in header", 0, 99999999)
	if err != nil {
		return nil, err
	}
	expected := fixedSize * (ns + 1)
	if start < expected {
		return nil, fmt.Errorf("offset 184: field \"bytes in header\" is %d, but %d signals need %d", start, ns, expected)
	}
	if int64(start) > size {
		return nil, fmt.Errorf("offset %d: the file ends within the header, which claims %d bytes for %d signals", size, start, ns)
	}
	h.dataStart = int64(start)
	if h.recordSeconds, err = number(b[244:252]); err != nil || h.recordSeconds < 0 {
		return nil, fmt.Errorf("offset 244: field \"duration of a record\" is %q, expected seconds", latin1(b[244:252]))
	}
	if h.records, err = whole(b[236:244], 236, "number of records", -1, 99999999); err != nil {
		return nil, err
	}
	table := make([]byte, fixedSize*ns)
	if _, err := r.ReadAt(table, fixedSize); err != nil && err != io.EOF {
		return nil, err
	}
	return h, h.readSignals(table, ns)
}

func (h *header) setPlus(reserved string) {
	switch {
	case strings.HasPrefix(reserved, "EDF+D"), strings.HasPrefix(reserved, "BDF+D"):
		h.plus = "D"
	case strings.HasPrefix(reserved, "EDF+C"), strings.HasPrefix(reserved, "BDF+C"):
		h.plus = "C"
	}
}

// readSignals reads the table of signals, which is stored field by field.
func (h *header) readSignals(table []byte, ns int) error {
	at := 0
	column := func(i, width int) []byte { return table[at+i*width : at+(i+1)*width] }
	h.signals = make([]signal, ns)
	texts := []struct {
		width int
		to    func(*signal) *string
	}{{16, func(s *signal) *string { return &s.label }}, {80, func(s *signal) *string { return &s.transducer }}, {8, func(s *signal) *string { return &s.unit }}}
	for _, f := range texts {
		for i := range h.signals {
			*f.to(&h.signals[i]) = latin1(column(i, f.width))
		}
		at += ns * f.width
	}
	for i := range h.signals {
		s := &h.signals[i]
		s.annotations = s.label == "EDF Annotations" || s.label == "BDF Annotations"
		s.status = h.bdf && s.label == "Status"
	}
	for k, name := range []string{"physical minimum", "physical maximum", "digital minimum", "digital maximum"} {
		for i := range h.signals {
			s := &h.signals[i]
			v, err := number(column(i, 8))
			if err != nil && !s.annotations {
				return fmt.Errorf("offset %d: field %q of signal %q: %w", fixedSize+at+8*i, name, s.label, err)
			}
			*[]*float64{&s.physMin, &s.physMax, &s.digMin, &s.digMax}[k] = v
		}
		at += ns * 8
	}
	for i := range h.signals {
		h.signals[i].prefilter = latin1(column(i, 80))
	}
	at += ns * 80
	for i := range h.signals {
		s := &h.signals[i]
		n, err := whole(column(i, 8), fixedSize+at+8*i, "samples per record of signal "+s.label, 0, 61440<<10)
		if err != nil {
			return err
		}
		s.samples, s.offset = n, h.recordBytes
		h.recordBytes += int64(n) * h.sampleBytes()
	}
	if h.recordBytes == 0 {
		return fmt.Errorf("offset %d: field \"samples per record\" is 0 for every signal", fixedSize+at)
	}
	return nil
}

// count settles how many records there are: the file's size decides where the header
// says nothing, or less than there is.
func (h *header) count(size int64, partial bool) error {
	there := (size - h.dataStart) / h.recordBytes
	rest := (size - h.dataStart) % h.recordBytes
	switch {
	case h.records == -1:
		h.notes = append(h.notes, fmt.Sprintf("the header does not say how many records there are: %d by the file's size", there))
	case int64(h.records) > there && !partial:
		return fmt.Errorf("offset %d: the file ends after %d of the %d records that the header claims; --read partial=yes reads those", size, there, h.records)
	case int64(h.records) != there:
		h.notes = append(h.notes, fmt.Sprintf("the header claims %d records, the file holds %d, which were read", h.records, there))
	}
	if rest > 0 {
		h.notes = append(h.notes, fmt.Sprintf("%d bytes at the end are no whole record and were left out", rest))
	}
	if there == 0 {
		return fmt.Errorf("offset %d: the file holds no whole record of %d bytes", h.dataStart, h.recordBytes)
	}
	h.records = int(there)
	return nil
}

// session is the start in ISO 8601. Two-digit years from 85 are of the last century;
// the EDF+ field "Startdate dd-MMM-yyyy" knows better.
func session(date, clock []byte, recording string) string {
	fields := func(b []byte) (out []int) {
		for _, w := range strings.FieldsFunc(latin1(b), func(r rune) bool { return r < '0' || r > '9' }) {
			v, _ := strconv.Atoi(w)
			out = append(out, v)
		}
		return out
	}
	d, c := fields(date), fields(clock)
	if len(d) != 3 || len(c) != 3 {
		return ""
	}
	year := 2000 + d[2]
	if d[2] >= 85 {
		year = 1900 + d[2]
	}
	day := time.Date(year, time.Month(d[1]), d[0], c[0], c[1], c[2], 0, time.UTC)
	if w := strings.Fields(recording); len(w) > 1 && w[0] == "Startdate" && len(w[1]) == 11 {
		name := w[1][:4] + strings.ToLower(w[1][4:6]) + w[1][6:]
		if exact, err := time.Parse("02-Jan-2006", name); err == nil {
			day = time.Date(exact.Year(), exact.Month(), exact.Day(), c[0], c[1], c[2], 0, time.UTC)
		}
	}
	if day.Day() != d[0] && d[0] != 0 || c[0] > 23 || c[1] > 59 || d[1] < 1 || d[1] > 12 {
		return ""
	}
	return day.Format("2006-01-02T15:04:05")
}
