// Package reader is the border between files and recordings: what a format must
// offer, the options that it takes, and the inspection that says what is in a file.
// Each format is a folder of nissl/format; nissl/format holds their table.
package reader

import (
	"fmt"
	"sort"
	"strings"

	"nissl"
)

// Format is one kind of file. Every function gets a path that exists.
type Format struct {
	Name    string   // short and lower-case: nwb, edf, npy
	Doc     string   // one line
	Options []Option // what Open understands

	// Sniff reports by content, never by extension, whether this format reads the file.
	Sniff func(Probe) bool
	// Open reads the recording. It validates what it returns.
	Open func(path string, o Options) (*nissl.Recording, error)
	// Inspect says what is in the file without loading its samples. Nil means that
	// opening is cheap: Describe(Open) is used.
	Inspect func(path string, o Options) (*Inspection, error)
}

// Probe is what a sniffer may look at.
type Probe struct {
	Path string
	Head []byte // the first bytes of the file, at most HeadSize; nil for a folder
	Size int64  // of the file in bytes
	Dir  bool
}

// HeadSize is how much of a file a sniffer sees.
const HeadSize = 8192

// Option is a word that a reader understands, as --read name=value.
type Option struct{ Name, Help string }

// Options are the given values by name.
type Options map[string]string

// ParseOptions reads "name=value" words.
func ParseOptions(words []string) (Options, error) {
	o := Options{}
	for _, w := range words {
		k, v, ok := strings.Cut(w, "=")
		if !ok || k == "" {
			return nil, fmt.Errorf("reader option %q: write name=value", w)
		}
		o[k] = v
	}
	return o, nil
}

// Check refuses a word that the format does not understand.
func (f Format) Check(o Options) error {
	known := make([]string, 0, len(f.Options))
	for _, k := range f.Options {
		known = append(known, k.Name)
	}
	sort.Strings(known)
	for _, k := range sortedKeys(o) {
		i := sort.SearchStrings(known, k)
		if i == len(known) || known[i] != k {
			if len(known) == 0 {
				return fmt.Errorf("format %s takes no options, got %q", f.Name, k)
			}
			return fmt.Errorf("format %s has no option %q; it has %s", f.Name, k, strings.Join(known, ", "))
		}
	}
	return nil
}

func sortedKeys(o Options) []string {
	keys := make([]string, 0, len(o))
	for k := range o {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
