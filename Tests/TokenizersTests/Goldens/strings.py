# The test strings, made from a seed. GoldenStrings.swift makes the same ones: change both or neither.

MASK = (1 << 64) - 1


class SplitMix64:
    def __init__(self, seed):
        self.state = seed & MASK

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def below(self, bound):
        return self.next() % bound

    def pick(self, choices):
        return choices[self.below(len(choices))]

    def scalar(self, ranges):
        low, high = self.pick(ranges)
        return chr(low + self.below(high - low + 1))


ASCII = [(0x20, 0x7E)]
LETTERS = [(0x61, 0x7A), (0x41, 0x5A), (0xC0, 0x24F), (0x1E00, 0x1EFF), (0x370, 0x3FF), (0x400, 0x52F)]
MARKS = [
    (0x300, 0x34F), (0x300, 0x304), (0x1AB0, 0x1ABE), (0x20D0, 0x20F0), (0x302A, 0x302F), (0x5B0, 0x5C7),
    (0x64B, 0x65F), (0x8D3, 0x8FF), (0xF71, 0xF84), (0x1D165, 0x1D172), (0x1DFB, 0x1DFF), (0x1E000, 0x1E02A),
]
SCRIPTS = [
    [(0xAC00, 0xD7A3), (0x1100, 0x11FF)], [(0x600, 0x6FF), (0x750, 0x77F)], [(0x590, 0x5FF)], [(0xE00, 0xE7F)],
    [(0x900, 0x97F)], [(0x980, 0xDFF)], [(0x3040, 0x30FF)], [(0x4E00, 0x9FFF)], [(0xF900, 0xFAFF), (0x2F800, 0x2FA1D)],
    [(0x3000, 0x303F), (0xFF00, 0xFFEF)], [(0x20000, 0x20100), (0x2B730, 0x2B830), (0x2CEA0, 0x2CEB0)],
    [(0x2000, 0x206F)], [(0x2100, 0x214F), (0x2190, 0x21FF)], [(0x1D100, 0x1D1FF)], [(0x11000, 0x1147F)],
]
EMOJI = [(0x1F300, 0x1F64F), (0x1F900, 0x1F9FF), (0x2600, 0x27BF), (0x1F1E6, 0x1F1FF)]
JOINERS = ["\u200d", "\ufe0f", "\U0001f3fb", "\U0001f3ff", "", " "]
CONTROLS = [(0x0, 0x1F), (0x7F, 0xA0), (0x2028, 0x202F), (0xFFF9, 0xFFFD), (0xE0001, 0xE007F), (0xE000, 0xE010)]
SPECIAL = [
    "[CLS]", "[SEP]", "[MASK]", "[PAD]", "[UNK]", "[mask]", "[MASK", "MASK]", "<new>", "<NEW>", "Café Noir", "cafe noir",
    "<l>", "<r>", "<b>", "word", "WORD", "<new><new>",
]
PUNCTUATION = [" ", " ", " ", " ", ", ", ". ", "-", "'", "! ", "  ", "\n", "\t", " (", ") ", ""]
EDGES = [
    "", " ", "\t\n\r ", "\u00a0\u3000", "\u0000", "\ufffd", "\u0301", "\u0301\u302e", "a", "[MASK]", " [MASK] ", "[CLS][SEP]",
    "#", "##", "##ing", "don't do not can't 've", "a . b , c ! d ? e ' f", "\ufeffbom", "\u200b", "İstanbul", "ẞ ß", "ΑΣ Σ",
    "e\u0301 é", "가 \u1100\u1161", "Å \u212b \u00c5", "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466", "1,234.56",
]


def word(random, words):
    text = random.pick(words)
    kind = random.below(8)
    if kind == 0:
        return text[:1].upper() + text[1:] if text[:1].isascii() else text
    if kind == 1:
        return text + random.pick(words)
    return text


def sentence(random, words, count):
    return "".join(word(random, words) + random.pick(PUNCTUATION) for _ in range(count))


