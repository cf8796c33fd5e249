package dataset_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"nissl/nn/dataset"
)

func TestLabelled(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, b ...byte) {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := dataset.Labelled(dir); err == nil || !strings.Contains(err.Error(), "IDX") {
		t.Errorf("an empty folder: %v", err)
	}
	write("t10k-images-idx3-ubyte", 0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 10, 20, 30, 40)
	write("t10k-labels-idx1-ubyte", 0, 0, 8, 1, 0, 0, 0, 2, 7, 3)
	for _, path := range []string{dir, filepath.Join(dir, "t10k-images-idx3-ubyte")} {
		m, err := dataset.Labelled(path)
		if err != nil || m.Len() != 2 || m.Labels[0] != 7 || m.Width != 2 || m.Pixels[3] != 40 {
			t.Errorf("%s: %+v, %v", path, m, err)
		}
	}
	write("notes.txt", 'x')
	if _, err := dataset.Labelled(filepath.Join(dir, "notes.txt")); err == nil {
		t.Error("a text was read as images")
	}
}
