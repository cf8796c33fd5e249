package dynamicconnectome

import (
	"math"
	"slices"
	"strings"
	"testing"

	"nissl"
	"nissl/method"
	"nissl/model/ntf"
)

// twoCliques is a graph of ten units: 0-3 and 4-6 are tight, 7-9 have nobody.
func twoCliques() graph {
	const n = 10
	pair := make([]float64, n*(n-1)/2)
	for i := range n {
		for j := i + 1; j < n; j++ {
			w := 0.1
			if j < 4 || (i >= 4 && j < 7) {
				w = 2
			}
			pair[pairIndex(n, i, j)] = w
		}
	}
	return newGraph(n, pair)
}

func TestCandidatesJoinACutCommunity(t *testing.T) {
	g := twoCliques()
	// The block model may cut a community into core and rim; the background is one block.
	b := blocks{Labels: [][]int{{0, 0, 1, 1, 2, 2, 2, 3, 3, 3}}, Level: 0, Bits: 5}
	var got [][]int
	for _, c := range g.candidates(b) {
		got = append(got, c.Units)
	}
	slices.SortFunc(got, slices.Compare)
	want := [][]int{{0, 1, 2, 3}, {4, 5, 6}}
	if len(got) != 2 || !slices.Equal(got[0], want[0]) || !slices.Equal(got[1], want[1]) {
		t.Errorf("groups %v, want %v: the units that a component leaves out are no community", got, want)
	}
	if b.Bits = -1; len(g.candidates(b)) != 0 {
		t.Error("a block model that saves no bits has candidates")
	}
}

func TestRoles(t *testing.T) {
	g := twoCliques()
	roles := g.roles([]Community{{Units: []int{0, 1, 2, 3}}, {Units: []int{4, 5, 6}}})
	if roles[0].Community != 0 || roles[5].Community != 1 || roles[9].Community != -1 {
		t.Errorf("communities %v", roles)
	}
	// Unit 0: 3 × 1 within, 3 × 0.05 to the other community, 3 × 0.05 to the rest.
	s := 3 + 0.15 + 0.15
	if want := 1 - (9+2*0.15*0.15)/(s*s); math.Abs(roles[0].Participation-want) > 1e-9 {
		t.Errorf("participation %v, by hand %v", roles[0].Participation, want)
	}
	if math.Abs(roles[0].Strength-s) > 1e-9 {
		t.Errorf("strength %v, by hand %v", roles[0].Strength, s)
	}
}

func TestContrast(t *testing.T) {
	g := twoCliques()
	mean := make([]float64, 45)
	for i := range 10 {
		for j := i + 1; j < 10; j++ {
			mean[pairIndex(10, i, j)] = g.weight[i*10+j]
		}
	}
	if got, want := contrast([]int{0, 1, 2, 3}, 10, mean), 1-0.05; math.Abs(got-want) > 1e-12 {
		t.Errorf("contrast %v, by hand %v", got, want)
	}
	if contrast(nil, 10, mean) != 0 {
		t.Error("a group that is not there has a contrast")
	}
}

// The blocks of the halves lie apart, cover both ends and share no time.
func TestHalvesAreApart(t *testing.T) {
	m := &mapper{}
	m.options.Smooth, m.options.Bin = 4, 2
	x := ntf.Tensor{Times: 300, Pairs: 1, Animals: []ntf.Animal{ntf.Complete(1, make([]float32, 300))}}
	h := m.halves(x)
	const gap = 4 // two standard deviations of the smoothing, in bins
	for _, a := range h[0].Bins {
		for _, b := range h[1].Bins {
			if d := max(a-b, b-a); d <= gap {
				t.Fatalf("bins %d and %d of the two halves are %d apart", a, b, d)
			}
		}
	}
	if len(h[0].Bins) < 100 || len(h[1].Bins) < 100 {
		t.Errorf("halves of %d and %d bins of 300", len(h[0].Bins), len(h[1].Bins))
	}
	part := h[1].of(x)
	if part.Times != len(h[1].Bins) || len(part.Animals[0].X) != part.Times {
		t.Errorf("part of %d times", part.Times)
	}
}

func TestReplicationIsAZScore(t *testing.T) {
	null := [][]float64{{0, 0}, {2, 0}, {0, 0}, {2, 0}} // one trial; its second half has no group
	z, nullZ := replication([]float64{4, 0}, null)
	if want := 3 / math.Sqrt2; math.Abs(z[0]-want) > 1e-12 {
		t.Errorf("z %v, by hand %v", z[0], want)
	}
	if want := -1 / math.Sqrt2; math.Abs(nullZ[0][0]-want) > 1e-12 {
		t.Errorf("null z %v, by hand %v", nullZ[0][0], want)
	}
}

