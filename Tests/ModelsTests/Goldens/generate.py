"""Makes the BERT golden files: toy Hugging Face directories and what transformers computes with them.

    python generate.py            writes every case and manifest.json beside this script
    python generate.py --check    makes them in a temporary folder and compares every byte

Needs exactly the versions in PINNED. Each case is a model directory (config.json, weights) and two files more:
golden.json (sequences unpadded, labels, and how far each result is from the same computation in float64) and
golden.safetensors (computed in float32 on one thread). Row t of `last_hidden_state` is token t of the
concatenated sequences.
"""
import json
import os
import pathlib
import sys

os.environ["OMP_NUM_THREADS"] = "1"
import safetensors
import torch
import transformers
from safetensors.torch import load_file, save_file
from transformers import BertConfig, BertForSequenceClassification, BertModel

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2]))
import goldens

SEED = 20240611
PINNED = {"torch": "2.15.0", "transformers": "5.23.0", "safetensors": "0.8.0"}
POSITIONS = 24
LENGTHS = [9, 24, 1, 2, 15]
SEGMENT_STARTS = [4, 13, None, 1, None]  # where the second text of a pair begins
ACTIVATIONS = ["gelu_new", "relu", "silu", "gelu_pytorch_tanh", "gelu_fast", "quick_gelu", "tanh"]
SOME_GRADIENTS = [
    "bert.embeddings.LayerNorm.weight",
    "bert.encoder.layer.0.attention.self.query.weight",
    "bert.encoder.layer.0.intermediate.dense.bias",
    "bert.encoder.layer.1.intermediate.dense.bias",
    "classifier.weight",
]
FINALS = [  # two that decay and one that does not
    "bert.encoder.layer.0.attention.self.query.weight",
    "bert.embeddings.LayerNorm.weight",
    "classifier.weight",
]
LABELS = {
    "single_label_classification": torch.tensor([2, 0, 1, 1, 2]),
    "multi_label_classification": torch.tensor(
        [[1, 0, 0, 1], [0, 0, 0, 0], [1, 1, 1, 1], [0, 1, 0, 0], [0, 0, 1, 1]], dtype=torch.float32),
    "regression": torch.tensor([0.5, -1.25, 2.0, 0.0, 3.75]),
    "regression-3": torch.tensor(
        [[0.5, -1, 2], [0, 0.25, -0.75], [3, 1.5, -2], [-0.5, 0, 1], [1, -1.5, 0.125]]),
}


def configuration(hidden, heads, intermediate, vocabulary, labels, **rest):
    return BertConfig(
        hidden_size=hidden, num_attention_heads=heads, intermediate_size=intermediate, vocab_size=vocabulary,
        num_hidden_layers=2, max_position_embeddings=POSITIONS, type_vocab_size=2, num_labels=labels,
        hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, **rest)


