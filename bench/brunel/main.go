// Command brunel measures the network of Brunel (2000), 10,000 cells with 10 M synapses, against NEST and Brian2 on as many
// threads; the sides take turns:
//
//	go run ./bench/brunel -python PYTHON -brian PYTHON -peers ../shared/peers
//
// It prints what is simulated per second at the same rate of spikes, the time of construction, memory, the version with
// plastic synapses, 100,000 cells with 100 M synapses, and what share of the memory's bandwidth is reached. On a busy
// machine OMP_WAIT_POLICY=passive keeps the peers' threads from waiting for each other in vain.
package main

import (
	"context"
	_ "embed"
	"flag"
	"fmt"
	"log"
	"os"
	"slices"
	"strconv"
	"time"

	"nissl/bench/peer"
	"nissl/spiking"
	"nissl/spiking/param"
	"nissl/spiking/synapse"
)

//go:embed nest_side.py
var nestSide string

//go:embed brian_side.py
var brianSide string

type config struct {
	*peer.Options
	brian, only        string
	rounds, threads    int
	seconds, brianTime float64
}

func main() {
	log.SetFlags(0)
	c := &config{Options: peer.Flags()}
	flag.StringVar(&c.brian, "brian", "", "Python with Brian2; empty leaves it out")
	flag.StringVar(&c.only, "only", "static,plastic,large,bandwidth", "what is measured")
	flag.IntVar(&c.rounds, "rounds", 3, "turns of all sides")
	flag.IntVar(&c.threads, "threads", 2, "threads of every side")
	flag.Float64Var(&c.seconds, "seconds", .5, "biological time of a turn")
	flag.Float64Var(&c.brianTime, "brian-seconds", .5, "biological time of a turn of Brian2, which begins anew each time")
	alone := flag.Bool("alone", false, "measure this side only")
	child := flag.Bool("large-here", false, "build the large network in this process, as the command itself does")
	flag.Parse()
	if *alone {
		c.Python, c.brian = "", ""
	}
	if err := c.run(*child); err != nil {
		log.Fatal(err)
	}
}

