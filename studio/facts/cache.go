package facts

import (
	"context"
	"sync"

	"nissl"
)

// Findings opens the finding of an item; the library does.
type Findings interface {
	Finding(ctx context.Context, id string) (f *nissl.Finding, release func(), err error)
}

// Cache keeps the indices that were asked for last. It is safe for use by several goroutines.
type Cache struct {
	findings Findings
	most     int

	mu    sync.Mutex
	kept  map[string]*kept
	clock int
}

type kept struct {
	finding *nissl.Finding
	index   func() *Index
	used    int
}

// NewCache keeps up to most indices; 0 is 32.
func NewCache(f Findings, most int) *Cache {
	if most <= 0 {
		most = 32
	}
	return &Cache{findings: f, most: most, kept: map[string]*kept{}}
}

// Index of the finding of an item, made when it is first asked for. A finding lies in memory, so its index stays
// good after the library has forgotten it.
func (c *Cache) Index(ctx context.Context, id string) (*Index, error) {
	f, release, err := c.findings.Finding(ctx, id)
	if err != nil {
		return nil, err
	}
	defer release()
	c.mu.Lock()
	c.clock++
	k := c.kept[id]
	if k == nil || k.finding != f {
		k = &kept{finding: f, index: sync.OnceValue(func() *Index { return New(f) })}
		c.kept[id] = k
		c.forget(id)
	}
	k.used = c.clock
	c.mu.Unlock()
	return k.index(), nil
}

// forget drops what was not asked for longest, but not the one that was just added.
func (c *Cache) forget(added string) {
	for len(c.kept) > c.most {
		oldest := ""
		for id, k := range c.kept {
			if id != added && (oldest == "" || k.used < c.kept[oldest].used) {
				oldest = id
			}
		}
		delete(c.kept, oldest)
	}
}
