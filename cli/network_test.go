package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"nissl"
)

func TestInterventionsFromFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "acts.txt")
	if err := os.WriteFile(file, []byte("# both heads\nsilence(blocks.0.attn.z/1)\n\nscale(blocks.0.attn.z/2, 0.5) # half\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	acts, err := interventions([]string{"freeze(embed)", "@" + file})
	if got := fmt.Sprint(acts); err != nil || got != "[freeze(embed) silence(blocks.0.attn.z/1) scale(blocks.0.attn.z/2, 0.5)]" {
		t.Errorf("%s (%v)", got, err)
	}
	if err := os.WriteFile(file, []byte("freeze(embed)\nexplode(embed)\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := interventions([]string{"@" + file}); err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("a mistake on line 2: %v", err)
	}
}

func TestGroupSites(t *testing.T) {
	var sites []nissl.Site
	for _, name := range []string{"embed", "blocks.0.mlp.post", "blocks.1.mlp.post", "blocks.2.mlp.post", "fire2.squeeze.post"} {
		sites = append(sites, nissl.Site{Name: name, Axes: []string{"batch", "neuron"}, Size: []int{-1, 7}})
	}
	var names []string
	for _, g := range groupSites(sites) {
		names = append(names, g.name+" "+strings.Join(g.axes, ","))
	}
	want := "embed batch,neuron 7; blocks.{0-2}.mlp.post batch,neuron 7; fire2.squeeze.post batch,neuron 7"
	if got := strings.Join(names, "; "); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}
