package studio

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"time"

	"nissl"
	"nissl/format/reader"
	"nissl/method"
	"nissl/studio/connectomes"
	"nissl/studio/facts"
	"nissl/studio/findings"
	"nissl/studio/library"
	"nissl/studio/live"
	"nissl/studio/match"
	"nissl/studio/neurons"
	"nissl/studio/papers"
	"nissl/studio/recordings"
	"nissl/studio/reply"
	"nissl/studio/runs"
	"nissl/studio/simulations"
	"nissl/web"
)

// Options of a studio.
type Options struct {
	Paths    []string // recordings, findings, networks, or folders of them
	Read     reader.Options
	Methods  []method.Entry
	Papers   []method.Work
	Networks *method.Networks // nil for none
	// Command makes the command that runs this program with arguments, as a person would type them.
	Command func(ctx context.Context, args ...string) *exec.Cmd

	// Simulate makes a source of simulations of a network at a path; nil for none.
	Simulate func(n nissl.Network, path string) (simulations.Source, error)

	Host   string           // "" is 127.0.0.1
	Port   int              // 0 takes a free one
	Token  string           // "" for the user's own
	Out    string           // folder that runs write to
	Assets string           // folder of pages in place of the embedded ones
	Open   bool             // open a browser
	Ready  func(url string) // is told the address of the first page
}

// routes is a part of the studio that serves some of its addresses.
type routes interface{ Routes(mux *http.ServeMux) }

// Serve serves the studio until ctx is done.
func Serve(ctx context.Context, o Options) error {
	pages, err := assets(o.Assets)
	if err != nil {
		return err
	}
	if o.Host == "" {
		o.Host = "127.0.0.1"
	}
	if o.Token == "" {
		o.Token = userToken()
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(o.Host, strconv.Itoa(o.Port)))
	if err != nil {
		return fmt.Errorf("nissl studio cannot listen on %s, port %d: %w; choose another with --port", o.Host, o.Port, err)
	}
	handler, closeAll, err := newHandler(ctx, o, pages, listener.Addr().(*net.TCPAddr).Port)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 64 << 10, BaseContext: func(net.Listener) context.Context { return ctx }}
	ended := make(chan struct{})
	stopped := context.AfterFunc(ctx, func() {
		defer close(ended)
		// Requests have ctx, so they end at once; what is left is cut off.
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		if server.Shutdown(stop) != nil {
			_ = server.Close()
		}
	})
	defer func() {
		if !stopped() {
			<-ended // Serve returns as soon as the server begins to end; requests may still read
		}
		within(time.Second, closeAll)
	}()
	url := fmt.Sprintf("http://%s/?token=%s", net.JoinHostPort(shownHost(o.Host), strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)), o.Token)
	if o.Ready != nil {
		o.Ready(url)
	}
	if o.Open {
		openBrowser(url)
	}
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// within waits for f no longer than d: a request that does not end keeps nobody from leaving.
func within(d time.Duration, f func()) {
	done := make(chan struct{})
	go func() { defer close(done); f() }()
	select {
	case <-done:
	case <-time.After(d):
		log.Printf("studio: a request did not end; it is left behind")
	}
}

// newHandler puts the parts of the studio together; call closeAll at the end.
func newHandler(ctx context.Context, o Options, pages fs.FS, port int) (h http.Handler, closeAll func(), err error) {
	lib := library.New(o.Paths, library.Options{Read: o.Read, Networks: o.Networks})
	mux := http.NewServeMux()
	closeAll = lib.Close
	for _, part := range parts(ctx, o, lib) {
		part.Routes(mux)
		if c, ok := part.(interface{ Close() }); ok && part != routes(lib) {
			before := closeAll // what uses the library ends before it
			closeAll = func() { c.Close(); before() }
		}
	}
	mux.Handle("GET /api/about", reply.Handler(func(w http.ResponseWriter, _ *http.Request) error {
		return reply.JSON(w, map[string]string{"version": nissl.Version})
	}))
	mux.Handle("/api/", reply.Handler(func(_ http.ResponseWriter, r *http.Request) error {
		return reply.Missing(fmt.Errorf("%s %s: there is no such address", r.Method, r.URL.Path))
	}))
	mux.Handle("/", servePages(pages))
	return guard{token: o.Token, hosts: ownHosts(o.Host, port), next: mux}, closeAll, nil
}

// parts are the parts of the studio, each with its own addresses.
func parts(ctx context.Context, o Options, lib *library.Library) []routes {
	index := facts.NewCache(lib, 0) // a finding is read once for all parts
	return []routes{lib, recordings.New(lib), neurons.New(lib, index), connectomes.New(lib, index), live.New(lib),
		runs.New(ctx, lib, runs.Options{Methods: o.Methods, Command: o.Command, Out: o.Out, Paths: o.Paths, Read: o.Read}),
		papers.New(o.Papers, o.Methods), findings.New(lib, o.Methods),
		simulations.New(lib, o.Out, o.Simulate), match.New(lib),
	}
}

// assets are the pages: those in the program, or in a folder.
func assets(folder string) (fs.FS, error) {
	if folder == "" {
		return web.Dist()
	}
	if _, err := os.Stat(folder + "/index.html"); err != nil {
		return nil, fmt.Errorf("%s: holds no index.html; build the pages with make web", folder)
	}
	return os.DirFS(folder), nil
}

// openBrowser opens the address where there is a desktop; elsewhere the address that was printed must do.
func openBrowser(url string) {
	words := []string{"xdg-open"}
	switch runtime.GOOS {
	case "darwin":
		words = []string{"open"}
	case "windows":
		words = []string{"rundll32", "url.dll,FileProtocolHandler"}
	default:
		if os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
			return
		}
	}
	cmd := exec.Command(words[0], append(words[1:], url)...)
	if err := cmd.Start(); err != nil {
		return // no browser: the address was printed
	}
	go func() {
		if err := cmd.Wait(); err != nil {
			log.Printf("studio: no browser was opened: %v", err)
		}
	}()
}
