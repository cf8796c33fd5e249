// Command ntf measures the masked non-negative CP of five worms against tensortools, in one run:
//
//	go run ./bench/ntf -python PYTHON -peers ../shared/peers -data ../shared/data
package main

import (
	"context"
	_ "embed"
	"flag"
	"fmt"
	"log"
	"math"
	"strconv"

	"nissl/bench/peer"
	"nissl/model/ntf"
)

// masked runs the peer's script without its tensors that have no mask, which take minutes.
//
//go:embed masked.py
var masked string

func main() {
	log.SetFlags(0)
	o := peer.Flags()
	seeds := flag.Int("seeds", 3, "starts per rank")
	alone := flag.Bool("alone", false, "measure this side only")
	flag.Parse()
	worms, err := readWorms(o.Data)
	if err != nil {
		log.Fatal(err)
	}
	x, names := tensor(worms, 4)
	cells, sum, squares := size(x)
	fmt.Printf("masked: %d neurons, %d times × %d worms × %d pairs, %.1f M cells observed (%.4f), sum %.10g, sum of squares %.10g\n",
		len(names), x.Times, len(x.Animals), x.Pairs, float64(cells)/1e6, float64(cells)/float64(x.Times*len(x.Animals)*x.Pairs), sum, squares)
	ours := map[string][]float64{}
	for _, rank := range []int{4, 8} {
		for seed := range *seeds {
			for _, unseen := range []float64{-1, .01} { // the peer's objective, and the default
				o := ntf.Options{Rank: rank, Restarts: 1, Seed: uint64(seed), Unseen: unseen}
				var m *ntf.Model
				sec := peer.Best(3, func() { m, err = ntf.Fit(context.Background(), x, o) })
				if err != nil {
					log.Fatal(err)
				}
				n := float64(len(m.History))
				fmt.Printf("  nissl       R %d seed %d unseen %v: error %.6f sweeps %.0f, %.3f s, %.2f ms a sweep, %.1f GFLOPS\n", rank, seed,
					max(0, unseen), m.Error, n, sec, sec/n*1e3, 4*float64(cells)*float64(rank)*n/sec/1e9)
				key := fmt.Sprint(rank, max(0, unseen))
				ours[key] = append(ours[key], sec, m.Error)
			}
		}
	}
	if *alone {
		return
	}
	rows, err := o.Source(masked, "tensortools_ntf.csv", "--seeds", strconv.Itoa(*seeds))
	if err != nil {
		log.Fatal(err)
	}
	compare(rows, ours, sum, squares)
}

// compare prints one line per rank: means over seeds, and the smallest error.
func compare(rows []peer.Row, ours map[string][]float64, sum, squares float64) {
	for _, rank := range []string{"4", "8"} {
		var theirs []float64
		for _, r := range rows {
			if r["tensor"] != "masked" || r["rank"] != rank {
				continue
			}
			theirs = append(theirs, r.Float("seconds"), r.Float("error"))
			if d := max(abs(r.Float("x_sum")/sum-1), abs(r.Float("x_sum_squares")/squares-1)); !(d < 1e-6) {
				log.Fatalf("the two sides have different tensors: sums differ by %g", d)
			}
		}
		peerSec, peerErr, peerBest := summary(theirs)
		for _, unseen := range []string{"0", "0.01"} {
			sec, err, best := summary(ours[rank+" "+unseen])
			fmt.Printf("ratio R %s, unseen cells at weight %s: %.1f times as fast (nissl %.3f s, tensortools %.2f s); error nissl %.6f, best %.6f; tensortools %.6f, best %.6f\n",
				rank, unseen, peerSec/sec, sec, peerSec, err, best, peerErr, peerBest)
		}
	}
}

// summary of pairs of seconds and error: means, and the smallest error.
func summary(v []float64) (sec, err, best float64) {
	best = math.Inf(1)
	n := float64(len(v) / 2)
	for k := 0; k < len(v); k += 2 {
		sec += v[k] / n
		err += v[k+1] / n
		best = min(best, v[k+1])
	}
	return sec, err, best
}

func abs(x float64) float64 { return max(x, -x) }

func size(x ntf.Tensor) (cells int, sum, squares float64) {
	for _, a := range x.Animals {
		for _, v := range a.X {
			sum += float64(v)
			squares += float64(v) * float64(v)
		}
		cells += len(a.X)
	}
	return cells, sum, squares
}
