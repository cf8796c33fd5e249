package command

import (
	"fmt"
	"strings"

	"nissl"
	"nissl/method"
)

// Words with which the command line notes what a run was given besides parameters.
const (
	readWith = "the input was read with "
	ranUnder = "the network ran under "
)

// Again is the command that makes a finding again. It has no folder: that is for who runs it to choose.
func Again(info method.Info, f *nissl.Finding) Command {
	c := Command{Method: info.Name, Params: map[string]string{}, Seed: f.Seed}
	files := map[string]bool{}
	for _, p := range info.Params {
		value, ok := f.Params[p.Name]
		if !ok {
			continue
		}
		word := text(value)
		if word == fmt.Sprint(p.Default) {
			continue
		}
		c.Params[p.Name] = word
		files[word] = p.File || files[word]
	}
	c.Inputs = inputs(info.Needs, f.Inputs, files)
	for _, note := range f.Notes {
		if act, ok := strings.CutPrefix(note, ranUnder); ok {
			c.Do = append(c.Do, act)
		}
		if words, ok := strings.CutPrefix(note, readWith); ok {
			c.readWith(words)
		}
	}
	return c
}

// text is a parameter's value as the command line takes it. Numbers of a file are all float64.
func text(v any) string {
	if x, ok := v.(float64); ok && x == float64(int64(x)) {
		return fmt.Sprint(int64(x))
	}
	return fmt.Sprint(v)
}

// inputs are the sources that were inputs: those of parameters and the files that a model names follow them.
func inputs(n method.Needs, sources []nissl.Source, files map[string]bool) []string {
	var paths []string
	for _, s := range sources {
		if n.Kind == "" || files[s.Path] || n.Max > 0 && len(paths) == n.Max {
			break
		}
		paths = append(paths, s.Path)
	}
	return paths
}

// readWith takes apart "--read dt=1.89 --without WM,Vent".
func (c *Command) readWith(words string) {
	for _, part := range strings.Split(" "+words, " --") {
		name, value, _ := strings.Cut(part, " ")
		switch name {
		case "read":
			c.Read = append(c.Read, value)
		case "units":
			c.Units = value
		case "without":
			c.Without = value
		case "time":
			c.Time = value
		}
	}
}
