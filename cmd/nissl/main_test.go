package main

import (
	"flag"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"nissl/catalog"
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
		Cmds:          map[string]func(*testscript.TestScript, bool, []string){"each": each},
	})
}

// each runs the command with the verb and the name of every method in its place:
// each nissl help VERB METHOD.
func each(ts *testscript.TestScript, _ bool, args []string) {
	for _, e := range catalog.All() {
		info := e.Info()
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
	}
}
