package h5

import (
	"path/filepath"
	"reflect"
	"testing"
)

func TestAppend(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.h5")
	f, err := Create(path)
	if err != nil {
		t.Fatal(err)
	}
	var want []float64
	for _, err := range []error{Grow[float64](f, "/g/times", 4, 3), Grow[uint64](f, "/g/ids", 4, 0), f.SetEnum("/g", "sorting", []string{"none", "by_id", "by_time"}, "by_time")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for n := range 7 {
		var part []float64
		var ids []uint64
		for k := range n {
			part, ids = append(part, float64(len(want)+k)/8), append(ids, uint64(len(want)+k))
		}
		want = append(want, part...)
		for _, err := range []error{Append(f, "/g/times", part), Append(f, "/g/ids", ids), f.Flush()} {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := Append(f, "/g", want); err == nil {
		t.Error("a group was lengthened")
	}
	if err := Append(f, "/none", want); err == nil {
		t.Error("nothing was lengthened")
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if f, err = Open(path); err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	d, err := f.Dataset("/g/times")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := Read[float64](d); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v, %v; want %v", got, err, want)
	}
	if a, err := f.Attr("/g", "sorting"); err != nil || !reflect.DeepEqual(a.Data, []int64{2}) {
		t.Errorf("sorting is %v, %v", a.Data, err)
	}
}
