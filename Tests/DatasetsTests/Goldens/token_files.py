"""Writes files of tokens as Megatron-LM and datatrove lay them out, and tokens.json, which says what they hold.

Follows NVIDIA/Megatron-LM 00caa53 megatron/core/datasets/indexed_dataset.py (index: header, version, type, counts, lengths,
places, bounds of documents) and huggingface/datatrove 03a9d9a src/datatrove/pipeline/tokens/tokenizer.py (index: ends of
documents in tokens). Standard library alone; seed 20261201.
Run: python token_files.py && sha256sum folds.json.gz tables.json tokens.json tokens/* > SHA256SUMS
"""

import json
import pathlib
import random
import struct

folder = pathlib.Path("tokens")
folder.mkdir(exist_ok=True)
chance = random.Random(20261201)
CODES = {"H": 8, "i": 4}
held = {}


def documents(count, highest, most):
    """Lists of sequences, some of them empty, of which each document has one or more."""
    return [
        [[chance.randrange(highest) for _ in range(chance.choice((0, 1, 3, most)))] for _ in range(chance.randint(1, 3))]
        for _ in range(count)
    ]


def megatron(name, code, made):
    sequences = [sequence for document in made for sequence in document]
    width = struct.calcsize("<" + code)
    (folder / (name + ".bin")).write_bytes(b"".join(struct.pack(f"<{len(s)}{code}", *s) for s in sequences))
    places, bounds = [0], [0]
    for sequence in sequences:
        places.append(places[-1] + len(sequence) * width)
    for document in made:
        bounds.append(bounds[-1] + len(document))
    index = b"MMIDIDX\x00\x00" + struct.pack("<QBQQ", 1, CODES[code], len(sequences), len(bounds))
    index += struct.pack(f"<{len(sequences)}i", *map(len, sequences)) + struct.pack(f"<{len(sequences)}q", *places[:-1])
    (folder / (name + ".idx")).write_bytes(index + struct.pack(f"<{len(bounds)}q", *bounds))
    held[name + ".bin"] = [sum(document, []) for document in made]


def datatrove(name, code, made):
    texts = [sum(document, []) for document in made]
    ends = [sum(map(len, texts[: number + 1])) for number in range(len(texts))]
    (folder / (name + ".ds")).write_bytes(b"".join(struct.pack(f"<{len(t)}{code}", *t) for t in texts))
    (folder / (name + ".ds.index")).write_bytes(struct.pack(f"<{len(ends)}Q", *ends))
    held[name + ".ds"] = texts


megatron("short", "H", documents(9, 65_500, 17))
megatron("wide", "i", documents(7, 150_000, 11))
datatrove("short", "H", documents(8, 50_257, 13))
datatrove("wide", "I", documents(6, 150_000, 9))
pathlib.Path("tokens.json").write_text(json.dumps(held, separators=(",", ":")) + "\n")
