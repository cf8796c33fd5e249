package load

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"nissl"
	"nissl/nn"
	"nissl/nn/safetensors"
)

// The options of the transformer mean what they mean to TransformerLens 3.9.0 (testdata/lens/make.py): the
// result equals its, and every site what run_with_cache gives under its own name.
func TestTransformerEqualsTransformerLens(t *testing.T) {
	for _, name := range []string{"standard", "rotary", "parallel", "attention"} {
		t.Run(name, func(t *testing.T) {
			n := open(t, machine(t, "go"), filepath.Join("testdata/lens", name+".toml"))
			ref, err := safetensors.Open(filepath.Join("testdata/lens", name+".reference.safetensors"))
			if err != nil {
				t.Fatal(err)
			}
			defer ref.Close()
			want := func(name string) nissl.Tensor {
				data, shape, err := ref.Float32(name)
				if err != nil {
					t.Fatal(err)
				}
				return nissl.Tensor{Shape: shape, Data: data}
			}
			r, err := n.Do(context.Background(), nn.Request{Input: want("tokens"), Taps: []string{"*"}})
			if err != nil {
				t.Fatal(err)
			}
			seen := map[string]bool{}
			for _, theirs := range ref.Names() {
				switch theirs {
				case "tokens":
				case "result":
					near(t, theirs, r.Result.Data, want(theirs).Data)
				default:
					site, err := n.Site(theirs)
					if err != nil {
						t.Error(err)
						continue
					}
					seen[site.Name] = true
					near(t, theirs, r.Sites[site.Name].Data, want(theirs).Data)
				}
			}
			for _, s := range n.Sites() {
				if !seen[s.Name] && s.Name != "logits" && !strings.HasSuffix(s.Name, "attn.scores") && !strings.HasSuffix(s.Name, ".out") {
					t.Errorf("TransformerLens has no %s", s.Name)
				}
			}
		})
	}
}
