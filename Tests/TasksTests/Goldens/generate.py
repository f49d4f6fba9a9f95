"""Makes the goldens of the losses of classifiers: what torch and scikit-learn say of weights, focus and smoothing. Those of
conversations are chat.py's.

    python generate.py            writes losses.json, chat/ and SHA256SUMS beside this script
    python generate.py --check    makes them in a temporary folder and compares every byte

Needs exactly the versions in PINNED. Of each case `loss` is the mean that torch gives and `gradient` its gradient of the
logits, both in float64; logits are float32 numbers. Without a focus they are those of CrossEntropyLoss(weight=,
label_smoothing=) and BCEWithLogitsLoss(pos_weight=); a focus multiplies each term −log p by (1 − p)^gamma and leaves
what the mean divides by. `balanced` has labels of rows and compute_class_weight's figures; for rows of several labels the
ratio of the weights of rows with and without each.
"""
import itertools
import json
import os
import pathlib
import sys

os.environ["OMP_NUM_THREADS"] = "1"
import numpy
import torch
from sklearn.utils.class_weight import compute_class_weight
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, log_softmax, logsigmoid, one_hot

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2]))
import chat
import summaries
import goldens

SEED = 20240621
PINNED = {"torch": "2.15.0", "sklearn": "1.9.1", "transformers": "5.24.0", "tokenizers": "0.23.3", "jinja2": "3.1.6"}
IGNORED = -100
SIZES = [(1, 2), (5, 3), (4, 7), (3, 17)]
GAMMAS = [0.0, 0.5, 2.0, 3.5]


def focused(log_p, gamma):
    """−(1 − p)^gamma log p."""
    return -((-torch.expm1(log_p)) ** gamma) * log_p


def single(logits, targets, weights, gamma, smoothing):
    weight = torch.ones(logits.shape[1], dtype=torch.float64) if weights is None else weights
    if gamma == 0:
        return cross_entropy(logits, targets, weight=weight, label_smoothing=smoothing, ignore_index=IGNORED)
    known = targets != IGNORED
    chosen = one_hot(targets[known], logits.shape[1]).to(torch.float64)
    shares = chosen * (1 - smoothing) + smoothing / logits.shape[1]
    terms = focused(log_softmax(logits[known], 1), gamma)
    return (shares * weight * terms).sum() / weight[targets[known]].sum()


def several(logits, targets, weights, gamma):
    weight = torch.ones(logits.shape[1], dtype=torch.float64) if weights is None else weights
    if gamma == 0:
        return binary_cross_entropy_with_logits(logits, targets, pos_weight=weight)
    terms = targets * weight * focused(logsigmoid(logits), gamma)
    return (terms + (1 - targets) * focused(logsigmoid(-logits), gamma)).mean()


def case(kind, loss, logits, targets, weights, gamma, smoothing):
    logits = logits.to(torch.float64).requires_grad_()
    value = loss(logits)
    value.backward()
    return {"kind": kind, "logits": logits.tolist(), "targets": targets.tolist(),
            "weights": None if weights is None else weights.tolist(), "gamma": gamma, "smoothing": smoothing,
            "loss": value.item(), "gradient": logits.grad.tolist()}


def cases():
    generator = torch.Generator().manual_seed(SEED)
    for rows, labels in SIZES:
        logits = 2 * torch.randn(rows, labels, generator=generator)
        targets = torch.randint(labels, (rows,), generator=generator)
        if rows > 3:
            targets[1] = IGNORED
        sets = torch.randint(2, (rows, labels), generator=generator).to(torch.float64)
        drawn = (0.1 + 3 * torch.rand(labels, generator=generator)).to(torch.float64)
        for weights, gamma in itertools.product([None, drawn], GAMMAS):
            for smoothing in [0.0, 0.1, 0.5]:
                yield case("single", lambda x: single(x, targets, weights, gamma, smoothing), logits, targets,
                           weights, gamma, smoothing)
            yield case("several", lambda x: several(x, sets, weights, gamma), logits, sets, weights, gamma, 0.0)


def balanced():
    generator = numpy.random.default_rng(SEED)
    for labels, rows in [(2, 3), (2, 101), (3, 17), (7, 1000)]:
        shares = generator.dirichlet([0.8] * labels)
        while True:
            y = generator.choice(labels, rows, p=shares)
            if len(set(y)) == labels:
                break
        weights = compute_class_weight("balanced", classes=numpy.arange(labels), y=y)
        yield {"kind": "single", "labels": y.tolist(), "weights": weights.tolist()}
    sets = (generator.random((37, 5)) < [0.1, 0.3, 0.5, 0.7, 0.95]).astype(int)
    pairs = [compute_class_weight("balanced", classes=numpy.array([0, 1]), y=column) for column in sets.T]
    yield {"kind": "several", "labels": [numpy.flatnonzero(row).tolist() for row in sets],
           "weights": [pair[1] / pair[0] for pair in pairs]}


def generate(root):
    parts = {"cases": list(cases()), "balanced": list(balanced())}
    lines = ",\n".join(
        f'"{name}": [\n' + ",\n".join(json.dumps(value) for value in values) + "\n]" for name, values in parts.items())
    with open(os.path.join(root, "losses.json"), "w") as file:
        file.write("{" + lines + "}\n")
    chat.write(root)
    summaries.write(root)


goldens.main(__file__, generate, PINNED)
