// Command dev helps those who work on nissl:
//
//	go run ./internal/dev new NAME [-verb map] [-row 10]
//
// makes the folder of a method whose tests fail until it is written.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"nissl/method"
)

func main() {
	err := run(os.Args[1:], os.Stdout)
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "dev:", err)
		os.Exit(2)
	}
}

// run carries out a command line in the current folder.
func run(args []string, out io.Writer) error {
	if len(args) < 2 || args[0] != "new" || strings.HasPrefix(args[1], "-") {
		return errors.New("usage: go run ./internal/dev new NAME [-verb map] [-row 10]")
	}
	flags := flag.NewFlagSet("dev new", flag.ContinueOnError)
	verb := flags.String("verb", "", "the command it belongs to: "+strings.Join(verbs(), ", ")+"; by default that of the row, else map")
	row := flags.Int("row", 0, "the paper's row in catalog/papers.csv")
	if err := flags.Parse(args[2:]); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("too many words: %s", strings.Join(flags.Args(), " "))
	}
	s, err := newScaffold(args[1], *verb)
	if err != nil {
		return err
	}
	if *row != 0 {
		if err := s.takePaper("catalog/papers.csv", *row, *verb == ""); err != nil {
			return err
		}
	}
	paths, err := s.write("methods")
	if err != nil {
		return err
	}
	for _, p := range paths {
		fmt.Fprintln(out, "wrote", p)
	}
	fmt.Fprintf(out, `
Now, in this order:
  1. replace every TODO; 'go test ./methods/%[1]s' fails until that is done
  2. add to catalog/catalog.go, sorted by name: the import "nissl/methods/%[1]s"
     and in All the line

	%[1]s.Method(),

Nothing else changes: help, docs, studio and reproduction find it there.
`, s.Package)
	return nil
}

// verbs lists the verbs of the command line.
func verbs() []string {
	var out []string
	for _, v := range method.Verbs() {
		out = append(out, string(v.Verb))
	}
	return out
}
