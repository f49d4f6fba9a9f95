"""Makes the goldens of BART, Pegasus and T5: toy Hugging Face directories in bfloat16 and what transformers computes
with them in float32.

    python generate.py            writes every case and SHA256SUMS beside this script
    python generate.py --check    makes them in a temporary folder and compares every byte

Needs exactly the versions in PINNED. Each case is a model directory with two files more: golden.json (sequences
unpadded, a target a token, generated texts) and golden.safetensors (computed on one thread). Row t of `logits` is
token t of the concatenated targets.
"""
import json
import os
import pathlib
import sys

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["HF_HUB_OFFLINE"] = "1"
import torch
from safetensors.torch import load_file, save_file
from torch.nn.functional import cross_entropy
from transformers import (AutoModelForSeq2SeqLM, BartConfig, BartForConditionalGeneration, PegasusConfig,
                          PegasusForConditionalGeneration, T5Config, T5ForConditionalGeneration)

sys.path.append(str(pathlib.Path(__file__).resolve().parents[3]))
import goldens

SEED = 20261201
PINNED = {"torch": "2.13.0", "transformers": "5.24.0", "safetensors": "0.8.0"}
LENGTHS = [7, 26, 1, 2, 15]
TARGET_LENGTHS = [4, 21, 2, 1, 6]
VOCABULARY = 37
BART = dict(
    vocab_size=VOCABULARY, d_model=12, encoder_layers=2, decoder_layers=2, encoder_attention_heads=3,
    decoder_attention_heads=2, encoder_ffn_dim=20, decoder_ffn_dim=16, max_position_embeddings=32, dropout=0.0,
    attention_dropout=0.0, activation_dropout=0.0)
T5 = dict(
    vocab_size=VOCABULARY, d_model=12, d_kv=5, d_ff=20, num_layers=2, num_decoder_layers=2, num_heads=3,
    relative_attention_num_buckets=8, relative_attention_max_distance=12, dropout_rate=0.0, decoder_start_token_id=0)


def fill(model, seed):
    """Values that make every parameter count, representable in bfloat16."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            if not parameter.requires_grad:
                continue
            if parameter.ndim == 1:
                parameter.copy_((1 if name.endswith("weight") else 0) + 0.1 * noise)
            else:
                parameter.copy_((0.5 if "embed" in name or "shared" in name or "bias" in name else 0.25) * noise)
        if hasattr(model, "final_logits_bias"):
            model.final_logits_bias.copy_(0.3 * torch.randn(model.final_logits_bias.shape, generator=generator))
    return model.bfloat16()


def sequences(lengths, seed):
    generator = torch.Generator().manual_seed(seed)
    return [torch.randint(4, VOCABULARY, (n,), generator=generator).tolist() for n in lengths]


def padded(rows, value):
    width = max(map(len, rows))
    return torch.tensor([row + [value] * (width - len(row)) for row in rows])


def mask(rows):
    return padded([[1] * len(row) for row in rows], 0)


def forward(model, inputs, targets, smoothing=0.0):
    """Logits of the real tokens and the mean loss over the targets."""
    logits = model(**inputs).logits
    loss = cross_entropy(logits.flatten(0, 1), padded(targets, -100).flatten(), label_smoothing=smoothing)
    return torch.cat([logits[i, :len(row)] for i, row in enumerate(targets)]), loss


def gradients(model, prefix, names=None):
    return {prefix + n: p.grad.clone() for n, p in model.named_parameters()
            if p.grad is not None and (names is None or n in names)}


def ten_steps(model, loss_of):
    """Full-batch AdamW, no decay on what transformers' Trainer excludes by name, constant rate, clipped at 1."""
    named = [(n, p) for n, p in model.named_parameters() if p.requires_grad]
    decays = [p.ndim > 1 and "bias" not in n for n, p in named]
    optimizer = torch.optim.AdamW(
        [{"params": [p for (_, p), d in zip(named, decays) if d], "weight_decay": 0.01},
         {"params": [p for (_, p), d in zip(named, decays) if not d], "weight_decay": 0.0}],
        lr=1e-3, betas=(0.9, 0.999), eps=1e-8)
    losses = []
    for _ in range(10):
        model.zero_grad()
        loss = loss_of()
        loss.backward()
        torch.nn.utils.clip_grad_norm_([p for _, p in named], 1.0)
        losses.append(loss.detach())
        optimizer.step()
    return {"adamw_losses": torch.stack(losses)}


def options(**rest):
    return {"do_sample": False} | rest


def decodings(pad, end):
    """What `generate` is asked for; each of three sources alone, so that no padding plays a part."""
    prompts = sequences([3, 9, 1], SEED + 50)
    few = [end, 7, 11, 20]
    cases = [
        options(max_new_tokens=12, eos_token_id=[end]),
        options(max_new_tokens=10, num_beams=4, eos_token_id=[end]),
        options(max_new_tokens=12, num_beams=4, length_penalty=2.0, no_repeat_ngram_size=3, eos_token_id=few),
        options(max_length=14, num_beams=4, min_length=6, length_penalty=0.8, early_stopping=True,
                eos_token_id=few, forced_bos_token_id=5, forced_eos_token_id=end),
        options(max_length=9, forced_bos_token_id=9, forced_eos_token_id=[end], eos_token_id=[end],
                repetition_penalty=1.2),
        options(max_new_tokens=10, num_beams=4, eos_token_id=few, bad_words_ids=[[6], [8, 9], [12], [30, 31, 4]],
                suppress_tokens=[13, 14, 22], begin_suppress_tokens=[15, 16, 17]),
        options(max_new_tokens=12, eos_token_id=few, begin_suppress_tokens=[18, 19, 33], forced_bos_token_id=10,
                bad_words_ids=[[21], [10, 24], [25, 26]], min_new_tokens=4, no_repeat_ngram_size=2),
    ]
    return [(prompts, case | {"pad_token_id": pad}) for case in cases]


