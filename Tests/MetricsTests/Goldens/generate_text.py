"""Writes text.json.gz: texts with the figures that the reference programs give for them.

Pinned: sacrebleu 2.6.0, rouge_score 0.1.2, nltk 3.10.4, pycocoevalcap 1.2, numpy 2.4.6, torch 2.15; Python 3.11;
seed 20261125. Real texts come from texts.json, which names their sources; edge cases are written below.
Run: python generate_text.py && sha256sum *.json > SHA256SUMS
"""

import gzip
import json
import math
import pathlib
import random

import numpy as np
import regex
import torch
from nltk.stem.porter import PorterStemmer
from pycocoevalcap.cider.cider import Cider
from rouge_score.rouge_scorer import RougeScorer
from sacrebleu.metrics import BLEU, CHRF

here = pathlib.Path(__file__).parent
texts = json.loads((here / "texts.json").read_text())
chance = random.Random(20261125)
TOKENIZERS = ["13a", "intl", "char", "none"]
ROUGE = ["rouge1", "rouge2", "rougeL", "rougeLsum"]


def number(value, digits=12):
    value = float(value)
    if math.isnan(value):
        return None
    short = float(f"{value:.{digits}g}")
    return int(short) if short.is_integer() and abs(short) < 1e15 else short


def perturbed(text):
    """The text with words dropped, doubled, swapped, or in another case."""
    words = text.split(" ")
    for _ in range(chance.randint(0, 4)):
        i = chance.randrange(len(words))
        kind = chance.randrange(5)
        if kind == 0 and len(words) > 1:
            del words[i]
        elif kind == 1:
            words.insert(i, words[i])
        elif kind == 2:
            j = chance.randrange(len(words))
            words[i], words[j] = words[j], words[i]
        elif kind == 3:
            words[i] = words[i].upper()
        else:
            words[i] = chance.choice(["the", "a", "not", "1,234.5", "it's", "well-known", "e.g."])
    return " ".join(words)