def fill(model, seed):
    """Values that make every parameter count: no zero bias, no unit norm weight, uneven attention."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            if "LayerNorm.weight" in name:
                parameter.copy_(1 + 0.1 * noise)
            else:
                parameter.copy_((0.1 if "bias" in name else 0.2) * noise)
    return model


def sequences(vocabulary, seed):
    generator = torch.Generator().manual_seed(seed)
    ids = [torch.randint(1, vocabulary, (n,), generator=generator).tolist() for n in LENGTHS]
    types = [[int(start is not None and i >= start) for i in range(n)]
             for n, start in zip(LENGTHS, SEGMENT_STARTS)]
    return ids, types


def padded(ids, types):
    inputs = {key: torch.zeros(len(ids), POSITIONS, dtype=torch.long)
              for key in ("input_ids", "token_type_ids", "attention_mask")}
    for row, (tokens, segments) in enumerate(zip(ids, types)):
        inputs["input_ids"][row, :len(tokens)] = torch.tensor(tokens)
        inputs["token_type_ids"][row, :len(tokens)] = torch.tensor(segments)
        inputs["attention_mask"][row, :len(tokens)] = 1
    return inputs


def hidden_states(encoder, inputs):
    with torch.no_grad():
        output = encoder(**inputs)
    real = inputs["attention_mask"].bool()
    return {"last_hidden_state": output.last_hidden_state[real], "pooled": output.pooler_output}


def forward_and_gradients(model, inputs, labels, names):
    model.zero_grad()
    output = model(**inputs, labels=labels)
    output.loss.backward()
    parameters = dict(model.named_parameters())
    result = {"logits": output.logits.detach(), "loss": output.loss.detach()}
    for name in parameters if names == "all" else names:
        result["gradient." + name] = parameters[name].grad.clone()
    return result


def ten_steps(model, inputs, labels):
    """Full-batch AdamW in the parameter groups of the Hugging Face Trainer, constant rate, clipped at 1."""
    named = list(model.named_parameters())
    exempt = [n for n, _ in named if n.endswith("bias") or "LayerNorm" in n]
    optimizer = torch.optim.AdamW(
        [{"params": [p for n, p in named if n not in exempt], "weight_decay": 0.01},
         {"params": [p for n, p in named if n in exempt], "weight_decay": 0.0}],
        lr=1e-3, betas=(0.9, 0.999), eps=1e-8)
    losses, norms = [], []
    for _ in range(10):
        model.zero_grad()
        loss = model(**inputs, labels=labels).loss
        loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0))
        losses.append(loss.detach())
        optimizer.step()
    result = {"adamw_losses": torch.stack(losses), "grad_norms": torch.stack(norms)}
    result |= {"final." + n: p.detach().clone() for n, p in named if n in FINALS}
    return result


def computed(directory, kind, dtype, inputs, labels, gradients, train):
    """Everything of one case, from the files as a user would load them."""
    model = kind.from_pretrained(directory, dtype=torch.float32, attn_implementation="eager").to(dtype)
    encoder = getattr(model, "bert", model)
    result = hidden_states(encoder, inputs) if gradients is None or gradients == "all" else {}
    if labels is not None:
        labels = labels.to(dtype) if labels.is_floating_point() else labels
        result |= forward_and_gradients(model, inputs, labels, gradients or [])
    return result | (ten_steps(model, inputs, labels) if train else {})


def deviations(result, exact):
    """max |float32 - float64| / max |float64| of each tensor; names of gradients that are zero by mathematics."""
    zero = [n for n, t in exact.items() if t.abs().max() < 1e-14]
    table = {}
    for name in result:
        key = "gradient" if name.startswith("gradient.") else name
        if name not in zero:
            deviation = ((result[name].double() - exact[name]).abs().max() / exact[name].abs().max()).item()
            table[key] = max(table.get(key, 0.0), float(f"{deviation:.1e}"))
    return table, [n.removeprefix("gradient.") for n in zero]


def write_golden(directory, kind, labels, gradients=(), train=False, seed=SEED):
    config = BertConfig.from_pretrained(directory)
    ids, types = sequences(config.vocab_size, seed)
    inputs = padded(ids, types)
    result, exact = (computed(directory, kind, dtype, inputs, labels, gradients, train)
                     for dtype in (torch.float32, torch.float64))
    save_file({n: t.contiguous() for n, t in result.items()}, os.path.join(directory, "golden.safetensors"))
    table, zero = deviations(result, exact)
    description = {
        "input_ids": ids, "token_type_ids": types, "labels": None if labels is None else labels.tolist(),
        "float64_deviation": table, "zero_gradients": zero}
    if train:
        description["adamw"] = {
            "learning_rate": 1e-3, "betas": [0.9, 0.999], "eps": 1e-8, "weight_decay": 0.01,
            "max_grad_norm": 1.0, "steps": 10, "no_decay": "biases and LayerNorm weights"}
    lines = ",\n".join(f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in description.items())
    with open(os.path.join(directory, "golden.json"), "w") as file:
        file.write("{\n" + lines + "\n}\n")


def heads(root):
    """One case a loss: every gradient of each but the last, and ten AdamW steps of the first."""
    single, multi = "single_label_classification", "multi_label_classification"
    cases = [  # the first leaves problem_type to be inferred; its sizes are multiples of neither 8 nor 16
        ("single-label", configuration(36, 3, 52, 61, 3), single, "all"),
        ("multi-label", configuration(32, 4, 48, 60, 4, problem_type=multi), multi, "all"),
        ("regression", configuration(24, 3, 40, 60, 1, problem_type="regression"), "regression", "all"),
        ("regression-3", configuration(24, 4, 36, 60, 3, problem_type="regression"),
         "regression-3", SOME_GRADIENTS),
    ]
    for index, (name, config, labels, gradients) in enumerate(cases):
        directory = os.path.join(root, name)
        fill(BertForSequenceClassification(config), SEED + index).save_pretrained(directory)
        write_golden(directory, BertForSequenceClassification, LABELS[labels], gradients, train=index == 0)


def activations(root):
    """One set of weights; a directory an activation links to it and differs in hidden_act alone."""
    shared = os.path.join(root, "activations")
    label = "single_label_classification"
    config = configuration(24, 3, 36, 60, 3, problem_type=label)
    model = fill(BertForSequenceClassification(config), SEED + 10)
    model.save_pretrained(shared)
    for activation in ACTIVATIONS:
        directory = os.path.join(shared, activation)
        config = BertConfig.from_pretrained(shared)
        config.hidden_act = activation
        config.save_pretrained(directory)
        os.symlink("../model.safetensors", os.path.join(directory, "model.safetensors"))
        write_golden(directory, BertForSequenceClassification, LABELS[label], SOME_GRADIENTS)
    os.remove(os.path.join(shared, "config.json"))


def formats(root):
    """Half-precision files: a bare BertModel with the position_ids of old files, and a sharded classifier."""
    directory = os.path.join(root, "base-fp16")
    fill(BertModel(configuration(48, 3, 80, 60, 2)), SEED + 20).half().save_pretrained(directory)
    weights = os.path.join(directory, "model.safetensors")
    tensors = load_file(weights)
    tensors["embeddings.position_ids"] = torch.arange(POSITIONS)[None]
    save_file(tensors, weights, metadata={"format": "pt"})
    write_golden(directory, BertModel, None, None)

    directory = os.path.join(root, "sharded-bf16")
    label = "single_label_classification"
    config = configuration(32, 4, 48, 60, 3, problem_type=label)
    model = fill(BertForSequenceClassification(config), SEED + 21)
    model.bfloat16().save_pretrained(directory, max_shard_size="12KB")
    write_golden(directory, BertForSequenceClassification, LABELS[label], None)


def generate(root):
    for make in (heads, activations, formats):
        make(root)


def write_manifest(root):
    manifest = {"generator": "generate.py", "seed": SEED, "versions": PINNED, "sha256": goldens.digests(root)}
    with open(os.path.join(root, "manifest.json"), "w") as file:
        file.write(json.dumps(manifest, indent=1) + "\n")
    return "manifest.json"


if __name__ == "__main__":
    goldens.main(__file__, generate, PINNED, write_manifest)
