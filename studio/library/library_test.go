package library

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"nissl/format/bundle"
	"nissl/method/methodtest"
	"nissl/studio/reply"
)

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func writeBundle(t *testing.T, path string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := bundle.Write(path, methodtest.Recording(4, 100, 1), false); err != nil {
		t.Fatal(err)
	}
}

func ids(l *Library) string {
	var out []string
	items, _ := l.Items()
	for _, it := range items {
		out = append(out, it.ID)
	}
	return strings.Join(out, " ")
}

const csvText = "a,b\n1,2\n3,4\n5,6\n"

func TestLinks(t *testing.T) {
	outside, dir := t.TempDir(), t.TempDir()
	write(t, filepath.Join(outside, "secret.csv"), csvText)
	write(t, filepath.Join(dir, "real.csv"), csvText)
	for link, to := range map[string]string{"in.csv": "real.csv", "out.csv": filepath.Join(outside, "secret.csv"), "out": outside,
		"up.csv": "../" + filepath.Base(outside) + "/secret.csv", "loop": "loop", "circle": ".", "gone.csv": "nowhere"} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	l := New([]string{dir}, Options{})
	if got := ids(l); got != "in.csv real.csv" {
		t.Errorf("items %q", got)
	}
	if _, notes := l.Items(); len(notes) != 1 || !strings.Contains(notes[0], "links lead out of the folder") {
		t.Errorf("notes %q", notes)
	}
	// A link that was given is what was opened.
	if got := ids(New([]string{filepath.Join(dir, "out")}, Options{})); got != "secret.csv" {
		t.Errorf("a link that was given: %q", got)
	}
}

func TestOddNames(t *testing.T) {
	dir := t.TempDir()
	names := []string{"a b.csv", "größe μ.csv", "q?x=1&y#z.csv", "50%2F.csv", "a~b.csv", "line\nbreak.csv", `back\slash.csv`, "bad\xff.csv", "..csv", "'\"<script>.csv"}
	for _, n := range names {
		write(t, filepath.Join(dir, n), csvText)
	}
	write(t, filepath.Join(dir, "a", "b.csv"), csvText)
	write(t, filepath.Join(dir, "c", "b.csv"), csvText)
	l := New([]string{dir}, Options{})
	mux := http.NewServeMux()
	l.Routes(mux)
	items, _ := l.Items()
	seen := map[string]bool{}
	for _, it := range items {
		if seen[it.ID] {
			t.Errorf("%q twice", it.ID)
		}
		seen[it.ID] = true
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest("GET", "/api/library/"+url.PathEscape(it.ID), nil))
		if w.Code != 200 || !strings.Contains(w.Body.String(), "2 units") {
			t.Errorf("%q: %d %s", it.ID, w.Code, w.Body)
		}
	}
	if len(items) != len(names)-1+2 { // ..csv hides
		t.Errorf("%d items: %v", len(items), seen)
	}
}

// Whatever is broken is a sentence that names the file.
func TestBrokenFiles(t *testing.T) {
	dir := t.TempDir()
	writeBundle(t, filepath.Join(dir, "whole.rec"))
	writeBundle(t, filepath.Join(dir, "cut.rec"))
	writeBundle(t, filepath.Join(dir, "bare.rec"))
	writeBundle(t, filepath.Join(dir, "writing.rec.partial"))
	npy, err := os.ReadFile(filepath.Join(dir, "whole.rec", "traces.npy"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(filepath.Join(dir, "cut.rec", "traces.npy"), int64(len(npy)/2)); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "bare.rec", "units.parquet")); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"empty.csv": "", "empty.nwb": "", "empty.edf": "", "cut.npy": string(npy[:len(npy)/2]), "head.npy": "\x93NUMPY\x01\x00",
		"cut.nwb": "\x89HDF\r\n\x1a\n\x00\x00\x00", "cut.mat": "MATLAB 5.0 MAT-file" + strings.Repeat(" ", 105) + "\x00\x01IM\x0f\x00\x00\x00",
		"cut.edf": "0       " + strings.Repeat("x", 200), "cut.parquet": "PAR1", "finding/finding.json": "{", "a.rec/recording.json": "{", "b.rec/recording.json": `{"units": 1e99}`,
	} {
		write(t, filepath.Join(dir, name), text)
	}
	l := New([]string{dir}, Options{})
	defer l.Close()
	items, _ := l.Items()
	for _, it := range items {
		if strings.Contains(it.Path, ".partial") {
			t.Errorf("%s is still being written", it.Path)
		}
		_, err := l.card(t.Context(), it.ID)
		if it.ID == "whole.rec" && err != nil || it.ID != "whole.rec" && (err == nil || !strings.Contains(err.Error(), it.Name)) {
			t.Errorf("%s: %v", it.ID, err)
		}
	}
	for _, path := range []string{"empty.csv", "cut.parquet", "gone"} {
		_, notes := New([]string{filepath.Join(dir, path)}, Options{}).Items()
		if len(notes) != 1 || !strings.Contains(notes[0], path) {
			t.Errorf("%s: notes %q", path, notes)
		}
	}
	// A file that goes away after it was found.
	if err := os.RemoveAll(filepath.Join(dir, "whole.rec")); err != nil {
		t.Fatal(err)
	}
	again := New([]string{dir}, Options{})
	if _, _, err := again.Recording(t.Context(), "whole.rec"); err == nil {
		t.Error("a file that is gone was opened")
	}
	_, release, err := l.Recording(t.Context(), "whole.rec")
	if err != nil {
		t.Fatalf("what is open stays: %v", err)
	}
	release()
}

