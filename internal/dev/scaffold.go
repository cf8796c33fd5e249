package main

import (
	"bytes"
	"embed"
	"encoding/csv"
	"fmt"
	"go/format"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template"
)

//go:embed method/*.tmpl
var templates embed.FS

var validName = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

// A scaffold is what the files of a new method are made from.
type scaffold struct {
	Name    string // as typed: phase-locking
	Package string // the folder and package: phaselocking
	Verb    string // map
	Const   string // the verb's name in package method: Map
	Row     int
	Title   string // of the paper
}

func newScaffold(name, verb string) (*scaffold, error) {
	if !validName.MatchString(name) {
		return nil, fmt.Errorf("name %q: want lower-case words joined by hyphens, such as phase-locking", name)
	}
	s := &scaffold{Name: name, Package: strings.ReplaceAll(name, "-", ""), Title: "TODO"}
	if verb == "" {
		verb = "map"
	}
	return s, s.setVerb(verb)
}

func (s *scaffold) setVerb(verb string) error {
	if !slices.Contains(verbs(), verb) {
		return fmt.Errorf("verb %q: want one of %s", verb, strings.Join(verbs(), ", "))
	}
	s.Verb, s.Const = verb, strings.ToUpper(verb[:1])+verb[1:]
	return nil
}

// takePaper fills in the paper's title from its row of the catalogue and, where asked, the verb.
func (s *scaffold) takePaper(file string, row int, withVerb bool) error {
	f, err := os.Open(file)
	if err != nil {
		return fmt.Errorf("run it in the folder that holds go.mod: %w", err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	if len(rows) == 0 {
		return fmt.Errorf("%s: empty", file)
	}
	n, title, verb := slices.Index(rows[0], "n"), slices.Index(rows[0], "title"), slices.Index(rows[0], "verb")
	if n < 0 || title < 0 || verb < 0 {
		return fmt.Errorf("%s: want the columns n, title and verb", file)
	}
	for _, r := range rows[1:] {
		if r[n] != strconv.Itoa(row) {
			continue
		}
		s.Row, s.Title = row, r[title]
		if withVerb && slices.Contains(verbs(), r[verb]) {
			return s.setVerb(r[verb])
		}
		return nil
	}
	return fmt.Errorf("%s: no row %d", file, row)
}

// files returns the text of every file by its name in the method's folder.
func (s *scaffold) files() (map[string][]byte, error) {
	all, err := template.New("").ParseFS(templates, "method/*.tmpl")
	if err != nil {
		return nil, err
	}
	out := map[string][]byte{"testdata/.gitkeep": nil}
	for _, t := range all.Templates() {
		name, ok := strings.CutSuffix(t.Name(), ".tmpl")
		if !ok {
			continue
		}
		var b bytes.Buffer
		if err := t.Execute(&b, s); err != nil {
			return nil, err
		}
		src, err := format.Source(b.Bytes())
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out[strings.Replace(name, "NAME", s.Package, 1)] = src
	}
	return out, nil
}

// write makes the method's folder in dir and returns the paths of its files, sorted. It changes nothing
// where the folder is there already.
func (s *scaffold) write(dir string) ([]string, error) {
	files, err := s.files()
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("run it in the folder that holds go.mod: %w", err)
	}
	folder := filepath.Join(dir, s.Package)
	if err := os.Mkdir(folder, 0o755); err != nil {
		return nil, err
	}
	var paths []string
	for name, text := range files {
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return paths, err
		}
		if err := os.WriteFile(path, text, 0o644); err != nil {
			return paths, err
		}
		paths = append(paths, path)
	}
	slices.Sort(paths)
	return paths, nil
}