func (c *config) run(child bool) error {
	if child {
		return c.large()
	}
	for _, part := range []struct {
		name string
		f    func() error
	}{
		{"static", func() error { return c.compare("static_synapse") }},
		{"plastic", func() error { return c.compare("stdp_synapse") }},
		{"large", c.largeApart},
		{"bandwidth", c.bandwidth},
	} {
		if !slices.Contains(split(c.only), part.name) {
			continue
		}
		if err := part.f(); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	return nil
}

const (
	warm     = .1 // s before measuring
	indegree = 800
)

// model is the network; E-E synapses are of a rule.
func model(cells int, rule string) *spiking.Model {
	m := spiking.Brunel(cells, 5, 2, 12345)
	for i := range m.Populations { // as the peers begin
		m.Populations[i].Start = map[string]param.Value{"V_m": param.Constant(0)}
	}
	scale := float64(cells) * .08 / indegree // Brunel makes as many synapses as a tenth of the cells
	for i := range m.Connections {
		k, w := m.Connections[i].Rule["indegree"], m.Connections[i].Weight
		n, _ := k.Constant()
		x, _ := w.Constant()
		m.Connections[i].Rule["indegree"], m.Connections[i].Weight = param.Constant(n/scale), param.Constant(x*scale)
	}
	m.Stimuli[0].Weight *= scale
	rate, _ := m.Stimuli[0].Params["rate"].Constant()
	m.Stimuli[0].Params["rate"] = param.Constant(rate / scale)
	if rule != "static_synapse" {
		within := m.Connections[0]
		within.To, within.Synapse = []string{"E"}, synapse.STDP()
		within.Params = map[string]param.Value{}
		for name, x := range map[string]float64{"lambda": .01, "alpha": 1.05, "mu_plus": 0, "mu_minus": 0, "Wmax": .2} {
			within.Params[name] = param.Constant(x)
		}
		m.Connections[0].To = []string{"I"}
		m.Connections = append(m.Connections, within)
	}
	return m
}

// side is what a program has done.
type side struct {
	name         string
	build, speed peer.Times // s; s per biological second
	rate         []float64  // spikes/s/cell
}

// compare runs all sides in turn.
func (c *config) compare(rule string) error {
	fmt.Printf("\n%s: 10,000 cells, 10 M synapses, %d threads, turns of %g s\n", rule, c.threads, c.seconds)
	sides, err := c.sides(rule)
	if err != nil {
		return err
	}
	done := make([]side, len(sides))
	for range c.rounds {
		for i, s := range sides {
			done[i].name = s.name
			if err := s.turn(&done[i]); err != nil {
				return err
			}
		}
	}
	for _, s := range sides {
		s.close()
	}
	ours := done[0]
	for _, d := range done {
		fmt.Printf("%-7s %6.1f M synaptic events/s at best, %6.1f in the median; %.2f spikes/s per cell", d.name,
			events(d.rate[0], d.speed.Best()), events(d.rate[0], d.speed.Median()), mean(d.rate))
		if len(d.build) > 0 {
			fmt.Printf("; built in %.3f s at best, %.3f in the median", d.build.Best(), d.build.Median())
		}
		fmt.Println()
	}
	for _, d := range done[1:] {
		fmt.Printf("ratio to %-7s speed %.1f at best, %.1f in the median; rate differs by %.1f %%", d.name,
			d.speed.Best()/ours.speed.Best(), d.speed.Median()/ours.speed.Median(), 100*abs(mean(d.rate)/mean(ours.rate)-1))
		if len(d.build) > 0 {
			fmt.Printf("; construction %.1f at best, %.1f in the median", d.build.Best()/ours.build.Best(), d.build.Median()/ours.build.Median())
		}
		fmt.Println()
	}
	return nil
}

// events are M synaptic events per second of a network in which a cell sends each spike to 1,000 others.
func events(rate, secondsPerSecond float64) float64 { return rate * 1e4 * 1e3 / secondsPerSecond / 1e6 }

// turns is a side that can be run again and again.
type turns struct {
	name  string
	turn  func(d *side) error
	close func()
}

func (c *config) sides(rule string) ([]turns, error) {
	all := []turns{c.ours(rule)}
	if c.Python != "" {
		s, err := c.Serve(nestSide, strconv.Itoa(c.threads))
		if err != nil {
			return nil, err
		}
		all = append(all, c.nest(s, rule))
	}
	if c.brian != "" && rule == "static_synapse" {
		o := *c.Options
		o.Python = c.brian
		s, err := o.Serve(brianSide, strconv.Itoa(c.threads), fmt.Sprint((c.brianTime+warm)*1000))
		if err != nil {
			return nil, err
		}
		if _, err := s.Ask("compile"); err != nil {
			return nil, err
		}
		all = append(all, c.brians(s))
	}
	return all, nil
}

func (c *config) ours(rule string) turns {
	return turns{"nissl", func(d *side) error {
		start := time.Now()
		s, err := spiking.New(model(10000, rule), spiking.Options{Threads: c.threads})
		if err != nil {
			return err
		}
		d.build = append(d.build, time.Since(start).Seconds())
		if _, err := s.Record(context.Background(), warm); err != nil {
			return err
		}
		start = time.Now()
		r, err := s.Record(context.Background(), warm+c.seconds)
		if err != nil {
			return err
		}
		d.speed = append(d.speed, time.Since(start).Seconds()/c.seconds)
		d.rate = append(d.rate, float64(r.Spikes.Count())/c.seconds/1e4)
		if n, bytes := s.Synapses(); len(d.rate) == 1 {
			fmt.Printf("nissl   %d synapses of %.2f bytes\n", n, float64(bytes)/float64(n))
		}
		return nil
	}, func() {}}
}

func (c *config) nest(s *peer.Server, rule string) turns {
	return turns{"NEST", func(d *side) error {
		built, err := s.Ask(fmt.Sprint("build ", rule, " 10000 ", indegree))
		if err != nil {
			return err
		}
		d.build = append(d.build, built[0]+built[1])
		if len(d.build) == 1 {
			fmt.Printf("NEST    %.0f synapses, peak memory %.0f MiB; Connect %.2f s, its preparation %.2f s\n", built[2], built[3]/(1<<20), built[0], built[1])
		}
		if _, err := s.Ask(fmt.Sprint("run ", warm*1000)); err != nil {
			return err
		}
		ran, err := s.Ask(fmt.Sprint("run ", c.seconds*1000))
		if err != nil {
			return err
		}
		d.speed = append(d.speed, ran[0]/c.seconds)
		d.rate = append(d.rate, ran[1]/c.seconds/1e4)
		return nil
	}, func() { _ = s.Close() }}
}

func (c *config) brians(s *peer.Server) turns {
	return turns{"Brian2", func(d *side) error {
		ran, err := s.Ask("run")
		if err != nil {
			return err
		}
		rate := ran[2] / c.brianTime / 1e4
		// Its time is that of all spikes, the first tenth of a second included.
		d.speed = append(d.speed, ran[0]/(ran[1]/1e4/rate))
		d.rate = append(d.rate, rate)
		return nil
	}, func() { _ = s.Close() }}
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

func abs(x float64) float64 { return max(x, -x) }

// peak is the most memory that this process has had, in bytes.
func peak() int64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return -1
	}
	return field(string(status), "VmHWM:") * 1024
}
