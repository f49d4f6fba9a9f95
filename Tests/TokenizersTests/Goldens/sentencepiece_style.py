#!/usr/bin/env python3
"""Makes the goldens of the SentencePiece families with tokenizers 0.23.3 and sentencepiece 0.2.3 (the script refuses
others).

    sentencepiece_style.py                    rewrites sentencepiece/variants.json, hashes.bin, samples.jsonl, SHA256SUMS
    sentencepiece_style.py --train TEXTS...   first trains sentencepiece/unigram.json and bpe.json anew on these files

unigram.json: tokens with scores, and a normaliser's table that sentencepiece compiled from a part of nmt_nfkc's rules.
bpe.json: tokens and merges of a byte-pair model over characters, as Llama 2 and Gemma have them.
"""
import base64
import json
import os
import pathlib
import sys
import tempfile
import unicodedata

os.environ["TOKENIZERS_PARALLELISM"] = "false"
import sentencepiece
import tokenizers
from sentencepiece import sentencepiece_model_pb2
from tokenizers import Tokenizer, models, normalizers, trainers

import checksums
import folding
import strings

FOLDER = folding.HERE / "sentencepiece"
assert tokenizers.__version__ == "0.23.3" and sentencepiece.__version__ == "0.2.3"
BYTES = [f"<0x{byte:02X}>" for byte in range(256)]


def rules():
    """Rules of each kind that nmt_nfkc has: whitespace, controls removed, compatibility forms, compositions."""
    table = {0x09: " ", 0x0A: " ", 0x0D: " ", 0xA0: " ", 0x3000: " ", 0x2028: " ", 0x200B: " ", 0x1680: " "}
    table = {chr(key): value for key, value in table.items()}
    table |= {chr(value): "" for value in [*range(1, 9), 0x0B, *range(0x0E, 0x20), 0x7F, 0xAD, 0x200E]}
    blocks = [(0xA8, 0xBF), (0x132, 0x149), (0x1C4, 0x1CC), (0x2100, 0x2130), (0x2160, 0x2170), (0x2460, 0x246C),
              (0xFB00, 0xFB06), (0xFF01, 0xFF5F), (0xFF66, 0xFF90), (0x1D4D0, 0x1D4D8), (0x2F800, 0x2F810),
              (0x3131, 0x3140), (0x0344, 0x0345), (0x0958, 0x095A), (0x33A0, 0x33A8), (0xFDFA, 0xFDFB)]
    for first, last in blocks:
        for value in range(first, last + 1):
            normal = unicodedata.normalize("NFKC", chr(value))
            if normal != chr(value):
                table[chr(value)] = normal
    for value in [*range(0xC0, 0x17F), *range(0x1E00, 0x1E40), *range(0xAC00, 0xAC40)]:
        parts = unicodedata.normalize("NFD", chr(value))
        if parts != chr(value):
            table[parts] = chr(value)
    return table


