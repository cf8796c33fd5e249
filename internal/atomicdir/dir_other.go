//go:build !linux

package atomicdir

func exchange(tmp, path string) error { return swap(tmp, path) }
