//go:build !cgo || !(linux || darwin)

package compute

import "errors"

func openXLA(string) (*Device, error) {
	return nil, errors.New("this program was built without XLA: it needs cgo on Linux or macOS")
}
