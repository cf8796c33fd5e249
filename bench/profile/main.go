// Command profile measures a profile of all MLP neurons of a language model against its plain forward pass, in
// one run: the same batches, only logits. Every round runs both on the same batches, so that what else the
// machine does falls on both; the processor time of the process stands beside the time on the clock.
//
//	go run ./bench/profile NETWORK CORPUS [TOKENS]
package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"nissl/compute"
	"nissl/methods/profile"
	"nissl/nn"
	"nissl/nn/load"
	"nissl/nn/record"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// spent is time on the clock and of the processors, in seconds.
type spent struct{ clock, cpu float64 }

func (s *spent) add(since spent) {
	now := now()
	s.clock += now.clock - since.clock
	s.cpu += now.cpu - since.cpu
}

func now() spent {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	cpu := float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
	return spent{float64(time.Now().UnixNano()) / 1e9, cpu}
}

// between runs the plain pass on every batch before the profile's own.
type between struct {
	*load.Network
	plain, profiled spent
	ratios          []float64 // of each batch
	warm            map[int]bool
	samples         int
}

// Visit runs the plain pass, then the one that is asked for.
func (b *between) Visit(ctx context.Context, r nn.Request, f func(nn.Response) error) error {
	plain := nn.Request{Input: r.Input, Lengths: r.Lengths}
	one := func(q nn.Request, f func(nn.Response) error) error { return b.Network.Visit(ctx, q, f) }
	look := func(v nn.Response) error { return nil }
	shape := r.Input.Shape[0]<<20 | r.Input.Shape[1]
	if !b.warm[shape] { // compiling counts for neither
		b.warm[shape] = true
		if err := errors.Join(one(plain, look), one(r, look)); err != nil {
			return err
		}
	}
	start := now()
	if err := one(plain, look); err != nil {
		return err
	}
	var p, q spent
	p.add(start)
	start = now()
	if err := one(r, f); err != nil {
		return err
	}
	q.add(start)
	b.plain.clock, b.plain.cpu = b.plain.clock+p.clock, b.plain.cpu+p.cpu
	b.profiled.clock, b.profiled.cpu = b.profiled.clock+q.clock, b.profiled.cpu+q.cpu
	b.ratios = append(b.ratios, p.clock/q.clock)
	for _, n := range r.Lengths {
		b.samples += n
	}
	return nil
}

func run(args []string) error {
	if len(args) < 2 {
		return errors.New("want NETWORK CORPUS [TOKENS]")
	}
	tokens := 1_000_000
	if len(args) > 2 {
		var err error
		if tokens, err = strconv.Atoi(args[2]); err != nil {
			return err
		}
	}
	device, err := compute.Open(compute.Options{})
	if err != nil {
		return err
	}
	defer device.Close()
	ctx := context.Background()
	network, err := load.Open(ctx, device, args[0])
	if err != nil {
		return err
	}
	defer network.Close()
	path, err := repeated(network, args[1], tokens)
	if err != nil {
		return err
	}
	defer os.Remove(path)
	corpus, err := record.Open(network, record.Options{Input: path, Tokens: tokens})
	if err != nil {
		return err
	}
	fmt.Printf("%s: %d windows, %d tokens, batches of %d × %d; %d processors, load %s", network.Label, corpus.Rows, corpus.Samples, corpus.Batch,
		corpus.Length, runtime.NumCPU(), firstOf(os.ReadFile("/proc/loadavg")))
	before := peak()
	b := &between{Network: network, warm: map[int]bool{}}
	scan, err := profile.Run(ctx, b, corpus, profile.ScanOptions{Sites: "auto", Threshold: 1, Top: 20, Reach: 15})
	if err != nil {
		return err
	}
	n := float64(b.samples)
	slices.Sort(b.ratios)
	fmt.Printf("plain forward        %9.0f tokens/s on the clock, %9.0f per second of processor\n", n/b.plain.clock, n/b.plain.cpu)
	fmt.Printf("profile of %6d    %9.0f tokens/s on the clock, %9.0f per second of processor\n", scan.Stats.Units(), n/b.profiled.clock, n/b.profiled.cpu)
	fmt.Printf("ratio                %9.3f (of totals; median of %d batches %.3f)   %9.3f of processor\n", b.plain.clock/b.profiled.clock,
		len(b.ratios), b.ratios[len(b.ratios)/2], b.plain.cpu/b.profiled.cpu)
	fmt.Printf("peak memory          %9.0f MB, %.0f MB before the pass\n", peak(), before)
	return nil
}

// repeated writes the corpus again and again until it has enough tokens.
func repeated(n *load.Network, path string, tokens int) (string, error) {
	c, err := record.Open(n, record.Options{Input: path})
	if err != nil {
		return "", err
	}
	f, err := os.CreateTemp("", "corpus-*.csv")
	if err != nil {
		return "", err
	}
	fmt.Fprintln(f, "text")
	for range (tokens + c.Samples - 1) / c.Samples {
		for text, err := range texts(c) {
			if err != nil {
				return "", errors.Join(err, f.Close())
			}
			fmt.Fprintf(f, "\"%s\"\n", strings.ReplaceAll(text, `"`, `""`))
		}
	}
	return f.Name(), f.Close()
}

// texts are the windows of a corpus as texts of their own.
func texts(c *record.Corpus) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for r, err := range c.Each() {
			if !yield(c.Tokenizer.Decode(r.IDs), err) {
				return
			}
		}
	}
}

// peak is the largest memory of the process so far, in megabytes.
func peak() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return float64(u.Maxrss) / 1024
}

func firstOf(b []byte, _ error) string { return string(b) }
