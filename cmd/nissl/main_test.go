package main

import (
	"flag"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"nissl/catalog"
	"nissl/format/bundle"
	"nissl/method/methodtest"
)

var update = flag.Bool("update", false, "write what the commands print into the scripts")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"nissl": main})
}

// TestScripts runs testdata/*.txtar with the whole catalogue.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           "testdata",
		UpdateScripts: *update,
		Cmds:          map[string]func(*testscript.TestScript, bool, []string){"each": each, "toy": toy},
	})
}

// toy writes a recording of 12 units in two groups with traces and spikes.
func toy(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(bundle.Write(ts.MkAbs(args[0]), methodtest.Recording(12, 400, 3), false))
}

// each runs the command with the verb and the name of every method in its place:
// each nissl help VERB METHOD. A command with a word that ends in .rec is run for
// the methods that take one recording, and must draw all its figures.
func each(ts *testscript.TestScript, _ bool, args []string) {
	onRecording := slices.ContainsFunc(args, func(s string) bool { return strings.HasSuffix(s, ".rec") })
	for _, e := range catalog.All() {
		info := e.Info()
		if onRecording && (info.Needs.Kind != "recording" || info.Needs.Min > 1) {
			continue
		}
		words := make([]string, len(args))
		for i, word := range args {
			switch word {
			case "VERB":
				word = string(info.Verb)
			case "METHOD":
				word = info.Name
			}
			words[i] = word
		}
		ts.Check(ts.Exec(words[0], words[1:]...))
		if out := ts.ReadFile("stdout"); strings.Contains(out, "was not drawn") {
			ts.Fatalf("%s: a figure was not drawn: %s", info.Name, out)
		}
	}
}
