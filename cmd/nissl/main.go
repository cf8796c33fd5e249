// Nissl records, maps, explains and perturbs neurons. See nissl help.
package main

import (
	"os"

	"nissl/catalog"
	"nissl/cli"
	"nissl/internal/h5"
)

func main() {
	os.Exit(cli.Main(app(), os.Args[1:]))
}

// app is the program: the catalogue on the command line.
func app() cli.App {
	return cli.App{
		Methods: catalog.All(),
		Papers:  catalog.Papers(),
		HDF5:    h5.Version(),
		Demo: &cli.Demo{Set: "resting-fmri", Args: []string{"map", "dynamic-connectome", "fmri_timeseries.csv",
			"--read", "dt=1.89", "--without", "WM,Vent,Brain", "--tau", "6"}},
	}
}
