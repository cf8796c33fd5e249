package scratch

import (
	"os"
	"syscall"
)

// reserve takes the room at once: a full disk would kill the process later.
func reserve(f *os.File, size int64) error {
	err := syscall.Fallocate(int(f.Fd()), 0, 0, size)
	if err == syscall.EOPNOTSUPP {
		return f.Truncate(size)
	}
	return err
}

func mapFile(f *os.File, size int64) ([]byte, func() error, error) {
	pages, err := syscall.Mmap(int(f.Fd()), 0, int(size), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
	if err != nil {
		return nil, nil, err
	}
	return pages, func() error { return syscall.Munmap(pages) }, nil
}
