"""Makes the goldens of JSON: documents, and what Python's json writes of them in each layout.

    python generate.py            writes documents.jsonl and SHA256SUMS beside this script
    python generate.py --check    makes them anew and compares every byte
"""
import json
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
import goldens

SEED = 20261130
PINNED = {"json": "2.0.9"}
COUNT = 60
LETTERS = ["a", "B", "z", "_", " ", "/", "\"", "\\", "\n", "\r", "\t", "\b", "\f", "\x00", "\x1f", "\x7f",
           "é", "e\u0301", "\u2028", "漢", "\U0001f600"]
NUMBERS = [0, -1, 7, 2**31, 2**53 + 1, -(2**63), 2**64, 10**40, 0.0, -0.0, 2.0, 0.1, 1e-05, 1.5e-7, 5e-324,
           1.7976931348623157e308, 1e16, 123456789.125, 1 / 3]


def text(rng):
    return "".join(rng.choice(LETTERS) for _ in range(rng.randrange(6)))


def value(rng, depth):
    kind = rng.randrange(8 if depth < 4 else 5)
    if kind == 0:
        return rng.choice([None, True, False])
    if kind in (1, 2):
        return rng.choice(NUMBERS)
    if kind in (3, 4):
        return text(rng)
    if kind == 5:
        return [value(rng, depth + 1) for _ in range(rng.randrange(5))]
    return {text(rng) + str(index % 3): value(rng, depth + 1) for index in range(rng.randrange(24 if depth == 1 else 6))}


def spaced(document, rng):
    """`document` as JSON with other escapes and other white space than json.dumps has."""
    written = json.dumps(document, ensure_ascii=rng.random() < 0.5, indent=rng.choice([None, 0, 1, "\t"]))
    return rng.choice(["", " ", "\n"]) + written + rng.choice(["", "\r\n", "\t"])


def generate(folder):
    rng = random.Random(SEED)
    with open(os.path.join(folder, "documents.jsonl"), "w", encoding="utf-8", newline="\n") as file:
        for _ in range(COUNT):
            document = value(rng, 1)
            case = {
                "source": spaced(document, rng),
                "line": json.dumps(document, ensure_ascii=False),
                "compact": json.dumps(document, ensure_ascii=False, separators=(",", ":")),
                "indented": json.dumps(document, ensure_ascii=False, indent=2),
                "sorted": json.dumps(document, ensure_ascii=False, sort_keys=True),
            }
            file.write(json.dumps(case) + "\n")


if __name__ == "__main__":
    goldens.main(__file__, generate, PINNED)
