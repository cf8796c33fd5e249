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
	"nissl/method"
	"nissl/nn/load"
	"nissl/spiking"
)

func main() {
	os.Exit(cli.Main(app(), os.Args[1:]))
}

// app is the program: the catalogue on the command line.
func app() cli.App {
	a := cli.App{
		Methods:  catalog.All(),
		Papers:   catalog.Papers(),
		HDF5:     h5.Version(),
		Networks: &method.Networks{Knows: knowsNetwork, Open: openNetwork},
		Demo: &cli.Demo{Set: "resting-fmri", Args: []string{"map", "dynamic-connectome", "fmri_timeseries.csv",
			"--read", "dt=1.89", "--without", "WM,Vent,Brain", "--tau", "6"}},
	}
	a.Studio = serveStudio(a)
	return a
}

func knowsNetwork(path string) bool { return spiking.Knows(path) || load.Knows(path) }

// openNetwork opens an artificial network on the fastest device, or the model of a spiking one;
// interventions find their directions and sources among the files that nissl reads.
func openNetwork(ctx context.Context, path string) (method.OpenNetwork, error) {
	open := func(name string) (*nissl.Recording, error) { return format.Open(name, nil) }
	if spiking.Knows(path) {
		m, err := spiking.Read(path)
		if err != nil {
			return nil, err
		}
		m.Open = open
		return &spiking.Network{Model: m}, nil
	}
	device, err := compute.Open(compute.Options{})
	if err != nil {
		return nil, err
	}
	n, err := load.Open(ctx, device, path)
	if err != nil {
		device.Close()
		return nil, err
	}
	n.Model.Open = open
	n.OnClose(device.Close)
	return n, nil
}
