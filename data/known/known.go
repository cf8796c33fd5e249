// Package known opens recordings with a known answer, for claims and tests: a brain whose regions have
// a partner in the other half, worms whose neurons have one on the other side, a fish with published
// assemblies, a rat with its place. The brain is inside the program; the others are larger and lie in
// the folder that NISSL_DATA names, which is given as dir.
package known

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"nissl"
	"nissl/data"
	"nissl/format"
	"nissl/format/reader"
	"nissl/model/activity"
)

const (
	wormFolder = "recordings/celegans_calcium/"
	wormLabels = wormFolder + "labels.csv"
	fishTraces = "recordings/zebrafish_tectum/zf_20151104-f1_activity_matrix.csv"
	assemblies = "recordings/zebrafish_tectum/zf_20151104-f1_assembly_assignments.csv"
)

// Brain is the embedded resting human brain: 28 regions × 250 volumes of 1.89 s, without the columns
// that are no regions. Of its regions, 13 pairs are named alike in both halves.
func Brain() (*nissl.Recording, error) {
	d, err := data.Find("resting-fmri")
	if err != nil {
		return nil, err
	}
	set, err := data.Open(d.Name)
	if err != nil {
		return nil, err
	}
	f, err := set.Open("fmri_timeseries.csv")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	m, names, err := activity.ReadColumns(f, d.RateHz, "WM", "Vent", "Brain")
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d.Name, err)
	}
	return &nissl.Recording{Name: "resting brain", Units: nissl.NewUnits(names), Traces: m.Traces()}, nil
}

// Worms names five freely moving C. elegans of Dag et al. 2023 (Cell), 800 frames of 0.6 s each.
func Worms() []string {
	return []string{"2022-07-26-31", "2022-07-26-38", "2022-07-27-31", "2022-07-27-38", "2022-07-27-45"}
}

// WormFiles are what all Worms are read from, relative to NISSL_DATA.
func WormFiles() []string {
	files := []string{wormLabels}
	for _, name := range Worms() {
		files = append(files, wormFile(name))
	}
	return files
}

func wormFile(name string) string { return wormFolder + name + "-data.h5" }

// Worm opens the ratiometric GCaMP traces (F/F20) of the neurons of one worm that NeuroPAL names, 87 to
// 110 of them, with its behaviour: reversal_vec is 1 while it moves backwards. Left and right neurons
// are named alike. It is to be closed.
func Worm(dir, name string) (*nissl.Recording, error) {
	return format.Open(filepath.Join(dir, wormFile(name)),
		reader.Options{"labels": filepath.Join(dir, wormLabels), "traces": "/gcamp/traces_array_F_F20"})
}

// FishFiles are what Fish is read from, relative to NISSL_DATA.
func FishFiles() []string { return []string{fishTraces, assemblies} }

// Fish opens the tectum of a zebrafish larva, 114 neurons × 4,245 frames, and the assemblies that
// Triplett et al. 2018 found in it: the units of each, which may be in several. The files do not say the
// rate, which is taken as 1 Hz. The recording is to be closed.
func Fish(dir string) (r *nissl.Recording, units [][]int, err error) {
	if r, err = format.Open(filepath.Join(dir, fishTraces), reader.Options{"rate": "1"}); err != nil {
		return nil, nil, err
	}
	if units, err = readAssemblies(filepath.Join(dir, assemblies), r.Units.Len()); err != nil {
		r.Close()
		return nil, nil, err
	}
	return r, units, nil
}

// readAssemblies reads one assembly per line, as numbers of its units from 1.
func readAssemblies(path string, units int) ([][]int, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	c := csv.NewReader(f)
	c.FieldsPerRecord, c.TrimLeadingSpace = -1, true
	lines, err := c.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var out [][]int
	for k, line := range lines {
		var members []int
		for _, word := range line {
			u, err := strconv.Atoi(strings.TrimSpace(word))
			if err != nil || u < 1 || u > units {
				return nil, fmt.Errorf("%s: line %d: expected units from 1 to %d, got %q", path, k+1, units, word)
			}
			members = append(members, u-1)
		}
		out = append(out, members)
	}
	return out, nil
}
