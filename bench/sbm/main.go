// Command sbm compares the block models of nissl with graph-tool's on the weighted LFR graphs.
//
//	go run ./bench/sbm -data DIR/lfr -results DIR             NMI tables; graph-tool's figures from DIR/graphtool_lfr.csv
//	go run ./bench/sbm -data DIR/lfr -peer graphtool_sbm.py   both programs side by side, family by family, with times
//
// The peer script (graph-tool 2.45, see its head) is run with -python. Table 1: normalised mutual information with the
// planted communities, of one default configuration of ours, chosen by description length alone, and of every variant
// of graph-tool. Table 2: the same model on both sides: description lengths and seconds of the fits with and without
// degree correction together, ours on one thread.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"strconv"
	"strings"
)

type config struct {
	data, results, peer, python string
	families                    string
	restarts, search            int
	seed                        uint64
	verbose                     bool
	tables                      string
}

func main() {
	log.SetFlags(0)
	var c config
	flag.StringVar(&c.data, "data", "", "folder of the LFR graphs")
	flag.StringVar(&c.results, "results", "", "folder with graphtool_lfr.csv of an earlier run of the peer script")
	flag.StringVar(&c.peer, "peer", "", "graphtool_sbm.py: run it now, in turn with ours")
	flag.StringVar(&c.python, "python", "/usr/bin/python3", "interpreter that has graph-tool")
	flag.StringVar(&c.families, "family", "1,2,3,4,5,6,7,8,9", "families of graphs")
	flag.StringVar(&c.tables, "tables", "12", "tables to make")
	flag.IntVar(&c.restarts, "restarts", 0, "restarts of the default configuration in table 1; 0: the default")
	flag.IntVar(&c.search, "search", 2, "restarts of each fit in table 2")
	flag.Uint64Var(&c.seed, "seed", 13, "seed of ours")
	flag.BoolVar(&c.verbose, "v", false, "print every graph")
	flag.Parse()
	if err := run(context.Background(), c); err != nil {
		log.Fatal("bench/sbm: ", err)
	}
}

func run(ctx context.Context, c config) error {
	graphs, err := readLFR(c.data)
	if err != nil {
		return err
	}
	var scores scoreTable
	var costs costTable
	for _, word := range strings.Split(c.families, ",") {
		family, err := strconv.Atoi(word)
		if err != nil {
			return fmt.Errorf("family %q: %w", word, err)
		}
		theirs, err := c.peerRows(ctx, family)
		if err != nil {
			return err
		}
		for _, x := range graphs {
			if x.family != family {
				continue
			}
			if strings.Contains(c.tables, "1") {
				if err := scores.add(ctx, c, x); err != nil {
					return err
				}
			}
			if strings.Contains(c.tables, "2") {
				if err := costs.add(ctx, c, x, theirs); err != nil {
					return err
				}
			}
		}
		scores.addPeer(theirs, family)
	}
	if strings.Contains(c.tables, "1") {
		scores.print(os.Stdout)
	}
	if strings.Contains(c.tables, "2") {
		costs.print(os.Stdout, c)
	}
	return nil
}
