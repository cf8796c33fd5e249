package catalog

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"

	"nissl/method"
)

//go:embed papers.csv
var papersCSV string

// The columns of papers.csv.
var columns = [...]string{"n", "title", "weight", "family", "kind", "system", "verb", "does", "needs", "works_when", "here", "reach"}

// Papers lists the catalogue in the order of its rows. A paper works when a method of
// All cites its row. It panics when the embedded table is damaged, which a test of
// this package would have found.
func Papers() []method.Work {
	works, err := parsePapers(papersCSV)
	if err != nil {
		panic(err)
	}
	addMethods(works, All())
	return works
}

func parsePapers(text string) ([]method.Work, error) {
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("papers.csv: %w", err)
	}
	if len(rows) == 0 || strings.Join(rows[0], ",") != strings.Join(columns[:], ",") {
		return nil, fmt.Errorf("papers.csv: the first line must be %s", strings.Join(columns[:], ","))
	}
	works := make([]method.Work, 0, len(rows)-1)
	for i, row := range rows[1:] {
		var number [3]int
		for k, column := range []int{0, 2, 11} {
			if number[k], err = strconv.Atoi(row[column]); err != nil {
				return nil, fmt.Errorf("papers.csv: row %d: %s is %q, expected a whole number", i+1, columns[column], row[column])
			}
		}
		w := method.Work{Row: number[0], Title: row[1], Weight: number[1], Family: row[3], Kind: row[4], System: row[5],
			Verb: row[6], Does: row[7], Needs: row[8], WorksWhen: row[9], Here: row[10], Reach: number[2], State: method.NotYet}
		if w.Here == "no" {
			w.State, w.Reason = method.CannotRun, w.Needs
		}
		works = append(works, w)
	}
	return works, nil
}

// addMethods marks the papers that the methods cite.
func addMethods(works []method.Work, methods []method.Entry) {
	index := map[int]int{}
	for i, w := range works {
		index[w.Row] = i
	}
	for _, e := range methods {
		info := e.Info()
		for _, p := range info.Papers {
			i, ok := index[p.Row]
			if !ok {
				continue
			}
			w := &works[i]
			w.State, w.Reason = method.Works, ""
			w.Methods = append(w.Methods, info.Name)
			for _, c := range info.Claims {
				w.Claims = append(w.Claims, info.Name+"/"+c.Name)
			}
		}
	}
}
