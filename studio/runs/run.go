package runs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"nissl/studio/reply"
)

// State of a run.
type State string

// The states. A stopped run goes on when it is resumed; a failed one would fail again.
const (
	Waiting State = "waiting"
	Running State = "running"
	Done    State = "done"
	Failed  State = "failed"
	Stopped State = "stopped"
)

// View is what a page sees of a run.
type View struct {
	ID        string       `json:"id"`
	Method    string       `json:"method"`
	Verb      string       `json:"verb"`
	Command   string       `json:"command"` // as a person types it
	Out       string       `json:"out"`     // folder of its finding
	State     State        `json:"state"`
	Fraction  float64      `json:"fraction"`
	Now       string       `json:"now"`    // what it does now
	LeftS     reply.Number `json:"left_s"` // seconds left at the speed so far, null where that is unknown
	RanS      float64      `json:"ran_s"`  // seconds since it began, or that it took
	Asked     time.Time    `json:"asked"`
	Began     *time.Time   `json:"began"`
	Ended     *time.Time   `json:"ended"`
	Messages  []string     `json:"messages"` // what it said beside progress
	Error     string       `json:"error"`
	Item      string       `json:"item"` // its finding in the library
	Resumable bool         `json:"resumable"`
	Stopping  bool         `json:"stopping"` // was asked to end and has not yet
	Request   Request      `json:"request"`
}

func (v View) ended() bool { return v.State == Done || v.State == Failed || v.State == Stopped }

// run is a run with what it needs to be run. Runs.mu guards it.
type run struct {
	view View
	args []string
	stop context.CancelFunc // nil unless it runs

	// The first progress of this attempt: what a run before it had done took no time.
	first     float64
	firstTime time.Time
}

// begin marks the run as running.
func (u *run) begin(stop context.CancelFunc) {
	now := time.Now()
	u.stop, u.firstTime = stop, time.Time{}
	u.view.State, u.view.Began, u.view.Ended, u.view.Now, u.view.Fraction = Running, &now, nil, "", 0
}

// progress is what the command told.
func (u *run) progress(fraction float64, now string) {
	if u.firstTime.IsZero() {
		u.first, u.firstTime = fraction, time.Now()
	}
	u.view.Fraction, u.view.Now = fraction, now
}

// message keeps the last of what the command says.
func (u *run) message(line string) {
	const most, longest = 200, 2000
	if len(line) > longest {
		line = strings.ToValidUTF8(line[:longest], "") + " ..."
	}
	if n := len(u.view.Messages); n >= most {
		u.view.Messages = u.view.Messages[n-most+1:]
	}
	// A copy, as views of the run hold the slice that was.
	u.view.Messages = append(append([]string{}, u.view.Messages...), line)
}

// finish marks the run as ended.
func (u *run) finish(err error, item string, asked bool) {
	now := time.Now()
	u.stop = nil
	v := &u.view
	v.Ended, v.Item, v.Stopping, v.Now = &now, item, false, ""
	var exit *exec.ExitError
	switch {
	case err == nil:
		v.State, v.Fraction = Done, 1
	case asked || errors.As(err, &exit) && exit.ExitCode() == interrupted:
		v.State, v.Resumable, v.Error = Stopped, true, u.said()
		if v.Error == "" {
			v.Error = "it was stopped; the same command goes on from the last step that was finished"
		}
	default:
		v.State, v.Error = Failed, u.reason(err)
	}
}

// interrupted is the code with which nissl ends after an interrupt.
const interrupted = 130

// said is the last sentence of the command, as it stands in a terminal.
func (u *run) said() string {
	if n := len(u.view.Messages); n > 0 {
		return u.view.Messages[n-1]
	}
	return ""
}

// reason is why the command failed.
func (u *run) reason(err error) string {
	for _, line := range u.view.Messages {
		if strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ") {
			return "the program broke down: " + line
		}
	}
	var exit *exec.ExitError
	switch {
	case !errors.As(err, &exit):
		return "the command could not be run: " + err.Error()
	case exit.ExitCode() < 0:
		return fmt.Sprintf("the run was ended by the system (%v), perhaps for want of memory", exit)
	case u.said() != "":
		return u.said()
	}
	return fmt.Sprintf("the command failed (%v) and did not say why", exit)
}

// cancel asks a run to end: one that waits leaves the queue at once.
func (u *run) cancel() error {
	switch u.view.State {
	case Waiting:
		now := time.Now()
		_ = os.Remove(u.view.Out) // if it is empty
		u.view.State, u.view.Resumable, u.view.Ended, u.view.Error = Stopped, true, &now, "it was taken from the queue"
	case Running:
		u.view.Stopping = true
		u.stop()
	default:
		return reply.Bad(fmt.Errorf("%s: has ended already", u.view.ID))
	}
	return nil
}

// seen is the view at a time.
func (u *run) seen(now time.Time) View {
	v := u.view
	v.LeftS = reply.Number(left(u, now))
	if v.Began != nil {
		until := now
		if v.Ended != nil {
			until = *v.Ended
		}
		v.RanS = until.Sub(*v.Began).Seconds()
	}
	return v
}

// process runs the command until it ends; when ctx is done it is interrupted, and killed if it does not end then.
func (r *Runs) process(ctx context.Context, u *run) error {
	cmd := r.options.Command(ctx, u.args...)
	cmd.Env = append(cmd.Environ(), "NISSL_PROGRESS=json")
	ears := &listener{
		progress: func(fraction float64, now string) { r.hear(func() { u.progress(fraction, now) }) },
		message:  func(line string) { r.hear(func() { u.message(line) }) },
	}
	cmd.Stderr = ears
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = r.options.Grace
	ownGroup(cmd)
	err := cmd.Run()
	ears.end()
	if cmd.ProcessState != nil && cmd.ProcessState.Success() {
		return nil // also where it was done before it heard that it should end
	}
	return err
}

// hear changes the list with what a command said.
func (r *Runs) hear(change func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change()
	r.tell()
}
