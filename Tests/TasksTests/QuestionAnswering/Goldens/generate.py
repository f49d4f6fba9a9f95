"""Makes the goldens of question answering: toy models with what transformers computes for them, windows, answers chosen of
scores, and SQuAD's figures.

    python generate.py            writes every case and SHA256SUMS beside this script
    python generate.py --check    makes them in a temporary folder and compares every byte

Needs exactly the versions in PINNED. `bert`, `distilbert` and `roberta` are model directories that AutoModelForQuestionAnswering opens,
with golden.json (tokens and answers) and golden.safetensors: logits, loss and gradients. Windows are read one by one, as
padding would take part in transformers' loss. windows.json: what BertTokenizerFast cuts with a stride, and the answers'
tokens by offsets. answers.json: the rules of the post-processing of run_qa, written anew here over numpy. figures.json: by
transformers.data.metrics.squad_metrics, version 1.1's by the definition of its paper where the two differ.
"""
import json
import os
import pathlib
import random
import sys

os.environ["OMP_NUM_THREADS"] = "1"
import numpy
import torch
from safetensors.torch import save_file
from transformers import (
    AutoModelForQuestionAnswering, BertConfig, BertForQuestionAnswering, BertTokenizerFast, DistilBertConfig,
    DistilBertForQuestionAnswering, RobertaConfig, RobertaForQuestionAnswering)
from transformers.data.metrics import squad_metrics

sys.path.append(str(pathlib.Path(__file__).resolve().parents[3]))
import goldens

SEED = 20250711
PINNED = {"torch": "2.15.0", "transformers": "4.57.1", "safetensors": "0.8.0", "numpy": "2.4.6"}
SIZES = dict(
    vocab_size=37, hidden_size=12, num_attention_heads=3, intermediate_size=20, num_hidden_layers=2,
    max_position_embeddings=40, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, pad_token_id=1,
    layer_norm_eps=1e-5)
DISTILBERT = dict(
    vocab_size=37, dim=12, n_heads=3, hidden_dim=20, n_layers=2, max_position_embeddings=40, dropout=0.0,
    attention_dropout=0.0, qa_dropout=0.0, pad_token_id=1)
# Tokens of question and context, and the answer's first and last token; 0, 0 stands for none.
CASES = [(4, 9, 8, 10), (2, 14, 0, 0), (6, 5, 9, 9), (3, 20, 5, 24)]


def write_json(path, members):
    with open(path, "w") as file:
        file.write("{\n" + ",\n".join(f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in members.items()) + "\n}\n")


def fill(model):
    """Values that make every parameter count, representable in bfloat16."""
    generator = torch.Generator().manual_seed(SEED)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            base = 1 if parameter.ndim == 1 and name.endswith("weight") else 0
            scale = 0.1 if parameter.ndim == 1 else 0.5 if "embed" in name else 0.25
            parameter.copy_((base + scale * noise).bfloat16().float())
    return model.eval()


def model(root, name, made, types):
    directory = os.path.join(root, name)
    fill(made)
    made.bfloat16().save_pretrained(directory)
    opened = AutoModelForQuestionAnswering.from_pretrained(directory, dtype=torch.float32).eval()
    assert type(opened) is type(made)
    generator = torch.Generator().manual_seed(SEED)
    rows = []
    for question, context, start, end in CASES:
        words = torch.randint(4, 37, (question + context,), generator=generator).tolist()
        middle = [3] if types else [3, 3]
        ids = [2] + words[:question] + middle + words[question:] + [3]
        first = 1 + question + len(middle)
        rows.append((ids, [1 if types and i >= first else 0 for i in range(len(ids))], start, end))
    logits, losses = [], []
    for ids, segments, start, end in rows:
        kinds = {} if opened.config.model_type == "distilbert" else {"token_type_ids": torch.tensor([segments])}
        result = opened(
            input_ids=torch.tensor([ids]), **kinds,
            start_positions=torch.tensor([start]), end_positions=torch.tensor([end]))
        logits.append(torch.stack([result.start_logits[0], result.end_logits[0]], dim=1))
        losses.append(result.loss)
    loss = torch.stack(losses).mean()
    loss.backward()
    golden = {"logits": torch.cat(logits), "loss": loss.reshape(1), "losses": torch.stack(losses)}
    for name, parameter in opened.named_parameters():
        golden["gradient." + name] = parameter.grad.clone()
    save_file({n: t.detach().contiguous() for n, t in golden.items()}, os.path.join(directory, "golden.safetensors"))
    write_json(os.path.join(directory, "golden.json"), {
        "input_ids": [row[0] for row in rows], "token_type_ids": [row[1] for row in rows],
        "starts": [row[2] for row in rows], "ends": [row[3] for row in rows]})


