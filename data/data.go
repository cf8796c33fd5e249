// Package data carries three small data sets inside the program, so that the demo, the examples and
// the tests need no download: a resting human brain, an insect's ear and handwritten digits.
package data

import (
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

//go:embed sets
var sets embed.FS

// A Dataset describes one embedded data set.
type Dataset struct {
	Name        string   `json:"name"`
	Description string   `json:"description"`
	Source      string   `json:"source"`
	Licence     string   `json:"licence"`
	Files       []string `json:"files"`             // the data, without the licence
	RateHz      float64  `json:"rate_hz,omitempty"` // samples per second, where regular
	UnitS       float64  `json:"unit_s,omitempty"`  // seconds per unit of the times in the files
	Note        string   `json:"note,omitempty"`    // what a reader should know before using it
}

// List returns the embedded data sets, sorted by name.
func List() []Dataset {
	return []Dataset{
		{
			Name:        "digits",
			Description: "1797 handwritten digits, 8 × 8 pixels of 0..16 in a row, then the digit",
			Source:      "scikit-learn 1.9.1, the test set of Alpaydin and Kaynak, 1998",
			Licence:     "BSD-3-Clause",
			Files:       []string{"digits.csv.gz"},
		},
		{
			Name:        "grasshopper",
			Description: "spike times of an auditory receptor of a grasshopper that hears 10 s of noise, cut off at 200 Hz (1) and 800 Hz (2)",
			Source:      "nitime 0.12",
			Licence:     "BSD-3-Clause",
			Files:       []string{"grasshopper_spike_times1.txt", "grasshopper_spike_times2.txt"},
			UnitS:       1e-6,
			Note:        "one time per line, in microseconds; lines that begin with # describe the stimulus",
		},
		{
			Name:        "resting-fmri",
			Description: "28 regions of a resting human brain, 14 in each half, over 250 volumes (472.5 s)",
			Source:      "nitime 0.12",
			Licence:     "BSD-3-Clause",
			Files:       []string{"fmri_timeseries.csv"},
			RateHz:      1 / 1.89, // repetition time 1.89 s
			Note: "31 columns: white matter, ventricles and whole brain (WM, Vent, Brain) are not regions; " +
				"APHG is the left partner of RAntPHG",
		},
	}
}

// Find returns the description of the data set with the given name.
func Find(name string) (Dataset, error) {
	var names []string
	for _, d := range List() {
		if d.Name == name {
			return d, nil
		}
		names = append(names, d.Name)
	}
	return Dataset{}, fmt.Errorf("no embedded data set is named %q: want one of %s", name, strings.Join(names, ", "))
}

// FS returns all embedded files, one folder per data set: its Files and LICENSE.
func FS() fs.FS {
	sub, err := fs.Sub(sets, "sets")
	if err != nil {
		panic("data: " + err.Error()) // the folder is embedded above
	}
	return sub
}

// Open returns the folder of one data set.
func Open(name string) (fs.FS, error) {
	if _, err := Find(name); err != nil {
		return nil, err
	}
	return fs.Sub(FS(), name)
}

// Extract writes the files of one data set and their licence into dir, which it makes if needed, and
// returns their paths, data first. Each file appears whole or not at all; one of the same name is replaced.
func Extract(name, dir string) ([]string, error) {
	d, err := Find(name)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	var paths []string
	for _, file := range append(d.Files, "LICENSE") {
		b, err := fs.ReadFile(FS(), path.Join(name, file))
		if err != nil {
			return paths, err
		}
		to := filepath.Join(dir, file)
		if err := writeWhole(to, b); err != nil {
			return paths, err
		}
		paths = append(paths, to)
	}
	return paths, nil
}

// writeWhole writes a file under a temporary name and renames it.
func writeWhole(to string, b []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(to), "."+filepath.Base(to)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // fails, as it should, once renamed
	if _, err := tmp.Write(b); err != nil {
		tmp.Close()
		return err
	}
	if err := tmp.Chmod(0o644); err != nil {
		tmp.Close()
		return err
	}
	if err := tmp.Close(); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), to)
}
