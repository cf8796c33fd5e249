package methodtest

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"nissl"
	"nissl/method"
)

// checkNetworks runs the method on each network: it gives the same valid finding twice or says in one
// clear line what it does not take, and it takes at least one of them.
func checkNetworks(t *testing.T, e method.Entry, networks []nissl.Network) {
	info := e.Info()
	words := inputFiles(t, info)
	took := 0
	for _, n := range networks {
		t.Run("network "+n.About().Name, func(t *testing.T) {
			in := method.Input{}
			for range max(1, info.Needs.Min) {
				in.Networks = append(in.Networks, n)
			}
			run := func(ctx context.Context) (*nissl.Finding, error) {
				env := &method.Env{Seed: 7}
				return e.Run(ctx, in, words, env.WithState(t.TempDir()))
			}
			a, err := run(t.Context())
			if err != nil {
				if len(err.Error()) < 15 || strings.Contains(err.Error(), "\n") {
					t.Errorf("the error must be one clear line, got %q", err)
				}
				t.Logf("not taken: %v", err)
				return
			}
			took++
			checkFinding(t, a)
			b, err := run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			a.Folder, b.Folder = "", ""
			if !same(reflect.ValueOf(*a), reflect.ValueOf(*b)) {
				t.Error("the same seed gave another finding")
			}
			cancelled, cancel := context.WithCancel(t.Context())
			cancel()
			start := time.Now()
			if _, err := run(cancelled); err == nil {
				t.Error("a cancelled run returned a finding")
			}
			if d := time.Since(start); d > 10*time.Second {
				t.Errorf("a cancelled run took %v to return", d)
			}
		})
	}
	if took == 0 && len(networks) > 0 {
		t.Error("the method takes none of the networks of the contract")
	}
}

// inputFiles gives every parameter that must name a file a small text.
func inputFiles(t *testing.T, info method.Info) map[string]string {
	words := map[string]string{}
	for _, p := range info.Params {
		if p.File && p.Default == "" {
			path := filepath.Join(t.TempDir(), "corpus.txt")
			text := strings.Repeat("the cat sat on the mat. a dog ran to the cat and the cat ran. ", 8)
			if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
			words[p.Name] = path
		}
	}
	return words
}
