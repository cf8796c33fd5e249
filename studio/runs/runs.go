// Package runs runs methods as commands of this program, one after another: each is a process of its own that says
// how far it is, ends when it is asked to, and goes on where it was when the same command runs again. What it finds
// is what the same command finds in a terminal.
package runs

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"nissl/format/reader"
	"nissl/method"
	"nissl/studio/library"
	"nissl/studio/reply"
	"nissl/studio/runs/command"
)

// Options of runs.
type Options struct {
	Methods []method.Entry
	// Command makes the command that runs this program with arguments. It must be one of exec.CommandContext.
	Command func(ctx context.Context, args ...string) *exec.Cmd
	Out     string         // folder below which each run gets one of its own
	Paths   []string       // what was opened: files that parameters name must lie there
	Read    reader.Options // what recordings are read with unless a run says otherwise
	Most    int            // runs at a time; 0 is 1
	Grace   time.Duration  // from asking a run to end to ending it; 0 is 10 s
}

// Kept are this many runs that have ended.
const kept = 200

// Runs is the list of runs. It is safe for use by several goroutines.
type Runs struct {
	options Options
	lib     *library.Library
	byName  map[string]method.Info
	ctx     context.Context
	end     context.CancelFunc
	working sync.WaitGroup

	mu      sync.Mutex
	runs    []*run // in the order in which they were asked for
	active  int
	closed  bool
	changed chan struct{} // closed at the next change
}

// New makes an empty list. Runs end with ctx; Close waits for them.
func New(ctx context.Context, lib *library.Library, o Options) *Runs {
	if o.Most == 0 {
		o.Most = 1
	}
	if o.Grace == 0 {
		o.Grace = 10 * time.Second
	}
	r := &Runs{options: o, lib: lib, byName: map[string]method.Info{}, changed: make(chan struct{})}
	r.ctx, r.end = context.WithCancel(ctx)
	for _, e := range o.Methods {
		info := e.Info()
		r.byName[info.Name] = info
	}
	return r
}

// Close asks the runs to end and waits until they have.
func (r *Runs) Close() {
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()
	r.end()
	r.working.Wait()
}

// start puts a run at the end of the queue.
func (r *Runs) start(info method.Info, c command.Command, asked Request) (View, error) {
	out, err := r.reserve(info.Name)
	if err != nil {
		return View{}, err
	}
	c.Out = out
	args := c.Args(info)
	u := &run{view: View{ID: filepath.Base(out), Method: info.Name, Verb: string(info.Verb), Command: command.Line(args), Out: out,
		State: Waiting, Asked: time.Now(), Messages: []string{}, Request: asked}, args: args}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.runs = append(r.runs, u)
	r.forget()
	r.next()
	r.tell()
	return u.seen(time.Now()), nil
}

// forget drops the oldest runs that have ended, where there are many.
func (r *Runs) forget() {
	for i := 0; len(r.runs) > kept && i < len(r.runs); {
		if r.runs[i].view.ended() {
			r.runs = slices.Delete(r.runs, i, i+1)
		} else {
			i++
		}
	}
}

// next starts what waits as long as there is room. The caller holds mu.
func (r *Runs) next() {
	for _, u := range r.runs {
		if r.closed || r.active >= r.options.Most {
			return
		}
		if u.view.State != Waiting {
			continue
		}
		ctx, stop := context.WithCancel(r.ctx)
		u.begin(stop)
		r.active++
		r.working.Go(func() {
			defer stop()
			r.execute(ctx, u)
		})
	}
}

// execute runs the command and puts what came of it into the list.
func (r *Runs) execute(ctx context.Context, u *run) {
	err := r.process(ctx, u)
	item := ""
	if err == nil {
		item = r.open(u.view.Out)
	} else {
		_ = os.Remove(u.view.Out) // only if it is empty, as it is unless a finding lies there
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	u.finish(err, item, ctx.Err() != nil)
	if r.ctx.Err() != nil && u.view.State == Stopped {
		// The pages are gone with the studio: its terminal says how to go on.
		log.Printf("%s was interrupted and goes on with: %s", u.view.ID, u.view.Command)
	}
	r.active--
	r.next()
	r.tell()
}

// open adds a finding to the library and returns its id.
func (r *Runs) open(path string) string {
	for _, it := range r.lib.Add(path) {
		return it.ID
	}
	items, _ := r.lib.Items()
	for _, it := range items {
		if same(it.Path, path) {
			return it.ID
		}
	}
	return ""
}

// cancel asks a run to end.
func (r *Runs) cancel(id string) (View, error) { return r.change(id, (*run).cancel) }

// resume puts a run that was stopped at the end of the queue; its command goes on where it was.
func (r *Runs) resume(id string) (View, error) {
	return r.change(id, func(u *run) error {
		if !u.view.Resumable {
			return reply.Bad(fmt.Errorf("%s: cannot go on: it is %s", id, u.view.State))
		}
		if err := os.MkdirAll(u.view.Out, 0o755); err != nil {
			return err
		}
		u.view.State, u.view.Resumable, u.view.Error, u.view.Ended = Waiting, false, "", nil
		return nil
	})
}

func (r *Runs) change(id string, do func(*run) error) (View, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	u, err := r.find(id)
	if err != nil {
		return View{}, err
	}
	if err := do(u); err != nil {
		return View{}, err
	}
	r.next()
	r.tell()
	return u.seen(time.Now()), nil
}

// find returns the run of that id. The caller holds mu.
func (r *Runs) find(id string) (*run, error) {
	for _, u := range r.runs {
		if u.view.ID == id {
			return u, nil
		}
	}
	return nil, reply.Missing(fmt.Errorf("%s: there is no such run", id))
}

// tell wakes those who watch the list. The caller holds mu.
func (r *Runs) tell() {
	close(r.changed)
	r.changed = make(chan struct{})
}

// list returns the runs, the last first, and a channel that is closed at the next change.
func (r *Runs) list() ([]View, <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	views := make([]View, 0, len(r.runs))
	for _, u := range slices.Backward(r.runs) {
		views = append(views, u.seen(time.Now()))
	}
	return views, r.changed
}

// reserve makes the folder of a new run, METHOD-NUMBER, with a number that no other run had.
func (r *Runs) reserve(name string) (string, error) {
	if err := os.MkdirAll(r.options.Out, 0o755); err != nil {
		return "", fmt.Errorf("the folder for runs cannot be made: %w; choose another with nissl studio -o", err)
	}
	for {
		out := r.free(name)
		err := os.Mkdir(out, 0o755)
		if err == nil {
			return out, nil
		}
		if !errors.Is(err, os.ErrExist) {
			return "", fmt.Errorf("the folder for a run cannot be made: %w; choose another with nissl studio -o", err)
		}
	}
}

// free is a folder that neither a finding nor an interrupted run has.
func (r *Runs) free(name string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	for n := 1; ; n++ {
		out := filepath.Join(r.options.Out, fmt.Sprintf("%s-%d", name, n))
		_, errOut := os.Lstat(out)
		_, errPart := os.Lstat(out + ".part")
		if _, err := r.find(filepath.Base(out)); err != nil && os.IsNotExist(errOut) && os.IsNotExist(errPart) {
			return out
		}
	}
}
