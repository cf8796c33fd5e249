// Command affinity measures the differential affinity of all pairs against its definition in numpy, in one run:
//
//	go run ./bench/affinity -python PYTHON -peers ../shared/peers
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"math"

	"nissl/bench/peer"
	"nissl/num/affinity"
)

const frames = 800

func main() {
	log.SetFlags(0)
	o := peer.Flags()
	repeats := flag.Int("repeats", 10, "runs of this side, of which the shortest counts; the peer takes 3")
	alone := flag.Bool("alone", false, "measure this side only")
	flag.Parse()
	ours := map[int]result{}
	for _, n := range []int{100, 300} {
		ours[n] = measure(n, *repeats)
	}
	means(*repeats)
	if *alone {
		return
	}
	rows, err := o.Run("numpy_affinity.py", "numpy_affinity.csv")
	if err != nil {
		log.Fatal(err)
	}
	for _, r := range rows {
		n := int(r.Float("N"))
		mine := ours[n]
		var worst float64
		for name, v := range mine.checks {
			worst = max(worst, math.Abs(v-r.Float(name))/max(.1, math.Abs(v)))
		}
		fmt.Printf("ratio N %d: %.1f times as fast (nissl %.4f s, numpy %.4f s); largest difference of %d check values %.1g\n",
			n, r.Float("seconds")/mine.seconds, mine.seconds, r.Float("seconds"), len(mine.checks), worst)
		if !(worst < 1e-6) {
			log.Fatal("the two sides differ")
		}
	}
}

type result struct {
	seconds float64
	checks  map[string]float64 // by the peer's column
}

func measure(n, repeats int) result {
	x := traces(n)
	pairs := n * (n - 1) / 2
	var a []float32
	sec := peer.Best(repeats, func() {
		a = make([]float32, pairs*frames)
		if err := affinity.Fill(context.Background(), x, n, frames, affinity.Options{}, a); err != nil {
			log.Fatal(err)
		}
	})
	fmt.Printf("nissl N %d: %.4f s, %.0f M pair-frames/s, %.1f GB/s written\n", n, sec, float64(len(a))/sec/1e6, 4*float64(len(a))/sec/1e9)
	c := map[string]float64{"x_first": x[0], "x_last": x[len(x)-1], "a_0_100": float64(a[100]), "a_0_400": float64(a[400]),
		"a_mid_400": float64(a[pairs/2*frames+400]), "a_last_400": float64(a[(pairs-1)*frames+400])}
	for k, v := range a {
		c["sum"] += float64(v)
		c["sum_squares"] += float64(v) * float64(v)
		c["max"] = max(c["max"], float64(v))
		if v == 0 {
			c["share_zero"] += 1 / float64(len(a))
		}
		if k >= len(a)-frames {
			c["sum_last_pair"] += float64(v)
		}
	}
	return result{sec, c}
}

// means measures the variants that hold less than pairs × frames.
func means(repeats int) {
	const n = 300
	x := traces(n)
	cells := float64(n*(n-1)/2) * frames
	sec := peer.Best(repeats, func() {
		if _, err := affinity.Mean(context.Background(), x, n, frames, affinity.Options{}); err != nil {
			log.Fatal(err)
		}
	})
	fmt.Printf("nissl N %d, mean only: %.4f s, %.0f M pair-frames/s\n", n, sec, cells/sec/1e6)
	o := affinity.Options{Smooth: 3, Bin: 2}
	a := make([]float32, o.Rows(n)*o.Frames(frames))
	sec = peer.Best(repeats, func() {
		if err := affinity.Fill(context.Background(), x, n, frames, o, a); err != nil {
			log.Fatal(err)
		}
	})
	fmt.Printf("nissl N %d, smoothed and binned by 2: %.4f s, %.0f M pair-frames/s\n", n, sec, cells/sec/1e6)
}

// traces is the peer's input: noise smoothed by a Gaussian of 3 frames with reflecting ends.
func traces(n int) []float64 {
	const radius = 12
	noise, x := peer.Noise(n*frames, 0), make([]float64, n*frames)
	var g [2*radius + 1]float64
	var sum float64
	for k := range g {
		z := float64(k-radius) / 3
		g[k] = math.Exp(-z * z / 2)
		sum += g[k]
	}
	for i := range x {
		row, t := noise[i/frames*frames:][:frames], i%frames
		for k, w := range g {
			f := t + k - radius
			if f < 0 {
				f = -1 - f
			}
			if f >= frames {
				f = 2*frames - 1 - f
			}
			x[i] += w / sum * row[f]
		}
	}
	return x
}
