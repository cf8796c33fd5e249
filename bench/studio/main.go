// Command studio measures what a person waits for who opens a large recording in the studio: until the first picture,
// and for each frame while panning and zooming.
//
//	go run ./bench/studio -dir FOLDER
//
// It makes a recording of 1,000 units × 1,000,000 samples (4 GB) and one of 10 million spikes in FOLDER, unless they
// are there, starts nissl studio on each, and drives a browser (Chromium, drawing without a graphics card).
package main

import (
	"flag"
	"log"
	"os"
	"path/filepath"
)

func main() {
	log.SetFlags(0)
	o := options{}
	flag.StringVar(&o.dir, "dir", "", "folder for the recordings, which stay there (default: a temporary one, removed at the end)")
	flag.StringVar(&o.nissl, "nissl", "bin/nissl", "the program")
	flag.StringVar(&o.assets, "assets", "", "folder of built pages in place of the program's own")
	flag.StringVar(&o.node, "node", "node", "Node")
	flag.StringVar(&o.browser, "browser", "/usr/bin/chromium", "Chromium")
	flag.StringVar(&o.shots, "shots", "", "folder for pictures of what was measured")
	only := flag.Bool("make", false, "make the recordings and end")
	small := flag.Bool("small", false, "a hundredth of the samples and spikes, to try it out")
	cold := flag.Bool("cold", false, "take the recordings out of the memory of the system first")
	flag.Parse()
	o.only, o.small, o.cold = *only, *small, *cold
	if err := run(o); err != nil {
		log.Fatal(err)
	}
}

type options struct {
	dir, nissl, assets, node, browser, shots string
	only, small, cold                        bool
}

func run(o options) error {
	if o.dir == "" {
		dir, err := os.MkdirTemp("", "nissl-bench-studio")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		o.dir = dir
	}
	dir, err := filepath.Abs(o.dir)
	if err != nil {
		return err
	}
	share := 1
	if o.small {
		share = 100
	}
	one, err := traces(dir, 1000, 1_000_000/share, 100)
	if err != nil {
		return err
	}
	two, err := spikes(dir, 1000, 10_000_000/share, 1800)
	if err != nil || o.only {
		return err
	}
	for _, path := range []string{one, two} {
		if err := measure(o, path); err != nil {
			return err
		}
	}
	return nil
}
