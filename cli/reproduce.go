package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"nissl/method"
)

type reproduceOptions struct {
	what    []string // rows and methods
	all     bool
	json    bool
	out     string
	write   string
	cost    string
	seed    uint64
	workers int
}

func (a *App) reproduceCommand() *cobra.Command {
	var o reproduceOptions
	cmd := &cobra.Command{
		Use: "reproduce ROW|METHOD|--all", Short: "measure the papers' claims again on this machine, with their controls",
		Long: "A claim passes when its value lies in the accepted interval and its control, in which the\n" +
			"effect must vanish, in its own. Claims on real recordings find them below NISSL_DATA.\n" +
			"The exit code is 1 when a claim fails; one that did not run is no failure.",
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			entries, err := a.chosen(args, o.all)
			if err != nil {
				return err
			}
			if !slices.Contains([]string{"", "second", "minute", "hour"}, o.cost) {
				return usagef("nissl reproduce: --cost %s: expected second, minute or hour", o.cost)
			}
			if o.workers < 0 {
				return usagef("nissl reproduce: --workers %d: must be at least 0, which means every processor", o.workers)
			}
			for _, path := range []string{o.out, o.write} {
				if path == "" {
					continue
				}
				if err := writable(path); err != nil {
					return err
				}
			}
			o.what = args
			return a.reproduce(cmd.Context(), entries, o)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.all, "all", false, "every claim of every method")
	f.StringVar(&o.cost, "cost", "", "run only claims that take at most a `COST`: second, minute or hour")
	f.Uint64Var(&o.seed, "seed", 0, "seed `N` for everything random")
	f.IntVar(&o.workers, "workers", 0, "use `N` processors; 0 is all of them")
	f.StringVarP(&o.out, "out", "o", "", "write the outcomes as JSON to `FILE` as well")
	f.StringVar(&o.write, "write", "", "write the outcomes as a Markdown table to `FILE` as well")
	jsonFlag(cmd, &o.json)
	return cmd
}

// chosen are the methods that the words name: rows of the catalogue or names.
func (a *App) chosen(words []string, all bool) ([]method.Entry, error) {
	if all == (len(words) > 0) {
		return nil, usagef("nissl reproduce: say what: a row number, a method's name, or --all; nissl papers --state works lists them")
	}
	if all {
		return a.Methods, nil
	}
	want := map[string]bool{}
	for _, word := range words {
		names, err := a.methodsOf(word)
		if err != nil {
			return nil, err
		}
		for _, n := range names {
			want[n] = true
		}
	}
	var out []method.Entry
	for _, e := range a.Methods {
		if want[e.Info().Name] {
			out = append(out, e)
		}
	}
	return out, nil
}

// methodsOf are the methods behind a row number or a name.
func (a *App) methodsOf(word string) ([]string, error) {
	if _, err := strconv.Atoi(word); err == nil {
		p, err := a.paper(word)
		switch {
		case err != nil:
			return nil, err
		case p.State == method.CannotRun:
			return nil, usagef("nissl reproduce: row %d cannot run here: %s", p.Row, p.Reason)
		case p.State != method.Works:
			return nil, usagef("nissl reproduce: row %d does not run yet; nissl papers --state works lists those that do", p.Row)
		}
		return p.Methods, nil
	}
	var names []string
	for _, e := range a.Methods {
		if e.Info().Name == word {
			return []string{word}, nil
		}
		names = append(names, e.Info().Name)
	}
	if meant := nearest(word, names); meant != "" {
		return nil, usagef("nissl reproduce: there is no method %q; did you mean %s?", word, meant)
	}
	return nil, usagef("nissl reproduce: there is no method %q; nissl methods lists them", word)
}

func (a *App) reproduce(ctx context.Context, entries []method.Entry, o reproduceOptions) error {
	state, err := o.state()
	if err != nil {
		return err
	}
	outcomes := []method.Outcome{}
	for _, e := range entries {
		info := e.Info()
		for _, c := range info.Claims {
			out, err := a.checkClaim(ctx, info, c, o, state)
			if err != nil {
				return fmt.Errorf("claim %s of %s: %w", c.Name, info.Name, err)
			}
			outcomes = append(outcomes, out)
			if !o.json {
				showOutcome(a.out, out)
			}
		}
	}
	if err := keep(outcomes, o); err != nil {
		return err
	}
	if state != "" {
		if err := dropState(o.file(), state); err != nil {
			return err
		}
	}
	n := map[string]int{}
	for _, out := range outcomes {
		n[out.State]++
	}
	if o.json {
		if err := writeJSON(a.out, outcomes); err != nil {
			return err
		}
	} else {
		if len(outcomes) > 1 {
			showOutcomes(a.out, outcomes)
		}
		fmt.Fprintf(a.out, "%s: %d passed, %d failed, %d not run\n", plural(len(outcomes), "claim"), n["passed"], n["failed"], n["not run"])
	}
	if n["failed"] > 0 {
		return errReported
	}
	return nil
}

