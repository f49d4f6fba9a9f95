#!/usr/bin/env python3
"""Makes the GGUF goldens with gguf 0.19.0 (the script refuses others): types.gguf, types.f32, metadata.gguf, SHA256SUMS.

types.gguf holds one tensor of each number format that can be read, of random blocks: every bit pattern that a file may
hold, with scales that are finite, zero, negative or subnormal. types.f32 holds what `gguf.quants.dequantize` makes of
them, one after another in the order of the file. metadata.gguf holds a value of each type.
"""
import hashlib
import importlib.metadata
import pathlib

import gguf
import numpy as np
from gguf import GGMLQuantizationType as Type

HERE = pathlib.Path(__file__).parent
assert importlib.metadata.version("gguf") == "0.19.0"
ROWS, COLUMNS = 2, 256
# Where binary16 scales stand in a block.
HALVES = {
    Type.F16: [0], Type.Q8_0: [0], Type.Q4_0: [0], Type.Q4_1: [0, 2], Type.Q5_0: [0], Type.Q5_1: [0, 2],
    Type.Q4_K: [0, 2], Type.Q6_K: [208],
    Type.Q2_K: [80, 82], Type.Q3_K: [108], Type.Q5_K: [0, 2],
}
TYPES = [
    Type.F32, Type.F16, Type.BF16, Type.Q8_0, Type.Q4_0, Type.Q4_1, Type.Q5_0, Type.Q5_1, Type.Q2_K, Type.Q3_K,
    Type.Q4_K, Type.Q5_K, Type.Q6_K,
]


def blocks(kind, random):
    """Random bytes of a tensor, [ROWS, bytes a row]."""
    elements, size = gguf.GGML_QUANT_SIZES[kind]
    count = ROWS * COLUMNS // elements
    if kind == Type.F32:
        return random.standard_normal((ROWS, COLUMNS)).astype(np.float32).view(np.uint8)
    if kind == Type.BF16:
        values = random.standard_normal((ROWS, COLUMNS)).astype(np.float32)
        return gguf.quants.quantize(values, kind)
    data = random.integers(0, 256, (count, size), dtype=np.uint8)
    for place in HALVES[kind]:
        bits = random.integers(0, 1 << 16, count, dtype=np.uint16)
        # The largest exponent is for infinities and not-a-numbers; every fifth scale is subnormal or zero.
        bits = np.where((bits & 0x7C00) == 0x7C00, bits & 0xBFFF, bits)
        bits[::5] &= 0x83FF
        bits[::15] &= 0x8000
        data[:, place:place + 2] = bits.astype("<u2").reshape(-1, 1).view(np.uint8)
    return data.reshape(ROWS, -1)


def types():
    random = np.random.default_rng(7)
    writer = gguf.GGUFWriter(HERE / "types.gguf", "none")
    values = []
    for kind in TYPES:
        data = blocks(kind, random)
        values.append(gguf.quants.dequantize(data, kind).astype("<f4").tobytes())
        writer.add_tensor(kind.name.lower(), data, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    (HERE / "types.f32").write_bytes(b"".join(values))


def metadata():
    writer = gguf.GGUFWriter(HERE / "metadata.gguf", "none")
    writer.add_custom_alignment(64)
    writer.add_uint8("number.uint8", 255)
    writer.add_int8("number.int8", -128)
    writer.add_uint16("number.uint16", 65535)
    writer.add_int16("number.int16", -32768)
    writer.add_uint32("number.uint32", 4294967295)
    writer.add_int32("number.int32", -2147483648)
    writer.add_uint64("number.uint64", 18446744073709551615)
    writer.add_int64("number.int64", -9223372036854775808)
    writer.add_float32("number.float32", 1e-5)
    writer.add_float64("number.float64", 0.1)
    writer.add_bool("truth", True)
    writer.add_string("text", "naïve 😀\n")
    writer.add_array("array.strings", ["a", "", "ġ"])
    writer.add_array("array.integers", [1, -2, 3])
    writer.add_array("array.floats", [0.5, -1.5])
    writer.add_array("array.truths", [True, False])
    writer.add_array("array.arrays", [[1, 2], [3]])
    writer.add_tensor("a", np.arange(5, dtype=np.float32))
    writer.add_tensor("b", np.arange(6, dtype=np.float16).reshape(2, 3))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    types()
    metadata()
    names = ["metadata.gguf", "types.f32", "types.gguf"]
    lines = [f"{hashlib.sha256((HERE / name).read_bytes()).hexdigest()}  {name}\n" for name in names]
    (HERE / "SHA256SUMS").write_text("".join(lines))
