package bundle

import (
	"os"
	"syscall"
)

// reserve gives the file its size and takes the room for it at once, so that a disk
// that is too small is known before a long run and not after it.
func reserve(f *os.File, size int64) error {
	err := syscall.EINTR
	for err == syscall.EINTR {
		err, _ = syscall.Fallocate(int(f.Fd()), 0, 0, size).(syscall.Errno)
	}
	if err == syscall.EOPNOTSUPP {
		return f.Truncate(size)
	}
	if err != 0 {
		return err
	}
	return nil
}

// lock makes the file this process's own until it is closed, also by its end.
func lock(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) }
