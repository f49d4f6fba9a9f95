"""Writes metrics.json.gz: cases with the figures that scikit-learn (and, for Pearson, scipy) gives for them.

Real cases are predictions of nearest neighbours on scikit-learn's iris, wine, breast cancer and diabetes data.
Pinned: scikit-learn 1.9.1, scipy 1.17.1, numpy 2.4.6; seed 20240607.
Run: python generate.py && sha256sum metrics.json.gz > SHA256SUMS
"""

import gzip
import json
import math
import pathlib
import warnings

import numpy as np
import scipy.stats
from sklearn import datasets, neighbors
from sklearn import metrics as sk

warnings.simplefilter("ignore")
random = np.random.default_rng(20240607)


def number(value):
    """15 digits are enough for a comparison to 1e-12; NaN becomes null."""
    value = float(value)
    if math.isnan(value):
        return None
    short = float(f"{value:.15g}")
    return int(short) if short.is_integer() and abs(short) < 1e15 else short


def scores(truth, prediction, **arguments):
    precision, recall, f1, _ = sk.precision_recall_fscore_support(truth, prediction, **arguments)
    return [number(precision), number(recall), number(f1)]


def per_label(truth, prediction, **arguments):
    rows = zip(*sk.precision_recall_fscore_support(truth, prediction, average=None, **arguments))
    return [[number(p), number(r), number(f), int(s)] for p, r, f, s in rows]


def single(name, labels, truth, prediction):
    truth, prediction = np.asarray(truth), np.asarray(prediction)
    case = {"name": name, "labels": labels}
    case["truth"] = "".join(map(str, truth))
    case["prediction"] = "".join(map(str, prediction))
    case["accuracy"] = number(sk.accuracy_score(truth, prediction))
    case["balanced"] = number(sk.balanced_accuracy_score(truth, prediction))
    case["mcc"] = number(sk.matthews_corrcoef(truth, prediction))
    case["kappa"] = number(sk.cohen_kappa_score(truth, prediction))
    case["micro"] = scores(truth, prediction, average="micro")
    case["macro"] = scores(truth, prediction, average="macro")
    case["weighted"] = scores(truth, prediction, average="weighted")
    case["perLabel"] = per_label(truth, prediction, labels=range(labels))
    if labels == 2:
        case["binary"] = scores(truth, prediction, average="binary", pos_label=1)
    return case


def multi(name, truth, prediction):
    truth, prediction = np.asarray(truth, dtype=int), np.asarray(prediction, dtype=int)
    case = {"name": name, "labels": truth.shape[1]}
    case["truth"] = " ".join("".join(map(str, row)) for row in truth)
    case["prediction"] = " ".join("".join(map(str, row)) for row in prediction)
    case["subset"] = number(sk.accuracy_score(truth, prediction))
    case["hamming"] = number(sk.hamming_loss(truth, prediction))
    case["micro"] = scores(truth, prediction, average="micro")
    case["macro"] = scores(truth, prediction, average="macro")
    case["weighted"] = scores(truth, prediction, average="weighted")
    case["samplesF1"] = number(sk.f1_score(truth, prediction, average="samples"))
    case["perLabel"] = per_label(truth, prediction)
    return case


def regression(name, truth, prediction):
    truth = [float(f"{v:.10g}") for v in truth]
    prediction = [float(f"{v:.10g}") for v in prediction]
    pearson = scipy.stats.pearsonr(truth, prediction).statistic if len(truth) > 1 else math.nan
    return {
        "name": name, "truth": truth, "prediction": prediction,
        "mse": number(sk.mean_squared_error(truth, prediction)),
        "rmse": number(sk.root_mean_squared_error(truth, prediction)),
        "mae": number(sk.mean_absolute_error(truth, prediction)),
        "r2": number(sk.r2_score(truth, prediction)), "pearson": number(pearson),
    }


