"""Writes error_rates.json.gz: pairs of texts with the edits and rates that jiwer gives for them.

Pinned: jiwer 4.0.0 (RapidFuzz 3.14.6); seed 7.
Run: python generate.py && sha256sum error_rates.json.gz entities/entities.json > SHA256SUMS
"""

import gzip
import json
import pathlib
import random

import jiwer

random = random.Random(7)
WORDS = "the court finds that parties agreed to pay late fees été naïve Straße 12.5 % — ok, don't".split()


def sentence(count):
    return " ".join(random.choice(WORDS) for _ in range(count))


def changed(text):
    words = text.split()
    for _ in range(random.randrange(0, 6)):
        place = random.randrange(len(words) + 1)
        kind = random.randrange(3)
        if kind == 0 or not words:
            words.insert(place, random.choice(WORDS))
        elif kind == 1:
            del words[min(place, len(words) - 1)]
        else:
            words[min(place, len(words) - 1)] = random.choice(WORDS)
    return " ".join(words) or "x"


rows = []
for index in range(260):
    # Lengths on both sides of 64 and 128, where blocks of the table end.
    reference = sentence(random.choice([1, 2, 5, 12, 30, 63, 64, 65, 127, 128, 129, 150]))
    prediction = changed(reference) if index % 4 else sentence(random.randrange(1, 140))
    words = jiwer.process_words(reference, prediction)
    characters = jiwer.process_characters(reference, prediction)
    edits = [o.substitutions + o.deletions + o.insertions for o in (words, characters)]
    rows.append({"reference": reference, "prediction": prediction, "edits": edits,
                 "wer": words.wer, "cer": characters.cer})
corpus = [[row["reference"] for row in rows], [row["prediction"] for row in rows]]
document = {"rows": rows, "wer": jiwer.wer(*corpus), "cer": jiwer.cer(*corpus)}
text = json.dumps(document, ensure_ascii=False)
pathlib.Path(__file__).with_name("error_rates.json.gz").write_bytes(gzip.compress(text.encode(), 9, mtime=0))
