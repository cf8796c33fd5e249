package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"nissl/method"
)

func (a *App) methodsCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "methods", Short: "list the methods", Args: arguments(0, 0, ""),
		RunE: func(*cobra.Command, []string) error {
			infos := make([]method.Info, 0, len(a.Methods))
			for _, e := range a.Methods {
				infos = append(infos, e.Info())
			}
			if asJSON {
				return writeJSON(a.out, infos)
			}
			showMethods(a.out, infos)
			return nil
		},
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

func showMethods(w io.Writer, infos []method.Info) {
	column := 0
	for _, info := range infos {
		column = max(column, len(info.Name)+2)
	}
	for _, v := range method.Verbs() {
		first := true
		for _, info := range infos {
			if info.Verb != v.Verb {
				continue
			}
			if first {
				fmt.Fprintf(w, "nissl %s: %s\n", v.Verb, v.Help)
				first = false
			}
			field(w, 2, column, info.Name, info.Summary)
		}
		if !first {
			fmt.Fprintln(w)
		}
	}
	fmt.Fprintf(w, "%s.", plural(len(infos), "method"))
	if len(infos) > 0 {
		fmt.Fprintf(w, " Read about one: nissl help %s %s", infos[0].Verb, infos[0].Name)
	}
	fmt.Fprintln(w)
}
