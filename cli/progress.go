package cli

import (
	"encoding/json"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"
)

// progress is a bar on a terminal for a run that takes longer than a second. It is
// silent where the output is no terminal, unless NISSL_PROGRESS=json asks for lines that
// a program reads:
//
//	{"fraction":0.31,"now":"surrogate 31 of 100"}
//
// one for each change, at most ten a second, each whole and alone on its line of the
// standard error. All other lines there are for people.
type progress struct {
	mu       sync.Mutex
	out      io.Writer
	title    string
	start    time.Time
	fraction float64
	now      atomic.Pointer[string] // read while the bar is drawn, so mu must not guard it
	stopped  bool
	timer    *time.Timer
	group    *mpb.Progress
	bar      *mpb.Bar
	lines    bool      // for a program
	told     time.Time // when the last line was written
}

// linesApart is the least time between two lines for a program.
const linesApart = 100 * time.Millisecond

// A bar counts in these many parts.
const barParts = 1000

func newProgress(out io.Writer, title string) *progress {
	p := &progress{out: out, title: title, start: time.Now()}
	if os.Getenv("NISSL_PROGRESS") == "json" {
		p.lines = true
		return p
	}
	if f, ok := out.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.timer = time.AfterFunc(time.Second, func() { p.show() })
	}
	return p
}

func (p *progress) show(o ...mpb.ContainerOption) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stopped {
		return
	}
	p.group = mpb.New(append(o, mpb.WithOutput(p.out), mpb.WithWidth(32))...)
	p.bar = p.group.New(barParts, mpb.BarStyle().Lbound("[").Filler("=").Tip(">").Padding(" ").Rbound("]"),
		mpb.BarRemoveOnComplete(),
		mpb.PrependDecorators(decor.Name(p.title+" ")),
		mpb.AppendDecorators(decor.Percentage(), decor.Name("  "), decor.NewElapsed(decor.ET_STYLE_GO, p.start), decor.Any(func(decor.Statistics) string {
			if now := p.now.Load(); now != nil {
				return "  " + clip(*now, 36)
			}
			return ""
		})))
	p.bar.SetCurrent(int64(p.fraction * barParts))
}

// report is the Progress of an environment; it may be called from any goroutine.
func (p *progress) report(fraction float64, now string) {
	p.now.Store(&now)
	p.mu.Lock()
	p.fraction = min(max(fraction, 0), 1)
	p.tell(now)
	bar, parts := p.bar, int64(p.fraction*barParts)
	p.mu.Unlock()
	if bar != nil {
		// A full bar is gone; stop removes it.
		bar.SetCurrent(min(parts, barParts-1))
	}
}

// tell writes a line for a program, unless there was one just now. The caller holds mu.
func (p *progress) tell(now string) {
	if !p.lines || p.stopped || time.Since(p.told) < linesApart {
		return
	}
	p.told = time.Now()
	line := struct {
		Fraction float64 `json:"fraction"`
		Now      string  `json:"now"`
	}{p.fraction, now}
	b, err := json.Marshal(line)
	if err != nil {
		return // no number: there is nothing to tell
	}
	_, _ = p.out.Write(append(b, '\n')) // nobody listens any more: the run goes on
}

// stop removes the bar.
func (p *progress) stop() {
	p.mu.Lock()
	p.stopped = true
	bar, group := p.bar, p.group
	if p.timer != nil {
		p.timer.Stop()
	}
	p.mu.Unlock()
	if bar != nil {
		bar.Abort(true)
		group.Wait()
	}
}
