package nwb

import (
	"math"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"nissl/format/reader"
)

// Values read with h5py 3.16.0 (HDF5 2.0.0):
//
//	h = h5py.File("A8604-211122.nwb"); h["units/spike_times_index"][()]; ...
func TestMouse(t *testing.T) {
	root := os.Getenv("NISSL_DATA")
	if root == "" {
		t.Skip("NISSL_DATA is not set: the mouse recording is not here")
	}
	name := filepath.Join(root, "recordings", "mouse_nwb", "A8604-211122.nwb")
	r, err := Open(name, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Log(r.Notes)
	t.Log(r.Units.Columns)
	in, err := Inspect(name, reader.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", in)
	_, _ = math.Pi, reflect.DeepEqual
}
