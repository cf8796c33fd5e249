// Closedloop closes the loop that a recording alone cannot: it simulates a network whose wiring is known, maps
// it with every connectivity method of nissl, sets each map beside the true wiring and beside chance, silences the hub
// that the map named, runs the network again, and says whether the map's prediction held.
//
//	go run ./examples/closedloop                       a network with planted assemblies and a hub
//	go run ./examples/closedloop --seconds 300         the same for longer
//	go run ./examples/closedloop --wiring edges.csv    the wiring of a table: pre, post, type, weight
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
)

func main() {
	seconds := flag.Float64("seconds", 120, "simulated `time` in s")
	seed := flag.Uint64("seed", 1, "`seed` of the network and of every null")
	edges := flag.String("wiring", "", "`file` of the wiring, such as that of C. elegans: pre, post, type, weight")
	inhibitory := flag.String("inhibitory", gaba, "`names` of the cells of the wiring that inhibit, separated by commas")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	n, err := network(*edges, *inhibitory, *seed)
	if err == nil {
		var l *Loop
		if l, err = Close(ctx, n, *seconds, *seed); err == nil {
			l.Print(os.Stdout)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "closedloop:", err)
		os.Exit(1)
	}
}

// network is the planted one, or that of a table.
func network(edges, inhibitory string, seed uint64) (*Wired, error) {
	if edges == "" {
		return Planted(seed), nil
	}
	return FromTable(edges, inhibitory, seed)
}

// Print shows what came out.
func (l *Loop) Print(w io.Writer) {
	fmt.Fprintf(w, "%s: %d cells, %d pairs of cells connected, %.0f s, %.1f spikes/s\n\n", l.Name, l.Cells, l.Connected, l.Seconds, l.Rate)
	fmt.Fprintf(w, "%-20s %-10s %7s %15s %7s %8s\n", "method", "finds", "AUROC", "chance (95 %)", "p", "shifted")
	for _, m := range l.Maps {
		what := "pairs"
		if m.Directed {
			what = "directed"
		}
		fmt.Fprintf(w, "%-20s %-10s %7.3f %7.3f–%-7.3f %7.3g %8.3f\n", m.Method, what, m.AUROC, m.Low, m.High, m.P, m.Shifted)
	}
	fmt.Fprintf(w, "\nAUROC: does a connected pair score above an unconnected one? Chance: the cells of the wiring exchanged\nat random. Shifted: the same method on the same trains, each shifted around the run by its own time.\n")
	h := l.Hub
	fmt.Fprintf(w, "\nThe map of %s names %s its hub (of the true wiring it sends to %d cells, rank %d of %d).\n", h.Method, h.Name, h.Degree, h.Rank, l.Cells)
	fmt.Fprintf(w, "Silenced by %v, the network ran again:\n\n", h.Do)
	fmt.Fprintf(w, "  predicted change of the other cells' spikes   %+9.1f /s in all\n", h.Predicted)
	fmt.Fprintf(w, "  what happened                                 %+9.1f /s\n", h.Happened)
	fmt.Fprintf(w, "  silencing a cell that the map calls no hub    %+9.1f /s (%s)\n", h.OtherHappened, h.Other)
	fmt.Fprintf(w, "  cell by cell, prediction and change           r = %.3f, chance (cells exchanged) up to %.3f, p = %.3g\n", h.R, h.RHigh, h.P)
	if h.Held {
		fmt.Fprintln(w, "\nThe prediction held.")
	} else {
		fmt.Fprintln(w, "\nThe prediction did not hold.")
	}
}
