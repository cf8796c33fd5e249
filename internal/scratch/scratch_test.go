package scratch

import (
	"math"
	"os"
	"testing"
)

func TestRows(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	for _, limit := range []int64{0, InMemory} {
		rows, release, err := Rows(3, 1000, limit)
		if err != nil {
			t.Fatal(err)
		}
		for i, row := range rows {
			for k := range row {
				if row[k] != 0 {
					t.Fatalf("row %d sample %d begins as %v", i, k, row[k])
				}
				row[k] = float32(1000*i + k)
			}
		}
		for i, row := range rows {
			if len(row) != 1000 || row[7] != float32(1000*i+7) {
				t.Errorf("row %d has %d samples, sample 7 is %v", i, len(row), row[7])
			}
		}
		if err := release(); err != nil {
			t.Error(err)
		}
	}
	if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v (%v)", left, err)
	}
	if rows, _, err := Rows(2, 0, 0); err != nil || len(rows) != 2 {
		t.Errorf("rows without samples: %v (%v)", rows, err)
	}
}

func TestNoRoom(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	if _, _, err := Rows(1<<20, 1<<34, InMemory); err == nil {
		t.Error("72 PB were given")
	}
	if _, _, err := Rows(1<<40, math.MaxInt>>8, InMemory); err == nil {
		t.Error("more than an address space was given")
	}
}
