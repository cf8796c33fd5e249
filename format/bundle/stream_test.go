package bundle

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"nissl"
	"nissl/internal/npy"
)

// growing is a recording and the steps in which it comes to be.
type growing struct {
	want  *nissl.Recording
	steps [][2]int // samples from and to
	h     Header
}

// grow makes a recording of random sizes with something of everything, at 10 Hz.
func grow(seed uint64, known bool, dtype string) *growing {
	rng := rand.New(rand.NewPCG(seed, 1))
	units, samples := 1+rng.IntN(70), 1+rng.IntN(900)
	r := &nissl.Recording{Name: "growing", Units: nissl.NumberedUnits(units), Notes: []string{"a note"}, Traces: nissl.NewTraces(units, samples, 10),
		Spikes: &nissl.Spikes{Times: make([][]float64, units), ClockHz: 1e4}}
	r.Traces.Start, r.Traces.Unit = 0.5, "mV"
	token := nissl.Covariate{Name: "token", Unit: "bits", Columns: []string{"loss", "rank"}, Values: make([][]float64, 2), Rate: 10, Start: 0.5}
	look := nissl.Covariate{Name: "look", Times: []float64{}, Text: []string{}}
	trials := nissl.Epochs{Name: "documents", Table: nissl.Table{Columns: []nissl.Column{nissl.Col("title", "", []string{}), nissl.Col("n", "", []int64{}), nissl.Col("p", "", []float64{}), nissl.Col("ok", "", []bool{})}}}
	for k := range samples {
		now := float64(k) / 10
		for u, row := range r.Traces.Rows {
			row[k] = float32(rng.NormFloat64())
			if rng.IntN(20) == 0 {
				r.Spikes.Times[u] = append(r.Spikes.Times[u], now, now+rng.Float64()/10)
			}
		}
		token.Values[0], token.Values[1] = append(token.Values[0], rng.Float64()), append(token.Values[1], float64(rng.IntN(9)))
		token.Text = append(token.Text, fmt.Sprint("µ", rng.IntN(99)))
		for range rng.IntN(3) {
			look.Times, look.Text = append(look.Times, now), append(look.Text, "left")
		}
		if rng.IntN(5) == 0 {
			trials.Start, trials.Stop = append(trials.Start, now), append(trials.Stop, now+1)
			for i, v := range []any{[]string{"a"}, []int64{int64(k)}, []float64{math.Inf(1)}, []bool{true}} {
				c := &trials.Table.Columns[i]
				switch v := v.(type) {
				case []string:
					c.Values = append(c.Values.([]string), v...)
				case []int64:
					c.Values = append(c.Values.([]int64), v...)
				case []float64:
					c.Values = append(c.Values.([]float64), v...)
				case []bool:
					c.Values = append(c.Values.([]bool), v...)
				}
			}
		}
	}
	r.Spikes.Span.Stop = r.Traces.Span().Stop
	r.Covariates = append(r.Covariates, token)
	if len(look.Times) > 0 {
		r.Covariates = append(r.Covariates, look)
	}
	if trials.Len() > 0 {
		r.Epochs = append(r.Epochs, trials)
	}
	g := &growing{want: r, h: Header{Name: r.Name, Notes: r.Notes, Units: r.Units, Run: "test", Buffer: int64(1 + rng.IntN(units*100*4)),
		Traces: &TraceHeader{Rate: 10, Start: 0.5, Unit: "mV", Dtype: dtype}, Spikes: &SpikeHeader{ClockHz: 1e4}}}
	if known {
		g.h.Traces.Samples = samples
	}
	for a := 0; a < samples; {
		b := min(samples, a+1+rng.IntN(60))
		g.steps = append(g.steps, [2]int{a, b})
		a = b
	}
	return g
}

