package spiking

import (
	"testing"

	"nissl/method"
	"nissl/method/methodtest"
	"nissl/spiking"
)

func TestClaims(t *testing.T) { methodtest.SecondClaims(t, Method(), &method.Env{Seed: 1}) }

func TestContract(t *testing.T) {
	m := spiking.Brunel(100, 5, 2, 1)
	m.Duration = .1
	methodtest.Contract(t, Method(), &spiking.Network{Model: m})
}
