package cli

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
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

// A program gets whole lines of JSON, few of them however often a run reports, and none after the end.
func TestProgressForPrograms(t *testing.T) {
	t.Setenv("NISSL_PROGRESS", "json")
	var out bytes.Buffer // written to under the bar's lock
	p := newProgress(&out, "probe")
	start := time.Now()
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for i := range 2000 {
				p.report(float64(i)/1000, "step \"1\"\nof 2")
			}
		})
	}
	group.Wait()
	p.stop()
	most := 1 + int(time.Since(start)/linesApart)
	p.report(1, "late")
	lines := bytes.Split(bytes.TrimSuffix(out.Bytes(), []byte("\n")), []byte("\n"))
	if len(lines) > most {
		t.Errorf("%d lines, expected at most %d", len(lines), most)
	}
	for _, line := range lines {
		var got struct {
			Fraction *float64
			Now      string
		}
		if err := json.Unmarshal(line, &got); err != nil || got.Fraction == nil || *got.Fraction < 0 || *got.Fraction > 1 || got.Now != "step \"1\"\nof 2" {
			t.Errorf("line %q: %v", line, err)
		}
	}
}

func TestProgressForProgramsOfNoNumber(t *testing.T) {
	t.Setenv("NISSL_PROGRESS", "json")
	var out strings.Builder
	newProgress(&out, "probe").report(math.NaN(), "working")
	if out.Len() > 0 {
		t.Errorf("printed %q", out.String())
	}
}
