package dynamicconnectome

import (
	"context"
	"fmt"
	"testing"

	"nissl"
	"nissl/method"
)

// TestPlanted maps the simulation of catalogue row 10 and compares it with its truth.
func TestPlanted(t *testing.T) {
	const seed = 1
	t.Logf("seed %d", seed)
	p := Plant(PlantedOptions{}, seed)
	params := Defaults()
	params.Restarts, params.MaxRank = 4, 5
	c, err := Map(t.Context(), p.Recordings, params, &method.Env{Seed: seed})
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Components) != 3 {
		t.Errorf("%d components, planted are 3", len(c.Components))
	}
	if cos, which := c.matchIntervals(p); cos < 0.9 {
		t.Errorf("smallest cosine with the planted intervals is %.3f (components %v)", cos, which)
	}
	if ari := c.intervalARI(p); ari < 0.9 {
		t.Errorf("smallest adjusted Rand index in an interval is %.3f", ari)
	}
	if len(c.Tracks) != 3 {
		t.Errorf("%d communities followed, planted are 3", len(c.Tracks))
	}
	for _, u := range p.Switchers {
		if c.Flexibility[u] <= c.Flexibility[10] {
			t.Errorf("switcher %d is no more flexible (%.2f) than unit 10 (%.2f)", u, c.Flexibility[u], c.Flexibility[10])
		}
	}
}

// TestShifted: without alignment there are no communities.
func TestShifted(t *testing.T) {
	const seed = 2
	t.Logf("seed %d", seed)
	p := Plant(PlantedOptions{Animals: 1, Samples: 400}, seed)
	params := Defaults()
	params.Rank, params.Restarts = 3, 2
	c, err := Map(t.Context(), []*nissl.Recording{Shifted(p.Recordings[0], seed)}, params, &method.Env{Seed: seed})
	if err != nil {
		t.Fatal(err)
	}
	if n := c.found(); n > 0 {
		t.Errorf("%d communities in a recording without any", n)
	}
}

// Three groups that take turns, in a simulation whose truth is known.
func ExampleMap() {
	simulation := Plant(PlantedOptions{Units: 30, Animals: 2, Samples: 480, Switchers: 2}, 1)
	params := Defaults()
	params.Rank = 3
	c, err := Map(context.Background(), simulation.Recordings, params, &method.Env{Seed: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%d components, %d communities; unit 0 is in %.0f %% of them\n", len(c.Components), len(c.Tracks), 100*c.Promiscuity[0])
	// Output: 3 components, 3 communities; unit 0 is in 67 % of them
}
