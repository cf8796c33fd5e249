package load

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"nissl"
	"nissl/compute"
	"nissl/internal/nissldata"
	"nissl/nn"
)

// networks is the folder of the trained networks.
func networks(t *testing.T) string {
	t.Helper()
	return filepath.Join(nissldata.Dir(t), "networks")
}

// golden reads a part of golden.json.
func golden(t *testing.T, name string, into any) {
	t.Helper()
	var all map[string]json.RawMessage
	readJSON(t, filepath.Join(networks(t), "golden.json"), &all)
	if err := json.Unmarshal(all[name], into); err != nil {
		t.Fatalf("golden.json: %s: %v", name, err)
	}
}

func readJSON(t *testing.T, path string, into any) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// openToml opens a network by a network.toml of testdata, as a user does who has put it beside the
// weights: in a new folder with the files' paths in it.
func openToml(t *testing.T, name, folder string) *Network {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	s := string(b)
	for _, key := range []string{`weights = "`, `file = "`} {
		s = strings.Replace(s, key, key+filepath.Join(networks(t), folder)+"/", 1)
	}
	if err := os.WriteFile(filepath.Join(dir, TomlFile), []byte(s), 0o600); err != nil {
		t.Fatal(err)
	}
	return open(t, machine(t, ""), dir)
}

func open(t *testing.T, d *compute.Device, path string) *Network {
	t.Helper()
	n, err := Open(context.Background(), d, path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.Close)
	return n
}

// run runs a network on token ids of one length.
func run(t *testing.T, n *Network, ids [][]int, taps ...string) nn.Response {
	t.Helper()
	in := nissl.Tensor{Shape: []int{len(ids), len(ids[0])}}
	for _, row := range ids {
		for _, id := range row {
			in.Data = append(in.Data, float32(id))
		}
	}
	r, err := n.Do(context.Background(), nn.Request{Input: in, Taps: taps})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// near compares with a reference to 1e-4 of its largest number.
func near(t *testing.T, what string, got, want []float32) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d numbers, want %d", what, len(got), len(want))
		return
	}
	var worst, largest float64
	for i := range want {
		d := math.Abs(float64(got[i]) - float64(want[i]))
		if !(d <= worst) {
			worst = d
		}
		largest = max(largest, math.Abs(float64(want[i])))
	}
	if t.Logf("%s: differs by %.1e of %.3g", what, worst, largest); !(worst <= 1e-4*largest) {
		t.Errorf("%s: differs by %g, largest is %g", what, worst, largest)
	}
}

func argmax(x []float32) int {
	best := 0
	for i := range x {
		if x[i] > x[best] {
			best = i
		}
	}
	return best
}

// crossEntropy of logits, in float64 as golden.json has it.
func crossEntropy(logits []float32, label int) float64 {
	top := float64(logits[argmax(logits)])
	var sum float64
	for _, x := range logits {
		sum += math.Exp(float64(x) - top)
	}
	return math.Log(sum) + top - float64(logits[label])
}

func TestModularAddition(t *testing.T) {
	const p = 113
	var want struct {
		Accuracy float64   `json:"acc_all_12769"`
		CE       float64   `json:"ce"`
		Logits   []float32 `json:"logits_3_5_first6"`
	}
	golden(t, "modadd_wd1", &want)
	n := openToml(t, "modadd113.toml", "grokking-modadd113")
	var ids [][]int
	for a := range p {
		for b := range p {
			ids = append(ids, []int{a, b, p})
		}
	}
	r := run(t, n, ids)
	correct, ce := 0, 0.0
	for i, x := range ids {
		logits := r.Result.Data[(i*3+2)*(p+1) : (i*3+3)*(p+1)]
		label := (x[0] + x[1]) % p
		if argmax(logits) == label {
			correct++
		}
		ce += crossEntropy(logits, label) / float64(len(ids))
		if x[0] == 3 && x[1] == 5 {
			near(t, "logits of 3 + 5", logits[:6], want.Logits)
		}
	}
	if got := float64(correct) / float64(len(ids)); got != want.Accuracy {
		t.Errorf("accuracy %g, want %g", got, want.Accuracy)
	}
	if t.Logf("cross-entropy %.3g", ce); math.Abs(ce-want.CE) > 0.02e-7 { // golden.json gives three digits
		t.Errorf("cross-entropy %g, want %g", ce, want.CE)
	}
}

func TestBrackets(t *testing.T) {
	n := openToml(t, "brackets.toml", "toy-transformers")
	var data [][2]any
	readJSON(t, filepath.Join(networks(t), "toy-transformers/brackets_data_2000.json"), &data)
	var ids [][]int
	for _, d := range data {
		x := n.Text.Encode(d[0].(string))
		for len(x) < 42 {
			x = append(x, 1)
		}
		ids = append(ids, x)
	}
	r := run(t, n, ids)
	correct := 0
	for i, d := range data {
		if (argmax(r.Result.Data[2*i:2*i+2]) == 1) == d[1].(bool) {
			correct++
		}
	}
	if correct != len(data) {
		t.Errorf("%d of %d strings are right, want all", correct, len(data))
	}
	// Without padding a string gets the same answer.
	alone := run(t, n, [][]int{n.Text.Encode(data[0][0].(string))})
	near(t, "answer without padding", alone.Result.Data, r.Result.Data[:2])
}

