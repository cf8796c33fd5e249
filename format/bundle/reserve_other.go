//go:build !linux

package bundle

import "os"

func reserve(f *os.File, size int64) error { return f.Truncate(size) }

func lock(*os.File) error { return nil }
