package method

import (
	"context"

	"nissl"
)

// Networks is how drivers, which know no kind of network by name, come to networks.
type Networks struct {
	// Knows says whether the path looks like a network rather than a recording.
	Knows func(path string) bool
	Open  func(ctx context.Context, path string) (OpenNetwork, error)
}

// OpenNetwork is a network that holds a device and memory until it is closed.
type OpenNetwork interface {
	nissl.Network
	// Under makes all that is run from now on run under interventions.
	Under(acts []nissl.Intervention) error
	// Guessed says what was guessed when the network was opened.
	Guessed() []string
	Close()
}