func TestFollow(t *testing.T) {
	members := [][][]int{{{0, 1, 2, 3}, {7, 8, 9}}, {{2, 3, 1, 4}}, {{5, 6, 7}}}
	inForce := []Epoch{{1, 0, 10}, {0, 10, 20}, {2, 20, 30}, {1, 30, 40}}
	tracks := follow(members, inForce)
	if len(tracks) != 3 {
		t.Fatalf("%d tracks, by hand 3", len(tracks))
	}
	first := tracks[0]
	if !slices.Equal(first.Versions, []Version{{1, 0}, {0, 0}}) || first.Birth != 0 || first.Death != 40 || first.Stability != 0.6 {
		t.Errorf("first track %+v", first)
	}
	side := sides(tracks, members, inForce, 10)
	flexible, promiscuous := flexibility(side, len(tracks))
	// Unit 4 is in the track, out, out, in again: two changes in three steps.
	if math.Abs(flexible[4]-2./3) > 1e-12 || math.Abs(promiscuous[4]-1./3) > 1e-12 {
		t.Errorf("unit 4: flexibility %v, promiscuity %v", flexible[4], promiscuous[4])
	}
}

func TestEpochsAndDominance(t *testing.T) {
	curve := []float64{0, 0, 9, 9, 9, 0, 9, 9, 0, 0, 0, 0, 0, 0, 9, 0}
	got := activeEpochs(curve, 3, 100, 0.5)
	if len(got) != 1 || got[0] != (Epoch{3, 101, 104}) {
		t.Errorf("epochs %v: half a second of pause is closed, half a second of activity dropped", got)
	}
	in := dominant([][]float64{{5, 5, 5, 5, 1, 5, 5, 1, 1, 1}, {1, 1, 1, 1, 5, 1, 1, 5, 5, 5}}, 0, 1)
	if want := []Epoch{{0, 0, 7}, {1, 7, 10}}; !slices.Equal(in, want) {
		t.Errorf("in force %v, by hand %v", in, want)
	}
}

// Three animals that lack different units are joined by name; their planted groups are found.
func TestPartlySharedUnits(t *testing.T) {
	const seed = 5
	t.Logf("seed %d", seed)
	p := Plant(PlantedOptions{Units: 30, Switchers: 2, Samples: 600}, seed)
	for a, r := range p.Recordings {
		var keep []int
		for u := range r.Units.Len() {
			if u%10 != 3+a { // each animal lacks three units
				keep = append([]int{u}, keep...) // and has its own order
			}
		}
		p.Recordings[a] = r.SelectUnits(keep)
	}
	params := Defaults()
	params.Rank, params.Restarts, params.Animals = 3, 3, 0.5
	c, err := Map(t.Context(), p.Recordings, params, &method.Env{Seed: seed})
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Units) != 30 || c.Seen[3] != 2 || c.Seen[0] != 3 {
		t.Fatalf("%d units, unit 3 seen in %d", len(c.Units), c.Seen[3])
	}
	if ari := c.intervalARI(p); ari < 0.9 {
		t.Errorf("smallest adjusted Rand index %.2f", ari)
	}
}

// A group that works together after every event, and only then, is found around the events.
func TestEvents(t *testing.T) {
	const seed, rate, period, events = 6, 10, 20, 24
	t.Logf("seed %d", seed)
	rng := (&method.Env{Seed: seed}).Rand("events")
	tr := nissl.NewTraces(14, events*period*rate, rate)
	starts := make([]float64, events)
	for e := range starts {
		starts[e] = float64(e)*period + 5
	}
	shared := calciumLike(rng, tr.Samples())
	for u := range 14 {
		private := calciumLike(rng, tr.Samples())
		for s := range tr.Samples() {
			tr.Rows[u][s] = float32(private[s])
			if since := tr.Time(s) - 5 - math.Floor((tr.Time(s)-5)/period)*period; u < 6 && since < 6 {
				tr.Rows[u][s] = float32(0.95*shared[s] + 0.3*private[s])
			}
		}
	}
	r := &nissl.Recording{Name: "events", Units: nissl.NumberedUnits(14), Traces: tr,
		Epochs: []nissl.Epochs{{Name: "tone", Start: starts, Stop: starts}}}
	params := Defaults()
	params.Rank, params.Restarts, params.Events, params.Before, params.After, params.Smooth = 2, 3, "tone", 4, 10, 0.5
	c, err := Map(t.Context(), []*nissl.Recording{r}, params, &method.Env{Seed: seed})
	if err != nil {
		t.Fatal(err)
	}
	if c.Start != -4 || c.Frames != 28 || len(c.Components[0].Animal) != events {
		t.Errorf("from %g s, %d lags, %d events", c.Start, c.Frames, len(c.Components[0].Animal))
	}
	found := false
	for _, k := range c.Components {
		for _, m := range k.Communities {
			found = found || slices.Equal(m.Units, []int{0, 1, 2, 3, 4, 5})
		}
	}
	if !found {
		t.Errorf("the six units were not found: %s", c.summary())
	}
	params.Events = "light"
	if _, err := Map(t.Context(), []*nissl.Recording{r}, params, &method.Env{}); err == nil || !strings.Contains(err.Error(), "tone") {
		t.Errorf("unknown events must be refused with those that there are, got %v", err)
	}
}
