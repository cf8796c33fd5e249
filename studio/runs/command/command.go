// Package command makes the command lines of runs: the words that the program is given, the line that a person
// would type for them, and the line that makes a finding again.
package command

import (
	"fmt"
	"slices"
	"strings"

	"nissl/method"
)

// Command is a run of a method. Its words are checked by the program that is given them.
type Command struct {
	Method  string            `json:"method"`
	Inputs  []string          `json:"inputs"` // paths
	Params  map[string]string `json:"params"` // those that are not as by default
	Seed    uint64            `json:"seed"`
	Workers int               `json:"workers"` // 0 for every processor
	Do      []string          `json:"do"`      // interventions on a network
	Read    []string          `json:"read"`    // NAME=VALUE for the reader of a recording
	Units   string            `json:"units"`   // names with commas between them
	Without string            `json:"without"`
	Time    string            `json:"time"` // START,STOP in seconds
	Out     string            `json:"out"`  // folder of the finding, "" for the method's name
}

// Args are the words after the program's name, in the order in which a person types them. A value stands in the
// word of its flag where it could be taken for another flag.
func (c Command) Args(info method.Info) []string {
	args := []string{string(info.Verb), info.Name}
	for _, path := range c.Inputs {
		if strings.HasPrefix(path, "-") {
			path = "./" + path
		}
		args = append(args, path)
	}
	flag := func(name, value string) {
		if value == "" || strings.HasPrefix(value, "-") {
			args = append(args, "--"+name+"="+value)
			return
		}
		args = append(args, "--"+name, value)
	}
	for _, p := range info.Params {
		word, given := c.Params[p.Name]
		switch {
		case !given || word == fmt.Sprint(p.Default):
		case p.Type == "bool" && word == "true":
			args = append(args, "--"+p.Name)
		case p.Type == "bool": // its value never stands alone
			args = append(args, "--"+p.Name+"="+word)
		default:
			flag(p.Name, word)
		}
	}
	if info.Needs.Takes("recording") {
		for _, w := range c.Read {
			flag("read", w)
		}
		for _, f := range [][2]string{{"units", c.Units}, {"without", c.Without}, {"time", c.Time}} {
			if f[1] != "" {
				flag(f[0], f[1])
			}
		}
	}
	if info.Needs.Takes("network") {
		for _, act := range c.Do {
			flag("do", act)
		}
	}
	if c.Seed != 0 {
		flag("seed", fmt.Sprint(c.Seed))
	}
	if c.Workers != 0 {
		flag("workers", fmt.Sprint(c.Workers))
	}
	if c.Out != "" {
		flag("out", c.Out)
	}
	return args
}

// Line is what a person types in a shell to run nissl with the arguments.
func Line(args []string) string {
	words := make([]string, 0, len(args)+1)
	words = append(words, "nissl")
	for _, a := range args {
		words = append(words, Quote(a))
	}
	return strings.Join(words, " ")
}

// Quote writes a word so that a POSIX shell reads it as that word, bare where it may be.
func Quote(word string) string {
	bare := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./,:=+@%", r)
	}
	// A first = is an expansion in zsh.
	if word != "" && word[0] != '=' && !slices.ContainsFunc([]rune(word), func(r rune) bool { return !bare(r) }) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
