package runs

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"time"
)

// listener takes apart what a command writes to its standard error: lines of progress, as NISSL_PROGRESS=json asks
// for them, and messages for people.
type listener struct {
	progress func(fraction float64, now string)
	message  func(line string)
	rest     []byte // of a line that has not ended
}

// longestLine is cut there: a command that never ends its line must not fill the memory.
const longestLine = 64 << 10

// Write implements io.Writer; it never fails.
func (l *listener) Write(b []byte) (int, error) {
	n := len(b)
	for len(b) > 0 {
		line, after, ended := bytes.Cut(b, []byte("\n"))
		if room := longestLine - len(l.rest); len(line) > room {
			line = line[:room]
		}
		l.rest = append(l.rest, line...)
		if ended {
			l.line(string(l.rest))
			l.rest = l.rest[:0]
		}
		b = after
	}
	return n, nil
}

// end takes what the command left without an end of line.
func (l *listener) end() { _, _ = l.Write([]byte("\n")) }

func (l *listener) line(text string) {
	var p struct {
		Fraction *float64 `json:"fraction"`
		Now      string   `json:"now"`
	}
	if strings.HasPrefix(text, "{") && json.Unmarshal([]byte(text), &p) == nil && p.Fraction != nil {
		l.progress(min(max(*p.Fraction, 0), 1), p.Now)
		return
	}
	if text = strings.TrimSpace(text); text != "" {
		l.message(text)
	}
}

// left is how many seconds a run takes from now on at its speed so far, NaN where that is not known.
func left(u *run, now time.Time) float64 {
	if u.view.State != Running || u.firstTime.IsZero() {
		return math.NaN()
	}
	done, took := u.view.Fraction-u.first, now.Sub(u.firstTime).Seconds()
	if done < 0.01 || took < 1 {
		return math.NaN()
	}
	return took * (1 - u.view.Fraction) / done
}
