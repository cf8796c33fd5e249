package command

import (
	"math/rand/v2"
	"os/exec"
	"reflect"
	"strings"
	"testing"

	"nissl"
	"nissl/method"
)

type params struct {
	Tau   float64 `help:"width" unit:"s"`
	Steps int     `help:"steps"`
	Deep  bool    `help:"deep"`
	Kind  string  `help:"kind" choices:"a,b"`
	Input string  `help:"text" file:"true"`
}

func probe(kind string, low, high int) method.Info {
	return method.Method[params]{Name: "probe", Verb: method.Map, Needs: method.Needs{Kind: kind, Min: low, Max: high},
		Defaults: params{Tau: 6, Steps: 3, Deep: true, Kind: "a"}}.Info()
}

func TestArgs(t *testing.T) {
	c := Command{Method: "probe", Inputs: []string{"-odd.rec", "b c.rec"}, Seed: 7, Workers: 2, Out: "runs/probe-1",
		Params: map[string]string{"tau": "-1.5", "steps": "3", "deep": "false", "kind": "", "input": "it's.txt"},
		Read:   []string{"dt=1.89"}, Without: "WM,Vent", Time: "-3,4", Do: []string{"silence(V1/1+2, mean)"}}
	want := []string{"map", "probe", "./-odd.rec", "b c.rec", "--tau=-1.5", "--deep=false", "--kind=", "--input", "it's.txt",
		"--read", "dt=1.89", "--without", "WM,Vent", "--time=-3,4", "--do", "silence(V1/1+2, mean)", "--seed", "7", "--workers", "2", "--out", "runs/probe-1"}
	if got := c.Args(probe("recording or network", 1, 0)); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if got, want := Line(c.Args(probe("", 0, 0))), `nissl map probe ./-odd.rec 'b c.rec' --tau=-1.5 --deep=false --kind= --input 'it'\''s.txt' --seed 7 --workers 2 --out runs/probe-1`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got, want := Line(Command{}.Args(probe("recording", 1, 1))), "nissl map probe"; got != want {
		t.Errorf("defaults: %s, want %s", got, want)
	}
}

// A shell reads every line as the words that it was made of.
func TestQuoteAsAShellReads(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("needs a shell")
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	alphabet := []rune("ab1-_./,:=+@%'\"\\$`!*?[]{}()<>|&;#~^ \t\nµ雪\x7f")
	var words []string
	for range 500 {
		var b strings.Builder
		for range random.IntN(9) {
			b.WriteRune(alphabet[random.IntN(len(alphabet))])
		}
		words = append(words, b.String())
	}
	words = append(words, "", "=ls", "~", "-n", "a\xffb", "$(true)", "''", `\`)
	line := strings.TrimPrefix(Line(words), "nissl ")
	out, err := exec.Command("sh", "-c", `printf '%s\0' `+line).Output()
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
	if !reflect.DeepEqual(got, words) {
		for i := range words {
			if i >= len(got) || got[i] != words[i] {
				t.Fatalf("word %d: %q is read otherwise", i, words[i])
			}
		}
		t.Fatalf("%d words are read as %d", len(words), len(got))
	}
}

// What a finding says of its run makes the command that was run.
func TestAgain(t *testing.T) {
	run := Command{Method: "probe", Inputs: []string{"a.rec", "b.rec"}, Params: map[string]string{"tau": "0.25", "steps": "1000000", "input": "x.txt"},
		Seed: 3, Read: []string{"dt=1.89", "axes=units,samples"}, Units: "AVAL,AVAR", Time: "1,2"}
	f := &nissl.Finding{Seed: 3, Inputs: []nissl.Source{{Path: "a.rec"}, {Path: "b.rec"}, {Path: "x.txt"}},
		// As they come from a file, where all numbers are float64.
		Params: map[string]any{"tau": 0.25, "steps": 1e6, "deep": true, "kind": "a", "input": "x.txt", "gone": 1.0},
		Notes:  []string{"the input was read with --read dt=1.89 --read axes=units,samples --units AVAL,AVAR --time 1,2", "another note"}}
	if got := Again(probe("recording", 1, 0), f); !reflect.DeepEqual(got, run) {
		t.Errorf("got  %+v\nwant %+v", got, run)
	}
	f = &nissl.Finding{Inputs: []nissl.Source{{Path: "net"}, {Path: "wiring.csv"}}, Notes: []string{"the network ran under silence(V1/1, mean)"}}
	got := Again(probe("network", 1, 1), f)
	if !reflect.DeepEqual(got.Inputs, []string{"net"}) || !reflect.DeepEqual(got.Do, []string{"silence(V1/1, mean)"}) {
		t.Errorf("got %+v", got)
	}
	if got := Again(probe("", 0, 0), f); len(got.Inputs) > 0 {
		t.Errorf("inputs %v of a method that takes none", got.Inputs)
	}
}
