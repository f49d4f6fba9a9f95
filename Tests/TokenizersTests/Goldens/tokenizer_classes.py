"""Makes the goldens of tokenizer classes with transformers 5.24.0 (the script refuses others): what AutoTokenizer makes of the
tokens and switches that stand beside a tokenizer.json, class by class.

    tokenizer_classes.py           writes classes/cases.json
    tokenizer_classes.py --check   compares

A case is a document, the files beside it, and for each text the number of the row that has its ids.
"""
import json
import os
import sys
import tempfile

import checksums

os.environ["TRANSFORMERS_VERBOSITY"] = "error"
import transformers
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

assert transformers.__version__ == "5.24.0"
HERE = os.path.dirname(os.path.abspath(__file__))
TEXTS = ["Hello wö 東", " HELLO hello", "a <x> b<y>c <z> d", "<k1>hello <k2> wo", "o <mask> <pad>", "é 12 <new> <s>x",
         "o\n<e1> <e2>l<image>", "xhelloy<X> <sw>a <sw> b"]
CUT = [("hello world hello 12", None, 5), ("hello 12 world", "world hello", 7)]


def flags(content, **switches):
    return {"content": content, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True, **switches}


def word_piece():
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "hello", "Hello", "world", "world", "wo", "##rld", "##r", "##l", "##d", "##w", "##o",
             "東", "京", "東京", "HELLO", "WORLD", "caf", "##e", "##é", "café", "cafe", "1", "12", "123", "##2", "##3", "wörld", "<", ">", "x",
             "X", "y", "##x", "/", "s", "a", "b", "c", "d", "[", "]", ",", ".", "mask", "pad", "k", "##1", "new", "##hello", "##world", "##y"]
    tokenizer = Tokenizer(models.WordPiece({word: i for i, word in enumerate(dict.fromkeys(words))}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    tokenizer.add_special_tokens(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    return tokenizer


def byte_level(first=(), merges=True):
    vocabulary = {token: i for i, token in enumerate(list(first) + sorted(pre_tokenizers.ByteLevel.alphabet()))}
    pairs = [("h", "e"), ("l", "l"), ("he", "ll"), ("hell", "o"), ("w", "o"), ("r", "l"), ("rl", "d"), ("wo", "rld"), ("1", "2"),
             ("Ġ", "hello"), ("Ġ", "world"), ("Ġ", "H"), ("Ã", "¶")]
    for a, b in pairs:
        vocabulary[a + b] = len(vocabulary)
    vocabulary["<|endoftext|>"] = len(vocabulary)
    tokenizer = Tokenizer(models.BPE(vocabulary, pairs))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(["<|endoftext|>"])
    return tokenizer


def roberta():
    tokenizer = byte_level(["<s>", "<pad>", "</s>", "<unk>"])
    tokenizer.add_special_tokens(["<s>", "<pad>", "</s>", "<unk>", AddedToken("<mask>", lstrip=True, special=True)])
    return tokenizer


def unigram():
    pieces = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0), ("▁hello", -3.0), ("hello", -3.5), ("▁world", -3.1),
              ("world", -4.0), ("H", -5.0), ("e", -5.1), ("l", -5.2), ("o", -5.3), ("▁Hello", -3.3), ("1", -6.0), ("2", -6.0), ("a", -6.0),
              ("b", -6.0), ("c", -6.0), ("x", -6.0), ("<", -6.0), (">", -6.0), ("<mask>", 0.0)]
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=3))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Replace("b", "a")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first")
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="first")
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    tokenizer.add_special_tokens(["<s>", "<pad>", "</s>", "<unk>", AddedToken("<mask>", lstrip=True, special=True)])
    return tokenizer


