//go:build !amd64

package affinity

func available() []kernels { return []kernels{portable} }