def string(random, words):
    kind = random.below(16)
    length = 1 + random.below(24)
    if kind < 5:
        return sentence(random, words, length)
    if kind == 5:
        return "".join(random.scalar(ASCII) for _ in range(length))
    if kind == 6:
        return "".join(random.scalar(LETTERS) for _ in range(length))
    if kind == 7:
        return "".join(
            random.scalar(LETTERS) + "".join(random.scalar(MARKS) for _ in range(random.below(5))) for _ in range(length))
    if kind == 8:
        script = random.pick(SCRIPTS)
        return "".join(random.scalar(script) + random.pick(["", "", "", " "]) for _ in range(length))
    if kind == 9:
        return "".join(random.scalar(EMOJI) + random.pick(JOINERS) for _ in range(length))
    if kind == 10:
        return "".join(word(random, words) + random.scalar(CONTROLS) for _ in range(length))
    if kind == 11 or kind == 12:
        return "".join(random.pick(SPECIAL) + random.pick(PUNCTUATION) + random.pick(["", word(random, words)])
                       for _ in range(length))
    if kind == 13:
        return "".join(random.scalar(random.pick(SCRIPTS + [MARKS, LETTERS, EMOJI, CONTROLS])) for _ in range(length))
    if kind == 14:
        return random.pick(["a", "ab", "é", "字", "z"]) * random.pick([5, 6, 99, 100, 101, 200])
    return random.pick(EDGES)


def case(index, words):
    """One test case: text, pair or None, whether special tokens are added, maximum length or None."""
    random = SplitMix64(index)
    text = string(random, words)
    pair = string(random, words) if random.below(4) == 0 else None
    adds_special = random.below(8) != 0
    maximum = random.below(40) if random.below(3) == 0 else None
    if index % 4000 == 7:
        text = random.pick(["q", "ab", "é", "字", "e\u0301"]) * 10000
    return text, pair, adds_special, maximum


def sweep(index):
    """The 256 scalars of page `index`, each inside a word of its own."""
    return "".join("x" + chr(value) + "y " for value in range(index * 256, index * 256 + 256)
                   if not 0xD800 <= value <= 0xDFFF)


# Texts that expressions for words, special tokens of language models and byte fallback have to do with.
FRAGMENTS = [
    "'s", "'S", "'LL", "'ve", "'\u017f", "'re", "'m", "'d", "'t", "'T", "'x", "'", "''", "\n", "\r\n", "\n\n", "  ", "   ",
    "    ", "\t", " ", " ", "1", "12", "12345", "3.14", "\u0663", "\u00bd", "\u2167", "(", ")", "{", "};", " =", "==", "don",
    "I", "we", "def f(x):", "a", "\u00a0", "\u2028", "\u0085", "\u3000", "\u00e9", "e\u0301", "\u1100\u1161\u11a8",
    "\uac00\u11a8", "\u212b", "\u0958", "\u0f73", "\u0344", "\u5b57", "\u200b", "!", "?!", " \n", "\n ", "_", "__init__", "\u2581",
    "<s>", "</s>", "<mask>", " <mask>", "<unk>", "<pad>", "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<0x0A>",
    "\U0001f600", "\U0001f3fb", "\U0001d4d0", "\U0002f800", "\U000f0000", "\U0010ffff", "\x01", "\x04", "\x13", "\x1d", "\x7f",
    "http://a.b/c?d=e", "#include", "tokenizer", " tokenizer", "Tokenizers", "HELLO", "(){}", "\u0130", "\u1e9e", "\u03a3",
]


def fragments(random):
    return "".join(random.pick(FRAGMENTS) for _ in range(1 + random.below(16)))


def subword_case(index, words):
    """A case for the subword families: every third text is of fragments, every ninth pair too."""
    text, pair, adds_special, maximum = case(index, words)
    random = SplitMix64(index ^ 0x5EED)
    if index % 3 == 0:
        text = fragments(random)
    if index % 9 == 0 and pair is not None:
        pair = fragments(random)
    if index % 4000 == 7:
        text = random.pick(["q", "ab", "\u00e9", "\u5b57", "e\u0301", " ", "\n", "7", "the", "\U0001f600"]) * 10000
    return text, pair, adds_special, maximum
