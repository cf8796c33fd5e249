//go:build !amd64

package kernel

// Available lists the sets that this processor runs, fastest first.
func Available() []Set { return []Set{portable} }
