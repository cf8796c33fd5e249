package arch

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"nissl/nn/layer"
)

// The largest sizes that a config.json is believed.
const (
	most         = 1 << 24
	mostLayers   = 1 << 10 // each takes a list of weights before any is read
	mostExperts  = 1 << 8
	mostHeadSize = 1 << 16
)

// config is a config.json whose values are checked before they are used. What is asked for under several
// names is taken by the first that is there; null counts as absent. The first error stays, and the values
// after it mean nothing.
type config struct {
	fields map[string]json.RawMessage
	err    *error
}

func parseConfig(text []byte) *config {
	c := &config{err: new(error)}
	if err := json.Unmarshal(text, &c.fields); err != nil {
		c.fail("not a JSON object: %v", err)
	}
	return c
}

func (c *config) fail(format string, args ...any) {
	if *c.err == nil {
		*c.err = fmt.Errorf("config.json: "+format, args...)
	}
}

// has says whether the value is there, be it null.
func (c *config) has(name string) bool { _, ok := c.fields[name]; return ok }

// given says whether the value is there and not null.
func (c *config) given(name string) bool { return c.has(name) && string(c.fields[name]) != "null" }

// take decodes the value of the first name that is there.
func (c *config) take(into any, expected string, names []string) (found bool) {
	for _, name := range names {
		if !c.given(name) {
			continue
		}
		if json.Unmarshal(c.fields[name], into) != nil {
			c.fail("%q is %.40s: expected %s", name, c.fields[name], expected)
		}
		return true
	}
	return false
}

// whole is a number from 1 to limit. otherwise stands in where it is absent; 0 makes that an error.
func (c *config) whole(otherwise, limit int, names ...string) int {
	expected := fmt.Sprintf("a whole number from 1 to %d", limit)
	x := float64(otherwise) // some programs write 16.0
	if !c.take(&x, expected, names) {
		if otherwise == 0 {
			c.fail("%q is missing: expected %s", names[0], expected)
			return 1
		}
		return otherwise
	}
	if x != math.Trunc(x) || x < 1 || x > float64(limit) {
		c.fail("%q is %g: expected %s", strings.Join(names, "\" or \""), x, expected)
		return 1
	}
	return int(x)
}

// positive is a number above 0.
func (c *config) positive(otherwise float64, names ...string) float64 {
	x := otherwise
	c.take(&x, "a number", names)
	if !(x > 0) || math.IsInf(x, 0) {
		c.fail("%q is %g: expected a number above 0", strings.Join(names, "\" or \""), x)
		return 1
	}
	return x
}

func (c *config) flag(otherwise bool, names ...string) bool {
	c.take(&otherwise, "true or false", names)
	return otherwise
}

func (c *config) text(otherwise string, names ...string) string {
	c.take(&otherwise, "a text", names)
	return otherwise
}

// only refuses a setting whose other value nissl does not compute.
func (c *config) only(known bool, names ...string) {
	if c.flag(known, names...) != known {
		c.fail("%q is %t: nissl computes only networks where it is %t", names[0], !known, known)
	}
}

// sub is an object inside the object; empty where it is absent.
func (c *config) sub(names ...string) *config {
	s := &config{err: c.err}
	c.take(&s.fields, "an object", names)
	return s
}

// activation of the neurons.
func (c *config) activation(otherwise string, names ...string) layer.Activation {
	a := layer.Activation(c.text(otherwise, names...))
	if !a.Known() {
		c.fail("%q is %q: expected relu, gelu, gelu_new, gelu_pytorch_tanh, quick_gelu, silu, tanh, sigmoid or linear", names[0], string(a))
	}
	return a
}

// rotary reads how queries and keys turn, under the names of today (rope_parameters) and those before
// (rope_theta, rope_scaling; rotary_emb_base, rotary_pct). base and part are what it is where nothing
// says; part is the share of a head's dimensions that turn.
func (c *config) rotary(headSize int, base, part float64) *layer.Rotary {
	r := c.sub("rope_parameters", "rope_scaling")
	base = r.positive(c.positive(base, "rope_theta", "rotary_emb_base"), "rope_theta")
	part = r.positive(c.positive(part, "partial_rotary_factor", "rotary_pct"), "partial_rotary_factor")
	size := int(float64(headSize) * part)
	if size < 2 || size%2 != 0 || size > headSize {
		c.fail("%d of a head's %d dimensions turn with position: expected an even number", size, headSize)
		return nil
	}
	rotary := &layer.Rotary{Size: size, Base: base}
	switch kind := r.text("default", "rope_type", "type"); kind {
	case "default":
	case "linear":
		rotary.Factor = make([]float64, size/2)
		factor := r.positive(0, "factor")
		for i := range rotary.Factor {
			rotary.Factor[i] = 1 / factor
		}
	case "llama3":
		context := c.positive(0, "max_position_embeddings")
		rotary.Factor = llama3Factors(rotary, r.positive(0, "factor"), r.positive(1, "low_freq_factor"), r.positive(4, "high_freq_factor"),
			r.positive(context, "original_max_position_embeddings"))
	default:
		c.fail("rope_scaling of type %q: nissl computes default, linear and llama3", kind)
	}
	return rotary
}

// llama3Factors multiply the frequencies of Llama 3.1: slow ones, whose waves are longer than context/low,
// are divided by factor; fast ones, of waves shorter than context/high, stay; between them it goes over
// from one to the other (function apply_scaling of Meta's llama-models).
func llama3Factors(r *layer.Rotary, factor, low, high, context float64) []float64 {
	out := make([]float64, r.Size/2)
	for i := range out {
		wave := 2 * math.Pi * math.Pow(r.Base, 2*float64(i)/float64(r.Size))
		smooth := min(max((context/wave-low)/(high-low), 0), 1)
		switch {
		case wave > context/low:
			smooth = 0
		case wave < context/high:
			smooth = 1
		}
		out[i] = (1-smooth)/factor + smooth
	}
	return out
}