def generate_one(model, prompts, options):
    """What each source gives; the end token that BART and Pegasus force by their configuration is stated."""
    if model.generation_config.forced_eos_token_id is not None:
        options = {"forced_eos_token_id": model.generation_config.forced_eos_token_id} | options
    outputs = []
    for prompt in prompts:
        with torch.no_grad():
            ids = torch.tensor([prompt])
            outputs.append(model.generate(ids, attention_mask=torch.ones_like(ids), **options)[0].tolist()[1:])
    return {"prompts": prompts, "options": options, "new_tokens": outputs}


def write(directory, tensors, description):
    save_file({n: t.detach().contiguous() for n, t in tensors.items()}, os.path.join(directory, "golden.safetensors"))
    lines = ",\n".join(f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in description.items())
    with open(os.path.join(directory, "golden.json"), "w") as file:
        file.write("{\n" + lines + "\n}\n")


def measure(directory, generations):
    def fresh():
        model = AutoModelForSeq2SeqLM.from_pretrained(
            directory, dtype=torch.float32, attn_implementation="eager").eval()
        for name, parameter in model.named_parameters():
            # Sinusoids are constants; transformers 5.24 makes them trainable when it loads them.
            if model.config.model_type == "pegasus" and "embed_positions" in name:
                parameter.requires_grad_(False)
        return model

    model = fresh()
    pad, start, end = model.config.pad_token_id, model.config.decoder_start_token_id, model.config.eos_token_id
    ids = sequences(LENGTHS, SEED + 4)
    ids[1][4] = pad  # a padding token inside a text is a token
    labels = sequences(TARGET_LENGTHS, SEED + 5)
    labels[1][2] = -100
    decoder_ids = [[start] + [pad if t == -100 else t for t in row[:-1]] for row in labels]
    inputs = {"input_ids": padded(ids, pad), "attention_mask": mask(ids),
              "decoder_input_ids": padded(decoder_ids, pad), "decoder_attention_mask": mask(decoder_ids)}
    logits, loss = forward(model, inputs, labels)
    loss.backward()
    result = {"logits": logits, "loss": loss} | gradients(model, "gradient.")
    model.zero_grad()
    _, smoothed = forward(model, inputs, labels, 0.1)
    smoothed.backward()
    result |= {"smoothed_loss": smoothed} | gradients(
        model, "smoothed.", [n for n, p in model.named_parameters() if p.grad is not None][-1:])
    result |= ten_steps(model, lambda: forward(model, inputs, labels)[1])
    description = {"input_ids": ids, "decoder_input_ids": decoder_ids, "targets": labels}
    if generations:
        description["generations"] = [generate_one(fresh(), *case) for case in decodings(pad, end)]
    write(directory, result, description)


def untie(directory):
    """T5 v1.1 and Flan-T5 as their files are: an output layer of its own, and a config.json that says so."""
    path = os.path.join(directory, "config.json")
    with open(path) as file:
        config = json.load(file)
    config.pop("scale_decoder_outputs", None)
    config["tie_word_embeddings"] = False
    with open(path, "w") as file:
        json.dump(config, file, indent=2)
    weights = os.path.join(directory, "model.safetensors")
    tensors = load_file(weights)
    noise = torch.randn(tensors["shared.weight"].shape, generator=torch.Generator().manual_seed(SEED + 90))
    tensors["lm_head.weight"] = (0.25 * noise).bfloat16()
    save_file(tensors, weights, metadata={"format": "pt"})


def generate(root):
    cases = [
        ("bart", BartForConditionalGeneration(BartConfig(**BART)), True),
        ("bart-scaled", BartForConditionalGeneration(BartConfig(
            **{**BART, "encoder_layers": 1, "decoder_layers": 1}, scale_embedding=True,
            activation_function="gelu_new")), False),
        ("pegasus", PegasusForConditionalGeneration(PegasusConfig(
            **BART, scale_embedding=True, activation_function="relu", pad_token_id=0, eos_token_id=1,
            decoder_start_token_id=0)), True),
        ("t5", T5ForConditionalGeneration(T5Config(**T5)), True),
        ("flan-t5", T5ForConditionalGeneration(T5Config(
            **{**T5, "num_decoder_layers": 1}, feed_forward_proj="gated-gelu")), True),
    ]
    for index, (name, model, generations) in enumerate(cases):
        directory = os.path.join(root, name)
        fill(model, SEED + 30 + index).save_pretrained(directory)
        if name == "flan-t5":
            untie(directory)
        measure(directory, generations)
    for folder, _, names in os.walk(root):
        if "generation_config.json" in names:
            os.remove(os.path.join(folder, "generation_config.json"))


if __name__ == "__main__":
    goldens.main(__file__, generate, PINNED)
