package nn

import (
	"regexp"
	"strings"
)

// canonical turns a name of TransformerLens into ours: blocks.0.attn.hook_z is blocks.0.attn.z,
// blocks.0.hook_out (its version 3) is blocks.0.resid_post.
func canonical(name string) string {
	if block, ok := strings.CutSuffix(name, ".hook_out"); ok {
		switch {
		case strings.HasSuffix(block, ".attn"), strings.HasSuffix(block, ".mlp"):
			return block + "_out"
		case inBlocks(block):
			return block + ".resid_post"
		}
	}
	if block, ok := strings.CutSuffix(name, ".hook_in"); ok && inBlocks(block) {
		return block + ".resid_pre"
	}
	name = strings.ReplaceAll(name, "hook_", "")
	name = strings.ReplaceAll(name, ".attn.attn_scores", ".attn.scores")
	return name
}

// inBlocks says whether the name is that of a whole block, blocks.N.
func inBlocks(name string) bool {
	ok, _ := regexp.MatchString(`^blocks\.(\d+|\*)$`, name)
	return ok
}

// Documented is an Architecture some of whose points mean something else than their names usually do.
type Documented interface {
	// SiteDocs says what sites are by the last parts of their names.
	SiteDocs() map[string]string
}

// docs says what a site is by the last parts of its name.
func docs() map[string]string {
	return map[string]string{
		"input":               "the input, as numbers",
		"embed":               "token embedding",
		"patch_embed":         "embedding of each patch of the image",
		"pos_embed":           "position embedding",
		"token_type":          "embedding of the sentence that a token belongs to",
		"resid_pre":           "residual stream before the block",
		"resid_mid":           "residual stream between attention and MLP",
		"resid_post":          "residual stream after the block",
		"attn.q":              "queries, after rotation where the network rotates them",
		"attn.k":              "keys, after rotation where the network rotates them",
		"attn.v":              "values",
		"attn.scores":         "attention scores before the softmax; -1e30 where a query may not look",
		"attn.pattern":        "attention weights: each query's sum to 1",
		"attn.z":              "what each head reads: the values weighted by its pattern",
		"attn.result":         "what each head writes to the residual stream",
		"attn_out":            "what attention writes to the residual stream",
		"mlp.pre":             "MLP neurons before their nonlinearity",
		"mlp.pre_linear":      "the linear factor that gates multiply",
		"mlp.post":            "MLP neurons: after the nonlinearity, and after the product of gated ones",
		"mlp.router":          "probability of each expert",
		"mlp.expert_weights":  "weight of each expert in what the MLP writes: 0 where it is not taken, else its share among those that are",
		"mlp_out":             "what the MLP writes to the residual stream",
		"ln1.scale":           "divisor of the normalisation before attention",
		"ln1.normalized":      "normalised input of attention, before its gain",
		"ln1.out":             "normalised input of attention, with its gain and offset",
		"ln2.scale":           "divisor of the normalisation before the MLP",
		"ln2.normalized":      "normalised input of the MLP, before its gain",
		"ln1_post.scale":      "divisor of the normalisation of what attention writes",
		"ln1_post.normalized": "what attention writes, normalised, before its gain",
		"ln1_post.out":        "what attention writes, normalised, with its gain",
		"ln2_post.scale":      "divisor of the normalisation of what the MLP writes",
		"ln2_post.normalized": "what the MLP writes, normalised, before its gain",
		"ln2_post.out":        "what the MLP writes, normalised, with its gain",
		"ln2.out":             "normalised input of the MLP, with its gain and offset",
		"ln_final.scale":      "divisor of the last normalisation",
		"pooled":              "one vector of the whole sequence",
		"state":               "state of the recurrent layer at each position",
		"gate.reset":          "reset gate: 0 forgets the state",
		"gate.update":         "update gate: 1 keeps the state",
		"gate.input":          "input gate",
		"gate.forget":         "forget gate",
		"gate.output":         "output gate",
		"cell":                "memory cell of an LSTM",
		"memory.gate":         "how much of the memory is replaced: 0 keeps it",
		"memory.candidate":    "candidate for the new memory",
		"memory.state":        "slow memory of the states at each position",
		"conv":                "result of the convolution, before normalisation",
		"shortcut":            "what the block was given, brought to the size of its result",
		"sum":                 "block's result and shortcut together, before the nonlinearity",
		"out":                 "results of parallel layers, joined",
		"candidate":           "candidate for the new state",
		"pre":                 "layer before its nonlinearity",
		"post":                "layer after its nonlinearity",
		"pool":                "after pooling",
		"logits":              "scores of the classes or of the next token",
		"ln_embed.scale":      "divisor of the normalisation of the embedding",
		"ln_final.out":        "normalised residual stream at the end, with its gain and offset",
		"ln_embed.normalized": "normalised embedding, before its gain",
		"ln_embed.out":        "normalised embedding, with its gain and offset",
		"ln_final.normalized": "normalised residual stream at the end, before its gain",
	}
}

// doc of a site: the entry with the longest name that ends the site's.
func doc(site string, table map[string]string) string {
	best, text := "", ""
	for suffix, t := range table {
		if (site == suffix || strings.HasSuffix(site, "."+suffix)) && len(suffix) > len(best) {
			best, text = suffix, t
		}
	}
	return text
}