def train(paths, words):
    lines = [line.strip() for path in paths for line in open(path, encoding="utf-8")]
    lines += [strings.subword_case(2_000_000 + index, words)[0] for index in range(6000)]
    lines = [line.replace("\n", " ").replace("\0", "") for line in lines if 0 < len(line) < 2000]
    with tempfile.TemporaryDirectory() as folder:
        text, tsv = pathlib.Path(folder) / "text", pathlib.Path(folder) / "rules.tsv"
        text.write_text("\n".join(lines), encoding="utf-8")
        tsv.write_text("".join(
            " ".join(f"{ord(c):X}" for c in key) + "\t" + " ".join(f"{ord(c):X}" for c in value) + "\n"
            for key, value in sorted(rules().items())), encoding="utf-8")
        sentencepiece.SentencePieceTrainer.train(
            input=str(text), model_prefix=f"{folder}/m", vocab_size=3000, model_type="unigram",
            normalization_rule_tsv=str(tsv), character_coverage=0.99, num_threads=1, minloglevel=2,
            input_sentence_size=0, train_extremely_large_corpus=False)
        model = sentencepiece_model_pb2.ModelProto()
        model.ParseFromString((pathlib.Path(folder) / "m.model").read_bytes())
    pieces = [[piece.piece, round(piece.score, 5)] for piece in model.pieces[3:]]
    write_json("unigram.json", {
        "pieces": pieces, "charsmap": base64.b64encode(model.normalizer_spec.precompiled_charsmap).decode()})
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Split("▁", "merged_with_next")
    tokenizer.train_from_iterator(lines, trainers.BpeTrainer(
        vocab_size=1500, special_tokens=["<unk>", "<s>", "</s>"] + BYTES, limit_alphabet=300, show_progress=False))
    model = json.loads(tokenizer.to_str())["model"]
    tokens = sorted(model["vocab"], key=model["vocab"].get)[259:]
    write_json("bpe.json", {"tokens": tokens, "merges": [" ".join(merge) for merge in model["merges"]]})


def write_json(name, value):
    (FOLDER / name).write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def added(content, id, special=True, normalized=False, **switches):
    return {"id": id, "content": content, "single_word": False, "lstrip": False, "rstrip": False,
            "normalized": normalized, "special": special, **switches}


def sequence(key, *parts):
    return {"type": "Sequence", key: list(parts)}


