#!/usr/bin/env python3
"""Makes the GGUF files and what importing them must give, with gguf 0.19.0, transformers 5.24.0 and tokenizers 0.23.3.

Each model is made by transformers with random weights, and written as llama.cpp's converter writes it: its names, its
order of rotary rows, its metadata. imports.json holds for each file
- config: the values of the model's own configuration,
- tokenizer: what the tokenizers library writes for the same tokenizer (merges of byte-level ones as strings),
- weights: shape and FNV-1a 64-bit hash of the little-endian float32 values that transformers itself reads from the file,
- generations: what transformers' `generate` writes with these weights, each prompt alone.
The tokenizer of spm, a SentencePiece vocabulary, is the one that transformers makes of the file, without the row that stands
for no token. encodings has the ids and the decoded text of TEXTS and of PAIR with it, unprefixed those of transformers' class
with add_prefix_space and add_bos_token off and add_eos_token on.
"""
import hashlib
import importlib.metadata
import json
import os
import pathlib

os.environ["HF_HUB_OFFLINE"] = "1"
import gguf
import numpy as np
import torch
import transformers
from gguf import GGMLQuantizationType as Type
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

HERE = pathlib.Path(__file__).parent
PINS = {"gguf": "0.19.0", "transformers": "5.24.0", "tokenizers": "0.23.3"}
for package, version in PINS.items():
    assert importlib.metadata.version(package) == version, package
TEXT = ["the model reads the text and the text reads the model", "12 of 345 rows, don't round 6.5 up", "Ünïcödé größe"] * 3
LLAMA_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}%s| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
TEMPLATE = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"


def byte_level(use_regex):
    return pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=use_regex)


def splitter(digits):
    split = pre_tokenizers.Split(Regex(LLAMA_SPLIT % digits), behavior="isolated")
    return pre_tokenizers.Sequence([split, byte_level(False)])


PRE = {
    "smollm": pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), byte_level(True)]),
    "llama-bpe": splitter("{1,3}"), "qwen2": splitter(""), "gpt-2": byte_level(True),
}


