package main

import (
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"

	"nissl/model/sbm"
)

// graph is one graph of the LFR benchmark with its planted communities.
type graph struct {
	family, seed int
	g            sbm.Graph
	truth        []int
}

var name = regexp.MustCompile(`net(\d+)_seed(\d+)\.edges\.csv\.gz$`)

// readLFR reads every netF_seedS.edges.csv.gz of a folder with its labels, in the order of family and seed.
func readLFR(dir string) ([]graph, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "net*_seed*.edges.csv.gz"))
	if err != nil || len(paths) == 0 {
		return nil, fmt.Errorf("no net*_seed*.edges.csv.gz in %s", dir)
	}
	var out []graph
	for _, path := range paths {
		m := name.FindStringSubmatch(path)
		if m == nil {
			continue
		}
		var x graph
		x.family, _ = strconv.Atoi(m[1])
		x.seed, _ = strconv.Atoi(m[2])
		if err := x.read(path); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		out = append(out, x)
	}
	sort.Slice(out, func(i, j int) bool {
		return out[i].family < out[j].family || out[i].family == out[j].family && out[i].seed < out[j].seed
	})
	return out, nil
}

func (x *graph) read(path string) error {
	labels, err := table(path[:len(path)-len(".edges.csv.gz")]+".labels.csv", 2)
	if err != nil {
		return err
	}
	x.g.N = len(labels)
	x.truth = make([]int, x.g.N)
	for _, row := range labels {
		x.truth[int(row[0])-1] = int(row[1])
	}
	edges, err := table(path, 3)
	if err != nil {
		return err
	}
	for _, row := range edges {
		x.g.From = append(x.g.From, int32(row[0])-1)
		x.g.To = append(x.g.To, int32(row[1])-1)
		x.g.Weight = append(x.g.Weight, row[2])
	}
	return nil
}

// table reads a CSV file of numbers with a header line, gzipped or not.
func table(path string, columns int) ([][]float64, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := csv.NewReader(f)
	if filepath.Ext(path) == ".gz" {
		z, err := gzip.NewReader(f)
		if err != nil {
			return nil, err
		}
		r = csv.NewReader(z)
	}
	r.FieldsPerRecord = columns
	rows, err := r.ReadAll()
	if err != nil || len(rows) < 2 {
		return nil, fmt.Errorf("no rows: %v", err)
	}
	out := make([][]float64, len(rows)-1)
	for i, row := range rows[1:] {
		for _, cell := range row {
			v, err := strconv.ParseFloat(cell, 64)
			if err != nil {
				return nil, err
			}
			out[i] = append(out[i], v)
		}
	}
	return out, nil
}
