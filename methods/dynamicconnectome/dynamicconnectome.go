package dynamicconnectome

import (
	"context"
	_ "embed"

	"nissl"
	"nissl/method"
	"nissl/model/activity"
)

//go:embed doc.go
var doc string

// Params of the method. Times are in seconds; 0 means what the help says.
type Params struct {
	Tau        float64 `help:"width of the Gaussian derivative of the traces; 0 is two samples" unit:"s" min:"0"`
	Kernel     string  `help:"formula of the affinity" choices:"interval,min,ratio,ratio-sqrt"`
	Sign       string  `help:"net: affinity of units that rise and fall together less that of opposite ones; same: without subtracting; abs: both added; split: both, apart" choices:"net,same,abs,split"`
	Smooth     float64 `help:"width of a Gaussian over the affinities before the factorisation; 0 is three samples, at least two seconds" unit:"s" min:"0"`
	Bin        float64 `help:"least width of a time bin of the factorisation" unit:"s" min:"0"`
	Rank       int     `help:"number of components; 0 chooses it by held-out error and stability" min:"0" max:"100"`
	MaxRank    int     `help:"largest rank that is tried when it is chosen" min:"1" max:"50"`
	Restarts   int     `help:"starts of the factorisation; the best is kept" min:"1" max:"1000"`
	Surrogates int     `help:"circularly shifted copies in which the communities are measured again" min:"19" max:"100000"`
	NullFits   int     `help:"circularly shifted copies that are factorised, for the explained power" min:"19" max:"10000"`
	Alpha      float64 `help:"largest p at which a community is called one" min:"0" max:"1"`
	Weights    string  `help:"law of the edge weights in the block model; auto keeps the one that describes them shortest" choices:"lognormal,exp,auto"`
	Animals    float64 `help:"share of the recordings in which a unit must be identified" min:"0" max:"1"`
	Events     string  `help:"epochs to align to; the map is then of the time around their starts"`
	By         string  `help:"column of the epochs that names their kind (several recordings: kinds are averaged and joined in alphabetical order)"`
	Before     float64 `help:"time before each event" unit:"s" min:"0"`
	After      float64 `help:"time after each event" unit:"s" min:"0"`
	Memory     float64 `help:"most memory for the affinities" unit:"GiB" min:"0.001"`
	Source     string  `help:"what to map: traces, spikes (as firing rates), or auto: traces where there are any" choices:"auto,traces,spikes"`
	Step       float64 `help:"sampling step of firing rates" unit:"s" min:"0.0001" max:"3600"`
	Sigma      float64 `help:"standard deviation of the Gaussian that turns spikes into rates; 0 counts spikes" unit:"s" min:"0" max:"3600"`
}

// Method maps the dynamic functional connectome.
func Method() method.Entry {
	return method.Method[Params]{
		Name:    "dynamic-connectome",
		Verb:    method.Map,
		Summary: "which units work together, when, in which animals, and how much of it chance would give",
		Doc:     doc,
		Papers: []nissl.Paper{{Row: 10, Authors: "Dyballa, Lang, Haslund-Gourley, Yemini, Zucker", Year: 2024,
			Title: "Learning dynamic representations of the functional connectome in neurobiological networks", Where: "ICLR 2024"}},
		Needs:    method.Needs{Kind: "recording", Min: 1},
		Defaults: Defaults(),
		Compute: func(ctx context.Context, in method.Input, p Params, env *method.Env) (*nissl.Finding, error) {
			c, err := Map(ctx, in.Recordings, p, env)
			if err != nil {
				return nil, err
			}
			return c.finding(in.Recordings, p), nil
		},
		Claims: claims(),
	}
}

// Defaults of the parameters.
func Defaults() Params {
	return Params{Kernel: "interval", Sign: "net", Bin: 0.5, MaxRank: 12, Restarts: 10, Surrogates: 199, NullFits: 19, Alpha: 0.05,
		Weights: "lognormal", Animals: 0.8, Before: 2, After: 8, Memory: 8, Source: activity.Auto, Step: 0.1, Sigma: 0.2}
}
