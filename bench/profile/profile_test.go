package main

import (
	"os"
	"path/filepath"
	"testing"

	"nissl"
	"nissl/compute"
	"nissl/format/bundle"
	"nissl/method"
	"nissl/methods/activity"
	"nissl/methods/dynamicconnectome"
	"nissl/methods/profile"
	"nissl/nn/record"
)

// A method made for brains runs unchanged on the recording of a network, and so does the profile itself.
func TestBrainMethodsOnANetwork(t *testing.T) {
	device, err := compute.Open(compute.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer device.Close()
	n, err := record.Planted(device)
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	text := filepath.Join(t.TempDir(), "letters.txt")
	if err := os.WriteFile(text, []byte(record.PlantedText(600, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	env := (&method.Env{}).WithState(t.TempDir())
	f, err := activity.Method().Run(t.Context(), method.Input{Networks: []nissl.Network{n}}, map[string]string{"input": text}, env)
	if err != nil {
		t.Fatal(err)
	}
	r, err := bundle.Read(f.Folder)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for _, m := range []method.Entry{dynamicconnectome.Method(), profile.Method()} {
		f, err := m.Run(t.Context(), method.Input{Recordings: []*nissl.Recording{r}}, nil, nil)
		if err != nil {
			t.Errorf("%s: %v", m.Info().Name, err)
			continue
		}
		t.Logf("%s: %s", m.Info().Name, f.Summary)
	}
}
