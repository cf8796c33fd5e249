// Command correlation measures the Pearson matrix of 5,000 units × 10,000 samples against numpy, and the strongest
// partners of 10,000 units × 10,000 samples with their memory:
//
//	go run ./bench/correlation -python PYTHON -peers ../shared/peers -data ../shared/data
package main

import (
	"context"
	_ "embed"
	"flag"
	"fmt"
	"log"
	"math"
	"os"
	"strings"

	"nissl/bench/peer"
	"nissl/num/correlate"
	"nissl/num/parallel"
)

// section runs the part of the peer's script that measures Pearson matrices; the parts before it take minutes.
//
//go:embed section.py
var section string

func main() {
	log.SetFlags(0)
	o := peer.Flags()
	repeats := flag.Int("repeats", 3, "runs of this side, of which the shortest counts; the peer takes 3")
	partners := flag.Int("partners", 10000, "units and samples of the search for partners; 0 leaves it out")
	alone := flag.Bool("alone", false, "measure this side only")
	flag.Parse()
	sec, r := pearson(*repeats)
	if !*alone {
		rows, err := o.Source(section, "correlograms_seconds.csv")
		if err != nil {
			log.Fatal(err)
		}
		compare(rows, sec, r)
	}
	if *partners > 0 {
		search(*partners)
	}
}

const n, t = 5000, 10000

func pearson(repeats int) (float64, []float32) {
	x := traces(n, t)
	var r []float32
	sec := peer.Best(repeats, func() {
		r = make([]float32, n*n)
		correlate.Pearson(x, n, t, r)
	})
	fmt.Printf("nissl %d × %d: %.3f s, %.0f GFLOPS, R[0,1] %.9g R[9,19] %.9g R[4998,4999] %.9g\n", n, t, sec, float64(n)*(n+1)*t/sec/1e9, r[1], r[9*n+19], r[n*n-2])
	return sec, r
}

func compare(rows []peer.Row, sec float64, r []float32) {
	var sum float64
	for _, v := range r {
		sum += float64(v)
	}
	for _, row := range rows {
		if row["measure"] == "pearson" {
			fmt.Printf("ratio %-22s %.2f times as fast (nissl %.3f s, %.3f s); sum of the matrix differs by %.1g\n",
				row["program"]+":", row.Float("seconds")/sec, sec, row.Float("seconds"), math.Abs(sum/row.Float("sum")-1))
		}
	}
}

func search(size int) {
	x := traces(size, size)
	var top [][]correlate.Partner
	sec := peer.Best(1, func() {
		var err error
		if top, err = correlate.TopPartners(context.Background(), x, size, size, 20); err != nil {
			log.Fatal(err)
		}
	})
	fmt.Printf("nissl 20 strongest partners of each of %d units, %d samples: %.2f s, %.0f GFLOPS, %s; best of unit 9 is %d with %.6f\n",
		size, size, sec, float64(size)*float64(size+1)*float64(size)/sec/1e9, peakMemory(), top[9][0].Unit, top[9][0].R)
}

// peakMemory is what the kernel says this process held at most.
func peakMemory() string {
	status, err := os.ReadFile("/proc/self/status")
	if err == nil {
		for line := range strings.Lines(string(status)) {
			if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
				return "peak memory " + strings.TrimSpace(rest)
			}
		}
	}
	return "peak memory unknown"
}

// traces is the peer's input: noise of its own for every unit and common noise with ten weights.
func traces(units, samples int) []float32 {
	x, common := make([]float32, units*samples), peer.Noise(samples, 1)
	parallel.For(units, func(i int) {
		row := x[i*samples : (i+1)*samples]
		for k, v := range peer.NoiseFrom(i*samples, samples, 0) {
			row[k] = float32(v + float64(i%10)/10*common[k])
		}
	})
	return x
}
