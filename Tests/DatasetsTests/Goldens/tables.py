"""Writes tables.json: what pandas and scikit-learn make of tables and labels.

Pinned: pandas 3.1.1, scikit-learn 1.9.1, numpy 2.4.6; seed 20261130.
Run: python tables.py && sha256sum folds.json.gz tables.json > SHA256SUMS
"""

import io
import json
import pathlib

import numpy as np
import pandas as pd
import sklearn
from sklearn.model_selection import train_test_split
from sklearn.utils.multiclass import type_of_target

assert (pd.__version__, sklearn.__version__, np.__version__) == ("3.1.1", "1.9.1", "2.4.6")
random = np.random.default_rng(20261130)


def written(separator):
    """A table of awkward fields as pandas writes it."""
    rows = [
        ["plain", "two words", "ümläut"],
        ["a,b", "a;b", "a\tb"],
        ['say "yes"', '"', '""'],
        ["two\nlines", "it is, so", "both\r\nof them"],
        ["", " ", "  spaces  "],
        ["0", "-1.50", "1e5"],
        ["=SUM(A1)", "'", "\\"],
        ["null", "NaN", "True"],
    ]
    frame = pd.DataFrame(rows, columns=["text", "a,b", 'c"d'])
    return {"separator": separator, "columns": list(frame.columns), "rows": rows,
            "text": frame.to_csv(index=False, sep=separator, lineterminator="\n")}


LABEL_COLUMNS = [
    ["12345678901234567890", "12345678901234567891", "12345678901234567890"],
    ["98765432109876543210", "98765432109876543211", "98765432109876543219"],
    ["18446744073709551615", "18446744073709551614"],
    ["123456789012345678901234567890", "123456789012345678901234567891"],
    ["-12345678901234567890", "-12345678901234567891"],
    ["9007199254740993", "9007199254740992"],
    ["9223372036854775807", "9223372036854775806"],
    ["007", "8", "09"],
    ["10", "9", "-1"],
    ["1.0", "2.0", "1.0"],
    ["1e3", "2e3"],
    ["0.5", "1", "2"],
    ["True", "False", "True"],
    ["yes", "no"],
    ["a1", "1", "2"],
]


def labels(values):
    """How pandas reads a column: a regression where it is of floats, else labels by name."""
    column = pd.read_csv(io.StringIO("label\n" + "\n".join(values) + "\n"))["label"]
    names = sorted({str(value) for value in column})
    return {"values": values, "isRegression": column.dtype.kind == "f", "names": names}


LISTS = [
    [[1, 0, 1], [0, 1, 0]], [[0, 1], [1, 0]], [[1, 1], [0, 0]], [[0, 0, 0], [0, 0, 0]], [[1, 1, 1]],
    [[1.0, 0.0], [0.0, 1.0]], [[True, False, True], [False, False, False]], [[1], [0]],
    [[0, 1, 2], [2, 1, 0]], [[0.5, 0.5], [1.0, 0.0]], [[3, 4], [5, 6]], [[0, 0, 0, 1], [1, 0, 0, 0]],
    [[-1, 0, 1], [0, 1, 0]],
]


def lists(rows):
    return {"rows": rows, "isMultiHot": type_of_target(np.array(rows)) == "multilabel-indicator"}


def split():
    """How many rows of each class scikit-learn holds out."""
    while True:
        count = int(random.integers(10, 90))
        classes = random.choice(int(random.integers(2, 6)), count)
        share = float(random.choice([0.1, 0.2, 0.25, 0.33, 0.5]))
        sizes = np.bincount(classes)
        if sizes.min() >= 2 and int(np.ceil(share * count)) >= len(sizes):
            break
    _, held, _, labels = train_test_split(
        np.arange(count), classes, test_size=share, stratify=classes, random_state=0)
    return {"share": share, "classes": classes.tolist(), "heldOut": len(held),
            "ofClass": np.bincount(labels, minlength=len(sizes)).tolist()}


document = {
    "written": [written(separator) for separator in ",;\t"],
    "labels": [labels(values) for values in LABEL_COLUMNS],
    "lists": [lists(rows) for rows in LISTS],
    "splits": [split() for _ in range(40)],
}
path = pathlib.Path(__file__).with_name("tables.json")
path.write_text(json.dumps(document, separators=(",", ":")) + "\n")
