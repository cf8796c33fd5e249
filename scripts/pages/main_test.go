package main

import (
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
)

// The pages in the repository are those of the source in the repository.
func TestPagesAreCurrent(t *testing.T) {
	const web = "../../web"
	if _, err := os.Stat(filepath.Join(web, "package.json")); err != nil {
		t.Fatal(err)
	}
	current, err := run(web, false)
	if err != nil {
		t.Fatal(err)
	}
	if !current {
		t.Error("web/dist was built from another source than web holds: run make web and commit web/dist with it")
	}
}

// Every file that pages are built from counts, its name and its bytes; nothing else does.
func TestHash(t *testing.T) {
	base := map[string]string{"index.html": "a", "src/app/main.ts": "b", "src/ui/x.css": "c"}
	of := func(name, text string) string {
		t.Helper()
		tree := fstest.MapFS{}
		for n, s := range base {
			tree[n] = &fstest.MapFile{Data: []byte(s)}
		}
		if name != "" {
			tree[name] = &fstest.MapFile{Data: []byte(text)}
		}
		h, err := hash(tree)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	plain := of("", "")
	for _, name := range []string{"index.html", "src/app/main.ts", "src/new.ts", "public/icon.svg", "package-lock.json"} {
		if of(name, "other") == plain {
			t.Errorf("%s changed, and the hash did not", name)
		}
	}
	for _, name := range []string{"dist/SOURCE", "node_modules/x/index.js", "test/a.test.mjs", "web.go", ".npmrc"} {
		if of(name, "other") != plain {
			t.Errorf("no page is built from %s, and it changed the hash", name)
		}
	}
}

func TestRunWritesWhatItReads(t *testing.T) {
	web := t.TempDir()
	for _, dir := range []string{"src", "dist"} {
		if err := os.Mkdir(filepath.Join(web, dir), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(web, "src", "main.ts"), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	check := func(built, want bool) {
		t.Helper()
		if current, err := run(web, built); err != nil || current != want {
			t.Errorf("run(built %v) = %v, %v, want %v", built, current, err, want)
		}
	}
	write("one")
	check(false, false)
	check(true, true)
	check(false, true)
	write("two")
	check(false, false)
}
