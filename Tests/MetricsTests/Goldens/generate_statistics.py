"""Writes statistics.json: cases of ROC-AUC, calibration, intervals, tests and agreement with their references.

Real cases are probabilities of logistic regressions on scikit-learn's iris, wine and breast cancer data, and the tables of
ratings in Krippendorff's papers.

Pinned: scikit-learn 1.9.1, statsmodels 0.15.0, scipy 1.17.1, numpy 2.4.6, krippendorff 0.9.0, torchmetrics 1.9.0,
seed 20261126. The bootstrap's random numbers are written here anew, in Python's integers.
Run: python generate_statistics.py && sha256sum *.json > SHA256SUMS
"""

import json
import math
import pathlib
import warnings

import krippendorff
import numpy as np
import scipy.stats
import torch
from sklearn import datasets
from sklearn import metrics as sk
from sklearn.linear_model import LogisticRegression
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import proportion_confint
from torchmetrics.functional.classification import multiclass_calibration_error

warnings.simplefilter("ignore")
random = np.random.default_rng(20261126)
more = np.random.default_rng(20261127)  # Of the cases that were added later.
LEVELS = ["nominal", "ordinal", "interval"]


def number(value, digits=13):
    value = float(value)
    if math.isnan(value):
        return None
    short = float(f"{value:.{digits}g}")
    return int(short) if short.is_integer() and abs(short) < 1e15 else short


# MARK: Classification

def auc_cases():
    fixed = [([], []), ([0, 0], [0.1, 0.2]), ([1, 1, 1], [0.3, 0.3, 0.4]), ([0, 1], [0.5, 0.5]), ([1, 0], [0.1, 0.9]),
             ([0, 1], [0.1, 0.9]), ([0, 1, 0, 1], [0.2, 0.2, 0.2, 0.2]), ([0, 1, 1], [-1e300, -1e300, 1e300])]
    for i in range(210):
        if i < len(fixed):
            labels, scores = fixed[i]
        else:
            rows = int(random.choice([2, 3, 5, 10, 20]))
            labels = (random.random(rows) < random.choice([0.1, 0.5])).astype(int)
            scores = np.round(random.normal(size=rows) + labels, int(random.choice([0, 1, 3])))
        auc = sk.roc_auc_score(labels, scores) if 0 < sum(labels) < len(labels) else math.nan
        yield {"labels": [int(v) for v in labels], "scores": [number(v) for v in scores], "auc": number(auc)}
    for truth, p in real_rows(datasets.load_breast_cancer, [5, 10, 20, 40] * 5):
        auc = sk.roc_auc_score(truth, p[:, 1]) if 0 < sum(truth) < len(truth) else math.nan
        yield {"labels": truth.tolist(), "scores": [number(v) for v in p[:, 1]], "auc": number(auc)}


def real_rows(load, sizes):
    """Truths and probabilities, rounded, of rows that a logistic regression on a few others did not see."""
    inputs, truth = load(return_X_y=True)
    inputs = (inputs - inputs.mean(0)) / inputs.std(0)
    classes = len(set(truth))
    for rows in sizes:
        order = more.permutation(len(truth))
        seen = order[:12]
        while len(set(truth[seen])) < classes:
            order = more.permutation(len(truth))
            seen = order[:12]
        part = order[12:12 + rows]
        p = LogisticRegression().fit(inputs[seen], truth[seen]).predict_proba(inputs[part])
        yield truth[part], np.round(p, 3)


def probability_cases():
    """ROC-AUC one against rest, calibration error in 15 bins and Brier score of rows of probabilities."""
    for i in range(200):
        classes = int(random.choice([2, 3, 5]))
        rows = int(random.choice([1, 2, 5, 9]))
        truth = random.integers(0, classes, rows)
        if i % 9 == 0:
            truth[:] = classes - 1
        logits = random.normal(size=(rows, classes)) * random.choice([0.3, 2, 8])
        logits[np.arange(rows), truth] += random.choice([0, 1])
        p = np.exp(logits - logits.max(1, keepdims=True))
        p = np.round(p / p.sum(1, keepdims=True), 3)
        if i % 7 == 0:
            p = np.round(p * 15) / 15  # Confidences on the edges of bins.
        yield probability_case(truth, p)
    for load in (datasets.load_iris, datasets.load_wine, datasets.load_breast_cancer):
        for truth, p in real_rows(load, [3, 8, 20] * 4):
            yield probability_case(truth, p)