// step appends what comes between the samples of step i and commits it.
func (g *growing) step(s *Stream, i int) error {
	r, a, b := g.want, g.steps[i][0], g.steps[i][1]
	n, units := b-a, r.Units.Len()
	start, stop := float64(a)/10, float64(b)/10
	if i == 0 {
		start = math.Inf(-1)
	}
	for _, c := range r.Covariates {
		if c.Times != nil {
			c = c.Between(start, stop)
		} else {
			c.Text, c.Values = c.Text[a:b], [][]float64{c.Values[0][a:b], c.Values[1][a:b]}
		}
		if err := s.AppendCovariate(c); err != nil {
			return err
		}
	}
	for _, e := range r.Epochs {
		if err := s.AppendEpochs(e.Between(start, stop)); err != nil {
			return err
		}
	}
	for u, times := range r.Spikes.Times {
		var now []float64
		for _, t := range times {
			if t >= start && (t < stop || b == r.Traces.Samples()) {
				now = append(now, t)
			}
		}
		if err := s.AppendSpikes(u, now); err != nil {
			return err
		}
	}
	s.Observed(r.Traces.Span().Stop)
	var err error
	if i%3 == 0 {
		rows := make([][]float32, units)
		for u := range rows {
			rows[u] = r.Traces.Rows[u][a:b]
		}
		err = s.AppendRows(rows)
	} else { // two parts, as two sites of a network
		left := units / 2
		parts := [][]float32{make([]float32, n*left), make([]float32, n*(units-left))}
		for k := range n {
			for u := range units {
				if v := r.Traces.Rows[u][a+k]; u < left {
					parts[0][k*left+u] = v
				} else {
					parts[1][k*(units-left)+u-left] = v
				}
			}
		}
		err = s.Append(n, parts...)
	}
	return errors.Join(err, s.Commit(strconv.Itoa(i+1)))
}

