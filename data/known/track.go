package known

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"

	"nissl"
	"nissl/format"
	"nissl/format/reader"
)

const (
	ratSpikes = "recordings/rat_hippocampus/linear-track/spikes.mat"
	ratPlace  = "recordings/rat_hippocampus/linear-track/trajectory.videoPositionTracking"
)

// A Track is the recording of an animal on a linear track, with its place at each frame of a video, on
// the recording's clock.
type Track struct {
	Recording *nissl.Recording
	Time      []float64 // s, of each frame
	Place     []float64 // along the track's main axis, pixels from the mean place
	Speed     []float64 // pixels/s, over the second around the frame
}

// RatFiles are what Rat is read from, relative to NISSL_DATA.
func RatFiles() []string { return []string{ratSpikes, ratPlace} }

// Rat opens the spikes of 31 units of rat CA1, sorted on a 30 kHz clock and named TETRODE.CELL, while the
// rat runs on a linear track and then rests (nelpy's example data), with its place at 60 frames a
// second. The recording is to be closed.
func Rat(dir string) (*Track, error) {
	r, err := format.Open(filepath.Join(dir, ratSpikes), reader.Options{"clock_hz": "30000"})
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, ratPlace)
	b, err := os.ReadFile(path)
	if err != nil {
		r.Close()
		return nil, err
	}
	time, x, y, err := positions(b)
	if err != nil {
		r.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	const half = 30 // frames: half a second
	return &Track{Recording: r, Time: time, Place: mainAxis(x, y), Speed: speed(time, x, y, half)}, nil
}

// positions reads Trodes' position file: a text header that says the clock rate, then records of time
// (uint32 ticks) and two points (uint16 pixels each), little-endian. The first point of each is
// returned, with its time in seconds.
func positions(b []byte) (time, x, y []float64, err error) {
	const end, record = "<End settings>\n", 12
	at := bytes.Index(b, []byte(end))
	if at < 0 {
		return nil, nil, nil, fmt.Errorf("no line %q", end)
	}
	clock := 0.0
	for line := range bytes.Lines(b[:at]) {
		if rate, ok := bytes.CutPrefix(line, []byte("clockrate:")); ok {
			clock, _ = strconv.ParseFloat(string(bytes.TrimSpace(rate)), 64) // 0 where it is no number
		}
	}
	if !(clock > 0) {
		return nil, nil, nil, fmt.Errorf("the header says no clockrate above 0")
	}
	at += len(end)
	if (len(b)-at)%record != 0 || len(b) == at {
		return nil, nil, nil, fmt.Errorf("offset %d: %d bytes are not records of %d", at, len(b)-at, record)
	}
	for ; at < len(b); at += record {
		time = append(time, float64(binary.LittleEndian.Uint32(b[at:]))/clock)
		x = append(x, float64(binary.LittleEndian.Uint16(b[at+4:])))
		y = append(y, float64(binary.LittleEndian.Uint16(b[at+6:])))
	}
	return time, x, y, nil
}

// mainAxis projects points on their first principal axis, from their mean.
func mainAxis(x, y []float64) []float64 {
	n := float64(len(x))
	var mx, my, xx, xy, yy float64
	for i := range x {
		mx, my = mx+x[i]/n, my+y[i]/n
	}
	for i := range x {
		dx, dy := x[i]-mx, y[i]-my
		xx, xy, yy = xx+dx*dx, xy+dx*dy, yy+dy*dy
	}
	sin, cos := math.Sincos(0.5 * math.Atan2(2*xy, xx-yy))
	out := make([]float64, len(x))
	for i := range x {
		out[i] = (x[i]-mx)*cos + (y[i]-my)*sin
	}
	return out
}

// speed is how far the points half frames before and after each are apart, per second.
func speed(time, x, y []float64, half int) []float64 {
	out := make([]float64, len(time))
	for i := range out {
		a, z := max(0, i-half), min(len(time)-1, i+half)
		out[i] = math.Hypot(x[z]-x[a], y[z]-y[a]) / (time[z] - time[a])
	}
	return out
}
