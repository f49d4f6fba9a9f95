#!/usr/bin/env python3
"""Makes the goldens of SentencePiece models without a tokenizer.json with transformers 5.24.0, tokenizers 0.23.3 and
sentencepiece 0.2.3 (the script refuses others): what AutoTokenizer makes of spiece.model and its kin, class by class.

    spiece.py                    rewrites spiece/variants.json, hashes.bin, samples.jsonl, SHA256SUMS
    spiece.py --train TEXTS...   first trains spiece/*.model anew on these files

t5.model: unigram in the layout of T5 and Pegasus; xlmr.model: unigram in the layout of XLM-R and mBART, with pieces of the
user's own; bpe.model: byte pairs with byte fallback, as Llama 2 has them.
"""
import json
import os
import pathlib
import sys
import tempfile

os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["TRANSFORMERS_VERBOSITY"] = "error"
import sentencepiece
import tokenizers
import transformers
from sentencepiece import sentencepiece_model_pb2

import checksums
import folding
import strings
from sentencepiece_style import rules

FOLDER = folding.HERE / "spiece"
assert tokenizers.__version__ == "0.23.3" and sentencepiece.__version__ == "0.2.3" and transformers.__version__ == "5.24.0"
TEXTS = ["<extra_id_0> walked <extra_id_1>.</s>", "a<extra_id_99>b", "<mask_1> and <mask_2> <unk_5>x", "in en_XX<mask>ro_RO",
         "  two  spaces ", "▁x ▁▁y", "<user>the <user> ", "x<user>", "line\nbreak\ttab", "ﬁ ½ Ａ e\u0301 \u00ad", "</s><pad> <unk>a", ""]


def train(paths, words):
    lines = [line.strip() for path in paths for line in open(path, encoding="utf-8")]
    lines += [strings.subword_case(3_000_000 + index, words)[0] for index in range(4000)]
    lines = [line.replace("\n", " ").replace("\0", "") for line in lines if 0 < len(line) < 2000]
    kinds = {
        "t5": dict(model_type="unigram", vocab_size=1500, pad_id=0, eos_id=1, unk_id=2, bos_id=-1, character_coverage=0.985),
        "xlmr": dict(model_type="unigram", vocab_size=900, user_defined_symbols="<user>", character_coverage=0.98),
        "bpe": dict(model_type="bpe", vocab_size=900, byte_fallback=True, character_coverage=0.98,
                    remove_extra_whitespaces=False),
    }
    with tempfile.TemporaryDirectory() as folder:
        text, tsv = pathlib.Path(folder) / "text", pathlib.Path(folder) / "rules.tsv"
        text.write_text("\n".join(lines), encoding="utf-8")
        tsv.write_text("".join(
            " ".join(f"{ord(c):X}" for c in key) + "\t" + " ".join(f"{ord(c):X}" for c in value) + "\n"
            for key, value in sorted(rules().items())), encoding="utf-8")
        for name, options in kinds.items():
            table = {"normalization_rule_name": "identity"} if name == "bpe" else {"normalization_rule_tsv": str(tsv)}
            sentencepiece.SentencePieceTrainer.train(
                input=str(text), model_prefix=f"{folder}/m", num_threads=1, minloglevel=2, **table, **options)
            model = sentencepiece_model_pb2.ModelProto()
            model.ParseFromString((pathlib.Path(folder) / "m.model").read_bytes())
            model.trainer_spec.ClearField("input")
            model.trainer_spec.ClearField("model_prefix")
            model.normalizer_spec.ClearField("normalization_rule_tsv")
            # Exact in JSON too: for a class of its own transformers copies a tokenizer through JSON, and loses last digits.
            for piece in model.pieces:
                piece.score = round(piece.score * 256) / 256
            (FOLDER / f"{name}.model").write_bytes(model.SerializeToString(deterministic=True))


