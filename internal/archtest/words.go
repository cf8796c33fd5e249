package archtest

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"strings"
)

// A word is a text that no committed file may hold.
type word struct {
	text, why string
}

// forbidden lists the words. They are put together here, so that this file passes too.
func forbidden() []word {
	const (
		machine  = "it is a path of one machine: take a flag or an environment variable"
		registry = "it is the host of a package registry: name the package and leave the host to the client's settings"
	)
	words := []word{{"/" + "work/", machine}, {"/" + "root/", machine}, {"/tmp/" + "peers", machine}}
	for _, host := range [][]string{
		{"pypi", "org"}, {"files", "pythonhosted", "org"},
		{"proxy", "golang", "org"}, {"sum", "golang", "org"},
		{"registry", "npmjs", "org"}, {"registry", "yarnpkg", "com"},
		{"index", "crates", "io"}, {"static", "crates", "io"},
		{"deb", "debian", "org"}, {"security", "debian", "org"}, {"snapshot", "debian", "org"},
		{"repo1", "maven", "org"}, {"repo", "maven", "apache", "org"},
	} {
		words = append(words, word{strings.Join(host, "."), registry})
	}
	return words
}

// Words looks for forbidden words in the named text files of fsys.
func Words(fsys fs.FS, names []string) ([]Violation, error) {
	var out []Violation
	for _, name := range names {
		b, err := fs.ReadFile(fsys, name)
		if errors.Is(err, fs.ErrNotExist) {
			continue // removed and not yet committed
		}
		if err != nil {
			return out, err
		}
		if bytes.IndexByte(b[:min(len(b), 8000)], 0) >= 0 {
			continue // binary
		}
		for _, w := range forbidden() {
			if i := bytes.Index(b, []byte(w.text)); i >= 0 {
				line := 1 + bytes.Count(b[:i], []byte("\n"))
				out = append(out, Violation{fmt.Sprintf("%s:%d", name, line), fmt.Sprintf("%q: %s", w.text, w.why)})
			}
		}
	}
	return out, nil
}

// Committed returns the files in dir that git knows, slash-separated.
func Committed(dir string) ([]string, error) {
	cmd := exec.Command("git", "ls-files", "-z")
	cmd.Dir = dir
	list, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("git ls-files: %w", err)
	}
	return strings.Split(strings.TrimRight(string(list), "\x00"), "\x00"), nil
}