// command is what was typed, without what does not matter for the outcomes.
func (o reproduceOptions) command() string {
	line := "nissl reproduce " + strings.Join(o.what, " ")
	if o.all {
		line += "--all"
	}
	if o.cost != "" {
		line += " --cost " + o.cost
	}
	if o.seed != 0 {
		line += fmt.Sprint(" --seed ", o.seed)
	}
	return line + " --write " + o.write
}

// file is where the outcomes go, "" for the screen only.
func (o reproduceOptions) file() string {
	if o.out != "" {
		return o.out
	}
	return o.write
}

// state is the folder of the claims that an interrupted reproduction has measured, ""
// where it writes no file beside which to keep them.
func (o reproduceOptions) state() (string, error) {
	if o.file() == "" {
		return "", nil
	}
	key, err := stateKey("reproduce", fmt.Sprint("seed ", o.seed), dataDir())
	return filepath.Join(partOf(o.file()), key), err
}

// checkClaim measures a claim, or takes its outcome from the state.
func (a *App) checkClaim(ctx context.Context, info method.Info, c method.Claim, o reproduceOptions, state string) (method.Outcome, error) {
	costs := []method.Cost{method.Second, method.Minute, method.Hour}
	if o.cost != "" && slices.Index(costs, c.Cost) > slices.Index(costs, method.Cost(o.cost)) {
		return c.NotRun(info, fmt.Sprintf("costs more than --cost %s: %s", o.cost, c.Cost)), nil
	}
	bar := newProgress(a.err, info.Name+": "+c.Name)
	defer bar.stop()
	env := &method.Env{Seed: o.seed, Workers: o.workers, Progress: bar.report, DataDir: dataDir()}
	// The claim gets no state of its own: it may run its method many times, whose
	// steps would have the same names.
	return method.Step((&method.Env{}).WithState(state), info.Name+"/"+c.Name, func() (method.Outcome, error) {
		out := c.Check(ctx, info, env)
		switch {
		case ctx.Err() == nil:
			return out, nil
		case state == "":
			return out, errors.New("interrupted; with -o FILE or --write FILE, the same command goes on where it was")
		}
		return out, fmt.Errorf("interrupted; what was measured is in %s, and the same command goes on from there", partOf(o.file()))
	})
}

func showOutcome(w io.Writer, o method.Outcome) {
	fmt.Fprintf(w, "%s: %s\n", o.Method, o.Claim)
	f := func(label, text string) {
		if text != "" {
			field(w, 2, labels, label, text)
		}
	}
	f("claim", o.Statement)
	if o.State != "not run" {
		f("measured", strings.TrimSpace(number(o.Value)+" "+o.Unit)+", accepted "+o.Accept)
		f("control", number(o.Control)+", accepted "+o.Vanishes+": "+o.Without)
		f("detail", o.Detail)
	}
	f(strings.ToUpper(o.State), o.Reason)
	if o.Reason == "" {
		fmt.Fprintf(w, "  %s\n", strings.ToUpper(o.State))
	}
	fmt.Fprintln(w)
}

// showOutcomes is the table of all claims.
func showOutcomes(w io.Writer, outcomes []method.Outcome) {
	rows := [][]string{{"method", "claim", "measured", "accepted", "control", "accepted", "state"}}
	for _, o := range outcomes {
		value, control := "", ""
		if o.State != "not run" {
			value, control = number(o.Value), number(o.Control)
		}
		rows = append(rows, []string{clip(o.Method, 24), clip(o.Claim, 24), value, o.Accept, control, o.Vanishes, o.State})
	}
	grid(w, 0, rows, 2, 4)
	fmt.Fprintln(w)
}

// keep writes the outcomes to the files that were asked for.
func keep(outcomes []method.Outcome, o reproduceOptions) error {
	if o.out != "" {
		var b strings.Builder
		if err := writeJSON(&b, outcomes); err != nil {
			return err
		}
		if err := writeFile(o.out, b.String()); err != nil {
			return err
		}
	}
	if o.write != "" {
		return writeFile(o.write, markdown(outcomes, o.command()))
	}
	return nil
}

// writeFile puts the text in place in one step.
func writeFile(path, text string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	tmp := path + ".tmp"
	if err := os.WriteFile(tmp, []byte(text), 0o644); err != nil {
		return err
	}
	return os.Rename(tmp, path)
}
