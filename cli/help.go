package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"nissl/format"
	"nissl/method"
)

const about = `nissl records, maps, explains and perturbs neurons - in a brain recording, a spiking
simulation or an artificial network - with the same tools. Every answer carries the figure
that chance would give, and can be reproduced.`

// help shows a command. It takes the place of cobra's own.
func (a *App) help(cmd *cobra.Command, _ []string) {
	w := a.out
	switch info, isMethod := a.infoOf(cmd); {
	case !cmd.HasParent():
		a.helpRoot(w, cmd)
	case isMethod:
		helpMethod(w, cmd, info)
	default:
		fmt.Fprintf(w, "%s: %s\n\nUsage\n  %s\n", cmd.CommandPath(), cmd.Short, usageLine(cmd))
		if cmd.Long != "" {
			fmt.Fprintf(w, "\n%s\n", strings.TrimSpace(cmd.Long))
		}
		if cmd.HasAvailableSubCommands() {
			if isVerb(cmd.Name()) {
				fmt.Fprintf(w, "\nMethods\n")
				helpCommands(w, cmd.Commands(), (*cobra.Command).Name)
			} else {
				fmt.Fprintf(w, "\nCommands\n")
				helpCommands(w, cmd.Commands(), func(c *cobra.Command) string { return c.Use })
			}
		} else if isVerb(cmd.Name()) {
			fmt.Fprintf(w, "\nThere is no method yet; nissl methods lists what there is.\n")
		}
		if cmd.Name() == "inspect" {
			helpReaders(w)
		}
		helpFlags(w, "Options", cmd.LocalFlags(), nil)
	}
}

func (a *App) infoOf(cmd *cobra.Command) (method.Info, bool) {
	for _, e := range a.Methods {
		if info := e.Info(); cmd.HasParent() && info.Name == cmd.Name() && string(info.Verb) == cmd.Parent().Name() {
			return info, true
		}
	}
	return method.Info{}, false
}

func isVerb(name string) bool {
	for _, v := range method.Verbs() {
		if string(v.Verb) == name {
			return true
		}
	}
	return false
}

func usageLine(cmd *cobra.Command) string {
	line := cmd.Use
	if cmd.HasParent() {
		line = cmd.Parent().CommandPath() + " " + cmd.Use
	}
	if cmd.HasAvailableLocalFlags() {
		line += " [options]"
	}
	return line
}

func (a *App) helpRoot(w io.Writer, root *cobra.Command) {
	fmt.Fprintf(w, "%s\n", about)
	fmt.Fprintf(w, "\nFirst steps\n")
	for _, c := range root.Commands() {
		if c.Name() == "demo" {
			field(w, 2, 32, "nissl demo", c.Short)
		}
	}
	field(w, 2, 32, "nissl inspect FILE", "say what is in your own recording")
	field(w, 2, 32, "nissl methods", "list what can be done with it")
	fmt.Fprintf(w, "\nRun a method: nissl VERB METHOD INPUT... [options]\n")
	var rest []*cobra.Command
	byName := map[string]*cobra.Command{}
	for _, c := range root.Commands() {
		byName[c.Name()] = c
		if !isVerb(c.Name()) {
			rest = append(rest, c)
		}
	}
	var empty []string
	for _, v := range method.Verbs() {
		if n := len(byName[string(v.Verb)].Commands()); n > 0 {
			field(w, 2, 12, string(v.Verb), fmt.Sprintf("%s (%s)", v.Help, plural(n, "method")))
		} else {
			empty = append(empty, string(v.Verb))
		}
	}
	if len(empty) > 0 {
		field(w, 2, 12, "", "no method yet for "+strings.Join(empty, ", "))
	}
	fmt.Fprintf(w, "\nOther commands\n")
	helpCommands(w, rest, (*cobra.Command).Name)
	fmt.Fprintf(w, "\nnissl help COMMAND [METHOD] says more about each.\n")
}

func helpCommands(w io.Writer, commands []*cobra.Command, label func(*cobra.Command) string) {
	column := 12
	for _, c := range commands {
		column = max(column, len(label(c))+2)
	}
	for _, c := range commands {
		if !c.Hidden {
			field(w, 2, column, label(c), c.Short)
		}
	}
}

