package cli

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"nissl/data"
)

// Demo is the command that shows a newcomer what the program does.
type Demo struct {
	Set  string   // an embedded data set
	Args []string // the command as it is typed; the set's first file stands for itself
}

func (a *App) demoCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use: "demo", Short: "map a recording of a resting human brain that is inside the program", Args: arguments(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			set, err := data.Find(a.Demo.Set)
			if err != nil {
				return err
			}
			files := filepath.Join(out, set.Name)
			if _, err := data.Extract(set.Name, files); err != nil {
				return err
			}
			result := filepath.Join(out, "finding")
			args := append([]string{}, a.Demo.Args...)
			for i, word := range args {
				if word == set.Files[0] {
					args[i] = filepath.Join(files, word)
				}
			}
			args = append(args, "-o", result)
			fmt.Fprintf(a.out, "The recording: %s\n(%s, %s)\n\n", strings.Join(wrap(set.Description, screen-15), "\n"), set.Source, set.Licence)
			fmt.Fprintf(a.out, "The command:\n  nissl %s\n\n", strings.Join(args, " "))
			root := a.root()
			root.SetArgs(args)
			if err := root.ExecuteContext(cmd.Context()); err != nil {
				return err
			}
			return a.sayHowToOpen(filepath.Join(result, report))
		},
	}
	cmd.Flags().StringVarP(&out, "out", "o", "nissl-demo", "`FOLDER` for the data and the results")
	return cmd
}

func (a *App) sayHowToOpen(page string) error {
	path, err := filepath.Abs(page)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(a.out, "\nOpen the figures in a browser:\n  file://%s\n", filepath.ToSlash(path)); err != nil {
		return err
	}
	if a.Studio != nil {
		// The folder of the demo holds the recording and the finding.
		_, err = fmt.Fprintf(a.out, "Or look around in them:\n  nissl studio %s\n", filepath.Dir(filepath.Dir(page)))
	}
	if err == nil {
		_, err = fmt.Fprint(a.out, "\nNow your own: nissl inspect FILE says what is in a recording, nissl methods what can be done with it.\n")
	}
	return err
}
