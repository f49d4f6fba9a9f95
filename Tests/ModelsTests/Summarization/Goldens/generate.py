"""Makes the goldens of extractive summarization: toy summarizers with what PyTorch computes for them, and choices of
sentences.

    python generate.py            writes every case and SHA256SUMS beside this script
    python generate.py --check    makes them in a temporary folder and compares every byte

Needs exactly the versions in PINNED. The summarizer is BERTSum as its paper describes it (Liu and Lapata 2019, sections
3.1 and 3.2): transformers' BertModel, DistilBertModel or RobertaModel, the state of each sentence's [CLS] (in
extractive-mean the mean of its tokens' states), sinusoidal positions, PyTorch's own TransformerEncoderLayer with
the norm behind each part, and one output a sentence. Windows are padded here and flat in Lockstep. `extractive-*` are
model directories with golden.json (windows, places of sentences, labels) and golden.safetensors, computed on one thread;
each was also opened by AutoModel. selection.json has the oracle's choices by rouge_score and choices with trigram
blocking.
"""
import json
import math
import os
import pathlib
import random
import re
import sys

os.environ["OMP_NUM_THREADS"] = "1"
import safetensors
import torch
import transformers
from rouge_score.rouge_scorer import RougeScorer
from safetensors.torch import save_file
from transformers import (
    AutoModel, BertConfig, BertModel, DistilBertConfig, DistilBertModel, RobertaConfig, RobertaModel)

sys.path.append(str(pathlib.Path(__file__).resolve().parents[3]))
import goldens

SEED = 20250607
PINNED = {"torch": "2.15.0", "transformers": "5.24.0", "safetensors": "0.8.0", "rouge_score": "0.1.2"}
PAD, CLS, SEP = 1, 2, 3
VOCABULARY, WIDTH, HEADS, INNER, LAYERS = 37, 12, 3, 20, 2
SIZES = dict(
    vocab_size=VOCABULARY, hidden_size=WIDTH, num_attention_heads=HEADS, intermediate_size=INNER, num_hidden_layers=2,
    max_position_embeddings=40, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, pad_token_id=PAD,
    layer_norm_eps=1e-5)
DISTILBERT = dict(
    vocab_size=VOCABULARY, dim=WIDTH, n_heads=HEADS, hidden_dim=INNER, n_layers=2, max_position_embeddings=40,
    dropout=0.0, attention_dropout=0.0, pad_token_id=PAD)
# Words of each sentence, window by window; the second window goes on with the document of the first.
WINDOWS = [[4, 1, 6], [5, 2], [3], [1, 1, 2, 7, 4]]
FIRST = [0, 3, 0, 0]
CHOSEN = [[0, 2], [], [0], [1, 4]]


def states_of(encoder, ids, types, mask):
    """The states of all tokens; DistilBERT has no types."""
    kinds = {} if encoder.config.model_type == "distilbert" else {"token_type_ids": types}
    return encoder(input_ids=ids, attention_mask=mask, **kinds).last_hidden_state


class Summarizer(torch.nn.Module):
    def __init__(self, encoder, pooling):
        super().__init__()
        self.encoder = encoder
        self.pooling = pooling
        self.layers = torch.nn.ModuleList(
            torch.nn.TransformerEncoderLayer(
                WIDTH, HEADS, INNER, dropout=0.0, activation="gelu",
                layer_norm_eps=getattr(encoder.config, "layer_norm_eps", 1e-12), batch_first=True, norm_first=False)
            for _ in range(LAYERS))
        self.output = torch.nn.Linear(WIDTH, 1)

    def forward(self, ids, types, mask, places, positions, present):
        states = states_of(self.encoder, ids, types, mask)
        x = torch.gather(states, 1, places[:, :, None].expand(-1, -1, WIDTH))
        if self.pooling == "mean":
            x = torch.zeros_like(x)
            for window, starts in enumerate(places):
                count, end = int(present[window].sum()), int(mask[window].sum())
                ends = starts[1:count].tolist() + [end]
                x[window, :count] = torch.stack(
                    [states[window, a:b].mean(0) for a, b in zip(starts[:count].tolist(), ends)])
        x = x + sinusoids(int(positions.max()) + 1)[positions]
        for layer in self.layers:
            x = layer(x, src_key_padding_mask=~present)
        return self.output(x)[:, :, 0][present]


