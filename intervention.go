package nissl

import (
	"fmt"
	"strconv"
	"strings"
)

// Action is what an intervention does to the activity at its site.
type Action string

// The actions. Value is the dose of each; Vector names a direction or a source.
const (
	Silence Action = "silence" // set to 0
	Clamp   Action = "clamp"   // set to Value
	Scale   Action = "scale"   // multiply by Value
	Add     Action = "add"     // add Value, or Value × the direction Vector
	Patch   Action = "patch"   // replace by the recording Vector
	Project Action = "project" // remove the component along the direction Vector
	Prune   Action = "prune"   // silence and take away the weights
)

// actions: which of value and vector each action takes.
func (a Action) takes() (value, vector, known bool) {
	switch a {
	case Silence, Prune:
		return false, false, true
	case Clamp, Scale:
		return true, false, true
	case Add:
		return true, true, true
	case Patch, Project:
		return false, true, true
	}
	return false, false, false
}

// Intervention replaces activity at a site while a network runs. It is a plain value
// with one spelling for the command line, files and findings:
//
//	silence(blocks.3.mlp.post/17)
//	add(V1, 2.5)
//	add(blocks.3.resid_post, 4, directions/french)
//	patch(blocks.3.attn.z/2, clean.rec)
type Intervention struct {
	Action Action
	Site   string // site, unit or population name
	Unit   int    // index within the site, -1 for all of it
	Value  float64
	Vector string
}

// String is the spelling that ParseIntervention reads.
func (v Intervention) String() string {
	target := v.Site
	if v.Unit >= 0 {
		target += "/" + strconv.Itoa(v.Unit)
	}
	args := []string{target}
	value, vector, _ := v.Action.takes()
	if value {
		args = append(args, strconv.FormatFloat(v.Value, 'g', -1, 64))
	}
	if vector && v.Vector != "" {
		args = append(args, v.Vector)
	}
	return string(v.Action) + "(" + strings.Join(args, ", ") + ")"
}

// MarshalText writes the spelling, so that JSON and TOML hold it.
func (v Intervention) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText reads the spelling.
func (v *Intervention) UnmarshalText(b []byte) error {
	w, err := ParseIntervention(string(b))
	if err == nil {
		*v = w
	}
	return err
}

// ParseIntervention reads the spelling shown at Intervention.
func ParseIntervention(s string) (Intervention, error) {
	bad := func(why string) (Intervention, error) {
		return Intervention{}, fmt.Errorf("intervention %q: %s; write e.g. silence(blocks.3.mlp.post/17) or add(V1, 2.5)", s, why)
	}
	name, rest, ok := strings.Cut(strings.TrimSpace(s), "(")
	body, closed := strings.CutSuffix(rest, ")")
	if !ok || !closed {
		return bad("expected action(site, ...)")
	}
	v := Intervention{Action: Action(strings.TrimSpace(name)), Unit: -1}
	value, vector, known := v.Action.takes()
	if !known {
		return bad("unknown action " + strconv.Quote(string(v.Action)))
	}
	args := strings.Split(body, ",")
	for i := range args {
		args[i] = strings.TrimSpace(args[i])
	}
	v.Site = args[0]
	if i := strings.LastIndexByte(v.Site, '/'); i >= 0 {
		if n, err := strconv.Atoi(v.Site[i+1:]); err == nil && n >= 0 && strconv.Itoa(n) == v.Site[i+1:] {
			v.Site, v.Unit = v.Site[:i], n
		}
	}
	if v.Site == "" {
		return bad("no site")
	}
	args = args[1:]
	if value {
		if len(args) == 0 {
			return bad("no value")
		}
		x, err := strconv.ParseFloat(args[0], 64)
		if err != nil || x != x || x-x != 0 {
			return bad("value " + strconv.Quote(args[0]) + " is not a finite number")
		}
		v.Value, args = x, args[1:]
	}
	if vector && len(args) > 0 {
		v.Vector, args = args[0], args[1:]
	}
	if vector && !value && v.Vector == "" {
		return bad("no source or direction")
	}
	if len(args) > 0 {
		return bad("too many arguments")
	}
	return v, nil
}