def edge_rows():
    """Prediction and references."""
    yield "", [""]
    yield "", ["a reference"]
    yield "a prediction", [""]
    yield "   \t ", ["  "]
    yield "one", ["one"]
    yield "one", ["two"]
    yield "One", ["one", "ONE"]
    yield "a b", ["", "a b c", "a b c d e f"]
    yield "a b c", ["a b", "a b c d"]
    yield "the the the the the the the", ["the cat is on the mat", "there is a cat on the mat"]
    yield "the " * 40, ["the " * 3]
    yield "yes yes yes no", ["yes no yes no yes no"]
    yield "...", ["..."]
    yield "...", ["!?"]
    yield ". , .", [". ,."]
    yield "Prices rose 1,234.56 to 3.5%.", ["Prices rose 1,234.56, to 3.5 %."]
    yield "in 1990-1995 -5 5- 3-4-5", ["in 1990 - 1995 -5 5 - 3-4-5"]
    yield "U.S.A. and e.g., i.e.: v1.2.3.", ["U.S.A., e.g. i.e. v1.2.3"]
    yield "a.b,c 1.a a.1 ,1 1, .5 5.", ["a . b , c 1. a a .1 , 1 1 , . 5 5 ."]
    yield "&quot;x&quot; &amp;lt;b&amp;gt; &lt;i&gt; &amp;amp; &apos;", ['"x" <b> <i> & \'']
    yield "a<skipped>b <skip<skipped>ped>", ["ab <skipped>"]
    yield "hyphen-\nated line\nbreaks\n\nhere-\n", ["hyphenated line breaks here"]
    yield "don't can't it's o'clock 'quoted' ``x''", ["do n't can not it is o'clock quoted x"]
    yield "(a) [b] {c} <d> \"e\" `f` ~g^h|i\\j/k_l", ["( a ) [ b ] { c } < d > e f g h i j k l"]
    yield "mail@example.com http://a.b/c?d=e&f=g#h $5 +1 =2 *3 @you #tag", ["mail example com a b c d e f g h 5"]
    yield "NBSP\u00a0here\u2009thin\u3000wide\u2028line\x1cfile\x85next\u200bzero", ["NBSP here thin wide line file next zero"]
    yield "trailing\u3000\u00a0 \n", ["trailing"]
    yield "Ωμέγα ΣΊΣΥΦΟΣ ΟΔΟΣ. Σ ΑΣ'Β ΑΣ.", ["ωμέγα σίσυφος οδος. σ ας'β ας."]
    yield "İstanbul DİYARBAKIR ISPARTA ı", ["i̇stanbul diyarbakır isparta i"]
    yield "300 K 5 Å 7 Ω kelvin K1", ["300 k 5 å 7 ω kelvin k1"]
    yield "Straße GROẞ ﬁne ǅ ǈ Ⅳ ⓐ", ["strasse groß fine ǆ ǉ ⅳ Ⓐ"]
    yield "café cafe\u0301 naïve", ["cafe\u0301 café naive"]
    yield "今天天气很好，我们去公园。", ["今天天气不错，我们去公园吧。"]
    yield "東京タワーに行きました！", ["東京タワーへ行った。", "東京に行きました！"]
    yield "나는 학교에 갑니다.", ["나는 학교에 갔습니다.", "저는 학교에 갑니다."]
    yield "مرحبا بالعالم، كيف الحال؟ ١٢٣٫٤", ["مرحبا يا عالم، كيف حالك؟ ١٢٣"]
    yield "नमस्ते दुनिया। १२३.४५ किताब", ["नमस्ते संसार। १२३ किताबें"]
    yield "Привет, мир! Как дела?", ["ПРИВЕТ мир. Как твои дела?"]
    yield "שלום עולם, מה שלומך?", ["שלום לעולם, מה נשמע?"]
    yield "สวัสดีชาวโลก ๑๒๓", ["สวัสดีโลก ๑๒๓"]
    yield "😀 😀😀 ❤️ 👩‍👩‍👧‍👦 👍🏽 1️⃣ 🇩🇪", ["😀 ❤ 👩‍👩‍👧 👍 1️⃣ 🇫🇷"]
    yield "I ❤️ you 100% 😀!!!", ["I ❤️ you, 100 % 😀!"]
    yield "€5,00 £3.20 ¥100 5°C ±2 ×3 ½ x² ™ © №5", ["5,00 € 3.20 £ 100 ¥ 5 °C + 2 3 1/2 x2 (tm) (c) no. 5"]
    yield "“smart” ‘quotes’ — dash – en… ¿qué? «oui» 「はい」", ["\"smart\" 'quotes' - dash - en... que? oui はい"]
    yield "first line.\nsecond line here.\nthird one", ["second line here.\nfirst line.\nthe third one\n"]
    yield "\n\nblank\n\n\nlines\n", ["blank lines"]
    yield "a b c d\ne f g h\na b", ["a c e g\nb d f h\na a b b"]
    yield "police killed the gunman\n!!!\nthe gunman police killed", ["police kill the gunman\nthe gunman was killed"]
    yield "w1 w2 w3 w4 w5", ["w1 w2 w6 w7 w8\nw1 w3 w8 w9 w5"]
    yield "x " * 70 + "y", ["y " + "x " * 66, "x y " * 33]
    yield "running runs ran runner easily fairly flies dies", ["run runs running easy fair fly die"]
    yield "a" * 300, ["a" * 299 + "b"]
    yield "\x00\x01 control \x7f chars\u0080", ["control chars"]
    yield "zero\u200dwidth \ufeffbom \u00adsoft", ["zerowidth bom soft"]
    yield "word.", ["word", "word ."]
    yield "(hi) \"hi\" 'tis 's. ¡hola!", ["( hi ) hi tis s hola"]
    yield "ſhort K ﬀ", ["short k ff"]


def random_rows():
    """Strings of pieces on which tokenizers and cases differ."""
    pieces = [" ", " ", " ", "  ", "\n", "a", "B", "the", "The", "ing", "1", "23", ".", ",", "-", "'", "&", "&amp;", "<",
              "é", "Σ", "σ", "中", "文", "。", "，", "😀", "🏽", "₤", "\u00a0", "%", "/", "½", "٣", "٫", "_", "\u0301", "İ"]
    for _ in range(60):
        def text():
            return "".join(chance.choice(pieces) for _ in range(chance.randint(1, 22)))
        first = text()
        references = [text() for _ in range(chance.randint(0, 2))]
        cut = chance.randrange(len(first))
        yield first, [first[:cut] + text()] + references


