package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"

	"nissl"
)

// partOf is the folder where an interrupted run that writes to out keeps its state.
func partOf(out string) string { return filepath.Clean(out) + ".part" }

// stateKey tells runs apart by everything that their result depends on, the program
// itself included.
func stateKey(parts ...string) (string, error) {
	exe, err := os.Executable()
	if err != nil {
		return "", err
	}
	st, err := os.Stat(exe)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	// Another build may compute other steps.
	fmt.Fprintf(h, "%s %d %d\n", nissl.Version, st.Size(), st.ModTime().UnixNano())
	for _, p := range parts {
		fmt.Fprintf(h, "%q\n", p)
	}
	return hex.EncodeToString(h.Sum(nil)[:8]), nil
}

// parts are what the result of a method depends on.
func parts(name string, words map[string]string, o runOptions, sources []nissl.Source) []string {
	list := append([]string{name, fmt.Sprint("seed ", o.seed)}, o.notes()...)
	for _, k := range sortedKeys(words) {
		list = append(list, "--"+k+" "+words[k])
	}
	for _, s := range sources {
		list = append(list, s.SHA256)
	}
	return list
}

// dropState removes the state of a run that has ended well. The folder stays where it
// holds the state of another command.
func dropState(out, state string) error {
	if err := os.RemoveAll(state); err != nil {
		return err
	}
	os.Remove(partOf(out))
	return nil
}
