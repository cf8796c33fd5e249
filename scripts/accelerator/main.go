// Command accelerator finds or fetches the plugin that runs XLA on the CPU; scripts/setup.sh calls it.
// It exits with 1 where there is none.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"

	"nissl/compute/plugin"
)

func main() {
	find := flag.Bool("find", false, "only say which plugin is there")
	route := flag.String("route", "", "where to fetch from: gomlx or wheel")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *find, *route); err != nil {
		if !*find {
			fmt.Println("setup:", err)
		}
		os.Exit(1)
	}
}

// run finds the plugin or fetches it by one route.
func run(ctx context.Context, find bool, route string) error {
	if find {
		_, err := plugin.Find()
		if errors.Is(err, plugin.ErrOff) {
			fmt.Println("setup:", err)
			return nil
		}
		return err
	}
	sources := map[string]plugin.Source{"gomlx": plugin.GoMLX, "wheel": plugin.Wheel}
	s, ok := sources[route]
	if !ok {
		return fmt.Errorf("-route %q: want gomlx or wheel", route)
	}
	p, err := plugin.Install(ctx, s, prefixed{})
	if err != nil {
		return err
	}
	fmt.Printf("setup: accelerator at %s (%d MB)\n", p.Path, p.Bytes>>20)
	return nil
}

// prefixed writes lines as setup.sh does.
type prefixed struct{}

func (prefixed) Write(b []byte) (int, error) {
	fmt.Printf("setup: %s", b)
	return len(b), nil
}
