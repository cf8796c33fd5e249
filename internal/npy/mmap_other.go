//go:build !unix

package npy

import (
	"errors"
	"os"
)

// mmap has no implementation here: files are read into memory.
func mmap(*os.File, int64) ([]byte, func() error, error) {
	return nil, nil, errors.ErrUnsupported
}
