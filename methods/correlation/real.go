package correlation

import (
	"context"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"

	"nissl"
	"nissl/format"
	"nissl/format/reader"
	"nissl/method"
	"nissl/model/pairwise"
	"nissl/num/correlate"
	"nissl/num/surrogate"
)

// Recordings of the claims below, in folders of NISSL_DATA.
const (
	wormFolder = "recordings/celegans_calcium/"
	fishFolder = "recordings/zebrafish_tectum/zf_20151104-f1_"
)

func worms() []string {
	return []string{"2022-07-26-31", "2022-07-26-38", "2022-07-27-31", "2022-07-27-38", "2022-07-27-45"}
}

// realClaims need recordings that the program does not carry.
func realClaims() []method.Claim {
	files := []string{wormFolder + "labels.csv"}
	for _, w := range worms() {
		files = append(files, wormFolder+w+"-data.h5")
	}
	return []method.Claim{
		{
			Name:          "worm homologues",
			Statement:     "in five freely moving C. elegans, named neurons correlate with their partner on the other side more than with other neurons (mean AUC)",
			Accept:        method.Range{Low: .79, High: .9}, // numpy.corrcoef on the same units: .82
			Control:       "the same neurons, each shifted circularly by its own random time; mean AUC of 20 such sets of worms",
			ControlAccept: method.Range{Low: .45, High: .55},
			Cost:          method.Second,
			Data:          files,
			Measure:       wormHomologues,
		},
		{
			Name:          "fish assemblies",
			Statement:     "in the tectum of a zebrafish larva, neurons of the same published assembly correlate more than neurons of different ones (AUC)",
			Accept:        method.Range{Low: .9, High: 1}, // numpy.corrcoef: .954
			Control:       "the same neurons, each shifted circularly by its own random time; mean AUC of 20 such fish",
			ControlAccept: method.Range{Low: .45, High: .55},
			Cost:          method.Second,
			Data:          []string{fishFolder + "activity_matrix.csv", fishFolder + "assembly_assignments.csv"},
			Measure:       fishAssemblies,
		},
	}
}

// auc is how well the correlation of a recording tells the marked pairs from all
// others, and how well that of circularly shifted copies does, on average.
func auc(ctx context.Context, r *nissl.Recording, marked [][2]int, rng *rand.Rand) (observed, shifted float64, err error) {
	const copies = 20
	x, n, samples := r.Traces.Flat(), r.Units.Len(), r.Traces.Samples()
	c := make([]float32, n*n)
	correlate.Pearson(x, n, samples, c)
	observed = pairwise.AUC(c, n, marked)
	for range copies {
		correlate.Pearson(surrogate.CircularShift(rng, x, n, samples, samples/20), n, samples, c)
		shifted += pairwise.AUC(c, n, marked) / copies
	}
	return observed, shifted, ctx.Err()
}

func wormHomologues(ctx context.Context, env *method.Env) (method.Measured, error) {
	var m method.Measured
	var each []string
	labels, _ := env.Path(wormFolder + "labels.csv")
	rng := env.Rand("control")
	for _, w := range worms() {
		path, _ := env.Path(wormFolder + w + "-data.h5")
		r, err := format.Open(path, reader.Options{"labels": labels, "traces": "/gcamp/traces_array_F_F20"})
		if err != nil {
			return m, err
		}
		pairs := pairwise.Homologues(r.Units.Names())
		observed, shifted, err := auc(ctx, r, pairs, rng)
		if err := r.Close(); err != nil {
			return m, err
		}
		if err != nil {
			return m, err
		}
		m.Value += observed / float64(len(worms()))
		m.Control += shifted / float64(len(worms()))
		each = append(each, fmt.Sprintf("%s %.3f (%d pairs)", w, observed, len(pairs)))
	}
	m.Detail = strings.Join(each, ", ")
	return m, nil
}

func fishAssemblies(ctx context.Context, env *method.Env) (method.Measured, error) {
	path, _ := env.Path(fishFolder + "activity_matrix.csv")
	r, err := format.Open(path, reader.Options{"rate": "1"}) // the file does not say; no matter here
	if err != nil {
		return method.Measured{}, err
	}
	defer r.Close()
	table, _ := env.Path(fishFolder + "assembly_assignments.csv")
	assemblies, err := readAssemblies(table, r.Units.Len())
	if err != nil {
		return method.Measured{}, err
	}
	assigned := []int{}
	for u := range r.Units.Len() {
		if slices.ContainsFunc(assemblies, func(a []int) bool { return slices.Contains(a, u) }) {
			assigned = append(assigned, u)
		}
	}
	r = r.SelectUnits(assigned)
	var same [][2]int
	for i, a := range assigned {
		for j, b := range assigned[:i] {
			if slices.ContainsFunc(assemblies, func(m []int) bool { return slices.Contains(m, a) && slices.Contains(m, b) }) {
				same = append(same, [2]int{j, i})
			}
		}
	}
	observed, shifted, err := auc(ctx, r, same, env.Rand("control"))
	return method.Measured{Value: observed, Control: shifted,
		Detail: fmt.Sprintf("%d neurons in %d assemblies, %d pairs share one", len(assigned), len(assemblies), len(same))}, err
}

// readAssemblies reads one assembly per line, as numbers of its neurons from 1.
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
				return nil, fmt.Errorf("%s: line %d: expected neurons from 1 to %d, got %q", path, k+1, units, word)
			}
			members = append(members, u-1)
		}
		out = append(out, members)
	}
	return out, nil
}
