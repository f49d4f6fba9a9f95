"""Writes folds.json.gz: rows with classes and groups, and how evenly scikit-learn divides them into folds.

Pinned: scikit-learn 1.9.1, numpy 2.4.6; seed 20261125.
Run: python generate.py && sha256sum folds.json.gz > SHA256SUMS
"""

import gzip
import json
import pathlib
import warnings

import numpy as np
import sklearn
from sklearn.model_selection import GroupKFold, KFold, StratifiedGroupKFold, StratifiedKFold

assert sklearn.__version__ == "1.9.1" and np.__version__ == "2.4.6"
warnings.simplefilter("ignore")
random = np.random.default_rng(20261125)


def table(splitter, classes, groups):
    """Rows of each class in each fold."""
    rows = np.zeros((len(classes), 1))
    folds = [test for _, test in splitter.split(rows, classes, groups)]
    return [np.bincount(classes[test], minlength=classes.max() + 1).tolist() for test in folds]


def case(rows, labels, people, folds):
    """Labels by a skewed distribution, groups of very different sizes with a tone of their own."""
    shares = random.dirichlet(np.full(labels, 0.8))
    groups = random.choice(people, rows, p=random.dirichlet(np.full(people, 0.7)))
    _, groups = np.unique(groups, return_inverse=True)
    tones = random.dirichlet(3 * shares + 0.05, groups.max() + 1)
    classes = np.array([random.choice(labels, p=tones[group]) for group in groups])
    _, classes = np.unique(classes, return_inverse=True)
    if groups.max() + 1 < folds or np.bincount(classes).max() < folds:
        return None
    shuffle = {"shuffle": True, "random_state": 0}
    return {
        "folds": folds,
        "classes": classes.tolist(),
        "groups": groups.tolist(),
        "shuffled": [sum(row) for row in table(KFold(folds, **shuffle), classes, None)],
        "stratified": table(StratifiedKFold(folds, **shuffle), classes, None),
        "grouped": [sum(row) for row in table(GroupKFold(folds), classes, groups)],
        "stratified_grouped": table(StratifiedGroupKFold(folds), classes, groups),
    }


cases = []
while len(cases) < 200:
    rows = int(random.integers(6, 260))
    found = case(rows, int(random.integers(2, 7)), int(random.integers(2, 40)), int(random.integers(2, 11)))
    if found and rows >= found["folds"]:
        cases.append(found)
path = pathlib.Path(__file__).with_name("folds.json.gz")
text = json.dumps({"cases": cases}, separators=(",", ":")) + "\n"
path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
