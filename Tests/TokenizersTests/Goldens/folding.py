# What the generators of the subword families share: encoding a case, folding all that it gives into one number.
import json
import pathlib
import struct

import strings

HERE = pathlib.Path(__file__).parent
PAGES = [page for page in range(0x1100) if not 0xD8 <= page <= 0xDF]
# Cases that share a hash.
GROUP = 8


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


def fold(numbers, state=0xCBF29CE484222325):
    for number in numbers:
        state = ((state ^ number) * 0x100000001B3) & strings.MASK
    return state


def random_ids(tokenizer, index):
    """Ids at random: broken UTF-8 for the decoders."""
    random = strings.SplitMix64(index ^ 0xDEC0DE)
    size = tokenizer.get_vocab_size()
    return [random.below(size) for _ in range(random.below(12))]


def group_hash(tokenizer, cases):
    """The hash of some cases, each (index, text, pair, adds_special, maximum), and of texts of random ids."""
    state = 0xCBF29CE484222325
    for index, text, pair, adds_special, maximum in cases:
        encoding, _ = encode(tokenizer, text, pair, adds_special, maximum)
        state = fold(values(tokenizer, encoding), state)
        ids = random_ids(tokenizer, index)
        for skips in (False, True):
            state = fold(tokenizer.decode(ids, skip_special_tokens=skips).encode(), state)
    return (state >> 32 ^ state) & 0xFFFFFFFF


def write(folder, variants, load, words):
    """Writes hashes.bin and samples.jsonl for the variants, each of which `load` makes a tokenizer."""
    hashes, samples = bytearray(), []
    for variant in variants:
        tokenizer = load(variant)
        tokenizer.no_padding()
        first, count = variant["first_case"], variant["cases"]
        cases = [(index, *strings.subword_case(index, words)) for index in range(first, first + count)]
        if variant["sweeps"]:
            cases += [(page, strings.sweep(page), None, True, None) for page in PAGES]
        for start in range(0, len(cases), GROUP):
            hashes += struct.pack("<I", group_hash(tokenizer, cases[start:start + GROUP]))
        for index, text, pair, adds_special, maximum in cases[:6]:
            if len(text) < 80:
                encoding, maximum = encode(tokenizer, text, pair, adds_special, maximum)
                samples.append({
                    "variant": variant["name"], "text": text, "pair": pair, "adds_special": adds_special,
                    "maximum": maximum, "ids": encoding.ids, "types": encoding.type_ids,
                    "offsets": [edge for offset in encoding.offsets for edge in offset],
                    "decoded": tokenizer.decode(encoding.ids, skip_special_tokens=True)})
    (folder / "hashes.bin").write_bytes(hashes)
    with open(folder / "samples.jsonl", "w", encoding="utf-8") as file:
        for sample in samples:
            file.write(json.dumps(sample, ensure_ascii=True, separators=(",", ":")) + "\n")


def golden_words():
    tokens = (HERE / "vocab.txt").read_text(encoding="utf-8").split("\n")[:-1]
    return [token for token in tokens[5:2505] if not token.startswith("##")]
