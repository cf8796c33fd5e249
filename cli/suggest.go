package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// nearest is the known word with the fewest edits to the typed one, "" when none is
// close enough to be meant.
func nearest(typed string, known []string) string {
	best, word := len(typed)/3+1, ""
	for _, k := range known {
		d := edits(strings.ToLower(typed), k)
		if len(typed) > 2 && strings.HasPrefix(k, strings.ToLower(typed)) {
			d = min(d, 1)
		}
		if d < best || d == best && word == "" {
			best, word = d, k
		}
	}
	return word
}

// edits is the number of letters to insert, remove, replace or swap with their
// neighbour to get from a to b (optimal string alignment distance).
func edits(a, b string) int {
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		d[i][0] = i
	}
	for j := range d[0] {
		d[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, d[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(a)][len(b)]
}

// unknownCommand says what was probably meant: a command, or a method typed without
// its verb.
func (a *App) unknownCommand(word string) error {
	lines := map[string]string{}
	for _, e := range a.Methods {
		info := e.Info()
		lines[info.Name] = fmt.Sprintf("nissl %s %s", info.Verb, info.Name)
	}
	for _, c := range a.root().Commands() {
		if !c.Hidden {
			lines[c.Name()] = "nissl " + c.Name()
		}
	}
	if line, ok := lines[word]; ok {
		return usagef("there is no command %q; write %s", word, line)
	}
	if meant := nearest(word, sortedKeys(lines)); meant != "" {
		return usagef("there is no command %q; did you mean %s?", word, lines[meant])
	}
	return usagef("there is no command %q; nissl help lists the commands", word)
}

// flagError makes a mistyped flag one line that names the nearest one.
func flagError(cmd *cobra.Command, err error) error {
	var missing *pflag.NotExistError
	var noValue *pflag.ValueRequiredError
	var invalid *pflag.InvalidValueError
	switch {
	case errors.As(err, &noValue):
		return usagef("%s: --%s: expected a value after it", cmd.CommandPath(), noValue.GetFlag().Name)
	case errors.As(err, &invalid):
		return usagef("%s: --%s %s: expected %s", cmd.CommandPath(), invalid.GetFlag().Name, invalid.GetValue(), expected(invalid.GetFlag()))
	case !errors.As(err, &missing):
		return usagef("%s: %v; see %s --help", cmd.CommandPath(), err, cmd.CommandPath())
	}
	var known []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { known = append(known, f.Name) })
	name := missing.GetSpecifiedName()
	if meant := nearest(name, known); meant != "" && len(name) > 1 {
		return usagef("%s: there is no option --%s; did you mean --%s?", cmd.CommandPath(), name, meant)
	}
	dashes := "--"
	if len(name) == 1 {
		dashes = "-"
	}
	return usagef("%s: there is no option %s%s; see %s --help", cmd.CommandPath(), dashes, name, cmd.CommandPath())
}

// expected is what a flag takes, in words.
func expected(f *pflag.Flag) string {
	switch f.Value.Type() {
	case "uint64":
		return "a whole number, 0 or more"
	case "int":
		return "a whole number"
	case "bool":
		return "true or false"
	}
	return "a " + f.Value.Type()
}