def rows():
    yield from edge_rows()
    for pair in texts["summaries"]:
        yield pair["document"], [pair["summary"]]
    turns = texts["turns"]
    for i, turn in enumerate(turns):
        count = chance.choice([1, 1, 1, 2, 3, 4])
        yield perturbed(turn), [turn, turns[i - 1], perturbed(turn), perturbed(turns[i - 2])][:count]
    yield from random_rows()


def bleu_statistics(metric, prediction, references):
    return [int(v) for v in metric._extract_corpus_statistics([prediction], [[r] for r in references])[0]]


def rouge(scorer, prediction, references):
    scores = scorer.score_multi(references, prediction)
    return [number(value, 10) for kind in ROUGE for value in scores[kind]]


def row_cases():
    bleus = {tok: BLEU(tokenize=tok) for tok in TOKENIZERS}
    lower, effective = BLEU(lowercase=True), BLEU(effective_order=True)
    chrf, chrfpp, chrf_lower = CHRF(), CHRF(word_order=2), CHRF(word_order=2, lowercase=True)
    plain, stemmed = RougeScorer(ROUGE), RougeScorer(ROUGE, use_stemmer=True)
    for prediction, references in rows():
        transposed = [[r] for r in references]
        case = {"p": prediction, "r": references}
        case["bleu"] = [bleu_statistics(bleus[tok], prediction, references) for tok in TOKENIZERS]
        case["bleuLower"] = bleu_statistics(lower, prediction, references)
        case["bleuScore"] = number(bleus["13a"].corpus_score([prediction], transposed).score)
        case["bleuEffective"] = number(effective.corpus_score([prediction], transposed).score)
        case["chrf"] = [int(v) for v in chrfpp._extract_corpus_statistics([prediction], transposed)[0]]
        case["chrfScores"] = [number(m.corpus_score([prediction], transposed).score)
                              for m in (chrf, chrfpp, chrf_lower)]
        case["rouge"] = rouge(plain, prediction, references)
        with_stems = rouge(stemmed, prediction, references)
        if with_stems != case["rouge"]:
            case["rougeStem"] = with_stems
        yield case


def distinct(predictions, order):
    ngrams = []
    for text in predictions:
        words = BLEU().tokenizer(text.rstrip()).split()
        ngrams += [tuple(words[i:i + order]) for i in range(len(words) - order + 1)]
    return number(len(set(ngrams)) / len(ngrams) if ngrams else 0)


