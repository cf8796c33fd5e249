// Package peer runs a script of the other side of a benchmark and reads the tables it writes, so that both sides are
// measured in one run on one machine.
package peer

import (
	"encoding/csv"
	"flag"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Options say where the other side lies.
type Options struct {
	Python, Scripts, Data string
}

// Flags adds -python, -peers and -data to the command line.
func Flags() *Options {
	o := &Options{}
	flag.StringVar(&o.Python, "python", "python3", "Python with the peers' packages")
	flag.StringVar(&o.Scripts, "peers", "../shared/peers", "folder of the peers' scripts")
	flag.StringVar(&o.Data, "data", os.Getenv("NISSL_DATA"), "folder that holds recordings/")
	return o
}

// Row is a line of a table by column.
type Row map[string]string

// Float is a column's number; NaN when it holds none.
func (r Row) Float(column string) float64 {
	v, err := strconv.ParseFloat(r[column], 64)
	if err != nil {
		return math.NaN()
	}
	return v
}

// Run runs a script with arguments, shows what it prints, and returns the table it writes.
func (o *Options) Run(script, table string, args ...string) ([]Row, error) {
	return o.run([]string{filepath.Join(o.Scripts, script)}, table, args)
}

// Source is Run for a program given as text, which finds the scripts' modules.
func (o *Options) Source(program, table string, args ...string) ([]Row, error) {
	return o.run([]string{"-c", program}, table, args)
}

func (o *Options) run(what []string, table string, args []string) ([]Row, error) {
	out, err := os.MkdirTemp("", "peer")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(out)
	cmd := exec.Command(o.Python, append(append(what, "--data", o.Data, "--out", out), args...)...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := o.environment(cmd); err != nil {
		return nil, err
	}
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("%s %s: %w", o.Python, what[0], err)
	}
	return ReadTable(filepath.Join(out, table))
}

// environment lets a program find the scripts' modules and its own best kernels.
func (o *Options) environment(cmd *exec.Cmd) error {
	scripts, err := filepath.Abs(o.Scripts)
	if err != nil {
		return err
	}
	cmd.Env = []string{"PYTHONPATH=" + scripts, "PYTHONDONTWRITEBYTECODE=1"}
	for _, e := range os.Environ() {
		if !strings.HasPrefix(e, "OPENBLAS_") && !strings.HasPrefix(e, "PYTHONPATH=") {
			cmd.Env = append(cmd.Env, e)
		}
	}
	return nil
}

// ReadTable reads a CSV file with a header.
func ReadTable(path string) ([]Row, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil || len(lines) == 0 {
		return nil, fmt.Errorf("%s: no table: %w", path, err)
	}
	var rows []Row
	for _, line := range lines[1:] {
		r := Row{}
		for k, v := range line {
			r[lines[0][k]] = v
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// Best is the shortest of several runs in seconds.
func Best(repeats int, f func()) float64 {
	best := math.Inf(1)
	for range repeats {
		start := time.Now()
		f()
		best = min(best, time.Since(start).Seconds())
	}
	return best
}

// Noise is the scripts' portable noise: splitmix64 of a counter, n values uniform in [-.5, .5).
func Noise(n int, seed uint64) []float64 { return NoiseFrom(0, n, seed) }

// NoiseFrom is n values of Noise from place first on.
func NoiseFrom(first, n int, seed uint64) []float64 {
	x := make([]float64, n)
	for k := range x {
		z := seed + uint64(first+k+1)*0x9E3779B97F4A7C15
		z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9
		z = (z ^ (z >> 27)) * 0x94D049BB133111EB
		x[k] = float64((z^(z>>31))>>11)*0x1p-53 - .5
	}
	return x
}
