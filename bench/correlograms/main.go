// Command correlograms measures the cross-correlograms and the spike-time tiling coefficients of all pairs of 31 units of
// rat hippocampus against elephant and pynapple, and compares every value with those of the integer clock:
//
//	go run ./bench/correlograms -python PYTHON -peers ../shared/peers -data ../shared/data
package main

import (
	_ "embed"
	"flag"
	"fmt"
	"log"
	"math"
	"path/filepath"
	"strconv"

	"nissl/bench/peer"
	"nissl/num/spikes"
)

//go:embed spikes.py
var spikesProgram string

//go:embed section.py
var section string

// The peer's record and parameters, in seconds.
const start, stop, bin, window, dt = 4397, 6366, .001, .05, .005

func main() {
	log.SetFlags(0)
	o := peer.Flags()
	repeats := flag.Int("repeats", 5, "runs of this side, of which the shortest counts; the peers take 3")
	alone := flag.Bool("alone", false, "measure and check this side only")
	flag.Parse()
	units := load(o)
	results := filepath.Join(o.Scripts, "results")
	seconds := map[string]float64{}
	for _, def := range []spikes.Definition{spikes.Times, spikes.Binned} {
		var c *spikes.Correlograms
		// The clock is found and the times put on it within the measured time, as the peers begin with seconds too.
		seconds[def.String()] = peer.Best(*repeats, func() {
			c = spikes.CrossCorrelogram(spikes.NewTrains(units, start, stop, 0), bin, window, def)
		})
		different, cells := checkCounts(c, table(results, "correlograms.csv"), def)
		fmt.Printf("nissl %-6s %.4f s, %d of %d cells differ from the integer clock\n", def, seconds[def.String()], different, cells)
	}
	var sttc []float64
	seconds["sttc"] = peer.Best(*repeats, func() { sttc = spikes.SpikeTimeTiling(spikes.NewTrains(units, start, stop, 0), dt) })
	fmt.Printf("nissl sttc   %.4f s, largest difference from the definition %.2g\n", seconds["sttc"], checkTiling(sttc, len(units), table(results, "sttc.csv")))
	if *alone {
		return
	}
	rows, err := o.Source(section, "correlograms_seconds.csv")
	if err != nil {
		log.Fatal(err)
	}
	for _, row := range rows {
		mine := seconds[row["measure"]]
		fmt.Printf("ratio %-6s %-24s %.1f times as fast (nissl %.4f s, %.4f s); the peer differs in %s of %s values\n",
			row["measure"], row["program"]+":", row.Float("seconds")/mine, mine, row.Float("seconds"), row["cells_that_differ"], row["cells"])
	}
}

// load returns the spike times per unit, in the peer's order.
func load(o *peer.Options) [][]float64 {
	rows, err := o.Source(spikesProgram, "spikes.csv")
	if err != nil {
		log.Fatal(err)
	}
	var units [][]float64
	for _, r := range rows {
		u := int(r.Float("unit"))
		for u >= len(units) {
			units = append(units, nil)
		}
		units[u] = append(units[u], r.Float("time_s"))
	}
	return units
}

func table(folder, name string) []peer.Row {
	rows, err := peer.ReadTable(filepath.Join(folder, name))
	if err != nil {
		log.Fatal(err)
	}
	return rows
}

// checkCounts is how many cells differ from the table, of how many.
func checkCounts(c *spikes.Correlograms, want []peer.Row, def spikes.Definition) (different, cells int) {
	for _, row := range want {
		if row["definition"] != def.String() {
			continue
		}
		counts := c.Pair(int(row.Float("unit_i")), int(row.Float("unit_j")))
		for k, got := range counts {
			cells++
			if row[strconv.Itoa(k-c.Half)] != strconv.Itoa(int(got)) {
				different++
			}
		}
	}
	return different, cells
}

// checkTiling is the largest difference from the column "definition".
func checkTiling(got []float64, n int, want []peer.Row) float64 {
	worst := 0.0
	for _, row := range want {
		d := math.Abs(got[int(row.Float("unit_i"))*n+int(row.Float("unit_j"))] - row.Float("definition"))
		if !(d <= worst) {
			worst = d
		}
	}
	return worst
}