func helpMethod(w io.Writer, cmd *cobra.Command, info method.Info) {
	fmt.Fprintf(w, "Usage\n  %s\n\n%s\n", usageLine(cmd), strings.ReplaceAll(info.Doc, "\t", "    "))
	if len(info.Params) > 0 {
		fmt.Fprintf(w, "\nParameters\n")
		for _, p := range info.Params {
			field(w, 2, flagColumn, "--"+p.Name+" "+typeWord(p), paramHelp(p))
		}
	}
	params := map[string]bool{}
	for _, p := range info.Params {
		params[p.Name] = true
	}
	helpFlags(w, "Options", cmd.LocalFlags(), params)
}

// The texts of flags stand in a column of this many characters.
const flagColumn = 26

// typeWord is the value of a parameter as help shows it.
func typeWord(p method.Param) string {
	switch {
	case p.Type == "bool":
		return ""
	case len(p.Choices) > 0:
		return "WORD"
	case p.Unit != "":
		return p.Unit
	case p.Type == "int":
		return "N"
	case p.Type == "float64":
		return "X"
	}
	return "TEXT"
}

func paramHelp(p method.Param) string {
	var notes []string
	if len(p.Choices) > 0 {
		notes = append(notes, "one of "+strings.Join(p.Choices, ", "))
	}
	switch {
	case p.Min != "" && p.Max != "":
		notes = append(notes, p.Min+" to "+p.Max)
	case p.Min != "":
		notes = append(notes, "at least "+p.Min)
	case p.Max != "":
		notes = append(notes, "at most "+p.Max)
	}
	if p.Default != "" {
		notes = append(notes, fmt.Sprintf("default %v", p.Default))
	}
	if len(notes) == 0 {
		return p.Help
	}
	return p.Help + " (" + strings.Join(notes, "; ") + ")"
}

func helpFlags(w io.Writer, heading string, flags *pflag.FlagSet, skip map[string]bool) {
	first := true
	flags.VisitAll(func(f *pflag.Flag) {
		if skip[f.Name] || f.Hidden || f.Name == "help" {
			return
		}
		if first {
			fmt.Fprintf(w, "\n%s\n", heading)
			first = false
		}
		label := "--" + f.Name
		if f.Shorthand != "" {
			label = "-" + f.Shorthand + ", " + label
		}
		value, usage := pflag.UnquoteUsage(f)
		if value != "" {
			label += " " + value
		}
		field(w, 2, flagColumn, label, usage)
	})
}

// helpReaders lists the formats and, once for all of them, the options of their
// readers.
func helpReaders(w io.Writer) {
	fmt.Fprintf(w, "\nFormats, told by content and not by name\n")
	type help struct{ name, text string }
	of := map[help][]string{}
	texts := map[string][]string{}
	for _, f := range format.All() {
		var names []string
		for _, o := range f.Options {
			names = append(names, o.Name)
			h := help{o.Name, o.Help}
			if of[h] == nil {
				texts[o.Name] = append(texts[o.Name], o.Help)
			}
			of[h] = append(of[h], f.Name)
		}
		text := f.Doc
		if len(names) > 0 {
			text += "; options " + strings.Join(names, ", ")
		}
		field(w, 2, labels, f.Name, text)
	}
	fmt.Fprintf(w, "\nOptions of the readers, as --read NAME=VALUE\n")
	field(w, 2, labels, "format", "name of the format, instead of a look at the content")
	for _, name := range sortedKeys(texts) {
		label := name
		for _, text := range texts[name] {
			if len(texts[name]) > 1 {
				text = strings.Join(of[help{name, text}], ", ") + ": " + text
			}
			field(w, 2, labels, label, text)
			label = ""
		}
	}
}

// helpCommand is nissl help COMMAND [METHOD].
func (a *App) helpCommand() *cobra.Command {
	return &cobra.Command{
		Use: "help [COMMAND [METHOD]]", Short: "say more about a command or a method",
		RunE: func(cmd *cobra.Command, args []string) error {
			found, rest, err := cmd.Root().Find(args)
			if err != nil {
				return err
			}
			if len(rest) > 0 {
				if found == cmd.Root() {
					return a.unknownCommand(rest[0])
				}
				return found.RunE(found, rest)
			}
			found.InitDefaultHelpFlag()
			return found.Help()
		},
	}
}
