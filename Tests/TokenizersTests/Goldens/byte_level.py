#!/usr/bin/env python3
"""Makes the goldens of byte-level BPE with tokenizers 0.23.3 and transformers 5.24.0 (the script refuses others).

    byte_level.py                    rewrites byte-level/variants.json, hashes.bin, samples.jsonl and SHA256SUMS
    byte_level.py --train TEXTS...   first trains byte-level/merges.txt anew on the lines of these files

The vocabulary is the 256 characters of the alphabet in order, then what the merges make, then the variant's own tokens.
"""
import json
import os
import sys
import tempfile

os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["HF_HUB_OFFLINE"] = "1"
import tokenizers
import transformers
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

import checksums
import folding
import strings

FOLDER = folding.HERE / "byte-level"
assert tokenizers.__version__ == "0.23.3" and transformers.__version__ == "5.24.0"
GPT4 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}%s| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
        r"|\s+(?!\S)|\s+")


def train(paths, words):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(tokenizers.Regex(GPT4 % "{1,3}"), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    trainer = trainers.BpeTrainer(
        vocab_size=256 + 3000, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    lines = [line for path in paths for line in open(path, encoding="utf-8")]
    lines += [strings.subword_case(2_000_000 + index, words)[0] for index in range(6000)]
    tokenizer.train_from_iterator(lines, trainer)
    merges = json.loads(tokenizer.to_str())["model"]["merges"]
    (FOLDER / "merges.txt").write_text("".join(f"{a} {b}\n" for a, b in merges), encoding="utf-8")


def added(content, id, special=True, normalized=False, **switches):
    return {"id": id, "content": content, "single_word": False, "lstrip": False, "rstrip": False,
            "normalized": normalized, "special": special, **switches}


def split(expression):
    return {"type": "Split", "pattern": {"Regex": expression}, "behavior": "Isolated", "invert": False}


def byte_level(prefix=False, trim=True, regex=True):
    return {"type": "ByteLevel", "add_prefix_space": prefix, "trim_offsets": trim, "use_regex": regex}


def sequence(kind, key, *parts):
    return {"type": "Sequence", key: list(parts)}


def roberta(prefix):
    return {"type": "RobertaProcessing", "sep": ["</s>", 3257], "cls": ["<s>", 3256], "trim_offsets": True,
            "add_prefix_space": prefix}


def template(token, id):
    special, first, second = ({"SpecialToken": {"id": token, "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
                              {"Sequence": {"id": "B", "type_id": 1}})
    return {"type": "TemplateProcessing", "single": [special, first],
            "pair": [special, first, {"SpecialToken": {"id": token, "type_id": 1}}, second],
            "special_tokens": {token: {"id": token, "ids": [id], "tokens": [token]}}}


def classifier_template():
    """[CLS] A [SEP] B [SEP], as BERT's."""
    def token(name, type_id=0):
        return {"SpecialToken": {"id": name, "type_id": type_id}}
    first, second = {"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}
    return {"type": "TemplateProcessing", "single": [token("[CLS]"), first, token("[SEP]")],
            "pair": [token("[CLS]"), first, token("[SEP]"), second, token("[SEP]", 1)],
            "special_tokens": {name: {"id": name, "ids": [id], "tokens": [name]}
                               for name, id in (("[CLS]", 3259), ("[SEP]", 3260))}}


def document(pre_tokenizer, post_processor, added_tokens, normalizer=None, **model):
    return {"version": "1.0", "truncation": None, "padding": None, "added_tokens": added_tokens,
            "normalizer": normalizer, "pre_tokenizer": pre_tokenizer, "post_processor": post_processor,
            "decoder": byte_level(), "model": {
                "type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
                "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False, "ignore_merges": False,
                "vocab": {}, "merges": [], **model}}


def variants():
    """Each with the tokens that follow on the merged ones, tokens that it lacks, and whether merges are strings."""
    text = [added("<s>", 3256), added("</s>", 3257), added("<unk>", 3258), added("<pad>", 3259),
            added("<mask>", 3260, lstrip=True), added("<new>", 3261, special=False, normalized=True, single_word=True)]
    chat = [added("<|endoftext|>", 3256), added("<|im_start|>", 3257), added("<|im_end|>", 3258),
            added("Café Noir", 3259, special=False, normalized=True), added("<l>", 3260, rstrip=True)]
    ends = [added("<|endoftext|>", 3256)]
    # Runs of spaces are tokens, as in the vocabulary of ModernBERT.
    modern = [added("   ", 3256, special=False, normalized=True), added("  ", 3257, special=False, normalized=True),
              added("[UNK]", 3258), added("[CLS]", 3259), added("[SEP]", 3260), added("[PAD]", 3261),
              added("[MASK]", 3262, lstrip=True), added("Café Noir", 3263, special=False, normalized=True)]
    llama = sequence("pre", "pretokenizers", split(GPT4 % "{1,3}"), byte_level(regex=False))
    qwen = sequence("pre", "pretokenizers", split(GPT4 % ""), byte_level(trim=False, regex=False))
    smol = sequence("pre", "pretokenizers", {"type": "Digits", "individual_digits": True}, byte_level())
    chained = sequence("norm", "normalizers", {"type": "Lowercase"}, {"type": "NFC"},
                       {"type": "Replace", "pattern": {"String": "l"}, "content": "L l"},
                       {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": "__"},
                       {"type": "Prepend", "prepend": "ab"})
    lacks = ["À", "Á", "ñ", "ò", "õ", "Ą", "Ć", "ē", "Ĕ", "ĝ"]

    def variant(name, cases, tokenizer=None, extra=(), lacks=(), strings=True, sweeps=False, **more):
        return {"name": name, "first_case": 0, "cases": cases, "sweeps": sweeps, "extra": list(extra),
                "lacks": list(lacks), "string_merges": strings, "tokenizer": tokenizer, **more}

    return [
        variant("gpt2", 20100, document(byte_level(), byte_level(trim=False), ends), sweeps=True),
        variant("roberta", 20100, document(byte_level(), roberta(False), text), sweeps=True),
        variant("roberta-prefix", 4000, document(byte_level(prefix=True), roberta(True), text)),
        variant("llama3", 20100, document(
            llama, sequence("post", "processors", byte_level(), template("<|endoftext|>", 3258)),
            [token | {"id": token["id"] + 2} for token in chat], ignore_merges=True),
            extra=["Ġspielberg", "(){}"], strings=False, sweeps=True),
        variant("qwen2", 20100, document(qwen, byte_level(trim=False, regex=False), chat, {"type": "NFC"}), sweeps=True),
        variant("smollm2", 20100, document(smol, byte_level(), chat), lacks=lacks, sweeps=True),
        variant("digits", 2000, document(sequence("pre", "pretokenizers", {
            "type": "Digits", "individual_digits": False}, byte_level(prefix=True)), byte_level(prefix=True), chat)),
        variant("unknown", 2000, document(byte_level(), byte_level(), chat, unk_token="a"), lacks=lacks),
        variant("unknown-fused", 2000, document(byte_level(), byte_level(), chat, unk_token="a", fuse_unk=True), lacks=lacks),
        variant("chained", 4000, document(byte_level(), byte_level(), chat, chained)),
        variant("files-gpt2", 3000, files={"tokenizer_class": "GPT2Tokenizer", "pad_token": "<pad>"}),
        variant("files-roberta", 3000, files={"tokenizer_class": "RobertaTokenizer", "added_tokens_decoder": {
            "3260": {key: value for key, value in added("<mask>", 3260, lstrip=True).items() if key != "id"}}},
            extra=["<s>", "</s>", "<unk>", "<pad>", "<mask>"]),
        variant("files-qwen2", 3000, files={"tokenizer_class": "Qwen2Tokenizer", "bos_token": None,
                                            "additional_special_tokens": ["<|im_start|>", "<|im_end|>"]},
                extra=["<|endoftext|>"]),
        variant("modernbert", 4000, document(byte_level(), classifier_template(), modern, {"type": "NFC"})),
    ]


def parts(variant):
    lines = (FOLDER / "merges.txt").read_text(encoding="utf-8").split("\n")[:-1]
    tokens = sorted(pre_tokenizers.ByteLevel.alphabet()) + ["".join(line.split(" ")) for line in lines] + variant["extra"]
    tokens = list(dict.fromkeys(tokens))
    vocabulary = {f"<no {token}>" if token in variant["lacks"] else token: index for index, token in enumerate(tokens)}
    merges = [line for line in lines
              if all(part in vocabulary for part in (*line.split(" "), "".join(line.split(" "))))]
    return vocabulary, merges


def load(variant):
    vocabulary, merges = parts(variant)
    if "files" in variant:
        with tempfile.TemporaryDirectory() as folder:
            json.dump(variant["files"], open(f"{folder}/tokenizer_config.json", "w"))
            json.dump(vocabulary, open(f"{folder}/vocab.json", "w"))
            open(f"{folder}/merges.txt", "w", encoding="utf-8").write("#version: 0.2\n" + "\n".join(merges) + "\n")
            kind = getattr(transformers, variant["files"]["tokenizer_class"])
            return kind.from_pretrained(folder).backend_tokenizer
    whole = json.loads(json.dumps(variant["tokenizer"]))
    whole["model"]["vocab"] = vocabulary
    whole["model"]["merges"] = merges if variant["string_merges"] else [line.split(" ") for line in merges]
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


main()
