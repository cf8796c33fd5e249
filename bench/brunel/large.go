package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"

	"nissl/bench/peer"
	"nissl/spiking"
)

func split(list string) []string { return strings.Split(list, ",") }

// field is the number after a word of /proc/self/status; -1 without it.
func field(status, word string) int64 {
	for line := range strings.Lines(status) {
		if rest, ok := strings.CutPrefix(line, word); ok {
			if n, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64); err == nil {
				return n
			}
		}
	}
	return -1
}

// largeApart runs the large network in a process of its own, whose memory is its alone.
func (c *config) largeApart() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.Command(self, "-large-here", "-threads", strconv.Itoa(c.threads))
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	return cmd.Run()
}

func (c *config) large() error {
	const cells, seconds = 100000, .1
	start := time.Now()
	s, err := spiking.New(model(cells, "static_synapse"), spiking.Options{Threads: c.threads})
	if err != nil {
		return err
	}
	built := time.Since(start).Seconds()
	n, bytes := s.Synapses()
	fmt.Printf("\n100,000 cells, %d synapses of %.2f bytes: built in %.2f s, peak memory %.0f MiB\n", n, float64(bytes)/float64(n), built, float64(peak())/(1<<20))
	if _, err := s.Record(context.Background(), warm); err != nil {
		return err
	}
	start = time.Now()
	r, err := s.Record(context.Background(), warm+seconds)
	if err != nil {
		return err
	}
	took := time.Since(start).Seconds()
	spikes := float64(r.Spikes.Count())
	fmt.Printf("%.2f spikes/s per cell, %.1f M synaptic events/s, peak memory %.0f MiB\n", spikes/seconds/cells, spikes*float64(n)/cells/took/1e6, float64(peak())/(1<<20))
	return nil
}

// bandwidth compares what the simulation fetches from memory with what the memory gives.
func (c *config) bandwidth() error {
	const n = 1 << 23 // 64 MiB for each of three lists
	a, b, x := make([]float64, n), make([]float64, n), make([]float64, n)
	triad := func() {
		var wg sync.WaitGroup
		for t := range c.threads {
			wg.Go(func() {
				from, to := t*n/c.threads, (t+1)*n/c.threads
				a, b, x := a[from:to], b[from:to], x[from:to]
				for i := range a {
					a[i] = b[i] + 3*x[i]
				}
			})
		}
		wg.Wait()
	}
	triad()
	memory := 24 * n / peer.Best(2*c.rounds+3, triad)
	var d side
	ours := c.ours("static_synapse")
	for range c.rounds {
		if err := ours.turn(&d); err != nil {
			return err
		}
	}
	perSecond := events(d.rate[0], d.speed.Best()) * 1e6
	fmt.Printf("\nmemory: triad of 3 × 64 MiB on %d threads %.1f GB/s\n", c.threads, memory/1e9)
	const target = 2 // bytes of a synapse, fetched for each event; all else stays in the second cache
	fmt.Printf("simulation at best: %.1f M synaptic events/s fetch %d bytes each, %.2f GB/s, %.1f %% of that\n", perSecond/1e6, target, target*perSecond/1e9, 100*target*perSecond/memory)
	// Of each event 16 bytes of a sum are read and written; of each cell and step 80: potential and refractory
	// period read and written, key, input written by the stimulus, read, and cleared.
	perCell := 80 * 1e4 * 1e4 / d.speed.Best()
	fmt.Printf("with sums (16 bytes an event) and cells (80 bytes a step), which stay in the caches: %.1f GB/s\n", ((16+target)*perSecond+perCell)/1e9)
	return nil
}
