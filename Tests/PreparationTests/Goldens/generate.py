"""Makes the goldens of Preparation: damaged texts as ftfy mends them, and pairs of texts that are nearly the same.

    python generate.py            writes mojibake.jsonl, pairs.jsonl.gz and SHA256SUMS beside this script
    python generate.py --check    makes them anew and compares every byte
"""
import gzip
import json
import os
import random
import re
import sys

import datasketch
import ftfy
import ftfy.bad_codecs  # registers sloppy-windows-1252

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
import goldens

SEED = 20261201
PINNED = {"ftfy": "6.3.1", "datasketch": "2.0.0"}

SENTENCES = [
    "The café – “naïve” as it’s called – costs 12 € a day…",
    "Él dijo: «¿Dónde está el niño?» y añadió que sí.",
    "L’été dernier, à Besançon, où la forêt brûlait, nous étions là.",
    "Über die Straße läuft ein großer Bär; das Öl kostet 5 €.",
    "Não há opções: a solução está na coleção, irmã.",
    "Perché la città è più bella di così? Già, è proprio così.",
    "Żółta łódź płynie wśród gęstych mgieł po Wiśle.",
    "Příliš žluťoučký kůň úpěl ďábelské ódy.",
    "Árvíztűrő tükörfúrógép és őszi eső.",
    "Şişli’de çok güzel bir gün, değil mi?",
    "Smørrebrød på øen er så godt, æbler også.",
    "Все счастливые семьи похожи друг на друга.",
    "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι.",
    "吾輩は猫である。名前はまだ無い。",
    "今天天气很好，我们去公园散步吧。",
    "오늘은 날씨가 정말 좋네요.",
    "Great job 👍 – see you at 5 ☕!",
    "Preis: 20 °C, ±3 %, ½ Liter, §7, ©2020",
    "She said ‘don’t’ and left — forever.",
    "It's plain ASCII and stays.",
]
# Texts that look odd and are right.
SOUND = [
    "CAFÉ» est fermé", "«VOILÀ»", "À côté – là", "NESTLÉ®", "El Niño™", "Â!", "Ça va… très bien", "10 × 5 ÷ 2 = 25",
    "JOSÉ… mañana", "SÃO PAULO", "MAÇÃ…", "Ünïcödé “quotes”", "£5 – €6", "naïve café", "Größe: 5 µm", "«É»", "ÀÉÎÕÜ",
    "Ångström Å", "Ð and ð are letters", "¿Qué?", "±5°", "Straße—Öl", "NIÑO©", "Äpfel, Öl, Übung", "Ærø – Ø",
]


def damaged(text, times, encoding):
    for _ in range(times):
        text = text.encode("utf-8").decode(encoding)
    return text


def write(folder, name, cases):
    text = "".join(json.dumps(case, ensure_ascii=False) + "\n" for case in cases).encode()
    with open(os.path.join(folder, name), "wb") as file:
        file.write(gzip.compress(text, 9, mtime=0) if name.endswith(".gz") else text)


def mojibake():
    for text in SENTENCES:
        for times in (1, 2):
            for encoding in ("sloppy-windows-1252", "latin-1"):
                broken = damaged(text, times, encoding)
                yield {"source": broken, "mended": ftfy.fix_encoding(broken), "original": text}
    for text in SENTENCES + SOUND:
        yield {"source": text, "mended": ftfy.fix_encoding(text), "original": text}
    # Right and damaged text in one.
    for first, second in zip(SENTENCES, SENTENCES[1:]):
        broken = first + " " + damaged(second, 1, "sloppy-windows-1252")
        yield {"source": broken, "mended": ftfy.fix_encoding(broken), "original": first + " " + second}


def words(text):
    return re.findall(r"\w+", text.lower())


def signature(text):
    minhash = datasketch.MinHash(num_perm=112, seed=1)
    tokens = words(text)
    for i in range(len(tokens) - 4):
        minhash.update(" ".join(tokens[i:i + 5]).encode())
    return minhash


def jaccard(one, other):
    sets = [{tuple(w[i:i + 5]) for i in range(len(w) - 4)} for w in (words(one), words(other))]
    return len(sets[0] & sets[1]) / len(sets[0] | sets[1])


def pairs(rng):
    syllables = ["ba", "ke", "li", "mo", "nu", "ra", "se", "ti", "vo", "zu", "tan", "der", "pol", "gri", "sha"]
    vocabulary = ["".join(rng.choice(syllables) for _ in range(rng.randrange(1, 4))) for _ in range(2_000)]

    def text(count):
        return [vocabulary[int(len(vocabulary) * rng.random() ** 2)] for _ in range(count)]

    for number in range(160):
        base = text(rng.randrange(70, 130))
        other = list(base)
        kind = ["marks", "one", "two", "ends", "half", "fifth", "unrelated", "unrelated"][number % 8]
        if kind == "marks":
            other = [w.capitalize() + ("," if i % 7 == 3 else "") for i, w in enumerate(other)]
        elif kind in ("one", "two"):
            for _ in range(1 if kind == "one" else 2):
                place = rng.randrange(len(other))
                other[place:place + rng.randrange(2)] = text(1)
        elif kind == "ends":
            other = other[2:] + text(2)
        elif kind == "half":
            other = other[:len(other) // 2] + text(len(other) // 2)
        elif kind == "fifth":
            for place in range(0, len(other), 5):
                other[place] = text(1)[0]
        else:
            other = text(len(base))
        one, two = " ".join(base), " ".join(other)
        lsh = datasketch.MinHashLSH(num_perm=112, params=(14, 8))
        lsh.insert("one", signature(one))
        yield {"one": one, "other": two, "edit": kind, "near": kind in ("marks", "one", "two", "ends"),
               "jaccard": round(jaccard(one, two), 4), "datasketch": bool(lsh.query(signature(two)))}


def generate(folder):
    rng = random.Random(SEED)
    write(folder, "mojibake.jsonl", mojibake())
    write(folder, "pairs.jsonl.gz", pairs(rng))


if __name__ == "__main__":
    goldens.main(__file__, generate, PINNED)
