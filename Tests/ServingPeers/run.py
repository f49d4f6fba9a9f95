#!/usr/bin/env python3
"""`lockstep serve` under OpenAI's own client: whole answers, streams, and what it refuses. `launch/test --peers` starts it.

    run.py LOCKSTEP [MODEL]    LOCKSTEP: the program. The language model is made here, with random weights of a seed.
"""
import json
import os
import re
import signal
import subprocess
import sys
import tempfile

import numpy
import openai

SEED, WIDTH, LAYERS, HEADS, KEY_HEADS, INNER = 7, 64, 2, 4, 2, 96
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
TEMPLATE = ("{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>' + '\n' }}"
            "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}")


def byte_letters():
    """The letter of each byte in GPT-2's alphabet: printable bytes stand for themselves, others lie above 255."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [byte for byte in range(256) if byte not in printable]
    return {byte: chr(byte) for byte in printable} | {byte: chr(256 + place) for place, byte in enumerate(rest)}


def write_tokenizer(path):
    """A byte for a token; returns the ids of all tokens."""
    vocabulary = {letter: place for place, letter in enumerate(sorted(byte_letters().values()))}
    added = [{"id": 256 + place, "content": word, "single_word": False, "lstrip": False, "rstrip": False,
              "normalized": False, "special": True} for place, word in enumerate(SPECIAL)]
    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    with open(path, "w") as file:
        json.dump({"version": "1.0", "truncation": None, "padding": None, "added_tokens": added, "normalizer": None,
                   "pre_tokenizer": level, "post_processor": None, "decoder": level,
                   "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
                             "end_of_word_suffix": None, "fuse_unk": False, "vocab": vocabulary, "merges": []}}, file)
    return vocabulary | {token["content"]: token["id"] for token in added}


def write_weights(values, path):
    """The safetensors format: the length of a header in JSON, the header, the numbers."""
    header, start = {}, 0
    for name, value in values.items():
        header[name] = {"dtype": "F32", "shape": value.shape, "data_offsets": [start, start + value.nbytes]}
        start += value.nbytes
    head = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(len(head).to_bytes(8, "little") + head + b"".join(value.tobytes() for value in values.values()))


def write_model(folder):
    """A small Llama."""
    ids = write_tokenizer(f"{folder}/tokenizer.json")
    words, end = len(ids), ids[SPECIAL[2]]
    draw = numpy.random.default_rng(SEED)

    def matrix(*shape):
        return draw.normal(0, 0.3, shape).astype(numpy.float32)

    size = WIDTH // HEADS
    values = {"model.embed_tokens.weight": matrix(words, WIDTH), "model.norm.weight": numpy.ones(WIDTH, numpy.float32)}
    for layer in range(LAYERS):
        name = f"model.layers.{layer}."
        shapes = {"self_attn.q_proj": (WIDTH, WIDTH), "self_attn.k_proj": (KEY_HEADS * size, WIDTH),
                  "self_attn.v_proj": (KEY_HEADS * size, WIDTH), "self_attn.o_proj": (WIDTH, WIDTH),
                  "mlp.gate_proj": (INNER, WIDTH), "mlp.up_proj": (INNER, WIDTH), "mlp.down_proj": (WIDTH, INNER)}
        values |= {f"{name}{part}.weight": matrix(*shape) for part, shape in shapes.items()}
        for norm in ("input_layernorm", "post_attention_layernorm"):
            values[f"{name}{norm}.weight"] = numpy.ones(WIDTH, numpy.float32)
    write_weights(values, f"{folder}/model.safetensors")
    config = {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "vocab_size": words, "hidden_size": WIDTH,
              "intermediate_size": INNER, "num_hidden_layers": LAYERS, "num_attention_heads": HEADS,
              "num_key_value_heads": KEY_HEADS, "max_position_embeddings": 512, "rms_norm_eps": 1e-5, "rope_theta": 1e4,
              "tie_word_embeddings": True, "hidden_act": "silu", "bos_token_id": ids[SPECIAL[0]],
              "eos_token_id": end}
    settings = {"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": SPECIAL[2], "chat_template": TEMPLATE}
    for name, value in (("config", config), ("tokenizer_config", settings), ("generation_config", {"eos_token_id": end})):
        with open(f"{folder}/{name}.json", "w") as file:
            json.dump(value, file)


def check(sentence, condition, shown=""):
    if not condition:
        sys.exit(f"NOT SO: {sentence} {shown}")
    print(f"ok: {sentence}", flush=True)


def check_chat(client, name):
    asked = {"model": name, "messages": [{"role": "user", "content": "Say hello."}], "max_tokens": 24, "temperature": 0}
    whole = client.chat.completions.create(**asked)
    text = whole.choices[0].message.content
    check("a chat is answered", text and whole.choices[0].finish_reason in ("stop", "length"), whole)
    check("the same question has the same answer", client.chat.completions.create(**asked).choices[0].message.content == text)
    pieces = list(client.chat.completions.create(**asked, stream=True, stream_options={"include_usage": True}))
    choices = [piece.choices[0] for piece in pieces if piece.choices]
    check("the stream has several pieces", len(choices) > 3, len(choices))
    check("its text is that of the whole answer", "".join(choice.delta.content or "" for choice in choices) == text)
    check("finish_reason stands in the last piece alone",
          {choice.finish_reason for choice in choices[:-1]} == {None} and choices[-1].finish_reason == whole.choices[0].finish_reason)
    check("usage comes at the end and is that of the whole answer", pieces[-1].usage == whole.usage, pieces[-1])
    check("all pieces have one id", len({piece.id for piece in pieces}) == 1)
    plain = list(client.chat.completions.create(**asked, stream=True))
    check("usage comes only where it is asked for", all(piece.usage is None for piece in plain))
    stopped = client.chat.completions.create(**asked, stop=text[2:4])
    check("a stop text ends the answer before it", stopped.choices[0].message.content == text[:text.index(text[2:4])],
          repr((text, stopped.choices[0].message.content)))


def check_rest(client, name):
    asked = {"model": name, "prompt": "Once upon", "max_tokens": 16, "temperature": 0}
    whole = client.completions.create(**asked).choices[0].text
    streamed = client.completions.create(**asked, stream=True)
    check("a text is continued, also as a stream", "".join(piece.choices[0].text for piece in streamed) == whole and whole)
    for key, value in (("n", 2), ("logprobs", True)):
        try:
            client.chat.completions.create(model=name, messages=[{"role": "user", "content": "a"}], **{key: value})
            check(f"{key} is refused", False)
        except openai.UnprocessableEntityError as error:
            check(f"{key} is refused with its name", key in str(error), error)
    with client.chat.completions.create(
            model=name, messages=[{"role": "user", "content": "a"}], max_tokens=400, stream=True) as stream:
        next(iter(stream))
    check("a stream that a client leaves harms no other", client.models.list().data[0].id == name)


with tempfile.TemporaryDirectory() as scratch:
    folder = f"{scratch}/tiny-chat"
    os.mkdir(folder)
    write_model(folder)
    with open(f"{scratch}/key", "w") as file:
        file.write("secret\n")
    server = subprocess.Popen(
        [sys.argv[1], "serve", folder, "--task", "chat", "--port", "0", "--api_key_file", f"{scratch}/key"],
        stdout=subprocess.PIPE, text=True)
    try:
        line = server.stdout.readline()
        port = re.search(r":(\d+)\s*$", line)
        check("the server starts", port, line)
        address = f"http://127.0.0.1:{port[1]}/v1"
        try:
            openai.OpenAI(base_url=address, api_key="wrong", max_retries=0).models.list()
            check("a wrong key is refused", False)
        except openai.AuthenticationError:
            check("a wrong key is refused", True)
        client = openai.OpenAI(base_url=address, api_key="secret", max_retries=0)
        name = client.models.list().data[0].id
        check_chat(client, name)
        check_rest(client, name)
    finally:
        server.send_signal(signal.SIGTERM)
        code = server.wait(60)
    check("SIGTERM ends the server with code 0", code == 0, code)