WORDS = "the king of norway sailed in 1066 to a small harbour near york where snow fell on his men and ships".split()


def windows(root):
    """Contexts cut by the tokenizer, and where the answer's tokens are."""
    os.makedirs(root, exist_ok=True)
    pieces = sorted({w[:4] for w in WORDS} | {"##" + w[4:] for w in WORDS if len(w) > 4} | {".", ",", "?", "é"})
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + pieces
    path = os.path.join(root, "vocab.txt")
    with open(path, "w") as file:
        file.write("\n".join(vocabulary) + "\n")
    tokenizer = BertTokenizerFast(vocab_file=path)
    rng = random.Random(SEED)
    cases = []
    for number in range(40):
        question = ("  " if number % 5 == 0 else "") + " ".join(rng.choices(WORDS, k=rng.randint(1, 6))) + "?"
        words = rng.choices(WORDS + ["é", "été", "𝕏", "."], k=rng.randint(3, 40))
        context = "".join(w + rng.choice([" ", " ", "  ", ", "]) for w in words)
        first = rng.randrange(len(words))
        last = min(len(words) - 1, first + rng.randint(0, 3))
        # Where words stand.
        places, at = [], 0
        for word in words:
            at = context.index(word, at)
            places.append((at, at + len(word)))
            at += len(word)
        start, end = places[first][0], places[last][1]
        length, stride = rng.choice([(24, 8), (32, 4), (20, 0), (28, 12)])
        encoded = tokenizer(
            question.lstrip(), context, truncation="only_second", max_length=length, stride=stride,
            return_overflowing_tokens=True, return_offsets_mapping=True)
        found = []
        for index, ids in enumerate(encoded["input_ids"]):
            own = [i for i, s in enumerate(encoded.sequence_ids(index)) if s == 1]
            offsets = [encoded["offset_mapping"][index][i] for i in own]
            span = [0, 0]
            if offsets[0][0] <= start and offsets[-1][1] >= end:
                span = [own[max(i for i, o in enumerate(offsets) if o[0] <= start)],
                        own[min(i for i, o in enumerate(offsets) if o[1] >= end)]]
            found.append({"ids": ids, "types": encoded["token_type_ids"][index], "context": [own[0], own[-1] + 1],
                          "offsets": offsets, "span": span})
        cases.append({"question": question, "context": context, "answer": context[start:end], "start": start,
                      "length": length, "stride": stride, "windows": found})
    assert sum(len(c["windows"]) > 2 for c in cases) > 8
    write_json(os.path.join(root, "windows.json"), {"cases": cases})


def choose(context, windows, most, longest, threshold, negative):
    """The answer, its best candidates, and null's lead."""
    null, candidates = None, []
    for window in windows:
        starts, ends = (numpy.array(window[k], dtype=numpy.float32) for k in ("starts", "ends"))
        score = starts[0] + ends[0]
        if null is None or score < null[1]:
            null = ("", score, starts[0], ends[0], None)
        low, high = window["context"]
        order = [list(reversed(numpy.argsort(v, kind="stable").tolist()))[:most] for v in (starts, ends)]
        for s in order[0]:
            for e in order[1]:
                if low <= s < high and low <= e < high and s <= e < s + longest:
                    place = (window["offsets"][s - low][0], window["offsets"][e - low][1])
                    candidates.append((context[place[0]:place[1]], starts[s] + ends[e], starts[s], ends[e], place))
    if negative:
        candidates.append(null)
    kept = sorted(candidates, key=lambda c: -float(c[1]))[:most]
    if negative and not any(c[4] is None for c in kept):
        kept.append(null)
    if not [c for c in kept if c[0]]:
        return "", kept
    best = [c for c in kept if c[0]][0]
    if negative and float(null[1] - best[2] - best[3]) > threshold:
        return "", kept
    return best[0], kept


