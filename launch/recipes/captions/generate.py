#!/usr/bin/env python3
"""Draws the sample images and writes their captions and a tokenizer: needs Python 3.9 or later and nothing else.

    launch/recipes/captions/generate.py            writes images/, train.jsonl, validation.jsonl and the files of the
                                                   tokenizer in vit-gpt2/ beside this script
    launch/recipes/captions/generate.py --check    makes them in a temporary folder and compares rows, pixels, tokens
"""
import argparse
import collections
import json
import os
import random
import re
import struct
import tempfile
import zlib

SEED = 20240613
EDGE = 64  # pixels
ROWS = {"train": 120, "validation": 30}
COLORS = {"red": (214, 40, 40), "green": (42, 157, 80), "blue": (38, 84, 201), "yellow": (244, 200, 40),
          "purple": (140, 60, 170), "white": (245, 245, 245)}
SHAPES = ["circle", "square", "triangle", "cross"]
RELATIONS = {"left of": (-1, 0), "right of": (1, 0), "above": (0, -1), "below": (0, 1)}
ARRANGEMENTS = {"left of": "row", "right of": "row", "above": "column", "below": "column", None: "single"}
TOKENIZER = "vit-gpt2"
END = "<|endoftext|>"
BACKGROUNDS = [(20, 20, 24), (64, 70, 80), (110, 100, 92)]


def is_inside(shape, x, y):
    """Whether a point lies in a shape that fits into -1...1."""
    if shape == "circle":
        return x * x + y * y <= 1
    if shape == "square":
        return max(abs(x), abs(y)) <= 0.88
    if shape == "triangle":
        return -0.9 <= y <= 0.9 and abs(x) <= (y + 0.9) / 1.8
    return min(abs(x), abs(y)) <= 0.32 and max(abs(x), abs(y)) <= 0.95


def draw(pixels, shape, color, center, radius):
    for y in range(EDGE):
        for x in range(EDGE):
            if is_inside(shape, (x + 0.5 - center[0]) / radius, (y + 0.5 - center[1]) / radius):
                pixels[y][x] = color


def png(pixels):
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    colors = sorted({p for row in pixels for p in row})
    depth = 2 if len(colors) <= 4 else 4
    rows = b""
    for row in pixels:
        bits = "".join(format(colors.index(p), f"0{depth}b") for p in row)
        rows += b"\0" + int(bits, 2).to_bytes(len(bits) // 8, "big")
    header = struct.pack(">IIBBBBB", EDGE, EDGE, depth, 3, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"PLTE", bytes(v for c in colors for v in c))
            + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))


def scenes(chance):
    """Every scene once, in random order: two shapes that differ in colour and how they lie, or one shape."""
    things = [(color, shape) for color in COLORS for shape in SHAPES]
    pairs = [(a, relation, b) for a in things for relation in RELATIONS for b in things if a[0] != b[0]]
    chance.shuffle(pairs)
    alone = [(thing, None, None) for thing in things]
    chance.shuffle(alone)
    # One scene in ten has one shape; all of those are in the training rows.
    return alone[:12] + pairs[:ROWS["train"] - 12], pairs[ROWS["train"] - 12:sum(ROWS.values()) - 12]


def render(scene, chance):
    first, relation, second = scene
    background = chance.choice(BACKGROUNDS)
    pixels = [[background] * EDGE for _ in range(EDGE)]

    def place(direction):
        radius = chance.uniform(10, 13)
        x, y = (EDGE / 2 + d * EDGE / 4 + chance.uniform(-2, 2) + (0 if d else chance.uniform(-10, 10))
                for d in direction)
        return (x, y), radius
    if relation is None:
        draw(pixels, first[1], COLORS[first[0]],
             (chance.uniform(20, 44), chance.uniform(20, 44)), chance.uniform(10, 16))
        return pixels, f"a {first[0]} {first[1]}"
    x, y = RELATIONS[relation]
    draw(pixels, first[1], COLORS[first[0]], *place((x, y)))
    draw(pixels, second[1], COLORS[second[0]], *place((-x, -y)))
    return pixels, f"a {first[0]} {first[1]} {relation} a {second[0]} {second[1]}"


