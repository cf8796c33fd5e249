"""Tiny networks with random weights, and what Hugging Face computes with them: the references of
huggingface_test.go. Written with transformers 5.23.0, torch 2.15.0, safetensors 0.8.0, numpy 2.4.6:

    python make.py [NAME ...]

Each folder has config.json and model.safetensors as save_pretrained writes them, and reference.safetensors: the
ids, the logits, and the values at the points of the network under nissl's names.
"""
import json, os, shutil, sys
import torch
from safetensors.torch import save_file
from transformers import (GPT2Config, GPT2LMHeadModel, GPTNeoXConfig, GPTNeoXForCausalLM, LlamaConfig, LlamaForCausalLM,
                          MistralConfig, MistralForCausalLM, MixtralConfig, MixtralForCausalLM, Olmo2Config, Olmo2ForCausalLM,
                          OlmoConfig, OlmoForCausalLM, OPTConfig, OPTForCausalLM, Qwen2Config, Qwen2ForCausalLM, Qwen3Config,
                          Qwen3ForCausalLM)

here = os.path.dirname(os.path.abspath(__file__))
small = dict(vocab_size=50, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=4,
             max_position_embeddings=32, bos_token_id=0, eos_token_id=1, pad_token_id=None, attn_implementation="eager")
llama3 = dict(rope_type="llama3", rope_theta=10000.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
              original_max_position_embeddings=16)
gpt2 = dict(vocab_size=50, n_embd=12, n_layer=2, n_head=4, n_positions=32, bos_token_id=0, eos_token_id=1,
            attn_implementation="eager")
opt = dict(vocab_size=50, hidden_size=16, ffn_dim=24, num_hidden_layers=2, num_attention_heads=4, max_position_embeddings=32,
           bos_token_id=0, eos_token_id=1, pad_token_id=2, attn_implementation="eager")

MODELS = {
    "llama": (LlamaForCausalLM, LlamaConfig(**small, num_key_value_heads=2, rope_parameters=dict(rope_type="default", rope_theta=500.0))),
    "llama-llama3": (LlamaForCausalLM, LlamaConfig(**small, num_key_value_heads=1, head_dim=6, attention_bias=True, mlp_bias=True,
                                                   tie_word_embeddings=True, rope_parameters=llama3)),
    "llama-linear": (LlamaForCausalLM, LlamaConfig(**small, rope_parameters=dict(rope_type="linear", rope_theta=10000.0, factor=4.0))),
    "mistral": (MistralForCausalLM, MistralConfig(**small, num_key_value_heads=2, sliding_window=5)),
    "qwen2": (Qwen2ForCausalLM, Qwen2Config(**small, num_key_value_heads=2, use_sliding_window=True, sliding_window=4,
                                            max_window_layers=1, tie_word_embeddings=True)),
    "qwen3": (Qwen3ForCausalLM, Qwen3Config(**small, num_key_value_heads=2, head_dim=8)),
    "olmo": (OlmoForCausalLM, OlmoConfig(**small, num_key_value_heads=2, clip_qkv=0.8)),
    "olmo2": (Olmo2ForCausalLM, Olmo2Config(**small, num_key_value_heads=2)),
    "gpt2": (GPT2LMHeadModel, GPT2Config(**gpt2)),
    "gpt2-layers": (GPT2LMHeadModel, GPT2Config(**gpt2, n_inner=20, scale_attn_by_inverse_layer_idx=True, activation_function="gelu",
                                                tie_word_embeddings=False)),
    "gptneox": (GPTNeoXForCausalLM, GPTNeoXConfig(**small, rope_parameters=dict(rope_type="default", rope_theta=10000.0,
                                                                                 partial_rotary_factor=0.5))),
    "gptneox-serial": (GPTNeoXForCausalLM, GPTNeoXConfig(**small, use_parallel_residual=False, attention_bias=False,
                                                         rope_parameters=dict(rope_type="default", rope_theta=10000.0,
                                                                              partial_rotary_factor=1.0))),
    "opt": (OPTForCausalLM, OPTConfig(**opt)),
    "opt-post": (OPTForCausalLM, OPTConfig(**opt, do_layer_norm_before=False, word_embed_proj_dim=8)),
    "mixtral": (MixtralForCausalLM, MixtralConfig(**{**small, "intermediate_size": 12}, num_key_value_heads=2, num_local_experts=4,
                                                  num_experts_per_tok=2, sliding_window=None)),
}


def randomise(model):
    """Weights large enough that attention and neurons are far from their linear range, gains around 1."""
    for name, p in sorted(model.named_parameters()):
        with torch.no_grad():
            p.normal_(0, 0.3)
            if p.dim() == 1 and ("norm" in name or "ln_" in name) and name.endswith("weight"):
                p.add_(1)