def llama():
    tokens = ["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)] + ["▁", "h", "e", "l", "o", "w", "r", "d", "H", "1", "2", "a", "b", "x"]
    vocabulary = {token: i for i, token in enumerate(tokens)}
    pairs = [("h", "e"), ("l", "l"), ("he", "ll"), ("hell", "o"), ("▁", "hello"), ("w", "o"), ("▁", "wo"), ("▁", "▁")]
    for a, b in pairs:
        vocabulary[a + b] = len(vocabulary)
    tokenizer = Tokenizer(models.BPE(vocabulary, pairs, unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A", pair="<s> $A <s>:1 $B:1", special_tokens=[("<s>", 1)])
    tokenizer.add_special_tokens(["<unk>", "<s>", "</s>"])
    return tokenizer


DOCUMENTS = {"bert": word_piece, "gpt2": byte_level, "roberta": roberta, "xlmr": unigram, "llama": llama}
EXTRA = {"additional_special_tokens": ["<k1>", "<k2>"]}
OBJECT = {"__type": "AddedToken"}


def cases():
    """Name, document, files beside it."""
    bert, gpt2, llama = {"model_type": "bert"}, {"model_type": "gpt2"}, {"model_type": "llama"}
    plain = {"tokenizer_class": "PreTrainedTokenizerFast"}
    decoder = {"added_tokens_decoder": {
        "400": flags("<x>", lstrip=True), "401": flags("<y>", rstrip=True, special=False), "402": flags("<sw>", single_word=True, special=False),
        "403": flags("<X>", normalized=True, special=False), "390": flags("<z>", lstrip=True, rstrip=True)}}

    def case(name, document, configuration=None, model=None, **files):
        if configuration is not None:
            files["tokenizer_config"] = configuration
        if model is not None:
            files["config"] = model
        return {"name": name, "document": document, "files": {f"{key}.json": value for key, value in files.items()}}

    # Switches of BERT's class, and where another class leaves them.
    for cls in ["BertTokenizer", "DistilBertTokenizerFast", "PreTrainedTokenizerFast", None]:
        for switch in [{}, {"do_lower_case": False}, {"do_lower_case": False, "strip_accents": True}, {"strip_accents": False},
                       {"tokenize_chinese_chars": False}, {"truncation_side": "left"}]:
            named = {} if cls is None else {"tokenizer_class": cls}
            yield case(f"bert {cls} {switch}", "bert", {**named, **switch}, bert)
    yield case("bert without config.json", "bert", {"tokenizer_class": "BertTokenizer", "do_lower_case": False})
    yield case("bert alone", "bert")
    yield case("bert with model alone", "bert", None, {"model_type": "distilbert"})
    yield case("bert in an encoder-decoder", "bert", {"do_lower_case": False}, {"model_type": "encoder-decoder", "encoder": bert, "decoder": bert})
    # add_prefix_space, and the stations that the classes build.
    for cls, document in [("GPT2Tokenizer", "gpt2"), ("Qwen2TokenizerFast", "gpt2"), ("RobertaTokenizerFast", "roberta"), ("XLMRobertaTokenizer", "xlmr"),
                          ("LlamaTokenizerFast", "llama"), ("LlamaTokenizerFast", "gpt2"), ("PreTrainedTokenizerFast", "gpt2"), ("TokenizersBackend", "llama")]:
        for switch in [{}, {"add_prefix_space": True}, {"add_prefix_space": False}, {"truncation_side": "left", "add_prefix_space": True},
                       {"add_bos_token": True, "add_eos_token": True, "bos_token": "<s>", "eos_token": "</s>"}]:
            yield case(f"{document} {cls} {switch}", document, {"tokenizer_class": cls, **switch}, llama)
    yield case("llama legacy", "llama", {"tokenizer_class": "LlamaTokenizer", "legacy": True}, llama)
    yield case("llama legacy without prefix", "llama", {"tokenizer_class": "LlamaTokenizer", "legacy": True, "add_prefix_space": False}, llama)
    for model in ["qwen2", "qwen3", "mistral", "gpt2", "llama", "modernbert"]:
        for cls in ["GPT2Tokenizer", "PreTrainedTokenizerFast", None]:
            yield case(f"{model} {cls}", "gpt2", {"add_prefix_space": True} if cls is None else {"tokenizer_class": cls, "add_prefix_space": True}, {"model_type": model})
    yield case("class in config.json", "gpt2", {"add_prefix_space": True}, {"model_type": "llama", "tokenizer_class": "GPT2Tokenizer"})
    # Added tokens outside tokenizer.json.
    for cls, document, model in [("PreTrainedTokenizerFast", "gpt2", llama), ("GPT2Tokenizer", "gpt2", gpt2), ("BertTokenizer", "bert", bert), ("Qwen2Tokenizer", "gpt2", {"model_type": "qwen2"}),
                                 ("LlamaTokenizer", "llama", llama), ("RobertaTokenizer", "roberta", {"model_type": "roberta"}), ("XLMRobertaTokenizer", "xlmr", {"model_type": "xlm-roberta"}),
                                 ("T5Tokenizer", "xlmr", {"model_type": "t5"}), ("PegasusTokenizer", "xlmr", {"model_type": "pegasus"}),
                                 ("MBartTokenizer", "xlmr", {"model_type": "mbart"})]:
        named = {"tokenizer_class": cls}
        name = f"{cls} {document}"
        yield case(f"{name} decoder", document, {**named, **decoder}, model)
        yield case(f"{name} decoder with roles", document, {**named, **decoder, "pad_token": "<pad>", "mask_token": "<X>", "image_token": "<image>"}, model)
        yield case(f"{name} additional", document, {**named, **EXTRA}, model)
        yield case(f"{name} extra", document, {**named, "extra_special_tokens": ["<e1>", {**OBJECT, "content": "<e2>", "lstrip": True, "normalized": False}], **EXTRA}, model)
        yield case(f"{name} extra by name", document, {**named, "extra_special_tokens": {"image_token": "<image>", "more": "<e1>"}}, model)
        yield case(f"{name} role with flags", document, {**named, "pad_token": {**OBJECT, "content": "<pad>", "lstrip": True, "rstrip": True, "normalized": False}}, model)
        yield case(f"{name} added_tokens.json", document, {**named, **EXTRA}, model, added_tokens={"<k1>": 500, "<new>": 501, "<z>": 499})
        yield case(f"{name} map", document, named, model, special_tokens_map={
            "pad_token": {"content": "<pad>", "lstrip": True, "rstrip": False, "single_word": False, "normalized": False}, "mask_token": "<mask>", **EXTRA})
        yield case(f"{name} map and added", document, {**named, "pad_token": "<x>"}, model, special_tokens_map={"pad_token": "<pad>", **EXTRA}, added_tokens={"<k1>": 500, "<pad>": 501})
        yield case(f"{name} map beside a list", document, {**named, **decoder}, model, special_tokens_map={"pad_token": "<pad>", **EXTRA}, added_tokens={"<new>": 500})
        yield case(f"{name} splits special tokens", document, {**named, **decoder, **EXTRA, "split_special_tokens": True}, model)


def line(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def answer(entry, folder):
    """The ids of all texts, or null where transformers refuses the folder."""
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    except Exception:
        return None
    cut = [tokenizer(a, b, truncation=True, max_length=n)["input_ids"] for a, b, n in CUT]
    ids = [tokenizer.encode(text) for text in TEXTS]
    return {"ids": ids, "cut": cut, "plain": tokenizer.decode(ids[2], skip_special_tokens=True),
            "pad": tokenizer.pad_token_id, "size": len(tokenizer)}


def main():
    documents = {name: json.loads(make().to_str()) for name, make in DOCUMENTS.items()}
    result, rows = [], {}
    for entry in cases():
        with tempfile.TemporaryDirectory() as folder:
            for name, content in {"tokenizer.json": documents[entry["document"]], **entry["files"]}.items():
                with open(f"{folder}/{name}", "w") as file:
                    json.dump(content, file, ensure_ascii=False)
            expected = answer(entry, folder)
        if expected is not None:
            for key in ("ids", "cut"):
                expected[key] = [rows.setdefault(tuple(row), len(rows)) for row in expected[key]]
            # As text, which keeps the order of the members.
            files = {name: line(content) for name, content in entry["files"].items()}
            result.append({**entry, **expected, "files": files})
    text = '{"texts": %s,\n"cut": %s,\n"documents": %s,\n"rows": %s,\n"cases": [\n%s\n]}\n' % (
        line(TEXTS), line(CUT), line(documents), line(list(rows)), ",\n".join(map(line, result)))
    path = f"{HERE}/classes/cases.json"
    if "--check" in sys.argv:
        sys.exit(0 if open(path, encoding="utf-8").read() == text else f"{path} differs")
    os.makedirs(f"{HERE}/classes", exist_ok=True)
    open(path, "w", encoding="utf-8").write(text)
    checksums.write()


main()
