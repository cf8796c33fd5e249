package profile

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"nissl"
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

// scanned is the planted network on a text of its language.
func scanned(t *testing.T) (*load.Network, *record.Corpus, *Scan) {
	t.Helper()
	n := letters(t)
	path := filepath.Join(t.TempDir(), "letters.txt")
	if err := os.WriteFile(path, []byte(record.PlantedText(1000, 7)), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := record.Open(n, record.Options{Input: path, Batch: 3})
	if err != nil {
		t.Fatal(err)
	}
	s, err := Run(t.Context(), n, c, ScanOptions{Sites: "auto", Threshold: .5, Top: 5, Reach: 4})
	if err != nil {
		t.Fatal(err)
	}
	return n, c, s
}

// By hand: the neuron of a reads the letter a with weight 1 and writes 4 to the dimension from which the logits
// of b and d are read with weights 1 and -1, so that it adds (0 4 0 -4 0 0 0 0) to the logits: mean 0, variance
// 4, skewness 0, kurtosis (2·4⁴/8)/4² = 4.
func TestWiringByHand(t *testing.T) {
	n, _, s := scanned(t)
	w := WiringOf(n, s.Sites)
	got := []float64{w.InNorm[0], w.OutNorm[0], w.InOut[0], w.VocabMean[0], w.VocabVar[0], w.VocabSkew[0], w.VocabKurt[0], w.InNorm[record.PlantedTwo]}
	for i, want := range []float64{1, 4, 0, 0, 4, 0, 4, math.Sqrt2} {
		if math.Abs(got[i]-want) > 1e-6 {
			t.Errorf("number %d is %g, want %g", i, got[i], want)
		}
	}
	if w.Promotes[0][0] != 1 || w.Suppresses[0][0] != 3 || w.Reads[0][0] != 0 {
		t.Errorf("promotes %v, suppresses %v, reads %v", w.Promotes[0], w.Suppresses[0], w.Reads[0])
	}
}

// The statistics are those of counting letters.
func TestScanCounts(t *testing.T) {
	_, c, s := scanned(t)
	text := record.PlantedText(1000, 7)
	for u := range len(record.PlantedLetters) {
		share := float64(strings.Count(text, record.PlantedLetters[u:u+1])) / float64(len(text))
		got := s.Stats.Summary(u)
		if got.Samples != int64(len(text)) || math.Abs(got.Density-share) > 1e-12 || math.Abs(got.Above-share) > 1e-12 ||
			math.Abs(got.Mean-share) > 1e-9 || math.Abs(got.Var-share*(1-share)) > 1e-9 {
			t.Errorf("%c: %+v, want a share of %g", record.PlantedLetters[u], got, share)
		}
	}
	contexts := topContexts(s.Top, s.Stats.Units())
	if err := describe(contexts, c, s.Sites, c.Spelled()); err != nil {
		t.Fatal(err)
	}
	for _, x := range contexts {
		if got := strings.Join(x.Tokens, ""); x.Unit < 8 && (x.Token != record.PlantedLetters[x.Unit:x.Unit+1] || !strings.Contains(text, got)) {
			t.Errorf("neuron %d: %q in %q", x.Unit, x.Token, got)
		}
	}
}

// A unit that follows behaviour is said to be tuned to it, one that marks a kind of trial to that, and noise to
// neither; the columns are the first ones of a network's table.
func TestRecordingIsTuned(t *testing.T) {
	const samples = 2000
	traces := nissl.NewTraces(3, samples, 10)
	speed := make([]float64, samples)
	e := nissl.Epochs{Name: "trials"}
	var kinds []string
	for i := range 40 {
		e.Start, e.Stop = append(e.Start, float64(5*i)), append(e.Stop, float64(5*i+3))
		kinds = append(kinds, fmt.Sprint("kind ", i*i%7%2))
	}
	e.Table.Set(nissl.Col("kind", "", kinds))
	state := uint64(1)
	for i := range samples {
		speed[i] = math.Sin(float64(i)/37) + math.Sin(float64(i)/11)
		traces.Rows[0][i] = float32(speed[i])
		if k := i / 50; i%50 < 30 && kinds[k] == "kind 1" {
			traces.Rows[1][i] = 1
		}
		state = hash(state, 1, 2)
		traces.Rows[2][i] = float32(state>>40) / (1 << 24)
	}
	r := &nissl.Recording{Name: "planted", Units: nissl.NewUnits([]string{"runner", "chooser", "noise"}), Traces: traces, Epochs: []nissl.Epochs{e},
		Covariates: []nissl.Covariate{{Name: "speed", Values: [][]float64{speed}, Rate: 10}}}
	f, err := Method().Run(t.Context(), method.Input{Recordings: []*nissl.Recording{r}}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	neurons := f.TableNamed("neurons")
	tuned, _ := neurons.Column("tuned_to")
	share, _ := neurons.Column("explained")
	null, _ := neurons.Column("explained_null")
	if tuned.Text(0) != "speed" || share.Float(0) < .9 || tuned.Text(1) != "trials kind" || share.Float(1) < .99 || share.Float(2)-null.Float(2) > .02 {
		t.Errorf("tuned to %v, %v of the variance, by chance %v", tuned.Values, share.Values, null.Values)
	}
	n, c, _ := scanned(t)
	g, err := Method().Run(t.Context(), method.Input{Networks: []nissl.Network{n}}, map[string]string{"input": c.Input, "ablate": "1"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, col := range neurons.Columns {
		if of := g.TableNamed("neurons").Columns[i].Name; of != col.Name {
			t.Errorf("column %d is %s in a recording and %s in a network", i, col.Name, of)
		}
	}
}
