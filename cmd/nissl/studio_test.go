package main

import (
	"bufio"
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The pages' tests are in here, one file to a view.
const pageTests = "../../web/test"

// TestStudio opens the studio on small inputs, and on real ones where NISSL_DATA is set, and runs every file of
// web/test in a browser. NISSL_SHOTS is a folder for the pictures that these make; NISSL_ASSETS one of pages to test
// in place of the program's own.
func TestStudio(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes its time; runs without -short")
	}
	env := browserEnv(t)
	dir := t.TempDir()
	url, _ := serve(t, dir, studioInputs(t, dir))
	broken, _ := serve(t, dir, brokenInputs(t, dir))
	files, err := filepath.Glob(filepath.Join(pageTests, "*.mjs"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no tests in %s: %v", pageTests, err)
	}
	for _, file := range files {
		if _, err := os.ReadFile(file); err != nil { // so that a changed file makes the test run again
			t.Fatal(err)
		}
		if !strings.HasSuffix(file, ".test.mjs") {
			continue
		}
		name := strings.TrimSuffix(filepath.Base(file), ".test.mjs")
		on := url
		if name == "broken" {
			on = broken
		}
		t.Run(name, func(t *testing.T) { runPageTest(t, file, append(env, "NISSL_URL="+on)) })
	}
}

// runPageTest runs one file of tests; what it prints is shown where it fails, and by go test -v.
func runPageTest(t *testing.T, file string, env []string) {
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, nodeOf(env), "--test-reporter=spec", "--test", filepath.Base(file))
	cmd.Dir = filepath.Dir(file)
	cmd.Env = append(os.Environ(), env...)
	// Asked to stop, Node closes its browser; killed, it would leave it behind.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Errorf("%s: %v", file, err)
	}
}

// browserEnv says where Node and the browser are, or skips the test where one is missing.
func browserEnv(t *testing.T) []string {
	t.Helper()
	const more = "; 'make test' sets up Node and Chromium on Debian, elsewhere install both and run 'make web'"
	node := ""
	fetched, err := filepath.Abs("../../.cache/node/bin/node")
	if err != nil {
		t.Fatal(err)
	}
	for _, candidate := range []string{"node", fetched} {
		if exec.Command(candidate, "-e", "process.exit(parseInt(process.versions.node) >= 20 ? 0 : 1)").Run() == nil {
			node = candidate
			break
		}
	}
	if node == "" {
		t.Skip("the studio is not tested in a browser: there is no Node of version 20 or newer" + more)
	}
	if _, err := os.Stat("../../web/node_modules/playwright-core"); err != nil {
		t.Skip("the studio is not tested in a browser: the npm packages are missing" + more)
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if browser, err := exec.LookPath(name); err == nil {
			env := []string{"NISSL_NODE=" + node, "NISSL_BROWSER=" + browser}
			if shots := os.Getenv("NISSL_SHOTS"); shots != "" {
				abs, err := filepath.Abs(shots)
				if err != nil {
					t.Fatal(err)
				}
				env = append(env, "NISSL_SHOTS="+abs)
			}
			return env
		}
	}
	t.Skip("the studio is not tested in a browser: there is no Chromium" + more)
	return nil
}

func nodeOf(env []string) string { return strings.TrimPrefix(env[0], "NISSL_NODE=") }

// serve starts nissl studio on paths, seen from dir, until the test ends; it returns the address that it prints and
// its process.
func serve(t *testing.T, dir string, paths []string) (url string, p *os.Process) {
	t.Helper()
	args := append([]string{"studio", "--no-open", "--port", "0", "--token", "browser-test-token", "-o", "runs"}, paths...)
	if assets := os.Getenv("NISSL_ASSETS"); assets != "" {
		args = append(args, "--assets", assets)
	}
	cmd := exec.Command("nissl", args...)
	cmd.Dir = dir // names are shown as they are given
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	address := make(chan string, 1)
	ended := make(chan error, 1)
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if line := strings.TrimSpace(lines.Text()); strings.HasPrefix(line, "http://") {
				address <- line
			}
		}
		ended <- cmd.Wait()
	}()
	t.Cleanup(func() { endStudio(t, cmd, ended, &complaints) })
	select {
	case url := <-address:
		return url, cmd.Process
	case err := <-ended:
		ended <- err
		t.Fatalf("nissl studio ended before it served: %v", err)
	case <-time.After(time.Minute):
		t.Fatal("nissl studio has not said its address for a minute")
	}
	return "", nil
}

// endStudio ends the studio as Ctrl-C does; it must end soon, and well.
func endStudio(t *testing.T, cmd *exec.Cmd, ended chan error, complaints *bytes.Buffer) {
	if err := cmd.Process.Signal(os.Interrupt); err != nil && !strings.Contains(err.Error(), "already finished") {
		t.Error(err)
	}
	select {
	case err := <-ended:
		if err != nil && cmd.ProcessState.ExitCode() != 130 {
			t.Errorf("nissl studio: %v", err)
		}
	case <-time.After(20 * time.Second):
		t.Error("nissl studio does not end when it is interrupted")
		if err := cmd.Process.Kill(); err != nil {
			t.Error(err)
		}
		<-ended
	}
	if text := complaints.String(); text != "" {
		t.Logf("nissl studio wrote:\n%s", text)
	}
	if strings.Contains(complaints.String(), "panic") {
		t.Error("the studio panicked")
	}
}
