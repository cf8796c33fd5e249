package train

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	"github.com/gomlx/gomlx/pkg/core/tensors"
	"github.com/gomlx/gomlx/pkg/ml/context"

	"nissl/nn"
	"nissl/nn/safetensors"
)

// A checkpoint is CHECKPOINT/model.safetensors: every weight by its name, the state of the optimiser under
// its own scope, and in the metadata the options and the curve so far. Any program that knows
// safetensors reads the weights.

// digest is what two runs must share for one to resume the other.
func (o Options) digest(m *nn.Model) string {
	var terms, acts []string
	for _, t := range o.Terms {
		terms = append(terms, t.Key)
	}
	for _, a := range o.Acts {
		acts = append(acts, a.String())
	}
	rule := ""
	if o.Rule != nil {
		rule = o.Rule.Key()
	}
	return fmt.Sprintf("%s; %s rate %g %s warmup %d decay %g batch %d steps %d seed %d; terms %v; rule %s; acts %v; only %v",
		m.Arch.Name(), o.Optimizer, o.Rate, o.Schedule, o.Warmup, o.Decay, o.Batch, o.Steps, o.Seed, terms, rule, acts, o.Only)
}

// save writes the checkpoint, where the options name one.
func save(m *nn.Model, o Options, h *History) error {
	if o.Checkpoint == "" {
		return nil
	}
	var all []safetensors.Tensor
	for v := range m.Variables().IterVariables() {
		t, err := values(v)
		if err != nil {
			return err
		}
		all = append(all, t)
	}
	curve, err := json.Marshal(h)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(o.Checkpoint, 0o777); err != nil {
		return err
	}
	return safetensors.Write(file(o), all, map[string]string{"options": o.digest(m), "history": string(curve)})
}

func file(o Options) string { return filepath.Join(o.Checkpoint, safetensors.ModelFile) }

// saveOr saves what an interrupted run has done and returns why it ended.
func saveOr(m *nn.Model, o Options, h *History, why error) error {
	return errors.Join(why, save(m, o, h))
}

// values of a variable. Weights are named as they are, the rest as SCOPE:NAME.
func values(v *context.Variable) (safetensors.Tensor, error) {
	name := v.Name()
	if v.Scope() != context.RootScope {
		name = v.Scope() + ":" + name
	}
	t := safetensors.Tensor{Name: name, Shape: slices.Clone(v.Shape().Dimensions)}
	if t.Shape == nil {
		t.Shape = []int{}
	}
	value, err := v.Value()
	if err != nil {
		return t, err
	}
	switch v.DType() {
	case dtypes.Float32:
		t.Data, err = tensors.CopyFlatData[float32](value)
	case dtypes.Float64:
		t.Data, err = tensors.CopyFlatData[float64](value)
	case dtypes.Int64:
		t.Data, err = tensors.CopyFlatData[int64](value)
	default:
		err = fmt.Errorf("checkpoint: %s has numbers of type %s", t.Name, v.DType())
	}
	return t, err
}

// resume takes weights, optimiser and curve from the checkpoint, if there is one.
func resume(m *nn.Model, o Options) (*History, error) {
	h := &History{}
	if o.Checkpoint == "" {
		return h, nil
	}
	f, err := safetensors.Open(file(o))
	if errors.Is(err, fs.ErrNotExist) {
		return h, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if was := f.Metadata()["options"]; was != o.digest(m) {
		return nil, fmt.Errorf("%s: is the checkpoint of another training (%s; this one: %s): choose another folder, or remove it to start anew", f.Path(), was, o.digest(m))
	}
	if err := json.Unmarshal([]byte(f.Metadata()["history"]), h); err != nil {
		return nil, fmt.Errorf("%s: the history is damaged: %w", f.Path(), err)
	}
	vars := m.Variables().Checked(false)
	for _, name := range f.Names() {
		t, err := read(f, name)
		if err != nil {
			return nil, err
		}
		scope, base, scoped := strings.Cut(name, ":")
		if !scoped {
			scope, base = context.RootScope, name
		}
		if v := vars.GetVariableByScopeAndName(scope, base); v != nil {
			err = v.SetValue(t)
		} else {
			vars.InAbsPath(scope).VariableWithValue(base, t).SetTrainable(false)
		}
		if err != nil {
			return nil, err
		}
	}
	return h, nil
}

func read(f *safetensors.File, name string) (*tensors.Tensor, error) {
	switch dtype, _, _ := f.Info(name); dtype {
	case "F32":
		d, shape, err := f.Float32(name)
		return tensors.FromFlatDataAndDimensions(d, shape...), err
	case "F64":
		d, shape, err := f.Float64(name)
		return tensors.FromFlatDataAndDimensions(d, shape...), err
	case "I64":
		d, shape, err := f.Int64(name)
		return tensors.FromFlatDataAndDimensions(d, shape...), err
	default:
		return nil, fmt.Errorf("%s: %s has numbers of type %s, which no checkpoint of nissl has", f.Path(), name, dtype)
	}
}

// forget drops the optimiser's state, so that the next run starts without it.
func forget(m *nn.Model) {
	var scopes [][2]string
	for v := range m.Variables().IterVariables() {
		if v.Scope() != context.RootScope || v.Name() == "global_step" || v.Name() == "learning_rate" {
			scopes = append(scopes, [2]string{v.Scope(), v.Name()})
		}
	}
	for _, s := range scopes {
		_ = m.Variables().DeleteVariable(s[0], s[1]) // there is no loader, so this cannot fail
	}
}