def points(model, store):
    """Hooks that keep what goes through the modules under nissl's names."""
    def keep(name, get):
        def hook(module, args, kwargs, out):
            x = get(args, kwargs, out)
            store[name] = x.detach().clone().float()
        return hook

    first = lambda a, k, o: o[0] if isinstance(o, tuple) else o
    given = lambda a, k, o: a[0] if a else k["hidden_states"]
    base = getattr(model, "model", None) or getattr(model, "transformer", None) or model.gpt_neox
    base = getattr(base, "decoder", base)
    for i, b in enumerate(getattr(base, "layers", None) or base.h):
        at = f"blocks.{i}."
        on = lambda m, name, get: m.register_forward_hook(keep(at + name, get), with_kwargs=True)
        on(b, "resid_pre", given)
        on(b, "resid_post", first)
        attn = getattr(b, "self_attn", None) or getattr(b, "attn", None) or b.attention
        out = next(getattr(attn, n) for n in ("o_proj", "out_proj", "c_proj", "dense") if hasattr(attn, n))
        heads = model.config.num_attention_heads
        on(out, "attn.z", lambda a, k, o: a[0].unflatten(-1, (heads, -1)))
        on(getattr(b, "post_attention_layernorm") if model.config.model_type == "olmo2" else attn, "attn_out", first)
        mlp = getattr(b, "mlp", None) or b
        for name in ("down_proj", "c_proj", "dense_4h_to_h", "fc2"):
            if hasattr(mlp, name):
                on(getattr(mlp, name), "mlp.post", lambda a, k, o: a[0])
        for name in ("gate_proj", "c_fc", "dense_h_to_4h", "fc1"):
            if hasattr(mlp, name):
                on(getattr(mlp, name), "mlp.pre", first)
        if model.config.model_type == "mixtral":
            on(mlp.gate, "mlp.router", lambda a, k, o: o[0].softmax(-1))
            on(mlp, "mlp_out", first)
        elif model.config.model_type != "olmo2":
            on(mlp if mlp is not b else b.fc2, "mlp_out", first)


def old_gpt2(model, folder):
    """GPT-2 as OpenAI's weights are on the hub: no head, no prefix, masks among the tensors, a config of few names."""
    os.makedirs(folder)
    tensors = {k.removeprefix("transformer."): v.contiguous() for k, v in model.state_dict().items() if k.startswith("transformer.")}
    for i in range(model.config.n_layer):
        tensors[f"h.{i}.attn.bias"] = torch.tril(torch.ones(1, 1, 32, 32))
    save_file(tensors, os.path.join(folder, "model.safetensors"))
    with open(os.path.join(folder, "config.json"), "w") as f:
        json.dump({k: getattr(model.config, k) for k in ("model_type", "vocab_size", "n_embd", "n_layer", "n_head", "n_positions")} | {"n_ctx": 32}, f)


def make(name):
    source = {"llama-f16": "llama", "llama-bf16": "llama", "llama-sharded": "llama", "gpt2-old": "gpt2"}.get(name, name)
    cls, config = MODELS[source]
    torch.manual_seed(sorted(MODELS).index(source))
    model = cls(config).eval()
    randomise(model)
    folder = os.path.join(here, name)
    shutil.rmtree(folder, ignore_errors=True)
    if name == "llama-f16":
        model.half().save_pretrained(folder)
    elif name == "llama-bf16":
        model.bfloat16().save_pretrained(folder)
    elif name == "llama-sharded":
        model.save_pretrained(folder, max_shard_size="9KB")
    elif name == "gpt2-old":
        old_gpt2(model, folder)
    else:
        model.save_pretrained(folder)
    if name.endswith("f16"):  # what is computed with 16-bit weights is computed in 32 bits
        model = cls.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    ids = torch.randint(3, 50, (2, 8))
    store = {}
    points(model, store)
    with torch.no_grad():
        out = model(ids, attention_mask=torch.ones_like(ids), output_attentions=True, use_cache=False)
    for i, a in enumerate(out.attentions):
        store[f"blocks.{i}.attn.pattern"] = a
    if source != name:
        store = {}
    store["ids"], store["logits"] = ids.float(), out.logits
    save_file({k: v.contiguous().float() for k, v in store.items()}, os.path.join(folder, "reference.safetensors"))
    for f in os.listdir(folder):
        if f == "generation_config.json":
            os.remove(os.path.join(folder, f))
    print(name, {f: os.path.getsize(os.path.join(folder, f)) for f in os.listdir(folder)}, out.logits.std().item(),
          out.attentions[0].max(-1).values.mean().item())


if __name__ == "__main__":
    for name in sys.argv[1:] or [*MODELS, "llama-f16", "llama-bf16", "llama-sharded", "gpt2-old"]:
        make(name)
