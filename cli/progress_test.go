package cli

import (
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vbauerster/mpb/v8"
)

// Many goroutines report while the bar appears, is drawn and goes away.
func TestProgress(t *testing.T) {
	r, w := io.Pipe()
	var drawn strings.Builder
	read := make(chan struct{})
	go func() {
		defer close(read)
		_, _ = io.Copy(&drawn, r)
	}()
	p := newProgress(w, "probe")
	var group sync.WaitGroup
	for g := range 4 {
		group.Go(func() {
			for i := range 100 {
				p.report(float64(i)/100, "working")
				time.Sleep(time.Millisecond)
			}
		})
		if g == 1 {
			p.show(mpb.WithAutoRefresh(), mpb.WithRefreshRate(2*time.Millisecond))
		}
	}
	group.Wait()
	p.stop()
	w.Close()
	<-read
	if text := drawn.String(); !strings.Contains(text, "probe") || !strings.Contains(text, "working") {
		t.Errorf("drawn %q", text)
	}
	p.report(1, "late") // after the end it must not hang
}

func TestProgressIsSilentWhereThereIsNoTerminal(t *testing.T) {
	var out strings.Builder
	p := newProgress(&out, "probe")
	p.report(0.5, "working")
	p.stop()
	if out.Len() > 0 || p.timer != nil {
		t.Errorf("printed %q", out.String())
	}
}