def corpus_cases(cases):
    """Corpora of rows start, start + step, …: tokenizers in turn, two corpora each, chrF and chrF++ in turn."""
    for number_of_case in range(200):
        count = chance.choice([1, 2, 3, 5, 8, 13, 40])
        start, step = chance.randrange(len(cases)), chance.randrange(1, len(cases))
        if number_of_case % 4 == 0:
            start, step, count = chance.randrange(60, 110), 1, min(count, 6)
        part = [cases[(start + i * step) % len(cases)] for i in range(count)]
        predictions = [case["p"] for case in part]
        most = max(len(case["r"]) for case in part)
        references = [[case["r"][i] if i < len(case["r"]) else None for case in part] for i in range(most)]
        tok = TOKENIZERS[number_of_case // 2 % 4]
        lower, effective, words = chance.random() < 0.3, chance.random() < 0.3, number_of_case % 2 * 2
        bleu = BLEU(tokenize=tok, lowercase=lower, effective_order=effective)
        chrf = CHRF(word_order=words, lowercase=lower)
        score = bleu.corpus_score(predictions, references)
        case = {
            "rows": [start, step, count], "lower": int(lower), "effective": int(effective),
            "bleu": number(score.score), "chrf": number(chrf.corpus_score(predictions, references).score),
            "rougeF1": [number(np.mean([case["rouge"][i] for case in part]), 10) for i in (2, 5, 8, 11)],
            "distinct": [distinct(predictions, order) for order in (1, 2)],
        }
        if number_of_case < 50:
            case["bp"], case["precisions"] = number(score.bp, 11), [number(p, 11) for p in score.precisions]
            case["bleuSignature"], case["chrfSignature"] = str(bleu.get_signature()), str(chrf.get_signature())
        yield case


WORD = r"[\p{L}\p{N}][\p{L}\p{N}\p{M}]*"
CAPTION = regex.compile(rf"{WORD}(?:(?:['-]|(?<=[0-9])[.,:](?=[0-9])){WORD})*|[%&#@*/]|(?!`)\p{{S}}")
ENDINGS = ["n't", "'s", "'m", "'d", "'re", "'ve", "'ll"]


def caption_tokens(text):
    tokens = []
    for word in CAPTION.findall(text.lower().replace("’", "'")):
        ending = next((e for e in ENDINGS if len(word) > len(e) and word.endswith(e)), "")
        tokens += [word.removesuffix(ending), ending] if ending else [word]
    return tokens


def cider_cases(cases):
    """CIDEr of corpora of consecutive rows; every row is in one of them, and captions in some."""
    captions = texts["captions"]
    yield from (cider_case("rows", i, cases[i:i + size]) for i, size in cider_blocks(len(cases)))
    made = [{"p": perturbed(c), "r": [c, perturbed(c), captions[i - 1] + " " + c]} for i, c in enumerate(captions)]
    case = cider_case("captions", 0, made)
    yield {**case, "texts": [[c["p"], *c["r"]] for c in made]}


def cider_blocks(count):
    yield 5, 1
    start = 0
    while start < count:
        size = min(chance.choice([12, 25, 40]), count - start)
        yield start, size
        start += size


def cider_case(kind, start, part):
    gts = {i: [" ".join(caption_tokens(r)) for r in case["r"]] for i, case in enumerate(part)}
    res = {i: [" ".join(caption_tokens(case["p"]))] for i, case in enumerate(part)}
    score, scores = Cider().compute_score(gts, res)
    return {"kind": kind, "rows": [start, len(part)], "score": number(score), "scores": [number(s) for s in scores]}


def stem_cases(cases):
    words = set()
    for case in cases[60:]:
        words |= {w for w in regex.findall(r"[a-z]{3,}", " ".join([case["p"], *case["r"]]).lower())}
    words = set(chance.sample(sorted(words), 250))
    stems = ["", "a", "tr", "hop", "hopp", "fall", "happy", "rel", "yy", "sky", "oy", "bl", "at", "iz", "b2b", "geo", "adopt", "agr"]
    endings = ("s es ies sses ed eed ied ing y ational tional enci anci izer bli alli entli eli ousli ization ation ator alism "
               "iveness fulness ousness aliti iviti biliti fulli logi icate ative alize iciti ical ful ness al ance ence er ic "
               "able ible ant ement ment ent ion sion tion ou ism ate iti ous ive ize e ll ly").split()
    words |= {stem + ending for stem in stems for ending in endings if len(stem + ending) > 3 and chance.random() < 0.6}
    words |= set("skies dying lying tying news innings inning outings outing cannings canning howe proceed exceed succeed "
                 "yyyy ayyy yyya syzygy toyed dies died spied flies alliallialli".split())
    stemmer = PorterStemmer()
    return {word: stemmer.stem(word) for word in sorted(words)}


def perplexity_cases():
    generator = torch.Generator().manual_seed(20261125)
    for _ in range(200):
        tokens = chance.randint(1, 4)
        logits = torch.randn(tokens, 5, generator=generator, dtype=torch.float64) * chance.choice([0.1, 1, 5])
        targets = torch.randint(0, 5, (tokens,), generator=generator)
        losses = torch.nn.functional.cross_entropy(logits, targets, reduction="none")
        losses = torch.tensor([number(v, 6) for v in losses], dtype=torch.float64)
        yield {
            "nll": [number(v) for v in losses], "correct": [int(v) for v in logits.argmax(1) == targets],
            "perplexity": number(torch.exp(losses.mean())),
            "accuracy": number((logits.argmax(1) == targets).double().mean()),
        }


cases = list(row_cases())
groups = {
    "rows": cases, "corpora": list(corpus_cases(cases)), "cider": list(cider_cases(cases)),
    "captionTokens": [caption_tokens(case["p"]) for case in cases[:60]],
    "perplexity": list(perplexity_cases()),
}
lines = ",\n".join(
    f'"{kind}": [\n' + ",\n".join(json.dumps(case, ensure_ascii=False, separators=(",", ":")) for case in group) + "\n]"
    for kind, group in groups.items()
)
stems = json.dumps(stem_cases(cases), separators=(",", ":"))
text = "{\n" + lines + ',\n"stems": ' + stems + "\n}\n"
(here / "text.json.gz").write_bytes(gzip.compress(text.encode(), 9, mtime=0))
print({kind: len(group) for kind, group in groups.items()})
