package tiles

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"syscall"
	"unsafe"
)

// pages tells the system which parts of traces that are a mapped file will be read next,
// and which need not stay in memory. Traces on the heap are left alone: nothing but a
// shared mapping of a file that nobody writes can be let go of without a loss.
type pages struct {
	from, to uintptr // where the mapped rows lie; equal when they are not mapped
}

func newPages(rows [][]float32) *pages {
	p := &pages{}
	for _, r := range rows {
		if len(r) == 0 {
			continue
		}
		from, to := around(r)
		if p.to == 0 {
			p.from = from
		}
		p.from, p.to = min(p.from, from), max(p.to, to)
	}
	if !sharedFile(p.from, p.to) {
		return &pages{}
	}
	return p
}

// around is where the whole pages lie that the values are in.
func around(v []float32) (from, to uintptr) {
	page := uintptr(os.Getpagesize())
	at := uintptr(unsafe.Pointer(&v[0]))
	return at &^ (page - 1), (at + 4*uintptr(len(v)) + page - 1) &^ (page - 1)
}

// sharedFile says whether memory is a shared mapping of a file without leave to write.
func sharedFile(from, to uintptr) bool {
	f, err := os.Open("/proc/self/maps")
	if err != nil {
		return false
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var a, b uintptr
		var leave string
		if n, _ := fmt.Sscanf(lines.Text(), "%x-%x %s", &a, &b, &leave); n == 3 && a <= from && to <= b {
			return leave == "r--s" && strings.Contains(lines.Text(), "/")
		}
	}
	return false
}

// advise ignores refusals: the pages are read all the same.
func (p *pages) advise(from, to uintptr, advice uintptr) {
	if p.from < p.to {
		_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, from, to-from, advice)
	}
}

// hereAndThere says that a few samples will be read in many places, so that the system
// does not read megabytes around each.
func (p *pages) hereAndThere() { p.advise(p.from, p.to, syscall.MADV_RANDOM) }

// inLine says that rows will be read from end to end.
func (p *pages) inLine() { p.advise(p.from, p.to, syscall.MADV_NORMAL) }

// soon says that these samples will be read next.
func (p *pages) soon(v []float32) {
	if len(v) > 0 {
		from, to := around(v)
		p.advise(from, to, syscall.MADV_WILLNEED)
	}
}

// letGo takes pages out of the process; they stay in the system's memory as long as there
// is room, and are there again when they are read.
func (p *pages) letGo(v []float32) {
	if len(v) > 0 {
		from, to := around(v)
		p.advise(from, to, syscall.MADV_DONTNEED)
	}
}

// letAllGo does so with all rows.
func (p *pages) letAllGo() { p.advise(p.from, p.to, syscall.MADV_DONTNEED) }