def answers(root):
    rng = numpy.random.default_rng(SEED)
    cases = []
    for number in range(120):
        words = [WORDS[int(i)] for i in rng.integers(len(WORDS), size=int(rng.integers(4, 30)))]
        context = " ".join(words)
        places, at = [], 0
        for word in words:
            places.append([at, at + len(word)])
            at += len(word) + 1
        room = int(rng.integers(4, 12))
        windows, first = [], 0
        while True:
            last = min(first + room, len(words))
            lead = int(rng.integers(3, 7))
            count = lead + last - first + 1
            windows.append({
                "starts": [float(numpy.float32(v)) for v in rng.normal(size=count) * 3],
                "ends": [float(numpy.float32(v)) for v in rng.normal(size=count) * 3],
                "context": [lead, lead + last - first], "offsets": places[first:last]})
            if last == len(words):
                break
            first += room - 2
        negative = number % 2 == 1
        most, longest = [(20, 30), (5, 3), (1, 30), (2, 2)][number // 2 % 4]
        threshold = [0.0, -2.0, 4.0][number % 3]
        text, kept = choose(context, windows, most, longest, threshold, negative)
        scores = numpy.array([float(c[1]) for c in kept])
        weights = numpy.exp(scores - scores.max()) if len(kept) else scores
        cases.append({
            "context": context, "windows": windows, "n_best_size": most, "max_answer_length": longest,
            "threshold": threshold, "negative": negative, "text": text, "texts": [c[0] for c in kept],
            "probabilities": (weights / weights.sum()).tolist() if len(kept) else [],
            "starts": [float(c[2]) for c in kept], "ends": [float(c[3]) for c in kept]})
    assert 10 < sum(c["text"] == "" for c in cases) < 60
    write_json(os.path.join(root, "answers.json"), {"cases": cases})


PARTS = ["The", "the", "a", "An", "Beatles", "1,066", "U.S.", "snow", "Élan", "ΣΊΣΥΦΟΣ", "İzmir", "straße", "the-end",
         "a_b", "5°C", "½", "٣", "犬", "½a", "e\u0301", "don't", "  ", "\u00a0", "\u2003", "$3.50", "(the)", "°the°", "²",
         "north", "sea", "\u0301", "…", "—", "“the”", "\t"]


def exact_match_1(prediction, reference):
    return squad_metrics.compute_exact(reference, prediction)


def f1_1(prediction, reference):
    """SQuAD 1.1: without a common word the score is 0, even if neither has words."""
    words = squad_metrics.get_tokens(prediction), squad_metrics.get_tokens(reference)
    return squad_metrics.compute_f1(reference, prediction) if all(words) else 0


def figures(root):
    rng = random.Random(SEED)

    def text():
        return rng.choice(["", " "]).join(rng.choices(PARTS, k=rng.randint(1, 5))) if rng.random() < 0.3 else \
            " ".join(rng.choices(PARTS, k=rng.randint(1, 5)))

    cases = []
    for number in range(400):
        references = [text() for _ in range(rng.randint(1, 4))] if number % 3 else []
        near = rng.choice(references) if references else ""
        prediction = rng.choice([near, near.upper(), text(), near + " " + text(), "", "the"])
        golds = [r for r in references if squad_metrics.normalize_answer(r)] or [""]
        case = {"prediction": prediction, "references": references or [""],
                "exact_2": max(squad_metrics.compute_exact(g, prediction) for g in golds),
                "f1_2": max(squad_metrics.compute_f1(g, prediction) for g in golds)}
        if references:
            case["exact_1"] = max(exact_match_1(prediction, r) for r in references)
            case["f1_1"] = max(f1_1(prediction, r) for r in references)
        cases.append(case)

    def summary(rows, version):
        if not rows:
            return {}
        return {"exact": 100 * sum(r["exact_" + version] for r in rows) / len(rows),
                "f1": 100 * sum(r["f1_" + version] for r in rows) / len(rows), "total": len(rows)}

    with_answer = [c for c in cases if c["references"] != [""]]
    write_json(os.path.join(root, "figures.json"), {
        "cases": cases, "version_1": summary(with_answer, "1"), "version_2": summary(cases, "2"),
        "HasAns": summary(with_answer, "2"),
        "NoAns": summary([c for c in cases if c["references"] == [""]], "2")})
    # The official totals agree.
    class Example:
        def __init__(self, number, case):
            self.qas_id = str(number)
            self.answers = [] if case["references"] == [""] else [{"text": r} for r in case["references"]]
    official = squad_metrics.squad_evaluate(
        [Example(n, c) for n, c in enumerate(cases)], {str(n): c["prediction"] for n, c in enumerate(cases)})
    ours = summary(cases, "2")
    assert abs(official["exact"] - ours["exact"]) < 1e-9 and abs(official["f1"] - ours["f1"]) < 1e-9
    assert abs(official["HasAns_f1"] - summary(with_answer, "2")["f1"]) < 1e-9


def generate(root):
    model(root, "bert", BertForQuestionAnswering(BertConfig(**SIZES)), types=True)
    model(root, "distilbert", DistilBertForQuestionAnswering(DistilBertConfig(**DISTILBERT)), types=True)
    model(root, "roberta", RobertaForQuestionAnswering(RobertaConfig(**SIZES, type_vocab_size=1)), types=False)
    windows(os.path.join(root, "tokenizer"))
    answers(root)
    figures(root)


if __name__ == "__main__":
    goldens.main(__file__, generate, PINNED)
