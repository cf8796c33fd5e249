package runs

import (
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"nissl"
	"nissl/format/reader"
	"nissl/method"
	"nissl/studio/library"
	"nissl/studio/reply"
	"nissl/studio/runs/command"
)

// Request is a run as the form asks for it.
type Request struct {
	Method  string            `json:"method"`
	Inputs  []string          `json:"inputs"` // items of the library
	Params  map[string]string `json:"params"`
	Texts   map[string]string `json:"texts"` // what was typed for parameters that name a file
	Seed    string            `json:"seed"`
	Workers string            `json:"workers"`
	Do      []string          `json:"do"`
	Read    []string          `json:"read"`
	Units   string            `json:"units"`
	Without string            `json:"without"`
	Time    string            `json:"time"`
}

// Problem is what is wrong with a field of the form: a parameter's name, or inputs, seed, workers, do, read, units,
// without or time.
type Problem struct {
	Field string `json:"field"`
	Says  string `json:"says"`
}

// problems gathers what is wrong with a form.
type problems []Problem

func (p *problems) add(field string, err error) {
	if err != nil {
		*p = append(*p, Problem{field, err.Error()})
	}
}

// read turns the form into a command without a folder, and says what is wrong with it.
func (r *Runs) read(q Request) (method.Info, command.Command, problems, error) {
	info, ok := r.byName[q.Method]
	if !ok {
		return info, command.Command{}, nil, reply.Missing(fmt.Errorf("there is no method %q", q.Method))
	}
	var wrong problems
	c := command.Command{Method: info.Name, Params: map[string]string{}, Units: q.Units, Without: q.Without, Time: q.Time}
	c.Inputs = r.inputs(q.Inputs, info.Needs, &wrong)
	r.params(q, info, &c, &wrong)
	var err error
	if c.Seed, err = number(q.Seed, 64); err != nil {
		wrong.add("seed", errors.New("expected a whole number that is not negative"))
	}
	workers, err := number(q.Workers, 16)
	if err != nil {
		wrong.add("workers", errors.New("expected a whole number; 0 is every processor"))
	}
	c.Workers = int(workers)
	if info.Needs.Takes("recording") {
		c.Read = filled(q.Read)
		wrong.add("read", r.checkRead(c.Read))
		wrong.add("time", checkTime(q.Time))
	}
	if info.Needs.Takes("network") {
		c.Do = filled(q.Do)
		wrong.add("do", r.checkDo(c.Do))
	}
	if slices.ContainsFunc(c.Args(info), func(w string) bool { return strings.ContainsRune(w, 0) }) {
		return info, c, nil, reply.Bad(errors.New("a value holds a character 0, which no command can be given"))
	}
	return info, c, wrong, nil
}

// number reads a whole number; nothing is 0.
func number(word string, bits int) (uint64, error) {
	if strings.TrimSpace(word) == "" {
		return 0, nil
	}
	return strconv.ParseUint(strings.TrimSpace(word), 10, bits)
}

func filled(words []string) []string {
	var out []string
	for _, w := range words {
		if w = strings.TrimSpace(w); w != "" {
			out = append(out, w)
		}
	}
	return out
}

// inputs are the paths of the items, which must be of a kind that the method takes.
func (r *Runs) inputs(ids []string, n method.Needs, wrong *problems) []string {
	var paths []string
	for _, id := range ids {
		it, err := r.lib.Item(id, "")
		if err != nil {
			wrong.add("inputs", err)
			continue
		}
		if !fits(it, n) {
			wrong.add("inputs", fmt.Errorf("%s: the method takes a %s", it.Name, n.Kind))
		}
		paths = append(paths, it.Path)
	}
	wrong.add("inputs", n.CheckCount(len(ids)))
	return paths
}

// fits says whether an item can be an input.
func fits(it *library.Item, n method.Needs) bool {
	return it.Is(library.Recording) && n.Takes("recording") || it.Is(library.Network) && n.Takes("network")
}

// params checks each parameter by the method's own rules.
func (r *Runs) params(q Request, info method.Info, c *command.Command, wrong *problems) {
	known := map[string]bool{}
	for _, p := range info.Params {
		known[p.Name] = true
		word, given := q.Params[p.Name]
		if text := q.Texts[p.Name]; p.File && text != "" {
			word, given = r.textPath(p.Name, text), true
		} else if p.File && given && word != "" && word != fmt.Sprint(p.Default) && !r.opened(word) {
			wrong.add(p.Name, notOpened(word))
			continue
		}
		if !given {
			continue
		}
		c.Params[p.Name] = word
		if err := info.CheckParams(map[string]string{p.Name: word}); err != nil {
			says := strings.TrimPrefix(err.Error(), "--"+p.Name+" "+word+": ")
			wrong.add(p.Name, errors.New(says))
		}
	}
	for name, word := range q.Params {
		if !known[name] {
			wrong.add(name, info.CheckParams(map[string]string{name: word}))
		}
	}
}

func notOpened(path string) error {
	return fmt.Errorf("%s: was not opened; start nissl studio with it, or with its folder", path)
}

// checkRead checks the words of the readers. A value may name a file, which must have been opened.
func (r *Runs) checkRead(words []string) error {
	o, err := reader.ParseOptions(words)
	if err != nil {
		return err
	}
	for name, value := range o {
		if _, err := os.Lstat(value); err == nil && value != r.options.Read[name] && !r.opened(value) {
			return notOpened(value)
		}
	}
	return nil
}

// checkDo checks the spelling of interventions; what they name must have been opened.
func (r *Runs) checkDo(words []string) error {
	for _, w := range words {
		if file, ok := strings.CutPrefix(w, "@"); ok {
			if !r.opened(file) {
				return notOpened(file)
			}
			continue
		}
		v, err := nissl.ParseIntervention(w)
		if err != nil {
			return err
		}
		source := v.Vector
		if v.Action == nissl.Silence {
			_, source = v.Reference()
		}
		if source != "" && !r.opened(source) {
			return notOpened(source)
		}
	}
	return nil
}

func checkTime(span string) error {
	if span == "" {
		return nil
	}
	a, b, comma := strings.Cut(span, ",")
	start, err1 := strconv.ParseFloat(strings.TrimSpace(a), 64)
	stop, err2 := strconv.ParseFloat(strings.TrimSpace(b), 64)
	if !comma || err1 != nil || err2 != nil || !(start < stop) || math.IsInf(stop-start, 0) {
		return errors.New("expected START,STOP in seconds, START before STOP")
	}
	return nil
}
