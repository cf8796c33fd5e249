package parquet

import (
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"nissl"
)

// gathered is what Labelled gives for every text, in the order of the rows.
func gathered(path string) (map[string][]float64, error) {
	out := map[string][]float64{}
	err := Labelled(path, "unit", "time_s", func(text string, values []float64) error {
		out[text] = append(out[text], values...)
		return nil
	})
	return out, err
}

// Over several row groups and batches each label has the numbers that reading row by row
// gives, whatever the order of the columns and of the labels.
func TestLabelledIsAsScanned(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.parquet")
	for _, columns := range [][]nissl.Column{
		{nissl.Col("unit", "", []string{}), nissl.Col("time_s", "s", []float64{})},
		{nissl.Col("time_s", "s", []float64{}), nissl.Col("other", "", []int64{}), nissl.Col("unit", "", []string{})},
	} {
		w, err := Create(path, columns)
		if err != nil {
			t.Fatal(err)
		}
		want := map[string][]float64{}
		for block := range 5 {
			n := batch/2*block + 3
			units, times := make([]string, n), make([]float64, n)
			for i := range n {
				units[i] = strings.Repeat("u", (i/(100*(block+1))+block)%7)
				times[i] = float64(i) + float64(block)/10
				want[units[i]] = append(want[units[i]], times[i])
			}
			if err := w.Append(nissl.Table{Columns: []nissl.Column{nissl.Col("unit", "", units), nissl.Col("time_s", "s", times)}}); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		got, err := gathered(path)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%d labels, want %d, error %v", len(got), len(want), err)
		}
	}
}

func TestLabelledMissing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.parquet")
	w, err := Create(path, []nissl.Column{nissl.Col("unit", "", []string{}), nissl.Col("time_s", "s", []float64{})})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []nissl.Column{nissl.Col("unit", "", []string{"a"}), nissl.Col("time_s", "s", []float64{2})} {
		if err := w.Append(nissl.Table{Columns: []nissl.Column{c}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := gathered(path)
	if err != nil || len(got["a"]) != 1 || !math.IsNaN(got["a"][0]) || !reflect.DeepEqual(got[""], []float64{2}) {
		t.Errorf("got %v, %v", got, err)
	}
	for columns, says := range map[[2]string]string{{"unit", "nothing"}: "no column", {"time_s", "unit"}: "is no", {"nothing", "time_s"}: "no column"} {
		if err := Labelled(path, columns[0], columns[1], func(string, []float64) error { return nil }); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v: %v", columns, err)
		}
	}
}

// A file with any byte changed gives an error or values, never a panic.
func TestLabelledDamaged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.parquet")
	table := nissl.Table{Columns: []nissl.Column{nissl.Col("unit", "", []string{"a", "a", "b"}), nissl.Col("time_s", "s", []float64{1, 2, 3})}}
	if err := Write(path, table); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i, was := range whole {
		for _, v := range []byte{0, 0x7f, 0xff, was ^ 1, was ^ 0x80} {
			whole[i] = v
			if err := os.WriteFile(path, whole, 0o600); err != nil {
				t.Fatal(err)
			}
			_, _ = gathered(path)
		}
		whole[i] = was
	}
}
