// Package nissldata tells tests where the recordings lie that the program does not carry.
package nissldata

import (
	"os"
	"testing"
)

// Dir is the folder that holds recordings/, from NISSL_DATA. The test is skipped where that is not set.
func Dir(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("NISSL_DATA")
	if dir == "" {
		t.Skip("NISSL_DATA is not set: runs where the shared recordings are")
	}
	return dir
}