def single_cases():
    for labels in range(2, 8):
        zeros, spread = np.zeros(6, int), np.arange(2 * labels) % labels
        last = np.full(6, labels - 1)
        yield single("one class only, all right", labels, zeros, zeros)
        yield single("one class only, all wrong", labels, zeros, last)
        yield single("the last class only", labels, last, last)
        yield single("all right", labels, spread, spread)
        yield single("all wrong", labels, spread, (spread + 1) % labels)
        yield single("always the same prediction", labels, spread, np.full(2 * labels, 1))
        yield single("one row, right", labels, [1], [1])
        yield single("one row, wrong", labels, [0], [labels - 1])
        yield single("an absent class", labels, spread[spread != 1], np.roll(spread[spread != 1], labels // 2))
        yield single("a class that is never predicted", labels, spread, np.where(spread == 0, 1, spread))
        yield single("a class that is only predicted", labels, np.where(spread == 0, 1, spread), spread)
        for rows in (2, 3, 7, 16, 31, 50, 97) if labels == 2 else (2, 9, 24, 40, 66):
            for skew in (0.3, 3.0):
                weights = random.dirichlet(np.full(labels, skew))
                truth = random.choice(labels, rows, p=weights)
                noise = random.choice(labels, rows)
                yield single("random", labels, truth, np.where(random.random(rows) < 0.6, truth, noise))


    for load in (datasets.load_iris, datasets.load_wine, datasets.load_breast_cancer):
        inputs, truth = load(return_X_y=True)
        for rows, seen in ((4, 3), (8, 5), (12, 8), (20, 12), (30, 20)):
            for _ in range(5):
                order = random.permutation(len(truth))
                model = neighbors.KNeighborsClassifier(1).fit(inputs[order[:seen]], truth[order[:seen]])
                part = order[seen : seen + rows]
                yield single(load.__name__, len(set(truth)), truth[part], model.predict(inputs[part]))


def multi_cases():
    for labels in range(2, 8):
        zeros, ones = np.zeros((4, labels), int), np.ones((4, labels), int)
        eye = np.eye(labels, dtype=int)
        yield multi("no label true or predicted", zeros, zeros)
        yield multi("nothing predicted", eye, np.zeros_like(eye))
        yield multi("everything predicted", eye, np.ones_like(eye))
        yield multi("nothing true", zeros, ones)
        yield multi("one row, right", eye[:1], eye[:1])
        yield multi("one row, wrong", eye[:1], eye[1:2])
        for rows in (2, 5, 13, 29):
            truth = random.random((rows, labels)) < random.random(labels)
            flips = random.random((rows, labels)) < 0.25
            yield multi("random", truth, truth ^ flips)
    for i in range(144):
        labels, rows = 2 + i % 4, int(random.choice([1, 2, 3, 4]))
        truth = random.random((rows, labels)) < random.random(labels)
        yield multi("small", truth, truth ^ (random.random((rows, labels)) < 0.3))


def regression_cases():
    yield regression("one row", [1.5], [2.0])
    yield regression("one row, right", [3.0], [3.0])
    yield regression("two rows", [1, 2], [1.5, 2.25])
    yield regression("two rows, reversed", [1, 2], [2, 1])
    yield regression("constant truth", [0.5] * 5, [0.5, 1, 0.25, 0, 2])
    yield regression("constant truth, all right", [0.5] * 5, [0.5] * 5)
    yield regression("constant prediction", [1, 2, 3, 5], [2.5] * 4)
    yield regression("all right", [1, 2, 3, 5], [1, 2, 3, 5])
    yield regression("ties", [1, 1, 2, 2, 3, 3], [1, 2, 2, 2, 3, 1])
    yield regression("perfect line", [1, 2, 3, 4], [10, 20, 30, 40])
    for rows in (3, 8, 20, 33):
        for offset, scale in ((0, 1), (1e6, 1), (-3, 1e-3), (0, 1e40), (5, 1e-30 + 0.2), (1e3, 100), (0, 1e-40)):
            truth = offset + scale * random.normal(size=rows)
            yield regression("random", truth, truth + 0.5 * scale * random.normal(size=rows))


    for i in range(112):
        rows = int(random.choice([2, 3, 4, 5]))
        truth = np.round(random.normal(size=rows), int(random.choice([0, 1, 3])))
        yield regression("small", truth, np.round(truth + random.normal(size=rows), 2))
    inputs, truth = datasets.load_diabetes(return_X_y=True)
    for rows in (2, 5, 9, 16):
        for _ in range(13):
            order = random.permutation(len(truth))
            model = neighbors.KNeighborsRegressor(3).fit(inputs[order[:100]], truth[order[:100]])
            part = order[100 : 100 + rows]
            yield regression("load_diabetes", truth[part], model.predict(inputs[part]))


def sum_cases():
    """Terms and their sum rounded once, as hexadecimal floats: `math.fsum` is exact."""
    for spread in (1, 20, 60, 300, 1000):
        for _ in range(4):
            exponents = random.integers(-spread, min(spread, 1000), 14)
            terms = [math.ldexp(m, int(e)) for m, e in zip(random.normal(size=14), exponents)]
            if random.random() < 0.5:
                terms += [-term for term in terms[:7]]
            terms = [terms[i] for i in random.permutation(len(terms))]
            yield {"terms": [term.hex() for term in terms], "sum": math.fsum(terms).hex()}


cases = {"single": list(single_cases()), "multi": list(multi_cases()), "regression": list(regression_cases())}
cases["sums"] = list(sum_cases())
lines = ",\n".join(
    f'"{kind}": [\n' + ",\n".join(json.dumps(case, separators=(",", ":")) for case in group) + "\n]"
    for kind, group in cases.items()
)
text = "{\n" + lines + "\n}\n"
pathlib.Path(__file__).with_name("metrics.json.gz").write_bytes(gzip.compress(text.encode(), 9, mtime=0))
print({kind: len(group) for kind, group in cases.items()})
