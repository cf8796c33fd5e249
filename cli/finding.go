package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"nissl"
)

// save writes the finding folder.
func (a *App) save(dir string, f *nissl.Finding) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	w, err := os.Create(filepath.Join(dir, "finding.json"))
	if err != nil {
		return err
	}
	return errors.Join(writeJSON(w, f), w.Close())
}

func (a *App) printFinding(f *nissl.Finding) error { return writeJSON(a.out, f) }

func (a *App) showFinding(f *nissl.Finding, dir string) error {
	fmt.Fprintln(a.out, f.Summary)
	return nil
}
