package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"nissl/method"
)

// verbCommand is a verb with one command for each of its methods.
func (a *App) verbCommand(v method.Verb, help string) *cobra.Command {
	var names []string
	cmd := &cobra.Command{
		Use: string(v) + " METHOD INPUT...", Short: help, GroupID: "",
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			return a.unknownMethod(v, args[0], names)
		},
	}
	for _, e := range a.Methods {
		if info := e.Info(); info.Verb == v {
			names = append(names, info.Name)
			cmd.AddCommand(a.methodCommand(e, info))
		}
	}
	return cmd
}

func (a *App) unknownMethod(v method.Verb, word string, names []string) error {
	for _, e := range a.Methods {
		if info := e.Info(); info.Name == word {
			return usagef("%s is a method of %s: write nissl %s %s", word, info.Verb, info.Verb, word)
		}
	}
	if meant := nearest(word, names); meant != "" {
		return usagef("nissl %s: there is no method %q; did you mean nissl %s %s?", v, word, v, meant)
	}
	if len(names) == 0 {
		return usagef("nissl %s: there is no method yet; nissl methods lists what there is", v)
	}
	return usagef("nissl %s: there is no method %q; there are %s", v, word, strings.Join(names, ", "))
}

// runOptions are the options that every method takes besides its parameters.
type runOptions struct {
	out     string
	json    bool
	seed    uint64
	workers int
	read    []string
	cut     cut
	do      []string
}

func (a *App) methodCommand(e method.Entry, info method.Info) *cobra.Command {
	var o runOptions
	cmd := &cobra.Command{
		Use: info.Name + " " + inputWord(info.Needs), Short: info.Summary, Long: info.Doc,
		Args: func(cmd *cobra.Command, args []string) error {
			if err := info.Needs.CheckCount(len(args)); err != nil {
				return usagef("%s %v; see %s --help", cmd.CommandPath(), err, cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			words := changedParams(cmd.Flags(), info)
			if err := info.CheckParams(words); err != nil {
				return usagef("%s: %v", cmd.CommandPath(), err)
			}
			if o.workers < 0 {
				return usagef("%s: --workers %d: must be at least 0, which means every processor", cmd.CommandPath(), o.workers)
			}
			if _, _, err := o.cut.interval(); err != nil {
				return usagef("%s: %v", cmd.CommandPath(), err)
			}
			return a.run(cmd.Context(), e, args, words, o)
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	for _, p := range info.Params {
		f.Var(&paramValue{p, fmt.Sprint(p.Default)}, p.Name, p.Help)
		if p.Type == "bool" {
			f.Lookup(p.Name).NoOptDefVal = "true"
		}
	}
	f.StringVarP(&o.out, "out", "o", "", "`FOLDER` for the results (default: the method's name)")
	f.Uint64Var(&o.seed, "seed", 0, "seed `N` for everything random; the same seed gives the same finding")
	f.IntVar(&o.workers, "workers", 0, "use `N` processors; 0 is all of them")
	if info.Needs.Takes("network") {
		f.StringArrayVar(&o.do, "do", nil, "run the network under an `INTERVENTION` such as 'silence(blocks.3.mlp.post/17)', or @FILE with one on each line; repeatable")
	}
	if info.Needs.Takes("recording") {
		o.cut.flags(cmd)
		readFlag(cmd, &o.read)
	}
	f.BoolVar(&o.json, "json", false, "print the finding as JSON and nothing else; files only with -o")
	return cmd
}

func inputWord(n method.Needs) string {
	word := strings.ReplaceAll(strings.ToUpper(n.Kind), " OR ", "|")
	switch {
	case n.Kind == "":
		return ""
	case n.Max == 1 && n.Min <= 1:
		return word
	case n.Min == 2 && n.Max == 2:
		return word + " " + word
	}
	return word + "..."
}

// paramValue is a parameter as a flag: any word, checked by the method's own rules.
type paramValue struct {
	param method.Param
	word  string
}

func (p *paramValue) String() string     { return p.word }
func (p *paramValue) Set(s string) error { p.word = s; return nil }
func (p *paramValue) Type() string       { return p.param.Type }

// changedParams are the parameters that were given, as words.
func changedParams(flags *pflag.FlagSet, info method.Info) map[string]string {
	words := map[string]string{}
	for _, p := range info.Params {
		if f := flags.Lookup(p.Name); f.Changed {
			words[p.Name] = f.Value.String()
		}
	}
	return words
}
