package tiles

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"unsafe"

	"nissl"
)

// Traces of a mapped file give the same tiles as those on the heap, also after their
// pages were let go, and only the mapped ones are let go at all.
func TestMappedPages(t *testing.T) {
	rec := noise(8, 60000, 0, 50)
	flat := rec.Traces.Flat()
	path := filepath.Join(t.TempDir(), "traces")
	if err := os.WriteFile(path, unsafe.Slice((*byte)(unsafe.Pointer(&flat[0])), 4*len(flat)), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b, err := syscall.Mmap(int(f.Fd()), 0, 4*len(flat), syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		t.Skip("no file can be mapped here:", err)
	}
	defer syscall.Munmap(b)
	mapped := *rec
	mapped.Traces = &nissl.Traces{Rate: rec.Traces.Rate, Rows: make([][]float32, 8)}
	all := unsafe.Slice((*float32)(unsafe.Pointer(&b[0])), len(flat))
	for u := range 8 {
		mapped.Traces.Rows[u] = all[u*60000 : (u+1)*60000]
	}
	one, two := New(rec), New(&mapped)
	defer one.Close()
	defer two.Close()
	if one.pages.from < one.pages.to || two.pages.from == two.pages.to {
		t.Errorf("heap %v, file %v", one.pages, two.pages)
	}
	for _, built := range []bool{false, true} {
		if built {
			wait(t, one)
			wait(t, two)
		}
		for level := range one.traceGrid.Levels {
			a, err1 := one.Tile(context.Background(), KindTraces, FileOrder(8).Rows, Address{Level: level}, false)
			b, err2 := two.Tile(context.Background(), KindTraces, FileOrder(8).Rows, Address{Level: level}, false)
			if err1 != nil || err2 != nil || !slices.Equal(a.Codes, b.Codes) {
				t.Errorf("level %d: %v %v", level, err1, err2)
			}
			one.pages.letAllGo()
			two.pages.letAllGo()
		}
	}
}