func TestManyFiles(t *testing.T) {
	dir := t.TempDir()
	for i := range 10_000 {
		write(t, filepath.Join(dir, fmt.Sprintf("%05d.csv", i)), csvText)
	}
	l := New([]string{dir}, Options{})
	items, notes := l.Items()
	if len(items) != maxItems || len(notes) != 1 || !strings.Contains(notes[0], "holds more than 2000 things") {
		t.Errorf("%d items, notes %q", len(items), notes)
	}
}

// Many open, few at a time: nothing is closed while it is used, all is closed at the end, nothing afterwards.
func TestShelf(t *testing.T) {
	s := &shelf{most: 3}
	var open atomic.Int64
	use := func(rng *rand.Rand) {
		id := fmt.Sprint(rng.IntN(10))
		v, release, err := s.take(t.Context(), id, func(context.Context) (any, func(), error) {
			switch rng.IntN(8) {
			case 0:
				return nil, nil, errors.New("broken")
			case 1:
				panic("a reader on a broken file")
			}
			open.Add(1)
			closed := new(atomic.Bool)
			return closed, func() { closed.Store(true); open.Add(-1) }, nil
		})
		if err != nil {
			return
		}
		for range rng.IntN(100) {
			if v.(*atomic.Bool).Load() {
				t.Error("closed while in use")
			}
		}
		release()
		release() // twice is once
	}
	var all sync.WaitGroup
	for k := range 16 {
		rng := rand.New(rand.NewPCG(uint64(k), 1))
		all.Go(func() {
			for range 300 {
				use(rng)
			}
		})
	}
	all.Wait()
	if n := open.Load(); n > 3 {
		t.Errorf("%d are open, want at most 3", n)
	}
	_, release, err := s.take(t.Context(), "held", func(context.Context) (any, func(), error) { return 1, func() { open.Add(-1) }, nil })
	if err != nil {
		t.Fatal(err)
	}
	open.Add(1)
	done := make(chan struct{})
	go func() { s.close(); close(done) }()
	for {
		if _, free, err := s.take(t.Context(), "late", func(context.Context) (any, func(), error) { return 1, func() {}, nil }); errors.Is(err, errClosed) {
			break
		} else if err == nil {
			free()
		}
	}
	select {
	case <-done:
		t.Error("closed while something is in use")
	default:
	}
	release()
	<-done
	if n := open.Load(); n != 0 {
		t.Errorf("%d are open at the end", n)
	}
}

func FuzzID(f *testing.F) {
	dir := f.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.csv"), []byte(csvText), 0o600); err != nil {
		f.Fatal(err)
	}
	l := New([]string{dir}, Options{})
	for _, id := range []string{"a.csv", "../a.csv", "..", "", "/etc/passwd", "a.csv\x00", "%2e%2e", "~", dir, "A.CSV", "a.csv/", "\xff"} {
		f.Add(id)
	}
	f.Fuzz(func(t *testing.T, id string) {
		it, err := l.Item(id, "")
		if (err == nil) != (id == "a.csv") {
			t.Errorf("%q: %v %v", id, it, err)
		}
		var known *reply.Error
		if err != nil && (!errors.As(err, &known) || known.Status != 404) {
			t.Errorf("%q: %v", id, err)
		}
	})
}
