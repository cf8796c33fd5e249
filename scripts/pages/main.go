// Command pages says whether the studio's built pages belong to the source that they lie beside, by its
// hash in web/dist/SOURCE: it prints current or stale. scripts/web.sh calls it in the repository's root.
package main

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
)

const mark = "dist/SOURCE"

func main() {
	built := flag.Bool("built", false, "write the hash: the pages were built a moment ago")
	flag.Parse()
	current, err := run("web", *built)
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "pages:", err)
		os.Exit(1)
	case current:
		fmt.Println("current")
	default:
		fmt.Println("stale")
	}
}

// run compares the source's hash with the one that was written when the pages were built, or writes it.
func run(web string, built bool) (current bool, err error) {
	tree := os.DirFS(web)
	want, err := hash(tree)
	if err != nil {
		return false, err
	}
	if built {
		return true, os.WriteFile(path.Join(web, mark), []byte(want+"\n"), 0o666)
	}
	have, err := fs.ReadFile(tree, mark)
	return err == nil && strings.TrimSpace(string(have)) == want, nil
}

// hash is the sha256 of the names and hashes of all files that the pages are built from, in the order of their names.
func hash(web fs.FS) (string, error) {
	sum := sha256.New()
	err := fs.WalkDir(web, ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name == "dist" || name == "node_modules" || name == "test" || name != "." && path.Base(name)[0] == '.':
			if e.IsDir() {
				return fs.SkipDir
			}
			return nil
		case e.IsDir() || path.Ext(name) == ".go":
			return nil
		}
		b, err := fs.ReadFile(web, name)
		fmt.Fprintf(sum, "%x  %s\n", sha256.Sum256(b), name)
		return err
	})
	return fmt.Sprintf("%x", sum.Sum(nil)), err
}
