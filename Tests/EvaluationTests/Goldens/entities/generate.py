"""Makes entities.json: random tag sequences with what seqeval finds in them by default.

    python generate.py            writes entities.json beside this script; then write ../SHA256SUMS anew (see ../generate.py)
    python generate.py --check    makes them in a temporary folder and compares every byte

A case is a set of sentences in one scheme of tags, most of them malformed: any tag may follow any other. BILOU is written
with the letters of IOBES for seqeval, which knows only those by default.
"""
import json
import pathlib
import random
import sys
import warnings

sys.path.append(str(pathlib.Path(__file__).resolve().parents[3]))
import goldens
from seqeval.metrics import accuracy_score, classification_report
from seqeval.metrics.sequence_labeling import get_entities

SEED = 20240612
PINNED = {"seqeval": "1.2.2"}
SCHEMES = {"BIO": "BI", "IOBES": "BIES", "BILOU": "BILU", "IO": "I"}
TO_IOBES = str.maketrans("LU", "ES")
CASES = 100


def tag(generator, letters, labels):
    return "O" if generator.random() < 0.4 else f"{generator.choice(letters)}-{generator.choice(labels)}"


def sentence(generator, letters, labels, length):
    truth = [tag(generator, letters, labels) for _ in range(length)]
    # Predictions that keep most tags find some entities.
    return truth, [t if generator.random() < 0.7 else tag(generator, letters, labels) for t in truth]


def iobes(tags):
    return [t[0].translate(TO_IOBES) + t[1:] for t in tags]


def case(generator, number):
    scheme = list(SCHEMES)[number % len(SCHEMES)]
    labels = ["PER", "LOC", "ORG-X", "e"][:1 + number // len(SCHEMES) % 4]
    pairs = [sentence(generator, SCHEMES[scheme], labels, generator.randrange(1, 12))
             for _ in range(generator.randrange(1, 6))]
    truths, predictions = ([iobes(tags) for tags in side] for side in zip(*pairs))
    report = classification_report(truths, predictions, output_dict=True, zero_division=0)
    overall = report.pop("micro avg", {"precision": 0, "recall": 0, "f1-score": 0})
    report.pop("macro avg"), report.pop("weighted avg")
    return {
        "sentences": [{
            "truth": truth, "prediction": prediction,
            "entities": [[label, start, end + 1] for label, start, end in get_entities(iobes(prediction))],
        } for truth, prediction in pairs],
        "overall": [overall["precision"], overall["recall"], overall["f1-score"]],
        "accuracy": accuracy_score(truths, predictions),
        "labels": {name: [row["precision"], row["recall"], row["f1-score"], int(row["support"])]
                   for name, row in sorted(report.items())},
    }


def generate(root):
    warnings.simplefilter("ignore")
    generator = random.Random(SEED)
    cases = [case(generator, number) for number in range(CASES)]
    lines = ",\n".join(json.dumps(c, default=float) for c in cases)
    (pathlib.Path(root) / "entities.json").write_text(f"[\n{lines}\n]\n")


goldens.main(__file__, generate, PINNED)
