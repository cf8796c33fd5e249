package main

import (
	"bufio"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

//go:embed look.mjs
var look string

// measure opens one recording in a studio of its own and prints what it takes.
func measure(o options, path string) (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	fmt.Printf("%s\n", filepath.Base(path))
	browser, say, heard, err := startBrowser(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, browser.Wait()) }()
	defer say.Close()
	if err := expect(heard, "ready"); err != nil {
		return err
	}
	if o.cold {
		if err := forget(path); err != nil {
			return err
		}
	}
	begin := time.Now()
	studio, url, err := startStudio(ctx, o, path)
	if err != nil {
		return err
	}
	defer func() {
		_ = studio.Process.Signal(os.Interrupt)
		_ = studio.Wait() // it was interrupted
	}()
	base := filepath.Base(path)
	if err := json.NewEncoder(say).Encode(map[string]string{"url": url, "item": base, "name": base}); err != nil {
		return err
	}
	for heard.Scan() {
		if at, ok := strings.CutPrefix(heard.Text(), "painted-at "); ok {
			ms, err := strconv.ParseFloat(at, 64)
			if err != nil {
				return err
			}
			fmt.Printf("  first picture after the program was started: %.0f ms\n", ms-float64(begin.UnixMicro())/1000)
			continue
		}
		fmt.Println("  " + heard.Text())
	}
	return memory(studio.Process.Pid)
}

func startBrowser(ctx context.Context, o options) (*exec.Cmd, io.WriteCloser, *bufio.Scanner, error) {
	web, err := filepath.Abs("web")
	if err != nil {
		return nil, nil, nil, err
	}
	cmd := exec.CommandContext(ctx, o.node, "--input-type=module", "--eval", look)
	cmd.Env = append(os.Environ(), "NISSL_WEB="+web, "NISSL_BROWSER="+o.browser, "NISSL_SHOTS="+o.shots)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, nil, nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, nil, nil, err
	}
	return cmd, in, bufio.NewScanner(out), cmd.Start()
}

func expect(heard *bufio.Scanner, word string) error {
	if !heard.Scan() || heard.Text() != word {
		return fmt.Errorf("the browser did not start: %q; run make web, which installs what it needs", heard.Text())
	}
	return nil
}

func startStudio(ctx context.Context, o options, path string) (*exec.Cmd, string, error) {
	args := []string{"studio", path, "--no-open", "--token", "bench"}
	if o.assets != "" {
		args = append(args, "--assets", o.assets)
	}
	cmd := exec.CommandContext(ctx, o.nissl, args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, "", err
	}
	if err := cmd.Start(); err != nil {
		return nil, "", fmt.Errorf("%w; build it with make build", err)
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if url := strings.TrimSpace(lines.Text()); strings.HasPrefix(url, "http://") {
			return cmd, url, nil
		}
	}
	return nil, "", errors.Join(errors.New("the studio said no address"), cmd.Wait())
}

// forget takes the files of a bundle out of the system's memory.
func forget(path string) error {
	files, err := filepath.Glob(filepath.Join(path, "*"))
	if err != nil {
		return err
	}
	for _, f := range files {
		if out, err := exec.Command("dd", "of="+f, "oflag=nocache", "conv=notrunc,fdatasync", "count=0").CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w: %s", f, err, out)
		}
	}
	return nil
}

// memory prints what the process has used: of its own, and pages of files that the system may take back at any time.
func memory(pid int) error {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(b)) {
		name, rest, _ := strings.Cut(line, ":")
		says := map[string]string{"VmHWM": "most memory of the studio", "RssAnon": "its own at the end", "RssFile": "pages of files at the end"}[name]
		kb, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 64)
		if says != "" && err == nil {
			fmt.Printf("  %s: %.0f MB\n", says, kb/1024)
		}
	}
	return nil
}
