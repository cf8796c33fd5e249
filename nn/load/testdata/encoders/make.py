"""Tiny networks with random weights that see all positions at once, and what Hugging Face computes with them: the
references of encoders_test.go. Written with transformers 5.23.0, torch 2.15.0, safetensors 0.8.0:

    python make.py [NAME ...]

Each folder has config.json and model.safetensors as save_pretrained writes them, for BERT vocab.txt, and
reference.safetensors: the input (ids, or pixels), the real lengths, "result", and the values at the points of the network under
nissl's names. Values at padding are 0, as nothing is promised there.
"""
import os, shutil, sys
import torch
from safetensors.torch import save_file
from transformers import (BertConfig, BertForMaskedLM, BertForSequenceClassification, BertModel, ViTConfig,
                          ViTForImageClassification, ViTModel)

here = os.path.dirname(os.path.abspath(__file__))
bert = dict(vocab_size=40, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=4,
            max_position_embeddings=16, attn_implementation="eager")
vit = dict(hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=4, image_size=8, patch_size=4,
           num_channels=3, attn_implementation="eager")
MODELS = {
    "bert": (BertModel, BertConfig(**bert)),
    "bert-class": (BertForSequenceClassification, BertConfig(**bert, num_labels=3, hidden_act="relu", layer_norm_eps=1e-5)),
    "bert-mlm": (BertForMaskedLM, BertConfig(**bert, hidden_act="gelu_new")),
    "vit": (ViTForImageClassification, ViTConfig(**vit, num_labels=5)),
    "vit-base": (ViTModel, ViTConfig(**vit, qkv_bias=False, hidden_act="gelu_new")),
}
VOCAB = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + [f"w{i}" for i in range(35)]
LENGTHS = [7, 5]


def randomise(model):
    """Weights large enough that attention and neurons are far from their linear range, gains around 1."""
    for name, p in sorted(model.named_parameters()):
        with torch.no_grad():
            p.normal_(0, 0.3)
            if p.dim() == 1 and "norm" in name.lower() and name.endswith("weight"):
                p.add_(1)


def sentences():
    """Rows of ids of LENGTHS, padded: a pair and a single sentence; the types are 1 after the first [SEP]."""
    ids = torch.randint(5, 40, (2, 7))
    ids[:, 0] = 2
    for row, n, middle in ((0, 7, 3), (1, 5, None)):
        ids[row, n - 1], ids[row, n:] = 3, 0
        if middle:
            ids[row, middle] = 3
    types = ((ids == 3).cumsum(1) - (ids == 3).long() > 0).long()
    real = torch.zeros_like(ids)
    for row, n in enumerate(LENGTHS):
        real[row, :n] = 1
    return ids, types * real, real


def points(model, layers, store, post):
    """Hooks that keep what goes through the modules under nissl's names."""
    def on(module, name, get):
        module.register_forward_hook(lambda m, a, k, o: store.__setitem__(name, get(a, k, o)), with_kwargs=True)

    first = lambda a, k, o: o[0] if isinstance(o, tuple) else o
    given = lambda a, k, o: a[0] if a else k["hidden_states"]
    heads = lambda a, k, o: o.unflatten(-1, (4, -1))
    for i, l in enumerate(layers):
        at = f"blocks.{i}."
        named = dict(l.named_modules())
        find = lambda *ends: next(named[n] for e in ends for n in named if n.endswith(e))
        on(l, at + "resid_pre", given)
        on(find("query", "q_proj"), at + "attn.q", heads)
        on(find("key", "k_proj"), at + "attn.k", heads)
        on(find("value", "v_proj"), at + "attn.v", heads)
        out = find("attention.output.dense", "attention.o_proj", "attention.out_proj")
        on(out, at + "attn.z", lambda a, k, o: a[0].unflatten(-1, (4, -1)))
        on(out, at + "attn_out", first)
        on(find("intermediate.dense", "mlp.fc1"), at + "mlp.pre", first)
        mlp = next(n for n in named if n in ("output.dense", "mlp.fc2"))
        on(named[mlp], at + "mlp.post", given)
        on(named[mlp], at + "mlp_out", first)
        if post:
            on(find("attention.output.LayerNorm"), at + "resid_mid", given)
            on(find("attention.output.LayerNorm"), at + "ln1.out", first)
            on(named["output.LayerNorm"], at + "resid_post", given)
            on(named["output.LayerNorm"], at + "normalized_resid_post", first)
        else:
            on(find("layernorm_before", "norm1"), at + "ln1.out", first)
            on(find("layernorm_after", "norm2"), at + "resid_mid", given)
            on(l, at + "resid_post", first)


def make(name):
    cls, config = MODELS[name]
    torch.manual_seed(sorted(MODELS).index(name))
    model = cls(config).eval()
    randomise(model)
    folder = os.path.join(here, name)
    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder)
    store = {}
    base = getattr(model, "bert", None) or getattr(model, "vit", None) or model
    layers = base.encoder.layer if hasattr(base, "encoder") else base.layers
    points(model, layers, store, name.startswith("bert"))
    with torch.no_grad():
        if name.startswith("bert"):
            with open(os.path.join(folder, "vocab.txt"), "w") as f:
                f.write("\n".join(VOCAB) + "\n")
            ids, types, real = sentences()
            out = model(input_ids=ids, token_type_ids=types, attention_mask=real, output_attentions=True)
            for k, v in store.items():
                store[k] = v * real.reshape(real.shape + (1,) * (v.dim() - 2))
            x = out[0] * real[..., None] if out[0].dim() == 3 else out[0]
            for i, a in enumerate(out.attentions):
                store[f"blocks.{i}.attn.pattern"] = a * real[:, None, :, None]
            store |= {"input": ids, "lengths": torch.tensor(LENGTHS), "result": x}
            if name == "bert":  # as sentence-transformers pools
                mean = x.sum(1) / real.sum(1, keepdim=True)
                store["pooled"] = mean / mean.norm(dim=-1, keepdim=True)
        else:
            pixels = torch.randn(2, 3, 8, 8)
            out = model(pixel_values=pixels, output_attentions=True)
            for i, a in enumerate(out.attentions):
                store[f"blocks.{i}.attn.pattern"] = a
            store |= {"input": pixels, "result": out[0] if "Classification" in cls.__name__ else out.last_hidden_state[:, 0]}
    save_file({k: v.detach().clone().contiguous().float() for k, v in store.items()}, os.path.join(folder, "reference.safetensors"))
    print(name, {f: os.path.getsize(os.path.join(folder, f)) for f in os.listdir(folder)}, store["result"].std().item())


if __name__ == "__main__":
    for name in sys.argv[1:] or MODELS:
        make(name)