def probability_case(truth, p):
    rows, classes = p.shape
    p[:, 0] = [round(1 - sum(row[1:]), 12) for row in p]
    p = np.abs(p).round(12)
    confidence, hit = p.max(1), p.argmax(1) == truth
    edges = [k / 15 for k in range(16)]
    error = 0.0
    for k in range(15):
        inside = (confidence > edges[k]) & (confidence <= edges[k + 1])
        if inside.any():
            error += abs(hit[inside].sum() - confidence[inside].sum()) / rows
    if not any(abs(c - e) < 1e-6 for c in confidence for e in edges):  # where torchmetrics' bins [low, high) differ
        peer = multiclass_calibration_error(torch.tensor(p), torch.tensor(truth), classes, n_bins=15, validate_args=False)
        assert abs(peer - error) < 1e-6, (peer, error)
    present = len(set(truth)) == classes and classes > 2
    return {
        "p": [[number(v) for v in row] for row in p], "truth": truth.tolist(), "ece": number(error),
        "brier": number(sk.brier_score_loss(truth, p[:, 1] if classes == 2 else p, labels=list(range(classes)))),
        "auc": number(roc_auc_ovr(truth, p) if present else math.nan),
    }


def roc_auc_ovr(truth, p):
    """scikit-learn wants rows that sum to 1; ranks within a column are all that counts."""
    areas = [sk.roc_auc_score(truth == k, p[:, k]) for k in range(p.shape[1])]
    if np.allclose(p.sum(1), 1):
        assert abs(np.mean(areas) - sk.roc_auc_score(truth, p, multi_class="ovr", average="macro")) < 1e-12
    return np.mean(areas)


# MARK: Tests and intervals

def mcnemar_cases():
    pairs = [(0, 0), (1, 0), (0, 1), (5, 5), (12, 13), (24, 0), (25, 0), (0, 40), (30, 30), (1000, 1100), (3, 2000)]
    pairs += [tuple(int(v) for v in random.integers(0, random.choice([5, 30, 500]), 2)) for _ in range(60)]
    pairs += [tuple(int(v) for v in more.integers(0, more.choice([5, 30, 500]), 2)) for _ in range(129)]
    for b, c in pairs:
        exact = mcnemar([[7, b], [c, 9]], exact=True)
        corrected = mcnemar([[7, b], [c, 9]], exact=False, correction=True) if b + c else None
        yield [b, c, number(exact.statistic), number(exact.pvalue), corrected and number(corrected.statistic),
               corrected and number(corrected.pvalue)]


def wilson_cases():
    pairs = [(0, 1), (1, 1), (0, 10), (10, 10), (5, 10), (999, 1000), (123456, 1000000)]
    for trials in more.choice([2, 7, 30, 400, 20000], 33):
        pairs.append((int(more.integers(0, trials + 1)), int(trials)))
    for successes, trials in pairs:
        for level in (0.5, 0.9, 0.95, 0.99, 0.999):
            low, high = proportion_confint(successes, trials, alpha=1 - level, method="wilson")
            yield [successes, trials, level, number(low), number(high)]


def sample_cases():
    for size in (1, 2, 3, 5, 10, 40, 41, 42, 120):
        for level in (0.8, 0.95, 0.999):
            values = [number(v, 6) for v in random.integers(1, 6, size) + random.choice([0, 1e-3, 1e6]) * random.random(size)]
            mean, sem = np.mean(values), scipy.stats.sem(values) if size > 1 else math.nan
            low, high = scipy.stats.t.interval(level, size - 1, loc=mean, scale=sem) if size > 1 else (math.nan, math.nan)
            if sem == 0:
                low = high = mean  # scipy gives NaN.
            deviation = np.std(values, ddof=1) if size > 1 else math.nan
            yield {"values": values, "level": level, "mean": number(mean), "deviation": number(deviation),
                   "lower": number(low), "upper": number(high)}


def quantile_cases():
    """Student's t by (degrees, upper tail)."""
    for degrees in (1, 2, 3, 4, 10, 38, 39, 40, 41, 100, 1000, 1e6):
        for tail in (0.25, 0.1, 0.025, 0.005, 1e-6):
            yield [degrees, tail, number(scipy.stats.t.isf(tail, degrees), 14)]


# MARK: Bootstrap

MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15


