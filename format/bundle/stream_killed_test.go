package bundle

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// TestChild is the process that TestKilled kills.
func TestChild(t *testing.T) {
	path := os.Getenv("NISSL_TEST_STREAM")
	if path == "" {
		t.Skip("runs only as the child of TestKilled")
	}
	seed, _ := strconv.ParseUint(os.Getenv("NISSL_TEST_SEED"), 10, 64)
	g := grow(seed, seed%2 == 0, "float16")
	s, err := Create(path, g.h)
	if err != nil {
		t.Fatal(err)
	}
	for i := range g.steps {
		if err := g.step(s, i); err != nil {
			t.Fatal(err)
		}
		if i == len(g.steps)/4 {
			if err := s.Flush(); err != nil {
				t.Fatal(err)
			}
		}
		fmt.Printf("step %d\n", i)
	}
	for {
		fmt.Println("waits to be killed")
		runtime.Gosched()
	}
}

// A process is killed in the middle; another one goes on, to the same bytes.
func TestKilled(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("needs a signal that cannot be caught; runs elsewhere")
	}
	for _, seed := range []uint64{3, 4, 14, 15} {
		g := grow(seed, seed%2 == 0, "float16")
		dir := t.TempDir()
		whole, path := filepath.Join(dir, "whole.rec"), filepath.Join(dir, "a.rec")
		stream(t, g, whole, never)
		cmd := exec.Command(os.Args[0], "-test.run=^TestChild$")
		cmd.Env = append(os.Environ(), "NISSL_TEST_STREAM="+path, fmt.Sprint("NISSL_TEST_SEED=", seed))
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines, last := bufio.NewScanner(out), ""
		for lines.Scan() && last != fmt.Sprint("step ", len(g.steps)/2) {
			last = lines.Text()
		}
		if _, err := Resume(path, g.h); err == nil || runtime.GOOS == "linux" && !strings.Contains(err.Error(), "another process is writing") {
			t.Errorf("resumed under a living process: %v", err)
		}
		cmd.Process.Kill()
		cmd.Wait()
		s, err := Resume(path, g.h)
		if err != nil {
			t.Fatalf("%v (the child said %q)", err, last)
		}
		if i := from(t, s); i <= len(g.steps)/4 || len(g.steps) < 8 {
			t.Errorf("seed %d: resumed before step %d, flushed behind step %d of %d", seed, i, len(g.steps)/4, len(g.steps))
		}
		t.Logf("seed %d: killed after %s of %d, resumed before step %s", seed, last, len(g.steps), s.Cursor())
		for i := from(t, s); i < len(g.steps); i++ {
			if err := g.step(s, i); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Finish(context.Background()); err != nil {
			t.Fatal(err)
		}
		sameFiles(t, whole, path)
	}
}
