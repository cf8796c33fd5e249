"""Writes the fixtures of this folder with Hugging Face's safetensors 0.8.0, numpy 2.4.6 and torch 2.15.0.

    python make.py        (in this folder)

values.json holds what the tensors of values.safetensors are, as text (%.17g), computed by numpy and torch.
"""
import json
import numpy as np, torch
from safetensors.torch import save_file, save

v = torch.tensor([0.0, -0.0, 1.0, -1.5, 3.140625, 65504.0, 6e-8, -6.1e-5, 1e-7, float("inf"), float("-inf"), float("nan")])
g = torch.Generator().manual_seed(4)
tensors = {
    "f32": v.clone(), "f16": v.half(), "bf16": v.bfloat16(), "f64": v.double() / 3,
    "f8.e4m3": v.to(torch.float8_e4m3fn), "f8.e5m2": v.to(torch.float8_e5m2),
    "f16.all": torch.arange(-32768, 32768, 97, dtype=torch.int16).view(torch.float16),
    "i64": torch.tensor([[-(2**40), 7], [0, 2**53]]), "i32": torch.tensor([-5, 2**31 - 1], dtype=torch.int32),
    "i16": torch.tensor([-300, 300], dtype=torch.int16), "i8": torch.tensor([-128, 127], dtype=torch.int8),
    "u8": torch.tensor([0, 255], dtype=torch.uint8), "bool": torch.tensor([True, False, True]),
    "scalar": torch.tensor(2.5), "empty": torch.zeros(0, 3), "näme \"quoted\"\n": torch.tensor([[[9.0]]]),
    "weight": torch.randn(3, 4, generator=g),
}
save_file(tensors, "values.safetensors", metadata={"format": "pt", "note": "<ä> & \"b\""})
json.dump({k: {"shape": list(t.shape), "values": ["%.17g" % x for x in t.double().flatten().tolist()]}
           for k, t in tensors.items()}, open("values.json", "w"), indent=0, sort_keys=True)

# What write.go must produce byte for byte.
plain = {"b": torch.arange(6, dtype=torch.float32).reshape(2, 3), "a": torch.tensor([1.5], dtype=torch.float32), "n": torch.tensor([3, -4])}
open("plain.safetensors", "wb").write(save(plain, metadata={"step": "7"}))

# Two shards and their index, as transformers writes them.
save_file({"x": torch.tensor([1.0, 2.0])}, "sharded-00001-of-00002.safetensors")
save_file({"y": torch.tensor([[3.0]]).half(), "z": torch.tensor([4])}, "sharded-00002-of-00002.safetensors")
json.dump({"metadata": {"total_size": 18}, "weight_map": {
    "x": "sharded-00001-of-00002.safetensors", "y": "sharded-00002-of-00002.safetensors", "z": "sharded-00002-of-00002.safetensors"}},
    open("sharded.safetensors.index.json", "w"))
