package atomicdir

import (
	"errors"

	"golang.org/x/sys/unix"
)

// exchange swaps the names of two folders.
func exchange(tmp, path string) error {
	err := unix.Renameat2(unix.AT_FDCWD, tmp, unix.AT_FDCWD, path, unix.RENAME_EXCHANGE)
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.ENOTSUP) {
		return swap(tmp, path) // a file system that cannot
	}
	return err
}
