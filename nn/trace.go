package nn

import (
	"fmt"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	"github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"
)

// traceSites builds the graph once, without compiling it, to find the sites and to see that Forward
// uses every weight that it lists.
func (m *Model) traceSites() error {
	in := m.Arch.Input()
	dims := append([]int{1}, in.Shape...)
	for i, d := range dims {
		if d < 0 {
			dims[i] = 2
			if in.Length > 0 {
				dims[i] = in.Length
			}
		}
	}
	p, err := m.trace(dims, 0)
	if err != nil {
		return err
	}
	for name := range p.shapes {
		if p.used[name] == nil {
			return fmt.Errorf("%s: Weights lists %s, which Forward does not use", m.Arch.Name(), name)
		}
	}
	m.sites, m.steps = p.sites, p.steps
	if a, ok := m.Arch.(Documented); ok {
		for i, s := range m.sites {
			if text := doc(s.Name, a.SiteDocs()); text != "" {
				m.sites[i].Doc = text
			}
		}
	}
	return nil
}

// trace builds the graph for an input of the given shape without compiling it; room > 0 is that of a
// cache.
func (m *Model) trace(dims []int, room int) (p *Pass, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%s: %v", m.Arch.Name(), r)
		}
	}()
	g := graph.NewGraph(m.device.Backend(), "trace")
	defer g.Finalize()
	input := graph.Parameter(g, "input", shapes.Make(dtypes.Float32, dims...))
	p = m.begin(nil, input, call{plan: &plan{}, room: room})
	p.tracing(m.Arch.Weights())
	if room > 0 {
		p.start = graph.Parameter(g, "start", shapes.Make(dtypes.Int32))
	}
	m.forward(p, input)
	return p, nil
}
