// Nissl records, maps, explains and perturbs neurons. See nissl help.
package main

import (
	"context"
	"os"

	"nissl"
	"nissl/catalog"
	"nissl/cli"
	"nissl/compute"
	"nissl/format"
	"nissl/internal/h5"
	"nissl/nn/load"
)

func main() {
	os.Exit(cli.Main(app(), os.Args[1:]))
}

// app is the program: the catalogue on the command line.
func app() cli.App {
	return cli.App{
		Methods:  catalog.All(),
		Papers:   catalog.Papers(),
		HDF5:     h5.Version(),
		Networks: &cli.Networks{Knows: load.Knows, Open: openNetwork},
		Demo: &cli.Demo{Set: "resting-fmri", Args: []string{"map", "dynamic-connectome", "fmri_timeseries.csv",
			"--read", "dt=1.89", "--without", "WM,Vent,Brain", "--tau", "6"}},
	}
}

// openNetwork opens a network on the fastest device; interventions find their directions and sources
// among the files that nissl reads.
func openNetwork(ctx context.Context, path string) (cli.OpenNetwork, error) {
	device, err := compute.Open(compute.Options{})
	if err != nil {
		return nil, err
	}
	n, err := load.Open(ctx, device, path)
	if err != nil {
		device.Close()
		return nil, err
	}
	n.Model.Open = func(name string) (*nissl.Recording, error) { return format.Open(name, nil) }
	n.OnClose(device.Close)
	return n, nil
}