def metaspace(scheme="always", **more):
    return {"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, **more}


def replace(found, content):
    return {"type": "Replace", "pattern": {"String": found}, "content": content}


def template(before, after, separator):
    """<s> A </s> or the like; the pair with `separator` between."""
    def special(token):
        return {"SpecialToken": {"id": token, "type_id": 0}}

    def text(name, kind):
        return {"Sequence": {"id": name, "type_id": kind}}

    tokens = {"<s>": 0 if after else 1, "</s>": 2}
    single = [*map(special, before), text("A", 0), *map(special, after)]
    pair = [*map(special, before), text("A", 0), *map(special, separator), text("B", 0 if after else 1), *map(special, after)]
    return {"type": "TemplateProcessing", "single": single, "pair": pair, "special_tokens": {
        token: {"id": token, "ids": [id], "tokens": [token]} for token, id in tokens.items()}}


def document(model, added_tokens, normalizer, pre_tokenizer, post_processor, decoder):
    return {"version": "1.0", "truncation": None, "padding": None, "added_tokens": added_tokens, "normalizer": normalizer,
            "pre_tokenizer": pre_tokenizer, "post_processor": post_processor, "decoder": decoder, "model": model}


def unigram(fallback=False):
    return {"type": "Unigram", "unk_id": 3, "byte_fallback": fallback, "vocab": []}


def bpe(**more):
    return {"type": "BPE", "dropout": None, "unk_token": "<unk>", "continuing_subword_prefix": None, "fuse_unk": True,
            "end_of_word_suffix": None, "byte_fallback": True, "ignore_merges": False, "vocab": {}, "merges": [], **more}


def bpe_size():
    return 259 + len(json.loads((FOLDER / "bpe.json").read_text(encoding="utf-8"))["tokens"])


def variants():
    """Each tokenizer without its vocabulary; `bytes`: whether the unigram vocabulary has tokens for bytes."""
    charsmap = {"type": "Precompiled", "precompiled_charsmap": ""}
    xlmr = [added("<s>", 0), added("<pad>", 1), added("</s>", 2), added("<unk>", 3)]
    llama = [added("<unk>", 0), added("<s>", 1), added("</s>", 2)]
    words = sequence("pretokenizers", {"type": "WhitespaceSplit"}, metaspace())
    roberta = template(["<s>"], ["</s>"], ["</s>", "</s>"])
    begin = template(["<s>"], [], ["<s>"])
    decoder = sequence("decoders", replace("▁", " "), {"type": "ByteFallback"}, {"type": "Fuse"},
                       {"type": "Strip", "content": " ", "start": 1, "stop": 0})

    def variant(name, cases, tokenizer, bytes=False, sweeps=False):
        return {"name": name, "first_case": 0, "cases": cases, "sweeps": sweeps, "bytes": bytes, "tokenizer": tokenizer}

    return [
        variant("xlm-roberta", 20100, document(unigram(), xlmr, charsmap, words, roberta, metaspace()), sweeps=True),
        variant("unigram-bytes", 4000, document(
            unigram(True), xlmr, sequence("normalizers", charsmap, {
                "type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "}), metaspace("first", split=False), roberta,
            sequence("decoders", {"type": "ByteFallback"}, metaspace("first", split=False))), bytes=True),
        variant("unigram-never", 4000, document(unigram(), xlmr, None, metaspace("never"), None, metaspace("never"))),
        variant("unigram-first", 4000, document(unigram(), xlmr, charsmap, metaspace("first"), roberta, metaspace("first"))),
        variant("llama2", 20100, document(
            bpe(), llama, sequence("normalizers", {"type": "Prepend", "prepend": "▁"}, replace(" ", "▁")), None, begin,
            decoder), sweeps=True),
        variant("llama2-metaspace", 4000, document(
            bpe(), llama, None, metaspace("first", split=False), begin, decoder)),
        variant("gemma", 4000, document(
            bpe(), llama + [added("Café Noir", bpe_size(), normalized=True, special=False)], replace(" ", "▁"),
            {"type": "Split", "pattern": {"String": " "}, "behavior": "MergedWithPrevious", "invert": False}, begin,
            sequence("decoders", replace("▁", " "), {"type": "ByteFallback"}, {"type": "Fuse"}))),
        variant("literals", 2000, document(bpe(byte_fallback=False, fuse_unk=False), llama, None, sequence(
            "pretokenizers", *[{"type": "Split", "pattern": {"String": found}, "behavior": behavior, "invert": False}
                               for found, behavior in [("e", "Isolated"), (" ", "MergedWithNext"), ("a", "MergedWithPrevious"),
                                                       ("o", "Contiguous"), ("i", "Removed")]]), None, None)),
    ]


def load(variant):
    unigram_parts = json.loads((FOLDER / "unigram.json").read_text(encoding="utf-8"))
    bpe_parts = json.loads((FOLDER / "bpe.json").read_text(encoding="utf-8"))
    text = json.dumps(variant["tokenizer"]).replace(
        '"precompiled_charsmap": ""', f'"precompiled_charsmap": "{unigram_parts["charsmap"]}"')
    whole = json.loads(text)
    if whole["model"]["type"] == "Unigram":
        pieces = [["<s>", 0.0], ["<pad>", 0.0], ["</s>", 0.0], ["<unk>", 0.0]] + unigram_parts["pieces"]
        whole["model"]["vocab"] = pieces + [[name, -20.0] for name in BYTES] * variant["bytes"]
    else:
        tokens = ["<unk>", "<s>", "</s>"] + BYTES + bpe_parts["tokens"]
        whole["model"]["vocab"] = {token: index for index, token in enumerate(tokens)}
        whole["model"]["merges"] = bpe_parts["merges"]
    tokenizer = Tokenizer.from_str(json.dumps(whole))
    assert all(tokenizer.token_to_id(token["content"]) == token["id"] for token in whole["added_tokens"])
    return tokenizer


def main():
    words = folding.golden_words()
    if sys.argv[1:2] == ["--train"]:
        train(sys.argv[2:], words)
    everything = variants()
    rows = ",\n".join(json.dumps(variant, ensure_ascii=False) for variant in everything)
    (FOLDER / "variants.json").write_text(f"[\n{rows}\n]\n", encoding="utf-8")
    folding.write(FOLDER, everything, load, words)
    checksums.write()


if __name__ == "__main__":
    main()