def mix(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def word(seed, index, position):
    key = mix((seed ^ mix((index + GOLDEN) & MASK)) & MASK)
    return mix((key + (position + 1) * GOLDEN) & MASK)


def poisson_weights(seed, row, replicates):
    halves = [word(seed, row, i // 2) >> (32 * (i % 2)) & 0xFFFFFFFF for i in range(replicates)]
    return [int(scipy.stats.poisson.ppf((h + 0.5) / 2**32, 1)) for h in halves]


def bootstrap_cases():
    """Rows of six integers; the statistics are sum 0 / sum 1, and sum 0 / sum 1 − sum 3 / sum 4."""
    for i in range(24):
        rows, replicates, seed = int(random.choice([1, 2, 15, 40])), int(random.choice([1, 60, 61])), int(random.integers(1 << 62))
        data = random.integers(0, 9, (rows, 6)) + [0, 1, 0, 0, 1, 0]
        first = int(random.integers(0, 1 << 40))
        if i % 2:
            weights = np.array([poisson_weights(seed, first + r, replicates) for r in range(rows)]).T
        else:
            draws = [[word(seed, b, r) * rows >> 64 for r in range(rows)] for b in range(replicates)]
            weights = np.array([np.bincount(d, minlength=rows) for d in draws])
        sums = weights @ data
        with np.errstate(all="ignore"):
            values, other = sums[:, 0] / sums[:, 1], sums[:, 3] / sums[:, 4]
        total = data.sum(0)
        observed = total[0] / total[1] - total[3] / total[4]
        differences = (values - other)[~np.isnan(values - other)]
        extremes = np.sum(np.abs(differences - math.fsum(differences) / max(len(differences), 1)) >= abs(observed))
        yield {
            "poisson": bool(i % 2), "seed": str(seed), "first": str(first), "replicates": replicates, "rows": data.tolist(),
            "interval": percentiles(values), "difference": percentiles(values - other), "observed": number(observed),
            "p": number((1 + extremes) / (1 + len(differences))),
        }


def percentiles(values):
    values = values[~np.isnan(values)]
    return [number(v) for v in np.percentile(values, [5, 95])] if len(values) else [None, None]


# MARK: Agreement

def alpha_cases():
    n = None
    tables = [
        [[n, n, n, n, n, 2, 3, 0, 1, 0, 0, 2, 2, n, 2], [0, n, 1, 0, 2, 2, 3, 2] + [n] * 7,
         [n, n, 1, 0, 2, 3, 3, n, 1, 0, 0, 2, 2, n, 3]],
        [[0, 1, 2, 2, 1, 0, 3, 0, 1, n, n, n], [0, 1, 2, 2, 1, 1, 3, 1, 1, 4, n, 2],
         [n, 2, 2, 2, 1, 2, 3, 1, 1, 4, 0, n], [0, 1, 2, 2, 1, 3, 3, 0, 1, 4, 0, n]],
        [[0, 0, 0], [0, 0, 0]], [[0, 4], [4, 0]], [[0, 1, 2, 3, 4]] * 3, [[0, n], [n, 1]], [[1, 2], [1, n]], [[0] * 9 + [1]] * 2,
    ]
    for _ in range(194):
        raters, items = int(random.integers(2, 6)), int(random.choice([2, 6, 15]))
        base = random.integers(0, 5, items)
        noise = random.integers(0, 5, (raters, items))
        table = np.where(random.random((raters, items)) < random.choice([0.2, 0.9]), base, noise).astype(object)
        table[random.random((raters, items)) < random.choice([0, 0.3, 0.7])] = None
        tables.append(table.tolist())
    for table in tables:
        domain = [1, 2, 3, 4, 5] if random.random() < 0.7 else [-2.5, 0, 1, 10, 100]
        ratings = np.array([[np.nan if r is None else domain[r] for r in row] for row in table])
        alphas = []
        for level in LEVELS:
            try:
                alpha = krippendorff.alpha(ratings, level_of_measurement=level, value_domain=domain)
            except ValueError:
                alpha = math.nan
            alphas.append(number(alpha, 12))
        text = ["".join("." if r is None else str(r) for r in row) for row in table]
        yield {"values": domain, "ratings": text, "alpha": alphas}


groups = {
    "auc": auc_cases(), "probabilities": probability_cases(), "mcnemar": mcnemar_cases(), "wilson": wilson_cases(),
    "samples": sample_cases(), "quantiles": quantile_cases(), "bootstraps": bootstrap_cases(), "alphas": alpha_cases(),
}
groups = {kind: list(cases) for kind, cases in groups.items()}
lines = ",\n".join(
    f'"{kind}": [\n' + ",\n".join(json.dumps(case, separators=(",", ":")) for case in group) + "\n]"
    for kind, group in groups.items()
)
pathlib.Path(__file__).with_name("statistics.json").write_text("{\n" + lines + "\n}\n")
print({kind: len(group) for kind, group in groups.items()})