// from is the step that the stream stands before.
func from(t *testing.T, s *Stream) int {
	t.Helper()
	if s.Cursor() == "" {
		return 0
	}
	i, err := strconv.Atoi(s.Cursor())
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func sameFiles(t *testing.T, a, b string) {
	t.Helper()
	entries, err := os.ReadDir(a)
	if err != nil {
		t.Fatal(err)
	}
	others, _ := os.ReadDir(b)
	if len(others) != len(entries) {
		t.Errorf("%s has %d files, %s has %d", a, len(entries), b, len(others))
	}
	for _, e := range entries {
		x, _ := os.ReadFile(filepath.Join(a, e.Name()))
		y, err := os.ReadFile(filepath.Join(b, e.Name()))
		if err != nil || !bytes.Equal(x, y) {
			t.Errorf("%s differs (%d and %d bytes, %v)", e.Name(), len(x), len(y), err)
		}
	}
}

// Whatever the sizes of blocks and tiles, and wherever the run is interrupted, the
// bundle is the one that Write makes of the whole recording, byte by byte.
func TestStreamIsWrite(t *testing.T) {
	for seed := range uint64(16) {
		known := seed%2 == 0
		g := grow(seed, known, "float32")
		t.Run(fmt.Sprintf("seed %d, known %v", seed, known), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 2))
			dir := t.TempDir()
			whole, path := filepath.Join(dir, "whole.rec"), filepath.Join(dir, "a.rec")
			if err := Write(whole, g.want, false); err != nil {
				t.Fatal(err)
			}
			stream(t, g, path, func() int { return rng.IntN(12) })
			sameFiles(t, whole, path)
			if left, _ := os.ReadDir(dir); len(left) != 2 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// stream writes the bundle; after each step chance 0 closes and resumes it, 1 lets the
// process die, 2 flushes.
func stream(t *testing.T, g *growing, path string, chance func() int) {
	t.Helper()
	s, err := Create(path, g.h)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(g.steps); i++ {
		if err := g.step(s, i); err != nil {
			t.Fatal(err)
		}
		switch chance() {
		case 0:
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		case 1:
			if s.saving != nil {
				<-s.saving
			}
			s.release()
		case 2:
			if err := s.Flush(); err != nil {
				t.Fatal(err)
			}
			continue
		default:
			continue
		}
		was := i + 1
		if s, err = CreateOrResume(path, g.h); err != nil {
			t.Fatal(err)
		}
		if i = from(t, s) - 1; i+1 > was || i >= 0 && s.Samples() != g.steps[i][1] {
			t.Fatalf("resumed before step %d with %d samples, was at step %d", i+1, s.Samples(), was)
		}
	}
	if err := s.Finish(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func never() int { return 9 }

// float16 is what rounding each sample gives, opens with its type and is converted.
func TestStreamFloat16(t *testing.T) {
	for seed := range uint64(6) {
		g := grow(seed, seed%2 == 0, "float16")
		g.want.Traces.Rows[0][0] = float32(math.NaN())
		path := filepath.Join(t.TempDir(), "a.rec")
		stream(t, g, path, never)
		got, err := Read(path)
		if err != nil {
			t.Fatal(err)
		}
		for u, row := range g.want.Traces.Rows {
			for k, x := range row {
				want := npy.FromHalf(npy.ToHalf(x))
				if v := got.Traces.Rows[u][k]; v != want && x == x || math.Abs(float64(v-x)) > 1e-3*math.Abs(float64(x))+1e-7 {
					t.Fatalf("seed %d: unit %d, sample %d is %v, want %v of %v", seed, u, k, v, want, x)
				}
			}
		}
		if v := got.Traces.Rows[0][0]; v == v {
			t.Errorf("NaN became %v", v)
		}
		if m, err := readManifest(path); err != nil || m.Traces.Dtype != "float16" {
			t.Errorf("recording.json says %+v, %v", m.Traces, err)
		}
		rounded := *g.want
		rounded.Traces = got.Traces
		same(t, got, &rounded)
		got.Close()
	}
}

// What float16 cannot hold is infinite, counted and said; infinite samples are not.
func TestStreamOverflow(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.rec")
	s, err := Create(path, Header{Units: nissl.NumberedUnits(2), Traces: &TraceHeader{Rate: 1, Dtype: "float16"}})
	if err != nil {
		t.Fatal(err)
	}
	inf := float32(math.Inf(1))
	if err := errors.Join(s.Append(3, []float32{65519, 65520, -1e30, inf, 1, -2}), s.Commit(""), s.Close()); err != nil {
		t.Fatal(err)
	}
	if s, err = Resume(path, s.header); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Append(1, []float32{-65520, 3}), s.Finish(context.Background())); err != nil || s.Overflow() != 3 {
		t.Errorf("overflow of %d samples, want 3 (%v)", s.Overflow(), err)
	}
	r, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if fmt.Sprint(r.Traces.Rows) != "[[65504 -Inf 1 -Inf] [+Inf +Inf -2 3]]" || len(r.Notes) != 1 || !strings.Contains(r.Notes[0], "3 of 8 samples were beyond ±65504") {
		t.Errorf("%v, notes %q", r.Traces.Rows, r.Notes)
	}
	b, _ := os.ReadFile(filepath.Join(path, manifestFile))
	lie := bytes.Replace(b, []byte("float16"), []byte("float32"), 1)
	if err := os.WriteFile(filepath.Join(path, manifestFile), lie, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(path); err == nil || !strings.Contains(err.Error(), "says float32") {
		t.Errorf("a lie about the type: %v", err)
	}
}

// np.save(path, np.array([[1, -2.5, 65504], [np.inf, 2**-24, 0]], "<f2")), numpy 2.4.6
const saved = "\x93NUMPY\x01\x00v\x00{'descr': '<f2', 'fortran_order': False, 'shape': (2, 3), }"
const savedValues = "\x00<\x00\xc1\xff{\x00|\x01\x00\x00\x00"

func TestStreamAsNumpy(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.rec")
	for _, total := range []int{0, 3} {
		s, err := Create(path, Header{Units: nissl.NumberedUnits(2), Overwrite: true, Traces: &TraceHeader{Rate: 1, Dtype: "float16", Samples: total}})
		if err != nil {
			t.Fatal(err)
		}
		err = s.AppendRows([][]float32{{1, -2.5, 65504}, {float32(math.Inf(1)), 1.0 / (1 << 24), 0}})
		if err := errors.Join(err, s.Finish(context.Background())); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(path, tracesFile))
		if want := saved + strings.Repeat(" ", 127-len(saved)) + "\n" + savedValues; err != nil || string(b) != want {
			t.Errorf("got  %q (%v)\nwant %q", b, err, want)
		}
	}
}
