package recordings

import (
	"container/list"
	"sync"
)

// cache keeps the bodies that were used last, up to a number of bytes.
type cache struct {
	most int

	mu    sync.Mutex
	used  *list.List // of *body, last used first
	byKey map[string]*list.Element
	bytes int
}

type body struct {
	key     string
	bytes   []byte
	sampled bool
}

func newCache(most int) *cache {
	return &cache{most: most, used: list.New(), byKey: map[string]*list.Element{}}
}

func (c *cache) get(key string) *body {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.byKey[key]
	if e == nil {
		return nil
	}
	c.used.MoveToFront(e)
	return e.Value.(*body)
}

func (c *cache) put(b *body) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byKey[b.key] != nil {
		return
	}
	c.byKey[b.key] = c.used.PushFront(b)
	c.bytes += cap(b.bytes) + len(b.key)
	for c.bytes > c.most {
		e := c.used.Back()
		old := c.used.Remove(e).(*body)
		delete(c.byKey, old.key)
		c.bytes -= cap(old.bytes) + len(old.key)
	}
}
