package main

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"nissl/catalog"
	"nissl/compute"
	"nissl/format/bundle"
	"nissl/method/methodtest"
	"nissl/nn"
	"nissl/nn/arch"
	"nissl/nn/load"
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
		Cmds:          map[string]func(*testscript.TestScript, bool, []string){"each": each, "toy": toy, "network": network},
	})
}

// toy writes a recording of 12 units in two groups with traces and spikes.
func toy(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(bundle.Write(ts.MkAbs(args[0]), methodtest.Recording(12, 400, 3), false))
}

// network saves a small language model of characters, its weights random, and its corpus beside it.
func network(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(saveNetwork(ts.MkAbs(args[0]), 1))
}

func saveNetwork(path string, seed uint64) error {
	device, err := compute.Open(compute.Options{})
	if err != nil {
		return err
	}
	defer device.Close()
	a := arch.NewTransformer()
	a.Layers, a.Model, a.Heads, a.Vocab, a.Context, a.Act = 2, 16, 2, 28, 32, "gelu"
	if err := a.Complete(); err != nil {
		return err
	}
	m, err := nn.Random(device, "small", a, seed)
	if err != nil {
		return err
	}
	defer m.Close()
	if err := load.Save(path, m, strings.Split("abcdefghijklmnopqrstuvwxyz .", "")); err != nil {
		return err
	}
	return os.WriteFile(path+".txt", []byte(strings.Repeat("the cat sat on the mat. a dog ran to the cat. ", 20)), 0o666)
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