func TestNanoSort(t *testing.T) {
	file := filepath.Join(networks(t), "gpt-nano-sort/gpt-nano-sort-model.json")
	direct := open(t, machine(t, ""), file)
	for name, n := range map[string]*Network{"network.toml": openToml(t, "nanosort.toml", "gpt-nano-sort"), "the file itself": direct} {
		t.Run(name, func(t *testing.T) { sorts(t, n) })
	}
}

// sorts lets the network sort every one of the 729 inputs of six letters, letter by letter.
func sorts(t *testing.T, n *Network) {
	var ids [][]int
	for i := range 729 {
		ids = append(ids, []int{i / 243, i / 81 % 3, i / 27 % 3, i / 9 % 3, i / 3 % 3, i % 3, 0, 0, 0, 0, 0})
	}
	sorted := make([][6]int, len(ids))
	for step := range 6 { // what comes later, no position sees
		r := run(t, n, ids)
		for i := range ids {
			sorted[i][step] = argmax(r.Result.Data[(i*11+5+step)*3:][:3])
			if step < 5 {
				ids[i][6+step] = sorted[i][step]
			}
		}
	}
	wrong := 0
	for i, x := range ids {
		var count [3]int
		for _, id := range x[:6] {
			count[id]++
		}
		want := strings.Repeat("0", count[0]) + strings.Repeat("1", count[1]) + strings.Repeat("2", count[2])
		if got := strings.Trim(fmt.Sprint(sorted[i]), "[]"); strings.ReplaceAll(got, " ", "") != want {
			wrong++
		}
	}
	if wrong > 0 {
		t.Errorf("%d of %d inputs are sorted wrongly, want none", wrong, len(ids))
	}
}

// TestNanoSortInside compares every inner activation that the authors ship with the site of that name.
func TestNanoSortInside(t *testing.T) {
	n := openToml(t, "nanosort.toml", "gpt-nano-sort")
	ref, err := openMinGPT(filepath.Join(networks(t), "gpt-nano-sort/gpt-nano-sort-t0-partials.json"))
	if err != nil {
		t.Fatal(err)
	}
	theirs := func(name string) nissl.Tensor {
		data, shape, err := ref.Float32(name)
		if err != nil {
			t.Fatal(err)
		}
		return nissl.Tensor{Shape: shape, Data: data}
	}
	idx := theirs("idx")
	r, err := n.Do(context.Background(), nn.Request{Input: idx, Taps: []string{"*"}})
	if err != nil {
		t.Fatal(err)
	}
	heads := []int{0, 2, 1, 3} // theirs is [batch, head, position, d_head]
	b := "blocks.0."
	for _, c := range []struct {
		theirs, site string
		axes         []int
	}{
		{"tok_emb", "embed", nil}, {"x", b + "resid_pre", nil}, {"ln1", b + "ln1.out", nil},
		{"q", b + "attn.q", heads}, {"k", b + "attn.k", heads}, {"v", b + "attn.v", heads},
		{"attSm", b + "attn.pattern", nil}, {"y", b + "attn.z", nil}, {"yProj", b + "attn_out", nil},
		{"attnResid", b + "resid_mid", nil}, {"ln2", b + "ln2.out", nil}, {"fc", b + "mlp.pre", nil},
		{"gelu", b + "mlp.post", nil}, {"mlp", b + "mlp_out", nil}, {"mlpResid", b + "resid_post", nil},
		{"block0", b + "resid_post", nil}, {"block1", "blocks.1.resid_post", nil}, {"block2", "blocks.2.resid_post", nil},
		{"ln_f", "ln_final.out", nil}, {"lm_head", "logits", nil},
	} {
		want := theirs(c.theirs)
		if c.axes != nil {
			want = permute(want, c.axes)
		}
		near(t, c.theirs+" = "+c.site, r.Sites[c.site].Data, want.Data)
	}
	scores, att := r.Sites[b+"attn.scores"].Data, theirs("att").Data
	for i := range att {
		if math.IsInf(float64(att[i]), -1) { // a later key
			att[i], scores[i] = 0, 0
		}
	}
	near(t, "att = "+b+"attn.scores", scores, att)
	near(t, "pos_emb = pos_embed", r.Sites["pos_embed"].Data[:11*48], theirs("pos_emb").Data)
	near(t, "lm_head = result", r.Result.Data, theirs("lm_head").Data)
}

// TestDescribed opens networks of the other architectures by their network.toml. What they compute is
// compared in package arch.
func TestDescribed(t *testing.T) {
	for _, c := range []struct {
		toml, folder string
		parameters   int // of shared/data's README
	}{
		{"lenet5.toml", "mnist", 44426}, {"resnet20.toml", "resnet-cifar10", 269722},
		{"storygru.toml", "tinystories-gru", 211147},
	} {
		n := openToml(t, c.toml, c.folder)
		if a := n.About(); a.Parameters != c.parameters {
			t.Errorf("%s: %+v, want %d parameters", c.toml, a, c.parameters)
		}
		if in := n.Arch.Input().Kind; (in == nn.Image) != (n.Pictures != nil) || (in == nn.Tokens) != (n.Text != nil) {
			t.Errorf("%s: takes %s; pictures %v, text %v", c.toml, in, n.Pictures, n.Text)
		}
	}
}
