// Package method is the frame that every method fits into: a typed function from
// recordings or networks and its Params to a Finding, the paper it comes from, and
// the claims that show that it works. Drivers (the command line, the studio, the
// reproduction) see an [Entry] and know no method by name.
package method

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"nissl"
)

// Verb is the command that a method belongs to.
type Verb string

// Verbs of the command line, with what each means.
const (
	Read     Verb = "read"
	Map      Verb = "map"
	Decode   Verb = "decode"
	Explain  Verb = "explain"
	Perturb  Verb = "perturb"
	Simulate Verb = "simulate"
	Train    Verb = "train"
	Prune    Verb = "prune"
	Compare  Verb = "compare"
	Theory   Verb = "theory"
)

// Verbs lists the verbs in the order of the help, with one line for each.
func Verbs() []struct {
	Verb Verb
	Help string
} {
	return []struct {
		Verb Verb
		Help string
	}{
		{Read, "turn raw activity into a clean recording"},
		{Map, "which units work together, when, and how much of it is chance"},
		{Decode, "what can be read from the activity"},
		{Explain, "what each unit stands for"},
		{Perturb, "what happens when units are silenced or driven"},
		{Simulate, "run a network of spiking neurons"},
		{Train, "train a network"},
		{Prune, "take away what a network does not need"},
		{Compare, "how alike two recordings or networks are"},
		{Theory, "check a result of theory by computation"},
	}
}

// Input of a run.
type Input struct {
	Recordings []*nissl.Recording
	Networks   []nissl.Network
	Sources    []nissl.Source // the files, when there are any
}

// Needs says what a method takes: a number of recordings or networks; Max 0 means
// any number.
type Needs struct {
	Kind     string // "recording", "network", "recording or network", or "" for a method that takes no input
	Min, Max int
}

// Method is one paper, running. P is a struct of parameters; see Param for its tags.
type Method[P any] struct {
	Name     string // as typed: dynamic-connectome
	Verb     Verb
	Summary  string // one line
	Doc      string // the text of doc.go, embedded
	Papers   []nissl.Paper
	Needs    Needs
	Defaults P
	// Compute makes the finding. It must not modify its input, must return soon after
	// ctx is cancelled, and must give the same finding for the same seed. Provenance
	// (method, parameters, seed, inputs, version, what the readers guessed) is filled
	// in by Entry.Run.
	Compute func(ctx context.Context, in Input, p P, env *Env) (*nissl.Finding, error)
	Claims  []Claim
}

// Info is what there is to know about a method without running it.
type Info struct {
	Name    string        `json:"name"`
	Verb    Verb          `json:"verb"`
	Summary string        `json:"summary"`
	Papers  []nissl.Paper `json:"papers"`
	Params  []Param       `json:"params"`
	Needs   Needs         `json:"needs"`
	Doc     string        `json:"-"`
	Claims  []Claim       `json:"-"`
}

// CheckParams reports the first word that is no parameter of the method or lies
// outside its range, without running anything.
func (i Info) CheckParams(words map[string]string) error {
	_, err := parseParams(i.Params, words)
	return err
}

// Entry is a method without its type, as the catalogue lists it.
type Entry interface {
	Info() Info
	// Run sets the parameters given as text over the defaults, checks them and the
	// input, runs the method and adds the provenance.
	Run(ctx context.Context, in Input, params map[string]string, env *Env) (*nissl.Finding, error)
}

// Info of the method.
func (m Method[P]) Info() Info {
	return Info{Name: m.Name, Verb: m.Verb, Summary: m.Summary, Papers: m.Papers, Params: paramsOf(m.Defaults),
		Needs: m.Needs, Doc: DocText(m.Doc), Claims: m.Claims}
}

// Run implements Entry.
func (m Method[P]) Run(ctx context.Context, in Input, params map[string]string, env *Env) (*nissl.Finding, error) {
	p := m.Defaults
	if err := setParams(&p, params); err != nil {
		return nil, fmt.Errorf("%s: %w", m.Name, err)
	}
	if err := m.Needs.check(in); err != nil {
		return nil, fmt.Errorf("%s: %w", m.Name, err)
	}
	f, err := m.RunWith(ctx, in, p, env)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", m.Name, err)
	}
	return f, nil
}

// RunWith runs the method with typed parameters and adds the provenance.
func (m Method[P]) RunWith(ctx context.Context, in Input, p P, env *Env) (*nissl.Finding, error) {
	if env == nil {
		env = &Env{}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f, err := m.Compute(ctx, in, p, env)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	f.Method, f.Verb, f.Papers = m.Name, string(m.Verb), m.Papers
	f.Params, f.Seed, f.Inputs, f.Version = paramValues(p), env.Seed, in.Sources, nissl.Version
	f.Notes = append(inputNotes(in), f.Notes...)
	return f, nil
}

// inputNotes are what the readers guessed or repaired, since a finding rests on it.
// What is said of several recordings is said once.
func inputNotes(in Input) []string {
	var notes []string
	of := map[string][]string{}
	for _, r := range in.Recordings {
		for _, n := range r.Notes {
			if of[n] == nil {
				notes = append(notes, n)
			}
			of[n] = append(of[n], r.Name)
		}
	}
	for i, n := range notes {
		names := strings.Join(of[n], ", ")
		if len(of[n]) > 3 {
			names = fmt.Sprintf("%d recordings", len(of[n]))
		}
		notes[i] = names + ": " + n
	}
	return notes
}

func (n Needs) check(in Input) error {
	have := len(in.Recordings) + len(in.Networks)
	switch {
	case n.Kind == "network" && len(in.Recordings) > 0:
		return errors.New("takes a network, not a recording")
	case n.Kind == "recording" && len(in.Networks) > 0:
		return errors.New("takes a recording, not a network; nissl read activity records one")
	}
	if err := n.CheckCount(have); err != nil {
		return err
	}
	for _, r := range in.Recordings {
		if err := r.Validate(); err != nil {
			return err
		}
	}
	return nil
}

// Takes says whether the method takes inputs of a kind, "recording" or "network".
func (n Needs) Takes(kind string) bool { return strings.Contains(n.Kind, kind) }

// CheckCount reports whether a run may have that many inputs.
func (n Needs) CheckCount(have int) error {
	many := func(k int) string {
		if k == 1 {
			return "1 " + n.Kind
		}
		return fmt.Sprintf("%d %ss", k, n.Kind)
	}
	switch {
	case n.Kind == "" && have > 0:
		return fmt.Errorf("takes no input, got %d", have)
	case n.Kind == "":
		return nil
	case have < n.Min:
		return fmt.Errorf("needs at least %s, got %d", many(n.Min), have)
	case n.Max > 0 && have > n.Max:
		return fmt.Errorf("takes at most %s, got %d", many(n.Max), have)
	}
	return nil
}

// DocText is the package comment of an embedded doc.go as plain text, without the
// words "Package NAME" that Go's convention begins it with.
func DocText(source string) string {
	var out []string
	for _, line := range strings.Split(source, "\n") {
		if strings.HasPrefix(line, "package ") {
			break
		}
		if text, ok := strings.CutPrefix(line, "//"); ok && !strings.HasPrefix(text, "go:") {
			out = append(out, strings.TrimPrefix(text, " "))
		}
	}
	text := strings.TrimSpace(strings.Join(out, "\n"))
	if rest, ok := strings.CutPrefix(text, "Package "); ok {
		if _, rest, ok = strings.Cut(rest, " "); ok && rest != "" {
			return strings.ToUpper(rest[:1]) + rest[1:]
		}
	}
	return text
}
