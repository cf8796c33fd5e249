package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/term"

	"nissl"
	"nissl/format/findings"
	"nissl/view"
)

// report is the page of a finding folder.
const report = "report.html"

// save draws the figures and writes the finding folder with its page.
func (a *App) save(dir string, f *nissl.Finding) error {
	figures := map[string][]byte{}
	for _, fig := range f.Figures {
		svg, err := view.SVG(fig)
		if err != nil {
			// The numbers are worth keeping without the picture.
			f.Notes = append(f.Notes, fmt.Sprintf("figure %s was not drawn: %v", fig.Name, err))
			continue
		}
		figures[fig.Name+".svg"] = svg
	}
	if err := findings.Write(dir, f, figures); err != nil {
		return err
	}
	var page strings.Builder
	if err := view.HTML(&page, f, nil); err != nil {
		return err
	}
	return writeFile(filepath.Join(dir, report), page.String())
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

// showFinding prints the summary and where the files lie.
func (a *App) showFinding(f *nissl.Finding, dir string) error {
	paths := []string{filepath.Join(dir, report)}
	for _, fig := range f.Figures {
		if path := filepath.Join(dir, "figures", fig.Name+".svg"); isFile(path) {
			paths = append(paths, path)
		}
	}
	if len(f.Tables) > 0 {
		paths = append(paths, filepath.Join(dir, "tables")+string(filepath.Separator))
	}
	if len(f.Arrays) > 0 {
		paths = append(paths, filepath.Join(dir, "arrays")+string(filepath.Separator))
	}
	paths = append(paths, filepath.Join(dir, "finding.json"))
	width, color := screen, false
	if out, ok := a.out.(*os.File); ok && term.IsTerminal(int(out.Fd())) {
		color = os.Getenv("NO_COLOR") == ""
		if w, _, err := term.GetSize(int(out.Fd())); err == nil && w > 0 {
			width = min(w, 100)
		}
	}
	return view.Terminal(a.out, f, width, color, paths...)
}