def variants():
    """Each folder: the model with its name there, and the files beside it."""
    def variant(name, cases, model, file, configuration=None, config=None):
        files = {"tokenizer_config.json": configuration, "config.json": config}
        return {"name": name, "first_case": 0, "cases": cases, "sweeps": name == "t5", "model": f"{model}.model", "file": file,
                "files": {key: json.dumps(value) for key, value in files.items() if value is not None}}

    t5, pegasus, spiece = {"model_type": "t5"}, {"model_type": "pegasus"}, "spiece.model"
    bpe = "sentencepiece.bpe.model"
    return [
        variant("t5", 6000, "t5", spiece, None, t5),
        variant("t5 class", 1000, "t5", spiece, {"tokenizer_class": "T5Tokenizer", "extra_ids": 3}, t5),
        variant("t5 extra", 1000, "t5", spiece, {"tokenizer_class": "T5TokenizerFast", "additional_special_tokens": [
            "<k1>", "<extra_id_0>"]}, t5),
        variant("t5 no extra", 500, "t5", spiece, {"extra_ids": 0, "added_tokens_decoder": {"1500": {
            "content": "<new>", "lstrip": True, "rstrip": True, "normalized": False, "single_word": False, "special": True}}},
            {"model_type": "mt5"}),
        variant("pegasus", 2000, "t5", spiece, None, pegasus),
        variant("pegasus offset", 500, "t5", spiece, {"offset": 7, "tokenizer_class": "PegasusTokenizer"}, pegasus),
        variant("umt5", 2000, "t5", "tokenizer.model", {}, {"model_type": "umt5"}),
        variant("umt5 first", 1000, "t5", "tokenizer.model", {"legacy": False, "add_eos_token": True}, {"model_type": "umt5"}),
        variant("xlm-roberta", 2000, "xlmr", bpe, None, {"model_type": "xlm-roberta"}),
        variant("mbart", 2000, "xlmr", bpe, {"src_lang": "ro_RO"}, {"model_type": "mbart"}),
        variant("mbart english", 500, "xlmr", bpe, None, {"model_type": "mbart"}),
        variant("llama", 2000, "bpe", "tokenizer.model", {"tokenizer_class": "LlamaTokenizer", "add_bos_token": True,
                "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}, {"model_type": "llama"}),
        variant("llama legacy", 500, "bpe", "tokenizer.model", {"tokenizer_class": "LlamaTokenizer", "legacy": True},
                {"model_type": "llama"}),
        variant("plain bytes", 2000, "bpe", "tokenizer.model", {"add_bos_token": True, "add_eos_token": True}, {"model_type": "umt5"}),
    ]


def load(variant):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / variant["file"]).write_bytes((FOLDER / variant["model"]).read_bytes())
        for name, text in variant["files"].items():
            (folder / name).write_text(text)
        return transformers.AutoTokenizer.from_pretrained(folder)._tokenizer


def samples(everything):
    """The texts with each class' own tokens, in place of those of folding.write."""
    with open(FOLDER / "samples.jsonl", "w", encoding="utf-8") as file:
        for variant in everything:
            tokenizer = load(variant)
            for text in TEXTS:
                encoding, _ = folding.encode(tokenizer, text, None, True, None)
                file.write(json.dumps({
                    "variant": variant["name"], "text": text, "pair": None, "adds_special": True, "maximum": None,
                    "ids": encoding.ids, "types": encoding.type_ids,
                    "offsets": [edge for offset in encoding.offsets for edge in offset],
                    "decoded": tokenizer.decode(encoding.ids, skip_special_tokens=True)},
                    ensure_ascii=True, separators=(",", ":")) + "\n")


def main():
    words = folding.golden_words()
    if sys.argv[1:2] == ["--train"]:
        train(sys.argv[2:], words)
    everything = variants()
    rows = ",\n".join(json.dumps(variant, ensure_ascii=False) for variant in everything)
    (FOLDER / "variants.json").write_text(f"[\n{rows}\n]\n", encoding="utf-8")
    folding.write(FOLDER, everything, load, words)
    samples(everything)
    checksums.write()


if __name__ == "__main__":
    main()