def alphabet():
    """The character that stands for each byte in a byte-level vocabulary."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    other = [byte for byte in range(256) if byte not in plain]
    return {**{byte: chr(byte) for byte in plain}, **{byte: chr(256 + i) for i, byte in enumerate(other)}}


def learn_merges(texts):
    """Pairs to join, the most frequent first, until every word of the texts is one token."""
    letters = alphabet()
    counts = collections.Counter(word for text in texts for word in re.findall(" ?[a-z]+", text))
    words = {tuple(letters[byte] for byte in word.encode()): count for word, count in counts.items()}
    merges = []
    while True:
        pairs = collections.Counter()
        for word, count in words.items():
            for pair in zip(word, word[1:]):
                pairs[pair] += count
        if not pairs:
            return merges
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        words = {join(word, best): count for word, count in words.items()}


def join(word, pair):
    result = []
    for part in word:
        if result and (result[-1], part) == pair:
            result[-1] += part
        else:
            result.append(part)
    return tuple(result)


def tokenizer(texts):
    """tokenizer.json and tokenizer_config.json of a byte-level BPE; its first token ends a text."""
    merges = learn_merges(texts)
    tokens = [END, *sorted(alphabet().values()), *("".join(pair) for pair in merges)]
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    model = {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": "",
             "end_of_word_suffix": "", "fuse_unk": False, "byte_fallback": False,
             "vocab": {token: index for index, token in enumerate(tokens)}, "merges": [" ".join(p) for p in merges]}
    added = {"id": 0, "content": END, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False,
             "special": True}
    return {"tokenizer.json": {"version": "1.0", "truncation": None, "padding": None, "added_tokens": [added],
                               "normalizer": None, "pre_tokenizer": byte_level, "post_processor": byte_level,
                               "decoder": byte_level, "model": model},
            "tokenizer_config.json": {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": END, "eos_token": END,
                                      "pad_token": END, "model_max_length": 16}}


def generate(root):
    chance = random.Random(SEED)
    os.makedirs(os.path.join(root, "images"), exist_ok=True)
    captions = {split: [] for split in ROWS}
    for split, chosen in zip(ROWS, scenes(chance)):
        chance.shuffle(chosen)
        with open(os.path.join(root, split + ".jsonl"), "w") as file:
            for index, scene in enumerate(chosen):
                pixels, caption = render(scene, chance)
                name = f"images/{split}-{index:03}.png"
                with open(os.path.join(root, name), "wb") as image:
                    image.write(png(pixels))
                row = {"image": name, "caption": caption, "label": ARRANGEMENTS[scene[1]]}
                captions[split].append(caption)
                file.write(json.dumps(row) + "\n")
    folder = os.path.join(root, TOKENIZER)
    os.makedirs(folder, exist_ok=True)
    for name, content in tokenizer(captions["train"]).items():
        with open(os.path.join(folder, name), "w") as file:
            json.dump(content, file, ensure_ascii=False, indent=0)
            file.write("\n")


def contents(root):
    """Everything but how well zlib compressed it."""
    found = {}
    for name in [*(split + ".jsonl" for split in ROWS), TOKENIZER + "/tokenizer.json",
                 TOKENIZER + "/tokenizer_config.json"]:
        with open(os.path.join(root, name)) as file:
            found[name] = file.read()
    for name in sorted(os.listdir(os.path.join(root, "images"))):
        with open(os.path.join(root, "images", name), "rb") as file:
            data = file.read()
        start = data.index(b"IDAT")
        length = struct.unpack(">I", data[start - 4:start])[0]
        found[name] = data[:start - 4], zlib.decompress(data[start + 4:start + 4 + length])
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare fresh files with those here")
    here = os.path.dirname(os.path.abspath(__file__))
    if not parser.parse_args().check:
        return generate(here)
    with tempfile.TemporaryDirectory() as fresh:
        generate(fresh)
        if contents(fresh) != contents(here):
            raise SystemExit("the files here are not those that this script makes")


if __name__ == "__main__":
    main()
