package simulations

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"nissl"
	"nissl/studio/reply"
)

// compared says what the simulation is compared with since when: itself without what acts, and the null.
type compared struct {
	Since  float64  `json:"since"`
	Null   []string `json:"null"`    // what acts in the null
	NullIs string   `json:"null_is"` // in words

	others map[string][]int // of a target: the random cells that stand for it
	kick   []period
	seed   uint64
}

// compare makes the twins and lets them go on from the present state. Making them takes no part of the time in
// which others may change the session.
func (s *session) compare(ctx context.Context) (state, error) {
	s.mu.Lock()
	have := len(s.lanes) == 3
	s.mu.Unlock()
	var twins []*lane
	for range 2 {
		if have {
			break
		}
		sim, err := s.source.New(ctx)
		if err != nil {
			return state{}, err
		}
		twins = append(twins, newLane(sim, s.layout))
	}
	return s.change(func() error {
		if len(s.lanes) == 1 && twins == nil {
			return reply.Bad(fmt.Errorf("the comparison was ended meanwhile; begin it again"))
		}
		return s.begin(twins)
	})
}

// begin puts all lanes at the state of the first.
func (s *session) begin(twins []*lane) error {
	s.tell()
	var b bytes.Buffer
	if err := s.main().sim.Save(&b); err != nil {
		return err
	}
	if len(s.lanes) == 1 {
		s.lanes = append(s.lanes, twins...)
		s.share()
	}
	seed := uint64(1)
	if s.compared != nil {
		seed = s.compared.seed + 1
	}
	s.compared = &compared{Since: tidy(s.now()), others: map[string][]int{}, seed: seed}
	for _, n := range s.lanes[1:] {
		if err := n.sim.Observe(s.cells, traceInterval); err != nil {
			return err
		}
		if err := n.sim.Restore(bytes.NewReader(b.Bytes())); err != nil {
			return err
		}
	}
	for _, n := range s.lanes {
		n.restart()
	}
	if err := s.lanes[1].sim.Intervene(nil); err != nil {
		return err
	}
	return s.follow()
}

func (s *session) endComparison() {
	if s.compared == nil {
		return
	}
	s.tell()
	s.lanes, s.compared = s.lanes[:1:1], nil
	s.main().restart()
	s.share()
}

// follow makes the null do as much as the session does.
func (s *session) follow() error {
	c := s.compared
	if c == nil {
		return nil
	}
	var null []period
	whole := false
	for _, p := range s.acts.now {
		v, ok, err := s.elsewhere(p.Intervention)
		if err != nil {
			return reply.Bad(err)
		}
		if ok {
			null = append(null, period{v, p.from, forever})
		} else {
			whole = true
			s.kicked(p)
		}
	}
	null = append(null, c.kick...)
	c.Null, c.NullIs = []string{}, "the same at as many random other cells of the same population"
	for _, p := range null {
		c.Null = append(c.Null, p.String())
	}
	switch {
	case len(s.acts.now) == 0:
		c.NullIs = "no intervention acts: all three are the same unless one did before"
	case whole:
		c.NullIs = "where too many cells are acted on for others to be left: one in a hundred random cells silenced for 20 ms at the begin, which is what chaos alone makes of a small push"
	}
	if err := s.lanes[2].sim.Intervene(acting(null)); err != nil {
		c.NullIs = "there is none: " + err.Error()
		c.Null = []string{}
		return s.lanes[2].sim.Intervene(nil)
	}
	return nil
}

// elsewhere is an intervention at random other cells of the population; there are none when it acts on more than half.
func (s *session) elsewhere(v nissl.Intervention) (nissl.Intervention, bool, error) {
	p, units, err := s.model.target(v)
	if err != nil {
		return v, false, err
	}
	if 2*len(units) > p.Size {
		return v, false, nil
	}
	key := fmt.Sprint(v.Site, v.Units)
	others := s.compared.others[key]
	if others == nil {
		taken := make([]bool, p.Size)
		for _, u := range units {
			taken[u] = true
		}
		random := rand.New(rand.NewPCG(s.compared.seed, uint64(len(s.compared.others))))
		for _, u := range random.Perm(p.Size) {
			if !taken[u] && len(others) < len(units) {
				others = append(others, u)
			}
		}
		s.compared.others[key] = others
	}
	state := ""
	if rest, ok := strings.CutPrefix(v.Site, p.Name+"."); ok {
		state = "." + rest
	} else if i := strings.LastIndexByte(v.Site, '.'); i > 0 && s.model.Units.Index(v.Site) < 0 && v.Site != p.Name {
		state = v.Site[i:]
	}
	v.Site, v.Units = p.Name+state, []nissl.Choice{choice(slices.Clone(others))}
	return v, true, nil
}

// kicked makes the null differ by a small push once, where there are no other cells.
func (s *session) kicked(p period) {
	c := s.compared
	if len(c.kick) > 0 {
		return
	}
	to, _, err := s.model.target(p.Intervention)
	if err != nil {
		return
	}
	random := rand.New(rand.NewPCG(c.seed, 1<<32))
	cells := random.Perm(to.Size)[:max(1, to.Size/100)]
	v := nissl.Intervention{Action: nissl.Silence, Site: to.Name, Units: []nissl.Choice{choice(cells)}}
	c.kick = []period{{v, s.now(), s.now() + 0.02}}
}
