#!/usr/bin/env python3
"""Makes the tokenizer goldens with tokenizers 0.23.3 and transformers 5.23.0 (the script refuses others).

    generate.py                                  rewrites hashes.bin, samples.jsonl and SHA256SUMS
    generate.py --cut MODEL_DIRECTORY TEXTS...   first cuts vocab.txt anew from that model's vocabulary

vocab.txt was cut from sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0): its most frequent tokens on English
reviews, terms of service and dialogues, and every single character that its normaliser can produce.

hashes.bin: for each variant of variants.json, in order, a 32-bit hash (little-endian) of every case.
samples.jsonl: some of the cases in full, so that a failure can be read.
"""
import collections
import json
import os
import pathlib
import struct
import sys
import tempfile

os.environ["TOKENIZERS_PARALLELISM"] = "false"
import tokenizers
import transformers
from tokenizers import Tokenizer, normalizers

import checksums
import strings

HERE = pathlib.Path(__file__).parent
assert tokenizers.__version__ == "0.23.3" and transformers.__version__ == "5.23.0"
PAGES = [page for page in range(0x1100) if not 0xD8 <= page <= 0xDF]


def cut(model, texts):
    source = Tokenizer.from_file(f"{model}/tokenizer.json")
    source.no_truncation()
    source.no_padding()
    counts = collections.Counter()
    for path in texts:
        for line in open(path, encoding="utf-8"):
            counts.update(source.encode(line, add_special_tokens=False).tokens)
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    frequent = [token for token, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))][:2500]
    vocabulary = source.get_vocab()
    letters = {token for token in vocabulary if len(token.removeprefix("##")) == 1}
    for strip in (True, False):
        normalizer = normalizers.BertNormalizer(True, True, strip, True)
        for value in range(0x110000):
            if not 0xD800 <= value <= 0xDFFF:
                normal = normalizer.normalize_str(chr(value))
                if normal.strip() != chr(value):
                    letters.update(normal.split())
    letters = {scalar for token in letters for scalar in token.removeprefix("##")}
    ordered = special + frequent + sorted(letters) + ["##" + letter for letter in sorted(letters)]
    ordered = [token for token in dict.fromkeys(ordered) if not token.isspace()]
    (HERE / "vocab.txt").write_text("".join(token + "\n" for token in ordered), encoding="utf-8")


def load(variant, vocabulary):
    if "configuration" in variant:
        with tempfile.TemporaryDirectory() as folder:
            json.dump(variant["configuration"], open(f"{folder}/tokenizer_config.json", "w"))
            (pathlib.Path(folder) / "vocab.txt").write_bytes((HERE / "vocab.txt").read_bytes())
            return transformers.BertTokenizer.from_pretrained(folder).backend_tokenizer
    document = json.loads(json.dumps(variant["tokenizer"]))
    document["model"]["vocab"] = vocabulary
    tokenizer = Tokenizer.from_str(json.dumps(document))
    tokenizer.no_padding()
    return tokenizer


def encode(tokenizer, text, pair, adds_special, maximum):
    if maximum is None:
        tokenizer.no_truncation()
    else:
        room = tokenizer.num_special_tokens_to_add(pair is not None) if adds_special else 0
        maximum = max(maximum, room + 1)
        tokenizer.enable_truncation(maximum)
    return tokenizer.encode(text, pair, add_special_tokens=adds_special), maximum


def values(tokenizer, encoding):
    yield len(encoding.ids)
    yield from encoding.ids
    yield from encoding.type_ids
    for start, end in encoding.offsets:
        yield start
        yield end
    yield from encoding.special_tokens_mask
    yield from tokenizer.decode(encoding.ids, skip_special_tokens=False).encode()
    yield from tokenizer.decode(encoding.ids, skip_special_tokens=True).encode()


def fold(numbers):
    state = 0xCBF29CE484222325
    for number in numbers:
        state = ((state ^ number) * 0x100000001B3) & strings.MASK
    return (state >> 32 ^ state) & 0xFFFFFFFF


def main():
    if sys.argv[1:2] == ["--cut"]:
        cut(sys.argv[2], sys.argv[3:])
    tokens = (HERE / "vocab.txt").read_text(encoding="utf-8").split("\n")[:-1]
    vocabulary = {token: index for index, token in enumerate(tokens)}
    words = [token for token in tokens[5:2505] if not token.startswith("##")]
    hashes, samples = bytearray(), []
    for variant in json.load(open(HERE / "variants.json", encoding="utf-8")):
        tokenizer = load(variant, vocabulary)
        first = variant["first_case"]
        for index in range(first, first + variant["cases"]):
            text, pair, adds_special, maximum = strings.case(index, words)
            encoding, maximum = encode(tokenizer, text, pair, adds_special, maximum)
            hashes += struct.pack("<I", fold(values(tokenizer, encoding)))
            if index - first < 25 and len(text) < 120:
                samples.append({
                    "variant": variant["name"], "case": index, "text": text, "pair": pair, "adds_special": adds_special,
                    "maximum": maximum, "ids": encoding.ids, "types": encoding.type_ids,
                    "offsets": [edge for offset in encoding.offsets for edge in offset],
                    "decoded": tokenizer.decode(encoding.ids, skip_special_tokens=True)})
        if variant["sweeps"]:
            for page in PAGES:
                encoding, _ = encode(tokenizer, strings.sweep(page), None, True, None)
                hashes += struct.pack("<I", fold(values(tokenizer, encoding)))
    (HERE / "hashes.bin").write_bytes(hashes)
    with open(HERE / "samples.jsonl", "w", encoding="utf-8") as file:
        for sample in samples:
            file.write(json.dumps(sample, ensure_ascii=True, separators=(",", ":")) + "\n")
    checksums.write()


main()