def tokenizer(pre, specials, plain=(), bos=None):
    result = Tokenizer(models.BPE(ignore_merges=pre == "llama-bpe"))
    result.pre_tokenizer = PRE[pre]
    result.decoder = decoders.ByteLevel(add_prefix_space=False)
    if pre == "qwen2":
        result.normalizer = normalizers.NFC()
    trainer = trainers.BpeTrainer(
        vocab_size=256 + 40 + len(specials), special_tokens=[AddedToken(t, normalized=False, special=True) for t in specials],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    result.train_from_iterator(TEXT, trainer)
    # Plain added tokens stand in the vocabulary too, as they do once a file has gone through GGUF.
    state = json.loads(result.to_str())
    for token in plain:
        state["model"]["vocab"][token] = len(state["model"]["vocab"])
    result = Tokenizer.from_str(json.dumps(state))
    result.add_tokens([AddedToken(t, normalized=False, special=False) for t in plain])
    if bos is not None:
        first = f"{bos}:0 $A:0"
        result.post_processor = processors.TemplateProcessing(
            single=first, pair=f"{first} {bos}:1 $B:1", special_tokens=[(bos, result.token_to_id(bos))])
    return result


def add_tokenizer(writer, tok, pre, padding, ids, template=None):
    state = json.loads(tok.to_str())
    vocab = sorted(state["model"]["vocab"].items(), key=lambda item: item[1])
    special = {t["content"] for t in state["added_tokens"] if t["special"]}
    plain = {t["content"] for t in state["added_tokens"]} - special
    tokens = [t for t, _ in vocab]
    kinds = [3 if t in special else 4 if t in plain else 1 for t in tokens]
    for _ in range(padding):
        tokens.append(f"[PAD{len(tokens)}]")
        kinds.append(5)
    writer.add_tokenizer_model("gpt2")
    if pre:
        writer.add_tokenizer_pre(pre)
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_merges([m if isinstance(m, str) else " ".join(m) for m in state["model"]["merges"]])
    for role, token in ids.items():
        writer.add_uint32(f"tokenizer.ggml.{role}_token_id", tok.token_to_id(token))
    if template:
        writer.add_chat_template(template)


def permute(weights, heads):
    """llama.cpp's order of rotary rows."""
    return weights.reshape(heads, 2, weights.shape[0] // heads // 2, *weights.shape[1:]).swapaxes(1, 2).reshape(weights.shape)


LLAMA_NAMES = {
    "embed_tokens": "token_embd", "norm": "output_norm", "lm_head": "output", "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm", "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output", "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
}
GPT2_NAMES = {
    "wte": "token_embd", "wpe": "position_embd", "ln_f": "output_norm", "lm_head": "output", "ln_1": "attn_norm",
    "attn.c_attn": "attn_qkv", "attn.c_proj": "attn_output", "ln_2": "ffn_norm", "mlp.c_fc": "ffn_up",
    "mlp.c_proj": "ffn_down",
}


def gguf_name(name):
    """Hugging Face's name in llama.cpp's form."""
    name = name.removeprefix("model.").removeprefix("transformer.")
    stem, kind = name.rsplit(".", 1)
    names = GPT2_NAMES if stem.startswith("h.") or stem in GPT2_NAMES and stem != "lm_head" else LLAMA_NAMES
    if stem.startswith(("layers.", "h.")):
        _, index, part = stem.split(".", 2)
        return f"blk.{index}.{names[part]}.{kind}"
    return f"{names[stem]}.{kind}"


def add_tensors(writer, model, kinds, permuted=False):
    """`kinds` cycles over the matrices; vectors are F32."""
    config = model.config
    matrices = 0
    for name, value in model.state_dict().items():
        if name == "lm_head.weight" and config.tie_word_embeddings:
            continue
        data = value.float().numpy()
        if permuted and ".q_proj." in name:
            data = permute(data, config.num_attention_heads)
        if permuted and ".k_proj." in name:
            data = permute(data, config.num_key_value_heads)
        if ".c_" in name and data.ndim == 2:
            data = data.T
        kind = Type.F32 if data.ndim == 1 else kinds[matrices % len(kinds)]
        matrices += data.ndim == 2
        data = np.ascontiguousarray(data)
        writer.add_tensor(gguf_name(name), gguf.quants.quantize(data, kind), raw_dtype=kind)


def fnv(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 & (1 << 64) - 1
    return value


def finish(writer, file, model, config, tok, tokenizer_config, generation):
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    loaded = transformers.AutoModelForCausalLM.from_pretrained(HERE, gguf_file=file, config=model.config, dtype=torch.float32)
    weights = {
        name: {"shape": list(value.shape), "fnv1a64": f"{fnv(value.numpy().astype('<f4').tobytes()):016x}"}
        for name, value in loaded.state_dict().items()
        if not (name == "lm_head.weight" and config["tie_word_embeddings"])
    }
    state = json.loads((tok(file) if callable(tok) else tok).to_str())
    if not state["model"]["byte_fallback"]:
        state["model"]["merges"] = [m if isinstance(m, str) else " ".join(m) for m in state["model"]["merges"]]
    return {
        "config": config, "generation": generation, "tokenizer_config": tokenizer_config, "tokenizer": state,
        "weights": weights, "generations": [decoded(loaded.eval(), options) for options in DECODINGS],
    }


# Several tokens end a text, so that beams of different lengths compete.
PROMPTS = [[40, 65, 12, 200], [7], [130, 131, 90, 90, 22, 71]]
ENDS = list(range(100, 130))
DECODINGS = [
    dict(max_new_tokens=16, eos_token_id=[3]),
    dict(max_new_tokens=12, num_beams=4, length_penalty=2.0, no_repeat_ngram_size=3, eos_token_id=ENDS),
    dict(max_new_tokens=12, num_beams=4, length_penalty=0.6, early_stopping=True, min_new_tokens=3,
         no_repeat_ngram_size=2, eos_token_id=ENDS),
]


def decoded(model, options):
    outputs = []
    for prompt in PROMPTS:
        ids = torch.tensor([prompt])
        with torch.no_grad():
            out = model.generate(ids, attention_mask=torch.ones_like(ids), do_sample=False, pad_token_id=0, **options)
        outputs.append(out[0].tolist()[len(prompt):])
    return {"prompts": PROMPTS, "options": options, "new_tokens": outputs}


def config_values(config, keys, **more):
    return {key: getattr(config, key) for key in keys} | {"model_type": config.model_type} | more


SHARED_KEYS = [
    "vocab_size", "tie_word_embeddings", "use_cache", "initializer_range", "bos_token_id", "eos_token_id", "pad_token_id",
]
LLAMA_KEYS = SHARED_KEYS + [
    "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads", "hidden_act",
    "max_position_embeddings", "rms_norm_eps", "attention_dropout",
]
GPT2_KEYS = SHARED_KEYS + [
    "n_positions", "n_embd", "n_layer", "n_head", "n_inner", "activation_function", "layer_norm_epsilon", "resid_pdrop",
    "embd_pdrop", "attn_pdrop", "scale_attn_weights", "scale_attn_by_inverse_layer_idx", "reorder_and_upcast_attn",
]


def roles(tok, **tokens):
    return {f"{role}_token_id": tok.token_to_id(token) for role, token in tokens.items()}


def add_llama(writer, config):
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(config.rope_parameters["rope_theta"])


def tokenizer_values(length, template=None, **tokens):
    values = {f"{role}_token": token for role, token in tokens.items()} | {
        "model_max_length": length, "clean_up_tokenization_spaces": False, "tokenizer_class": "PreTrainedTokenizerFast"}
    return values | ({"chat_template": template} if template else {})


def llama():
    """As SmolLM2: tied, grouped heads, digits alone."""
    tok = tokenizer("smollm", ["<|endoftext|>", "<|im_start|>", "<|im_end|>"])
    named = {"bos": "<|im_start|>", "eos": "<|im_end|>", "pad": "<|im_end|>"}
    config = transformers.LlamaConfig(
        vocab_size=tok.get_vocab_size(), hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=1, max_position_embeddings=128, rms_norm_eps=1e-5, tie_word_embeddings=True,
        rope_parameters={"rope_type": "default", "rope_theta": 50000.0}, **roles(tok, **named))
    writer = gguf.GGUFWriter(HERE / "llama.gguf", "llama")
    add_llama(writer, config)
    writer.add_rope_dimension_count(16)
    add_tokenizer(
        writer, tok, "smollm", 0,
        {"bos": named["bos"], "eos": named["eos"], "padding": named["pad"], "unknown": "<|endoftext|>"}, TEMPLATE)
    writer.add_add_bos_token(False)
    model = transformers.LlamaForCausalLM(config)
    add_tensors(
        writer, model, [Type.Q8_0, Type.Q4_1, Type.Q5_0, Type.Q4_0, Type.Q5_1], permuted=True)
    values = config_values(
        config, LLAMA_KEYS, rope_theta=50000.0, rope_scaling=None, head_dim=16, attention_bias=False, mlp_bias=False,
        pretraining_tp=1, torch_dtype="float32", architectures=["LlamaForCausalLM"])
    return finish(
        writer, "llama.gguf", model, values, tok, tokenizer_values(128, TEMPLATE, unk="<|endoftext|>", **named), roles(tok, **named))


def llama3():
    """As Llama 3.2: its rotary factors, a start token, two tokens that end an answer, an untied head, biases."""
    tok = tokenizer("llama-bpe", ["<|begin_of_text|>", "<|end_of_text|>", "<|eot_id|>"], bos="<|begin_of_text|>")
    named = {"bos": "<|begin_of_text|>", "eos": "<|end_of_text|>"}
    scaling = {
        "rope_type": "llama3", "factor": 32.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
        "original_max_position_embeddings": 8192}
    config = transformers.LlamaConfig(
        vocab_size=tok.get_vocab_size(), hidden_size=32, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2,
        num_key_value_heads=2, max_position_embeddings=131072, rms_norm_eps=1e-5, tie_word_embeddings=False,
        attention_bias=True, rope_parameters=scaling | {"rope_theta": 500000.0}, **roles(tok, **named))
    writer = gguf.GGUFWriter(HERE / "llama3.gguf", "llama")
    add_llama(writer, config)
    add_tokenizer(writer, tok, "llama-bpe", 0, named | {"eot": "<|eot_id|>"})
    model = transformers.LlamaForCausalLM(config)
    for name, value in model.state_dict().items():
        if name.endswith(".bias"):
            torch.nn.init.normal_(value)
    add_tensors(writer, model, [Type.Q8_0, Type.BF16] + [Type.Q8_0] * 3 + [Type.BF16] + [Type.Q8_0] * 2, permuted=True)
    plain = 1.0 / 500000.0 ** (torch.arange(0, 16, 2).float() / 16)
    factors = plain / model.model.rotary_emb.inv_freq
    assert factors[0] == 1 and factors[-1] == 32 and 1 < factors[4] < 32, factors
    writer.add_tensor("rope_freqs.weight", factors.numpy().astype(np.float32))
    values = config_values(
        config, LLAMA_KEYS, rope_theta=500000.0, rope_scaling=scaling, head_dim=16, attention_bias=True, mlp_bias=False,
        pretraining_tp=1, torch_dtype="float32", architectures=["LlamaForCausalLM"])
    ends = [tok.token_to_id("<|end_of_text|>"), tok.token_to_id("<|eot_id|>")]
    result = finish(
        writer, "llama3.gguf", model, values, tok, tokenizer_values(131072, **named),
        roles(tok, bos=named["bos"]) | {"eos_token_id": ends})
    return result


def qwen2():
    """Biases, a plain added token, rows of the embedding that no token uses, yarn."""
    tok = tokenizer("qwen2", ["<|endoftext|>", "<|im_start|>", "<|im_end|>"], plain=["<think>", "two words"])
    named = {"eos": "<|im_end|>", "pad": "<|endoftext|>", "bos": "<|endoftext|>"}
    scaling = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 64}
    config = transformers.Qwen2Config(
        vocab_size=tok.get_vocab_size() + 3, hidden_size=32, intermediate_size=64, num_hidden_layers=1,
        num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=256, rms_norm_eps=1e-6,
        tie_word_embeddings=False, rope_parameters=scaling | {"rope_theta": 1e6}, **roles(tok, **named))
    writer = gguf.GGUFWriter(HERE / "qwen2.gguf", "qwen2")
    add_llama(writer, config)
    writer.add_rope_scaling_type(gguf.RopeScalingType.YARN)
    writer.add_rope_scaling_factor(4.0)
    writer.add_rope_scaling_orig_ctx_len(64)
    add_tokenizer(writer, tok, "qwen2", 3, {"eos": named["eos"], "padding": named["pad"], "bos": named["bos"]}, TEMPLATE)
    writer.add_add_bos_token(False)
    model = transformers.Qwen2ForCausalLM(config)
    for name, value in model.state_dict().items():
        if name.endswith(".bias"):
            torch.nn.init.normal_(value)
    add_tensors(writer, model, [Type.Q8_0, Type.F16] + [Type.Q8_0] * 6)
    values = config_values(
        config, LLAMA_KEYS, rope_theta=1e6, rope_scaling=scaling, use_sliding_window=False, torch_dtype="float32",
        architectures=["Qwen2ForCausalLM"])
    return finish(writer, "qwen2.gguf", model, values, tok, tokenizer_values(256, TEMPLATE, **named), roles(tok, **named))


def gpt2():
    """Transposed matrices, and an output matrix that repeats the embedding."""
    tok = tokenizer("gpt-2", ["<|endoftext|>"])
    named = {"bos": "<|endoftext|>", "eos": "<|endoftext|>"}
    config = transformers.GPT2Config(
        vocab_size=tok.get_vocab_size(), n_positions=64, n_embd=32, n_layer=1, n_head=2, **roles(tok, **named))
    writer = gguf.GGUFWriter(HERE / "gpt2.gguf", "gpt2")
    writer.add_context_length(64)
    writer.add_embedding_length(32)
    writer.add_block_count(1)
    writer.add_feed_forward_length(128)
    writer.add_head_count(2)
    writer.add_layer_norm_eps(1e-5)
    add_tokenizer(writer, tok, None, 0, named)
    model = transformers.GPT2LMHeadModel(config)
    for name, value in model.state_dict().items():
        if name.endswith(".bias") or ".ln_" in name:
            torch.nn.init.normal_(value)
    add_tensors(writer, model, [Type.Q8_0, Type.F16] + [Type.Q8_0] * 4)
    embedding = gguf.quants.quantize(model.transformer.wte.weight.detach().numpy(), Type.Q8_0)
    writer.add_tensor("output.weight", embedding, raw_dtype=Type.Q8_0)
    values = config_values(
        config, GPT2_KEYS, n_ctx=64, torch_dtype="float32", architectures=["GPT2LMHeadModel"])
    return finish(writer, "gpt2.gguf", model, values, tok, tokenizer_values(64, **named), roles(tok, **named))


TEXTS = [
    "", "the model reads the text", " the model", "  the  model ", "the\n\tmodel", "größe Übung", "emoji 🙂 and 中文",
    "<s>the</s> text", "<|user|> the text<|user|>reads", "a<think>the text two▁words</think> reads", "ab abab unused",
    "<0x41><unk>", "▁the ▁ text", "   ", "thethe texts reads12", "[PAD9] pad<pad>",
]
PAIR = ["the", " model"]


def spm_vocabulary():
    """Tokens, scores and types as SentencePiece's BPE has them: roles, bytes, merged pieces by rank, characters."""
    trained = Tokenizer(models.BPE())
    trained.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    trained.train_from_iterator(TEXT, trainers.BpeTrainer(vocab_size=70, show_progress=False))
    pieces = [token for token, _ in sorted(trained.get_vocab().items(), key=lambda item: item[1])]
    merged = [token for token in pieces if len(token) > 1]
    characters = [token for token in pieces if len(token) == 1 and token != "ü"] + ["b"]
    found = [("<unk>", 0.0, 2), ("<s>", 0.0, 3), ("</s>", 0.0, 3)] + [(f"<0x{byte:02X}>", 0.0, 6) for byte in range(256)]
    # Two and two pieces with one score, so that lengths and ids decide.
    found += [(token, float(-(rank - rank % 2)), 1) for rank, token in enumerate(merged)]
    found += [(token, -float(len(merged) + index), 1) for index, token in enumerate(characters)]
    # Pieces with several ways to merge, then what stands for no plain text.
    found += [("abab", -7.25, 1), ("ab", -7.5, 1), ("aba", -90.0, 1), ("bab", -90.0, 1)]
    found += [("▁▁", -80.0, 1), ("▁▁▁", -81.0, 1)]
    found += [("<|user|>", -1000.0, 3), ("<think>", -1000.0, 4), ("two▁words", -1000.0, 4), ("unused", -1000.0, 5)]
    found += [("<pad>", -1000.0, 3)]
    assert len({token for token, _, _ in found}) == len(found)
    return found + [(f"[PAD{len(found)}]", -1000.0, 5)]


def encodings(tok):
    ids = [tok(text)["input_ids"] for text in TEXTS]
    pieces = [{"text": text, "ids": found, "decoded": tok.decode(found, skip_special_tokens=True)}
              for text, found in zip(TEXTS, ids, strict=True)]
    return {"texts": pieces, "pair": PAIR, "pair_ids": tok(*PAIR)["input_ids"]}


def spm():
    """As Llama 2: a SentencePiece vocabulary without merges, of which the last row stands for no token."""
    vocabulary = spm_vocabulary()
    pad = [token for token, _, _ in vocabulary].index("<pad>")
    named = {"unk": "<unk>", "bos": "<s>", "eos": "</s>", "pad": "<pad>"}
    ids = {"bos_token_id": 1, "eos_token_id": 2, "pad_token_id": pad}
    config = transformers.LlamaConfig(
        vocab_size=len(vocabulary), hidden_size=32, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2,
        num_key_value_heads=1, max_position_embeddings=128, rms_norm_eps=1e-5, tie_word_embeddings=True,
        rope_parameters={"rope_type": "default", "rope_theta": 10000.0}, **ids)
    writer = gguf.GGUFWriter(HERE / "spm.gguf", "llama")
    add_llama(writer, config)
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list([token for token, _, _ in vocabulary])
    writer.add_token_scores([score for _, score, _ in vocabulary])
    writer.add_token_types([kind for _, _, kind in vocabulary])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_pad_token_id(pad)
    writer.add_add_bos_token(True)
    writer.add_add_eos_token(False)
    writer.add_add_space_prefix(True)
    model = transformers.LlamaForCausalLM(config)
    add_tensors(writer, model, [Type.Q4_0], permuted=True)
    made = {}

    def read(file):
        tok = transformers.AutoTokenizer.from_pretrained(HERE, gguf_file=file)
        state = json.loads(tok.backend_tokenizer.to_str())
        unprefixed = transformers.LlamaTokenizer(
            vocab=state["model"]["vocab"], merges=[tuple(merge) for merge in state["model"]["merges"]],
            add_prefix_space=False, add_bos_token=False, add_eos_token=True, pad_token="<pad>")
        unprefixed.add_tokens([AddedToken("<|user|>", normalized=False, special=True)], special_tokens=True)
        unprefixed.add_tokens([AddedToken(t, normalized=False) for t in ["<think>", "two▁words"]])
        made.update(encodings=encodings(tok), unprefixed=encodings(unprefixed))
        del state["model"]["vocab"][vocabulary[-1][0]]
        return Tokenizer.from_str(json.dumps(state))

    values = config_values(
        config, LLAMA_KEYS, rope_theta=10000.0, rope_scaling=None, head_dim=16, attention_bias=False, mlp_bias=False,
        pretraining_tp=1, torch_dtype="float32", architectures=["LlamaForCausalLM"])
    return finish(writer, "spm.gguf", model, values, read, tokenizer_values(128, **named), ids) | made


if __name__ == "__main__":
    torch.manual_seed(11)
    imports = {"llama": llama(), "llama3": llama3(), "qwen2": qwen2(), "gpt2": gpt2(), "spm": spm()}
    text = json.dumps(imports, ensure_ascii=False, separators=(",", ":"))
    (HERE / "imports.json").write_text(text + "\n")
    names = [f"{name}.gguf" for name in imports] + ["imports.json"]
    lines = [f"{hashlib.sha256((HERE / name).read_bytes()).hexdigest()}  {name}\n" for name in sorted(names)]
    (HERE / "SHA256SUMS").write_text("".join(lines))
