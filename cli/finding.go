package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"nissl"
	"nissl/format/findings"
	"nissl/view"
)

// save draws the figures and writes the finding folder.
func (a *App) save(dir string, f *nissl.Finding) error {
	figures := map[string][]byte{}
	for _, fig := range f.Figures {
		svg, err := view.SVG(fig)
		if err != nil {
			return fmt.Errorf("figure %s: %w", fig.Name, err)
		}
		figures[fig.Name+".svg"] = svg
	}
	return findings.Write(dir, f, figures)
}

// printFinding prints finding.json: the one of the folder where there is one, else
// one that lists no files.
func (a *App) printFinding(f *nissl.Finding, dir string) (err error) {
	if dir == "" {
		tmp, err := os.MkdirTemp("", "nissl")
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(tmp)) }()
		bare := *f
		bare.Tables, bare.Arrays, bare.Figures = nil, nil, nil
		dir = filepath.Join(tmp, "finding")
		if err := findings.Write(dir, &bare, nil); err != nil {
			return err
		}
	}
	b, err := os.ReadFile(filepath.Join(dir, "finding.json"))
	if err != nil {
		return err
	}
	_, err = a.out.Write(b)
	return err
}

func (a *App) showFinding(f *nissl.Finding, dir string) error {
	for _, line := range wrap(f.Summary, screen) {
		fmt.Fprintln(a.out, line)
	}
	if len(f.Metrics) > 0 {
		fmt.Fprintln(a.out)
		rows := [][]string{}
		for _, m := range f.Metrics {
			rows = append(rows, []string{m.Name, number(m.Value), m.Unit, clip(m.Doc, 48)})
		}
		grid(a.out, 2, rows, 1)
	}
	if len(f.Evidence) > 0 {
		fmt.Fprintln(a.out)
		rows := [][]string{{"against chance", "observed", "chance", "p", "", "how chance was made"}}
		for _, e := range f.Evidence {
			verdict := "not shown"
			if e.Passed {
				verdict = "found"
			}
			rows = append(rows, []string{clip(e.Name, 24), number(e.Observed), number(e.NullMean), number(e.P), verdict, clip(e.Null, 32)})
		}
		grid(a.out, 2, rows, 1, 2, 3)
	}
	for _, n := range f.Notes {
		field(a.out, 0, 6, "note", n)
	}
	fmt.Fprintln(a.out)
	for _, fig := range f.Figures {
		fmt.Fprintf(a.out, "  %s\n", filepath.Join(dir, "figures", fig.Name+".svg"))
	}
	fmt.Fprintf(a.out, "  %s\n", filepath.Join(dir, "finding.json"))
	return nil
}
