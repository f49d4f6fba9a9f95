"""Writes formats.safetensors with the reference library and formats.json with the values it must give.

Pinned: safetensors 0.8.0, torch 2.15.0, CPython 3.11; no random numbers. Run: python generate.py && sha256sum \
formats.safetensors formats.json > SHA256SUMS
"""

import json
import math
import pathlib

import torch
from safetensors.torch import save_file

folder = pathlib.Path(__file__).parent
floats = [0.0, -0.0, 1.0, -2.5, 65504.0, 6.103515625e-05, 5.9604644775390625e-08, 0.333251953125]
tensors = {
    "embeddings.word/é \"quoted\"": torch.tensor(floats[:6]).reshape(2, 3),
    "half": torch.tensor(floats + [math.inf, -math.inf], dtype=torch.float16),
    "brain": torch.tensor(floats + [3.3895313892515355e38, math.inf], dtype=torch.bfloat16).reshape(5, 2),
    "double": torch.tensor([1 / 3, -1e-30, 1e38, 2.0**-149], dtype=torch.float64),
    "long": torch.tensor([-(2**63), 2**63 - 1, 0], dtype=torch.int64),
    "int": torch.tensor([[-(2**31), 2**31 - 1]], dtype=torch.int32),
    "short": torch.tensor([-32768, 32767], dtype=torch.int16),
    "tiny": torch.tensor([-128, 127, 1], dtype=torch.int8),
    "byte": torch.tensor([0, 255, 7], dtype=torch.uint8),
    "flag": torch.tensor([True, False, True]),
    "unsigned.short": torch.tensor([65535, 1], dtype=torch.uint16),
    "unsigned.int": torch.tensor([2**32 - 1], dtype=torch.uint32),
    "unsigned.long": torch.tensor([2**63 - 1, 5], dtype=torch.uint64),
    "float8.e4m3": torch.tensor([1.0, 2.0]).to(torch.float8_e4m3fn),
    "float8.e5m2": torch.tensor([1.0]).to(torch.float8_e5m2),
    "scalar": torch.tensor(4.25),
    "empty": torch.zeros(0, 4),
}
save_file(tensors, folder / "formats.safetensors", metadata={"made by\n": "torch \u2764 \\ \"x\""})


def described(tensor):
    kind = "float" if tensor.dtype.is_floating_point else "integer"
    values = tensor.to(torch.float32).flatten().tolist() if kind == "float" else [int(v) for v in tensor.flatten().tolist()]
    return {"shape": list(tensor.shape), kind: [str(v) for v in values]}


expected = {name: described(tensor) for name, tensor in tensors.items() if not name.startswith("float8")}
(folder / "formats.json").write_text(json.dumps(expected, indent=1, ensure_ascii=False) + "\n")
