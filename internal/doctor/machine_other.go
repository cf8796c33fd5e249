//go:build !linux

package doctor

import (
	"errors"
	"runtime"
)

func memoryBytes() (total, available uint64, err error) {
	return 0, 0, errors.New("not looked up on " + runtime.GOOS)
}

func cpuModel() string { return "" }
