package cli

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"nissl/method"
)

func (a *App) papersCommand() *cobra.Command {
	var asJSON bool
	var state string
	list := func(*cobra.Command, []string) error {
		works, err := withState(a.Papers, state)
		if err != nil {
			return err
		}
		if asJSON {
			return writeJSON(a.out, works)
		}
		showWorks(a.out, works, a.Papers)
		return nil
	}
	cmd := &cobra.Command{Use: "papers", Short: "list the papers of the catalogue and say which of them run", Args: arguments(0, 0, ""), RunE: list,
		Long: "States: works (a method cites it), not yet, cannot run here (with the reason)."}
	listCmd := &cobra.Command{Use: "list", Short: "list the papers", Args: arguments(0, 0, ""), RunE: list}
	show := &cobra.Command{Use: "show N", Short: "say everything about the paper of row N", Args: arguments(1, 1, "a row number"),
		RunE: func(_ *cobra.Command, args []string) error {
			w, err := a.paper(args[0])
			if err != nil {
				return err
			}
			if asJSON {
				return writeJSON(a.out, w)
			}
			a.showWork(w)
			return nil
		}}
	cmd.RunE = func(c *cobra.Command, args []string) error { return list(c, args) }
	cmd.Args = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		if _, err := strconv.Atoi(args[0]); err == nil {
			return usagef("nissl papers: write nissl papers show %s", args[0])
		}
		return usagef("nissl papers: there is no command %q; there are list and show N", args[0])
	}
	for _, c := range []*cobra.Command{cmd, listCmd, show} {
		jsonFlag(c, &asJSON)
	}
	for _, c := range []*cobra.Command{cmd, listCmd} {
		c.Flags().StringVar(&state, "state", "", "only those in this `STATE`: works, \"not yet\" or \"cannot run here\"")
	}
	cmd.AddCommand(listCmd, show)
	return cmd
}

// withState filters the papers; a state may be cut short to its first letters.
func withState(works []method.Work, state string) ([]method.Work, error) {
	if state == "" {
		return works, nil
	}
	for _, s := range []method.WorkState{method.Works, method.NotYet, method.CannotRun} {
		if !strings.HasPrefix(string(s), strings.ToLower(strings.ReplaceAll(state, "-", " "))) {
			continue
		}
		out := []method.Work{}
		for _, w := range works {
			if w.State == s {
				out = append(out, w)
			}
		}
		return out, nil
	}
	return nil, usagef(`nissl papers: --state %s: expected "works", "not yet" or "cannot run here"`, state)
}

func (a *App) paper(word string) (method.Work, error) {
	row, err := strconv.Atoi(word)
	if err != nil {
		return method.Work{}, usagef("nissl papers show: %q is no row number; nissl papers lists them", word)
	}
	for _, w := range a.Papers {
		if w.Row == row {
			return w, nil
		}
	}
	return method.Work{}, usagef("nissl papers show: there is no row %d; the catalogue has %s", row, plural(len(a.Papers), "row"))
}

func showWorks(w io.Writer, works, all []method.Work) {
	rows := [][]string{{"row", "state", "verb", "title"}}
	for _, p := range works {
		rows = append(rows, []string{strconv.Itoa(p.Row), string(p.State), p.Verb, clip(p.Title, 55)})
	}
	if len(works) > 0 {
		grid(w, 0, rows, 0)
		fmt.Fprintln(w)
	}
	n := map[method.WorkState]int{}
	for _, p := range all {
		n[p.State]++
	}
	fmt.Fprintf(w, "%s: works %d, not yet %d, cannot run here %d. nissl papers show N says more.\n",
		plural(len(all), "paper"), n[method.Works], n[method.NotYet], n[method.CannotRun])
}

func (a *App) showWork(p method.Work) {
	f := func(label, text string) {
		if text != "" && text != "-" {
			field(a.out, 2, 12, label, text)
		}
	}
	for _, line := range wrap(fmt.Sprintf("%d. %s", p.Row, p.Title), screen) {
		fmt.Fprintln(a.out, line)
	}
	state := string(p.State)
	if p.Reason != "" {
		state += ": " + p.Reason
	}
	f("state", state)
	for _, name := range p.Methods {
		for _, e := range a.Methods {
			if info := e.Info(); info.Name == name {
				f("method", fmt.Sprintf("nissl %s %s: %s", info.Verb, info.Name, info.Summary))
				for _, c := range info.Claims {
					f("  claim", fmt.Sprintf("%s (%s): %s", c.Name, c.Cost, c.Statement))
				}
			}
		}
	}
	f("kind", fmt.Sprintf("%s, %s, %s", p.Kind, p.Family, p.System))
	f("belongs to", p.Verb)
	f("does", p.Does)
	f("needs", p.Needs)
	f("works when", p.WorksWhen)
	f("here", hereWord(p.Here))
	f("asked for", fmt.Sprintf("%d of 5", p.Weight))
	f("reach", fmt.Sprintf("%d of 5 (how central it is to a neuron laboratory)", p.Reach))
	if p.State == method.Works {
		fmt.Fprintf(a.out, "\nMeasure its claims again: nissl reproduce %d\n", p.Row)
	}
}

func hereWord(here string) string {
	switch here {
	case "full":
		return "can be shown in full on a small machine"
	case "scaled":
		return "can be shown on a small machine at a smaller scale"
	case "simulated":
		return "can be shown on a small machine with simulated data"
	case "no":
		return "cannot be shown on a small machine"
	}
	return here
}
