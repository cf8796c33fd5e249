package cli

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"nissl/data"
	"nissl/format"
	"nissl/format/bundle"
	"nissl/format/sonata"
	"nissl/internal/doctor"
)

func (a *App) doctorCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "doctor", Short: "say what this machine has, what is missing and what to do about it", Args: arguments(0, 0, ""),
		Long: "The exit code is 1 when something is missing.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			checks := doctor.Run(cmd.Context(), doctor.Options{HDF5: a.HDF5, DataDir: dataDir()})
			var err error
			if asJSON {
				err = writeJSON(a.out, checks)
			} else {
				err = doctor.Print(a.out, checks)
			}
			if err == nil && !doctor.Healthy(checks) {
				err = errReported
			}
			return err
		},
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

func (a *App) dataCommand() *cobra.Command {
	var asJSON bool
	var out string
	list := func(*cobra.Command, []string) error {
		if asJSON {
			return writeJSON(a.out, data.List())
		}
		for _, d := range data.List() {
			field(a.out, 0, 14, d.Name, d.Description)
			field(a.out, 0, 14, "", d.Source+"; "+d.Licence)
		}
		fmt.Fprintln(a.out, "\nnissl data get NAME writes one of them into a folder of its name.")
		return nil
	}
	cmd := &cobra.Command{Use: "data", Short: "list the data sets inside the program, and write one to files",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("nissl data: there is no command %q; there are list and get NAME", args[0])
			}
			return nil
		}, RunE: list}
	listCmd := &cobra.Command{Use: "list", Short: "list the data sets", Args: arguments(0, 0, ""), RunE: list}
	get := &cobra.Command{Use: "get NAME", Short: "write a data set and its licence to files", Args: arguments(1, 1, "one NAME"),
		RunE: func(_ *cobra.Command, args []string) error {
			if _, err := data.Find(args[0]); err != nil {
				return usagef("nissl data get: %v", err)
			}
			if out == "" {
				out = args[0]
			}
			paths, err := data.Extract(args[0], out)
			if err != nil {
				return err
			}
			if asJSON {
				return writeJSON(a.out, paths)
			}
			for _, p := range paths {
				fmt.Fprintln(a.out, p)
			}
			return nil
		}}
	get.Flags().StringVarP(&out, "out", "o", "", "`FOLDER` to write to (default: the name)")
	for _, c := range []*cobra.Command{cmd, listCmd, get} {
		jsonFlag(c, &asJSON)
	}
	cmd.AddCommand(listCmd, get)
	return cmd
}

func (a *App) convertCommand() *cobra.Command {
	var asJSON, overwrite bool
	var read []string
	cmd := &cobra.Command{
		Use: "convert IN OUT", Short: "write a recording of any format as a bundle, or spikes as SONATA", Args: arguments(2, 2, "IN and OUT.rec or OUT.h5"),
		Long: "OUT.rec is a bundle, OUT.h5 a file of spikes in the SONATA format (HDF5).\n" +
			"A bundle is a folder: recording.json, units.parquet, traces.npy (units × samples),\n" +
			"spikes.parquet, covariates.parquet and epochs.parquet. What is written appears whole or not at all.",
		RunE: func(_ *cobra.Command, args []string) error {
			from, to := args[0], args[1]
			o, err := readOptions(read)
			if err != nil {
				return err
			}
			spikes := filepath.Ext(to) == ".h5"
			if filepath.Ext(filepath.Clean(to)) != ".rec" && !spikes {
				return usagef("nissl convert: %s: the name of a bundle ends in .rec, that of SONATA spikes in .h5; write %s.rec", to, filepath.Clean(to))
			}
			if err := exists(from); err != nil {
				return err
			}
			if !overwrite && (isFile(filepath.Join(to, "recording.json")) || spikes && isFile(to)) {
				return fmt.Errorf("%s: exists already; add --overwrite to replace it, or choose another name", to)
			}
			r, err := format.Open(from, o)
			if err != nil {
				return err
			}
			defer r.Close()
			if spikes {
				err = sonata.Write(to, r)
			} else {
				err = bundle.Write(to, r, overwrite)
			}
			if err != nil {
				return err
			}
			return a.inspect(to, nil, asJSON)
		},
	}
	cmd.Flags().BoolVar(&overwrite, "overwrite", false, "replace a bundle that is there")
	readFlag(cmd, &read)
	jsonFlag(cmd, &asJSON)
	return cmd
}