def sinusoids(count):
    table = torch.zeros(count, WIDTH, dtype=torch.float64)
    position = torch.arange(count, dtype=torch.float64)[:, None]
    rate = torch.exp(torch.arange(0, WIDTH, 2, dtype=torch.float64) * -(math.log(10000.0) / WIDTH))
    table[:, 0::2] = torch.sin(position * rate)
    table[:, 1::2] = torch.cos(position * rate)
    return table.float()


def file_names(model, prefix):
    """(name in the file, its values) of every parameter; PyTorch keeps query, key and value in one matrix."""
    for name, tensor in model:
        if name.startswith("encoder."):
            yield prefix + name[len("encoder."):], tensor
        elif name.startswith("output."):
            yield "extractor.classifier." + name[len("output."):], tensor
        else:
            _, index, rest = name.split(".", 2)
            place = f"extractor.layer.{index}."
            if rest.startswith("self_attn.in_proj"):
                for part, piece in zip(("query", "key", "value"), tensor.chunk(3)):
                    yield place + f"attention.self.{part}." + rest[len("self_attn.in_proj_"):], piece
            else:
                for old, new in (("self_attn.out_proj", "attention.output.dense"), ("linear1", "intermediate.dense"),
                                 ("linear2", "output.dense"), ("norm1", "attention.output.LayerNorm"),
                                 ("norm2", "output.LayerNorm")):
                    if rest.startswith(old):
                        yield place + new + rest[len(old):], tensor


