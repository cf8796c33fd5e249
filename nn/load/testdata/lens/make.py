"""Tiny networks of TransformerLens with random weights, and what it computes with them: the references of lens_test.go.
Written with transformer_lens 3.9.0 on torch 2.15.0:

    python make.py

Each NAME.safetensors is the state_dict, NAME.toml describes it, and NAME.reference.safetensors has the tokens, the result and what
run_with_cache gives.
"""
import os
import torch
from safetensors.torch import save_file
from transformer_lens import HookedTransformer, HookedTransformerConfig

here = os.path.dirname(os.path.abspath(__file__))
small = dict(d_model=12, n_heads=2, d_head=5, n_layers=2, d_mlp=10, d_vocab=11, n_ctx=8, device="cpu", use_attn_result=True)
MODELS = {
    "standard": dict(**small, act_fn="gelu_new", normalization_type="LN", d_vocab_out=7),
    "rotary": dict(**{**small, "d_head": 6}, act_fn="silu", normalization_type="RMS", positional_embedding_type="rotary", rotary_dim=4,
                   rotary_base=100, gated_mlp=True, n_key_value_heads=1, eps=1e-4),
    "parallel": dict(**{**small, "d_head": 6}, act_fn="gelu", normalization_type="LNPre", positional_embedding_type="rotary", rotary_dim=6,
                     rotary_adjacent_pairs=True, parallel_attn_mlp=True),
    "attention": dict(**small, attn_only=True, normalization_type=None, attention_dir="bidirectional", use_attn_scale=False),
}

for i, (name, config) in enumerate(MODELS.items()):
    torch.manual_seed(i)
    model = HookedTransformer(HookedTransformerConfig(seed=i, **config)).eval()
    with torch.no_grad():
        for key, p in sorted(model.named_parameters()):
            p.normal_(0, 0.4)
            if key.endswith(".w"):
                p.add_(1)
            if config.get("gated_mlp") and ".mlp.b_" in key:  # TransformerLens adds b_in behind the product; nissl has none
                p.zero_()
    tokens = torch.randint(0, 11, (2, 6))
    with torch.no_grad():
        logits, cache = model.run_with_cache(tokens)
    reference = {"tokens": tokens, "result": logits}
    for key, value in cache.items():
        turned = config.get("positional_embedding_type") == "rotary" and key.endswith(("hook_q", "hook_k"))  # before rotation
        if not (turned or key.endswith("attn_scores") or key.startswith("unembed")):  # scores are -inf behind the mask
            reference[key.replace("hook_rot_", "hook_")] = value
    weights = {k: v for k, v in model.state_dict().items() if not k.endswith(("mask", "IGNORE", "rotary_sin", "rotary_cos"))}
    for tensors, end in ((weights, ".safetensors"), (reference, ".reference.safetensors")):
        path = os.path.join(here, name + end)
        save_file({k: v.detach().clone().contiguous().float() for k, v in tensors.items()}, path)
        print(path, os.path.getsize(path))
