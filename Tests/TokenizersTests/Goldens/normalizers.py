"""Makes the goldens of single normalizers with tokenizers 0.23.3 (the script refuses others): classes/normalizers.json, texts and
what each list of normalizers makes of them; with --check compares."""
import json
import os
import sys

import checksums
import tokenizers
from tokenizers import Tokenizer, models

assert tokenizers.__version__ == "0.23.3"
PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "classes", "normalizers.json")
TEXTS = ["  Ünï caf\u00e9 cafe\u0301 \u00c5ngstr\u00f6m\u3000", "\ufb01n \u2460 x\u00b2 \uff21\uff22 \u00bd \u2122 \u3392", "\ud55c\uae00 \u1112\u1161\u11ab \u3131",
         "a\u0323\u0307 a\u0307\u0323 q\u0307\u0323 \u1e9b\u0323", "\u0928\u093f \u0b95\u0bbe \u0301x \u20dd y\u0327\u0301", "\t\n a \u00a0\u2003", "", "\u2126 \u212b \u1fee \u0958 \ufb1d",
         "\u01c4 \u01f0 \u0390 \u1f82", "\u30ac \u30ab\u3099 \uff76\uff9e", "e\u0301\u0302\u0323 \u0344 \u0f43", "\u00a0x\u2026\u2007y \u017f \u2075"]
LISTS = [["NFC"], ["NFD"], ["NFKC"], ["NFKD"], ["NFD", "StripAccents"], ["NFKD", "Lowercase", "StripAccents"], ["StripAccents"],
         ["Strip"], ["NFKC", "Strip"], ["Left"], ["Right"], ["NFKC", "Replace", "Prepend"]]


def component(name):
    if name in ("Strip", "Left", "Right"):
        return {"type": "Strip", "strip_left": name != "Right", "strip_right": name != "Left"}
    if name == "Replace":
        return {"type": "Replace", "pattern": {"String": " "}, "content": "_"}
    return {"type": "Prepend", "prepend": ">"} if name == "Prepend" else {"type": name}


rows = []
for names in LISTS:
    normalizer = {"type": "Sequence", "normalizers": [component(name) for name in names]}
    whole = json.loads(Tokenizer(models.BPE()).to_str()) | {"normalizer": normalizer}
    apply = Tokenizer.from_str(json.dumps(whole)).normalizer
    rows.append({"normalizer": normalizer, "texts": [apply.normalize_str(text) for text in TEXTS]})
content = json.dumps({"texts": TEXTS, "rows": rows}, separators=(",", ":")) + "\n"
if "--check" in sys.argv:
    sys.exit(0 if open(PATH).read() == content else f"{PATH} differs")
open(PATH, "w").write(content)
checksums.write()