def fill(model, seed):
    """Values that make every parameter count, representable in bfloat16."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            if parameter.ndim == 1:
                scale = 1 if name.endswith("weight") else 0
                parameter.copy_((scale + 0.1 * noise).bfloat16().float())
            else:
                parameter.copy_(((0.5 if "embed" in name else 0.25) * noise).bfloat16().float())
    return model


def windows(alternates):
    generator = torch.Generator().manual_seed(SEED)
    result = []
    for lengths in WINDOWS:
        ids, types, places = [], [], []
        for index, length in enumerate(lengths):
            places.append(len(ids))
            words = torch.randint(4, VOCABULARY, (length,), generator=generator).tolist()
            ids += [CLS] + words + [SEP]
            types += [index % 2 if alternates else 0] * (length + 2)
        result.append((ids, types, places))
    return result


def padded(rows, value):
    width = max(map(len, rows))
    return torch.tensor([row + [value] * (width - len(row)) for row in rows])


def extractive(root, kind, encoder, prefix, pooling="cls"):
    directory = os.path.join(root, "extractive-" + kind)
    os.makedirs(directory)
    model = fill(Summarizer(encoder, pooling), SEED).eval()
    rows = windows(alternates=prefix == "bert.")
    ids, types, places = (padded([row[part] for row in rows], fill) for part, fill in ((0, PAD), (1, 0), (2, 0)))
    mask = padded([[1] * len(row[0]) for row in rows], 0)
    present = padded([[1] * len(row[2]) for row in rows], 0).bool()
    positions = padded([list(range(first, first + len(row[2]))) for first, row in zip(FIRST, rows)], 0)
    labels = [[1.0 if index in chosen else 0.0 for index in range(len(row[2]))]
              for chosen, row in zip(CHOSEN, rows)]
    targets = torch.tensor([label for row in labels for label in row])

    config = encoder.config.to_dict()
    for key in ("transformers_version", "_name_or_path"):
        config.pop(key, None)
    config["architectures"] = [type(encoder).__name__]
    config["extractive_summarization"] = {"num_layers": LAYERS, "summary_sentences": 2, "trigram_blocking": False}
    if pooling != "cls":
        config["extractive_summarization"]["sentence_pooling"] = pooling
    with open(os.path.join(directory, "config.json"), "w") as file:
        json.dump(config, file, indent=2, sort_keys=True)
        file.write("\n")
    tensors = {name: tensor.detach().bfloat16().contiguous()
               for name, tensor in file_names(model.named_parameters(), prefix)}
    save_file(tensors, os.path.join(directory, "model.safetensors"), metadata={"format": "pt"})
    opened = AutoModel.from_pretrained(directory, dtype=torch.float32).eval()
    with torch.no_grad():
        states = [states_of(m, ids, types, mask) for m in (opened, encoder)]
    assert torch.equal(*states), "AutoModel reads other weights"

    def loss_of():
        logits = model(ids, types, mask, places, positions, present)
        return logits, torch.nn.functional.binary_cross_entropy_with_logits(logits, targets)

    logits, loss = loss_of()
    loss.backward()
    golden = {"logits": logits, "loss": loss.reshape(1)}
    for name, gradient in file_names(
            ((n, p.grad if p.grad is not None else torch.zeros_like(p)) for n, p in model.named_parameters()), prefix):
        golden["gradient." + name] = gradient.clone()
    golden["adamw_losses"] = ten_steps(model, lambda: loss_of()[1])
    save_file({n: t.detach().contiguous() for n, t in golden.items()}, os.path.join(directory, "golden.safetensors"))
    description = {
        "input_ids": [row[0] for row in rows], "token_type_ids": [row[1] for row in rows],
        "places": [row[2] for row in rows], "first_sentences": FIRST, "labels": labels}
    write_json(os.path.join(directory, "golden.json"), description)


def ten_steps(model, loss_of):
    """Full-batch AdamW, no decay on biases and norms, constant rate, clipped at 1. The pooler, which no loss reaches,
    has zero gradients in Lockstep and is decayed there as here."""
    named = list(model.named_parameters())
    optimizer = torch.optim.AdamW(
        [{"params": [p for _, p in named if p.ndim > 1], "weight_decay": 0.01},
         {"params": [p for _, p in named if p.ndim == 1], "weight_decay": 0.0}],
        lr=1e-3, betas=(0.9, 0.999), eps=1e-8)
    losses = []
    for _ in range(10):
        model.zero_grad()
        loss = loss_of()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        losses.append(loss.detach())
        optimizer.step()
    return torch.stack(losses)


WORDS = ("the service you may not sell share your data with third parties without consent unless law requires it we "
         "delete logs after thirty days and users can leave at any time").split()


def text(rng, length):
    words = [rng.choice(WORDS) for _ in range(length)]
    return " ".join(words).capitalize() + rng.choice([".", "!", ";", ""])


def oracle(scorer, sentences, summary, most):
    """BERTSum's greedy selection, with rouge_score's F1 for its ROUGE."""
    chosen, best = [], 0.0
    while len(chosen) < most:
        found = None
        for index in range(len(sentences)):
            if index in chosen:
                continue
            candidate = sorted(chosen + [index])
            scores = scorer.score(summary, "\n".join(sentences[i] for i in candidate))
            total = scores["rouge1"].fmeasure + scores["rouge2"].fmeasure
            if total > best:
                found, best = candidate, total
        if found is None:
            break
        chosen = found
    return chosen


def blocked(scores, sentences, most, blocks):
    chosen, seen = [], set()
    for index in sorted(range(len(scores)), key=lambda i: (-scores[i], i)):
        if len(chosen) == most:
            break
        words = re.findall(r"[a-z0-9]+", sentences[index].lower())
        trigrams = {tuple(words[i:i + 3]) for i in range(len(words) - 2)}
        if blocks and seen & trigrams:
            continue
        seen |= trigrams
        chosen.append(index)
    return sorted(chosen)


def selection(root):
    rng = random.Random(SEED)
    scorer = RougeScorer(["rouge1", "rouge2"], use_stemmer=False)
    oracles, choices = [], []
    for case in range(30):
        sentences = [text(rng, rng.randint(1, 12)) for _ in range(rng.randint(1, 9))]
        if case % 3 == 0 and len(sentences) > 2:
            sentences[-1] = sentences[0]
        kept = [rng.choice(sentences), text(rng, rng.randint(1, 8))]
        summary = "nothing alike" if case == 7 else " ".join(kept[:rng.randint(1, 2)])
        most = rng.randint(1, 4)
        oracles.append({"sentences": sentences, "summary": summary, "most": most,
                        "chosen": oracle(scorer, sentences, summary, most)})
        scores = [round(rng.random(), 1) for _ in sentences]
        choices.append({"sentences": sentences, "scores": scores, "most": most,
                        "blocked": blocked(scores, sentences, most, True),
                        "free": blocked(scores, sentences, most, False)})
    assert any(c["blocked"] != c["free"] for c in choices)
    write_json(os.path.join(root, "selection.json"), {"oracle": oracles, "choices": choices})


def write_json(path, members):
    lines = ",\n".join(f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in members.items())
    with open(path, "w") as file:
        file.write("{\n" + lines + "\n}\n")


def generate(root):
    extractive(root, "bert", BertModel(BertConfig(**SIZES)), "bert.")
    extractive(root, "distilbert", DistilBertModel(DistilBertConfig(**DISTILBERT)), "distilbert.")
    extractive(root, "roberta", RobertaModel(RobertaConfig(**SIZES, type_vocab_size=1)), "roberta.")
    extractive(root, "mean", BertModel(BertConfig(**SIZES)), "bert.", "mean")
    selection(root)


if __name__ == "__main__":
    goldens.main(__file__, generate, PINNED)
