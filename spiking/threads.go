package spiking

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// barrier lets n goroutines wait for each other.
type barrier struct {
	n, spins int32
	here     atomic.Int32
	passed   atomic.Uint32
	lock     sync.Mutex
	asleep   sync.Cond
}

// spins is how often a goroutine looks before it goes to sleep, a few tens of µs: windows are
// short, and waking up takes as long.
const spins = 50000

func newBarrier(n int) *barrier {
	b := &barrier{n: int32(n)}
	b.asleep.L = &b.lock
	if n <= runtime.GOMAXPROCS(0) {
		b.spins = spins
	}
	return b
}

// wait until all are here. The last one to come calls last before the others go on.
func (b *barrier) wait(last func()) {
	passed := b.passed.Load()
	if b.here.Add(1) == b.n {
		last()
		b.here.Store(0)
		b.lock.Lock()
		b.passed.Add(1)
		b.lock.Unlock()
		b.asleep.Broadcast()
		return
	}
	for range b.spins {
		if b.passed.Load() != passed {
			return
		}
	}
	b.lock.Lock()
	for b.passed.Load() == passed {
		b.asleep.Wait()
	}
	b.lock.Unlock()
}

// shares deals out blocks to threads: each has its own, which stay in its cache, and
// then helps the others.
type shares []share

type share struct {
	first, end int64
	taken      atomic.Int64
	_          [40]byte // a cache line for each
}

func newShares(n, threads int) shares {
	x := make(shares, threads)
	for t := range x {
		x[t].first, x[t].end = int64(t*n/threads), int64((t+1)*n/threads)
	}
	return x
}

// next is a block that nobody has taken, or -1.
func (x shares) next(thread int) int {
	for k := range x {
		s := &x[(thread+k)%len(x)]
		if i := s.first + s.taken.Add(1) - 1; i < s.end {
			return int(i)
		}
	}
	return -1
}

// reset gives all blocks back.
func (x shares) reset() {
	for t := range x {
		x[t].taken.Store(0)
	}
}
