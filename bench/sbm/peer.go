package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// row is a line of graphtool_lfr.csv by column name.
type row map[string]string

func (r row) number(column string) (float64, bool) {
	v, err := strconv.ParseFloat(r[column], 64)
	return v, err == nil
}

// variant names a model of graph-tool as it was run: model and whether every edge was given once or twice.
func (r row) variant() string { return r["model"] + " " + r["edges"] }

// peerRows returns graph-tool's rows of one family: run now, or from the results folder.
func (c *config) peerRows(ctx context.Context, family int) ([]row, error) {
	dir := c.results
	if c.peer != "" {
		tmp, err := os.MkdirTemp("", "sbm")
		if err != nil {
			return nil, err
		}
		defer os.RemoveAll(tmp)
		// The script looks for a folder lfr inside the one it is given.
		cmd := exec.CommandContext(ctx, c.python, c.peer, "--data", filepath.Dir(filepath.Clean(c.data)), "--out", tmp, "--family", strconv.Itoa(family))
		cmd.Env = without(os.Environ(), "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
		if out, err := cmd.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("%s: %w\n%s", c.peer, err, out)
		}
		dir = tmp
	}
	if dir == "" {
		return nil, nil
	}
	f, err := os.Open(filepath.Join(dir, "graphtool_lfr.csv"))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil || len(lines) == 0 {
		return nil, fmt.Errorf("%s: no rows (%v)", f.Name(), err)
	}
	var out []row
	for _, line := range lines[1:] {
		r := row{}
		for i, column := range lines[0] {
			r[column] = line[i]
		}
		if r["family"] == strconv.Itoa(family) {
			out = append(out, r)
		}
	}
	return out, nil
}

func without(env []string, names ...string) []string {
	var out []string
	for _, e := range env {
		keep := true
		for _, n := range names {
			keep = keep && !strings.HasPrefix(e, n+"=")
		}
		if keep {
			out = append(out, e)
		}
	}
	return out
}
