package spiking

import (
	"errors"
	"fmt"
	"strings"
)

// lines is where in a model file its sections and keys are.
type lines struct {
	path string
	at   map[place]int
}

// place is a key of a section; "" is the section's head.
type place struct {
	section string
	index   int
	key     string
}

// findLines looks for sections and keys, which the TOML library does not tell.
func findLines(path string, text []byte) *lines {
	l := &lines{path, map[place]int{}}
	now := place{}
	count := map[string]int{}
	for i, line := range strings.Split(string(text), "\n") {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") && !strings.Contains(line, "=") {
			name := strings.Trim(strings.SplitN(line, "#", 2)[0], "[] \t")
			section, rest, _ := strings.Cut(name, ".")
			_, sub, _ := strings.Cut(rest, ".")
			switch {
			case strings.HasPrefix(line, "[["):
				now = place{section, count[section], ""}
				count[section]++
				rest = ""
			case section == "population" && sub == "":
				now = place{section, count[section], ""}
				count[section]++
			}
			if p := (place{"", 0, section}); l.at[p] == 0 {
				l.at[p] = i + 1
			}
			if _, known := l.at[now]; !known {
				l.at[now] = i + 1
			}
			continue
		}
		if key, _, ok := strings.Cut(line, "="); ok && !strings.HasPrefix(line, "#") {
			key = strings.Trim(key, " \t\"'")
			if _, last, dotted := strings.Cut(key, "."); dotted {
				key = last
			}
			if p := (place{now.section, now.index, key}); l.at[p] == 0 {
				l.at[p] = i + 1
			}
			// the keys of an inline table
			for _, part := range strings.FieldsFunc(line, func(r rune) bool { return r == '{' || r == ',' }) {
				if k, _, ok := strings.Cut(part, "="); ok {
					if p := (place{now.section, now.index, strings.Trim(k, " \t\"'")}); l.at[p] == 0 {
						l.at[p] = i + 1
					}
				}
			}
		}
	}
	return l
}

// line of a key, of its section when the file does not have the key, 1 at worst.
func (l *lines) line(section string, index int, key string) int {
	for _, p := range []place{{section, index, key}, {section, index, ""}, {"", 0, section}} {
		if n := l.at[p]; n > 0 {
			return n
		}
	}
	return 1
}

// explain puts file and line before a fault.
func (l *lines) explain(err error) error {
	var f *Fault
	if l == nil || err == nil || !errors.As(err, &f) {
		return err
	}
	return fmt.Errorf("%s:%d: %w", l.path, l.line(f.Section, f.Index, f.Key), f.Err)
}
