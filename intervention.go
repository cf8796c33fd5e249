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
	Silence   Action = "silence"   // set to 0, or Vector: "mean" of each unit, "resample" from other samples
	Clamp     Action = "clamp"     // set to Value
	Patch     Action = "patch"     // replace by the recording Vector, same unit and time
	Freeze    Action = "freeze"    // hold what the run without any intervention gives
	Prune     Action = "prune"     // silence and take away the weights
	Scale     Action = "scale"     // multiply by Value
	Project   Action = "project"   // remove the component along the direction Vector
	Add       Action = "add"       // add Value, or Value × the direction Vector
	Threshold Action = "threshold" // cut off what is above Value
)

// takes says which of value and vector each action takes.
func (a Action) takes() (value, vector, known bool) {
	switch a {
	case Freeze, Prune:
		return false, false, true
	case Clamp, Scale, Threshold:
		return true, false, true
	case Add:
		return true, true, true
	case Silence, Patch, Project:
		return false, true, true
	}
	return false, false, false
}

// Intervention replaces activity at a site while a network runs. It is a plain value
// with one spelling for the command line, files and findings:
//
//	silence(blocks.3.mlp.post/17)               neuron 17
//	silence(blocks.3.mlp.post/1+5+20-29, mean)  several neurons, to their mean
//	scale(blocks.3.attn.z/2@-1, 0.5)            head 2 at the last position
//	add(V1/0-99@0.5-1.5, 2.5)                   units 0 to 99, from 0.5 s to 1.5 s
//	add(blocks.3.resid_post, 4, directions/french)
//	patch(blocks.3.attn.z/2:7, clean.rec)       dimension 7 of head 2
//
// Several interventions at one site act in the order of the Action constants, so that
// their order in a list never changes what they mean: first what replaces activity
// (of which only one may claim a unit), then Scale, then Project along all
// directions at once, then Add, then Threshold.
type Intervention struct {
	Action Action
	Site   string   // site or population name
	Units  []Choice // one for each unit axis of the site; absent ones mean all
	At     Choice   // token positions (negative from the end), or seconds in a simulation
	Value  float64
	Vector string // name of the direction or source, or how to silence

	// Source is what Vector names, once it is open: a direction is a recording of one
	// sample. It is no part of the spelling.
	Source *Recording
}

// One returns the intervention on one unit of a site.
func One(a Action, site string, unit int, value float64) Intervention {
	return Intervention{Action: a, Site: site, Units: []Choice{{{float64(unit), float64(unit)}}}, Value: value}
}

// Reference splits the Vector of a Silence: how ("", "mean" or "resample"), and the
// recording that it is taken from ("" for the run itself).
func (v Intervention) Reference() (how, source string) {
	how, source, _ = strings.Cut(v.Vector, ":")
	return how, source
}

// String is the spelling that ParseIntervention reads.
func (v Intervention) String() string {
	args := []string{v.target()}
	value, vector, _ := v.Action.takes()
	if value {
		args = append(args, strconv.FormatFloat(v.Value, 'g', -1, 64))
	}
	if vector && v.Vector != "" {
		args = append(args, v.Vector)
	}
	return string(v.Action) + "(" + strings.Join(args, ", ") + ")"
}

// target is SITE/UNITS@TIMES.
func (v Intervention) target() string {
	s := v.Site
	for i, u := range v.Units {
		s += string("/:"[min(i, 1)]) + u.String()
	}
	if v.At != nil {
		s += "@" + v.At.String()
	}
	return s
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
	v, err := parseIntervention(s)
	if err != nil {
		return Intervention{}, fmt.Errorf("intervention %q: %w; write e.g. silence(blocks.3.mlp.post/17) or add(V1, 2.5)", s, err)
	}
	return v, nil
}

func parseIntervention(s string) (Intervention, error) {
	name, rest, ok := strings.Cut(strings.TrimSpace(s), "(")
	body, closed := strings.CutSuffix(rest, ")")
	if !ok || !closed {
		return Intervention{}, fmt.Errorf("expected action(site, ...)")
	}
	v := Intervention{Action: Action(strings.TrimSpace(name))}
	value, vector, known := v.Action.takes()
	if !known {
		return v, fmt.Errorf("unknown action %q", v.Action)
	}
	args := strings.Split(body, ",")
	for i := range args {
		args[i] = strings.TrimSpace(args[i])
	}
	var err error
	if v.Site, v.Units, v.At, err = parseTarget(args[0]); err != nil {
		return v, err
	}
	args = args[1:]
	if value {
		if len(args) == 0 {
			return v, fmt.Errorf("no value")
		}
		x, err := strconv.ParseFloat(args[0], 64)
		if err != nil || x != x || x-x != 0 {
			return v, fmt.Errorf("value %q is not a finite number", args[0])
		}
		v.Value, args = x, args[1:]
	}
	if vector && len(args) > 0 {
		v.Vector, args = args[0], args[1:]
	}
	switch how, _ := v.Reference(); {
	case (v.Action == Patch || v.Action == Project) && v.Vector == "":
		return v, fmt.Errorf("no source or direction")
	case v.Action == Silence && how != "" && how != "mean" && how != "resample":
		return v, fmt.Errorf("silence to %q: want mean or resample, alone or as mean:FILE", how)
	case len(args) > 0:
		return v, fmt.Errorf("too many arguments")
	}
	return v, nil
}

// parseTarget reads SITE/UNITS@TIMES. What follows the last slash belongs to the name
// unless it is a choice of units, because biological names have slashes too.
func parseTarget(s string) (site string, units []Choice, at Choice, err error) {
	site = s
	if i := strings.LastIndexByte(site, '@'); i >= 0 {
		if at, err = ParseChoice(site[i+1:]); err != nil {
			return "", nil, nil, fmt.Errorf("times %q: %w", site[i+1:], err)
		}
		if at == nil {
			return "", nil, nil, fmt.Errorf("times %q: all times are written by leaving @ away", site[i+1:])
		}
		site = site[:i]
	}
	if i := strings.LastIndexByte(site, '/'); i >= 0 && strings.Trim(site[i+1:], "0123456789-+:*") == "" {
		for _, part := range strings.Split(site[i+1:], ":") {
			u, err := ParseChoice(part)
			if err != nil {
				return "", nil, nil, fmt.Errorf("units %q: %w", site[i+1:], err)
			}
			if len(u) > 0 && u[0].Lo < 0 {
				return "", nil, nil, fmt.Errorf("units %q: a unit has no negative number", site[i+1:])
			}
			units = append(units, u)
		}
		site = site[:i]
	}
	if site == "" {
		return "", nil, nil, fmt.Errorf("no site")
	}
	return site, units, at, nil
}
