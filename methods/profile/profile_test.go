package profile

import (
	"os"
	"testing"

	"nissl/compute"
	"nissl/method"
	"nissl/method/methodtest"
	"nissl/nn/load"
	"nissl/nn/record"
)

func TestClaims(t *testing.T) {
	methodtest.SecondClaims(t, Method(), &method.Env{Seed: 1, DataDir: os.Getenv("NISSL_DATA")})
}

func TestContract(t *testing.T) { methodtest.Contract(t, Method(), letters(t)) }

// letters is the planted network.
func letters(t *testing.T) *load.Network {
	t.Helper()
	device, err := compute.Open(compute.Options{})
	if err != nil {
		t.Fatal(err)
	}
	n, err := record.Planted(device)
	if err != nil {
		t.Fatal(err)
	}
	n.OnClose(device.Close)
	t.Cleanup(n.Close)
	return n
}
