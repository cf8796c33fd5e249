package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"nissl/format"
	"nissl/format/reader"
)

func (a *App) inspectCommand() *cobra.Command {
	var asJSON bool
	var read []string
	cmd := &cobra.Command{
		Use: "inspect FILE", Short: "say what is in a recording or a network, and what was guessed",
		Args: arguments(1, 1, "one FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o, err := readOptions(read)
			if err != nil {
				return err
			}
			if a.Networks != nil && a.Networks.Knows(args[0]) {
				return a.inspectNetwork(cmd.Context(), args[0], asJSON)
			}
			if err := exists(args[0]); err != nil {
				return err
			}
			return a.inspect(args[0], o, asJSON)
		},
	}
	jsonFlag(cmd, &asJSON)
	readFlag(cmd, &read)
	return cmd
}

// inspect shows what is in the file.
func (a *App) inspect(path string, o reader.Options, asJSON bool) error {
	in, err := format.Inspect(path, o)
	if err != nil {
		return err
	}
	if asJSON {
		return writeJSON(a.out, in)
	}
	showInspection(a.out, in)
	return nil
}

func readFlag(cmd *cobra.Command, p *[]string) {
	cmd.Flags().StringArrayVar(p, "read", nil, "option of the reader as `NAME=VALUE`, repeatable; nissl help inspect lists them")
}

func readOptions(words []string) (reader.Options, error) {
	o, err := reader.ParseOptions(words)
	if err != nil {
		return nil, usageError{err.Error()}
	}
	return o, nil
}

// exists says in one line that a file is not there.
func exists(path string) error {
	_, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && isFolder(filepath.Clean(path)+".partial"):
		return fmt.Errorf("%s: is unfinished: run the command that was writing it again, and it goes on", path)
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s: there is no such file or folder", path)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%s: may not be read; check its permissions", path)
	}
	return err
}

// The labels of the screen stand in a column of this many characters.
const labels = 12

func showInspection(w io.Writer, in *reader.Inspection) {
	f := func(label, format string, args ...any) { field(w, 2, labels, label, fmt.Sprintf(format, args...)) }
	fmt.Fprintln(w, in.Path)
	f("what", "%s, format %s: %s over %s", in.Kind, in.Format, plural(in.Units, "unit"), seconds(in.DurationS))
	for _, s := range in.Streams {
		if s.Chosen && (s.Kind == "traces" || s.Kind == "spikes") {
			showStream(f, s, s.Kind)
		}
	}
	showUnits(f, in)
	f("clock", "%s", clock(in))
	if in.Samples > 0 {
		total := in.Units * in.Samples
		f("missing", "%s of %s samples (%s %%)", count(in.Missing), count(total), number(100*float64(in.Missing)/float64(max(total, 1))))
		f("gaps", "%s", gaps(in))
	}
	label := "covariates"
	for _, c := range in.Covariates {
		f(label, "%s", covariate(c))
		label = ""
	}
	label = "epochs"
	for _, e := range in.Epochs {
		text := fmt.Sprintf("%s: %s from %s to %s", e.Name, count(e.Count), moment(e.StartS), moment(e.StopS))
		if len(e.Columns) > 0 {
			text += "; columns " + some(e.Columns, 8)
		}
		f(label, "%s", text)
		label = ""
	}
	showUnused(f, in.Streams)
	label = "guessed"
	for _, n := range in.Notes {
		f(label, "%s", n)
		label = ""
	}
	if len(in.Notes) == 0 {
		f(label, "nothing")
	} else {
		fmt.Fprintln(w, "\nWhere a guess is wrong, say so with --read NAME=VALUE; nissl help inspect lists them.")
	}
}

func showStream(f func(string, string, ...any), s reader.Stream, label string) {
	var text strings.Builder
	switch s.Kind {
	case "spikes":
		fmt.Fprintf(&text, "%s of %s", plural(s.Samples, "spike"), plural(s.Units, "unit"))
		if s.RateHz > 0 {
			fmt.Fprintf(&text, ", taken on a clock of %s Hz", number(s.RateHz))
		}
	default:
		fmt.Fprintf(&text, "%s × %s", plural(s.Units, "unit"), plural(s.Samples, "sample"))
		if s.RateHz > 0 {
			fmt.Fprintf(&text, " at %s Hz", number(s.RateHz))
		}
		if s.Unit != "" {
			text.WriteString(" in " + s.Unit)
		} else {
			text.WriteString(", physical unit unknown")
		}
	}
	if s.StartS != 0 {
		fmt.Fprintf(&text, ", from %s", moment(s.StartS))
	}
	if s.Name != s.Kind && s.Name != "" {
		fmt.Fprintf(&text, ", %q in the file", s.Name)
	}
	f(label, "%s", text.String())
	if s.Scale != "" {
		f("", "scale: %s", s.Scale)
	}
	if s.Doc != "" {
		f("", "%s", s.Doc)
	}
}

// showUnused lists what else the file holds.
func showUnused(f func(string, string, ...any), streams []reader.Stream) {
	const most = 12
	label, n := "not used", 0
	for _, s := range streams {
		if s.Chosen {
			continue
		}
		if n++; n > most {
			continue
		}
		text := s.Name
		if s.Kind != "dataset" {
			text += ", " + s.Kind
		}
		if s.Units > 0 {
			text += fmt.Sprintf(": %s × %s", plural(s.Units, "unit"), plural(s.Samples, "sample"))
		} else if s.Doc != "" {
			text += ": " + s.Doc
		}
		f(label, "%s", text)
		label = ""
	}
	if n > most {
		f("", "and %d more, which --json lists", n-most)
	}
}

func showUnits(f func(string, string, ...any), in *reader.Inspection) {
	f("units", "%s", some(in.UnitNames, 12))
	if len(in.UnitColumns) > 1 {
		f("", "columns %s", some(in.UnitColumns, 16))
	}
}

func clock(in *reader.Inspection) string {
	text := "second 0 is the " + strings.TrimPrefix(in.ClockOrigin, "the ")
	if in.ClockOrigin == "" {
		text = "what second 0 is, the file does not say"
	}
	if in.SessionStart != "" {
		text += ", " + in.SessionStart
	}
	return text + fmt.Sprintf("; the recording runs from %s to %s", moment(in.StartS), moment(in.StartS+in.DurationS))
}

func gaps(in *reader.Inspection) string {
	if len(in.Gaps) == 0 {
		return "none"
	}
	var words []string
	for _, g := range in.Gaps {
		words = append(words, fmt.Sprintf("%s to %s", moment(g.Start), moment(g.Stop)))
	}
	return fmt.Sprintf("%s: %s", count(len(in.Gaps)), some(words, 6))
}

func covariate(c reader.CovariateInfo) string {
	text := c.Name
	if c.Unit != "" {
		text += " in " + c.Unit
	}
	if c.Dimensions > 1 {
		text += fmt.Sprintf(", %d dimensions", c.Dimensions)
	}
	text += ": " + plural(c.Samples, "sample")
	if c.RateHz > 0 {
		return text + " at " + number(c.RateHz) + " Hz"
	}
	return text + " at irregular times"
}

// some lists the first words and says how many more there are.
func some(words []string, most int) string {
	if len(words) == 0 {
		return "none"
	}
	if len(words) <= most+1 {
		return strings.Join(words, ", ")
	}
	return fmt.Sprintf("%s and %s more", strings.Join(words[:most], ", "), count(len(words)-most))
}
