// The test strings, made from a seed. Goldens/strings.py makes the same ones: change both or neither.

/// One input of a golden case.
struct GoldenCase {
    var text: String
    var pair: String?
    var addsSpecial: Bool
    var maximum: Int?
}

/// Steele, Lea and Flood's generator (2014).
struct SplitMix64 {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    mutating func pick<Element>(_ choices: [Element]) -> Element { choices[below(choices.count)] }

    mutating func scalar(_ ranges: [ClosedRange<UInt32>]) -> String {
        let range = pick(ranges)
        return scalarString(range.lowerBound + UInt32(below(range.count)))
    }
}

/// A string of one scalar; surrogates give nothing.
func scalarString(_ value: UInt32) -> String { Unicode.Scalar(value).map { String($0) } ?? "" }

/// The alphabets and rules of the strings.
struct GoldenStrings {
    typealias Ranges = [ClosedRange<UInt32>]

    /// Words of the golden vocabulary.
    let words: [String]

    private static let ascii: Ranges = [0x20...0x7E]
    private static let letters: Ranges = [
        0x61...0x7A, 0x41...0x5A, 0xC0...0x24F, 0x1E00...0x1EFF, 0x370...0x3FF, 0x400...0x52F,
    ]
    private static let marks: Ranges = [
        0x300...0x34F, 0x300...0x304, 0x1AB0...0x1ABE, 0x20D0...0x20F0, 0x302A...0x302F, 0x5B0...0x5C7,
        0x64B...0x65F, 0x8D3...0x8FF, 0xF71...0xF84, 0x1D165...0x1D172, 0x1DFB...0x1DFF, 0x1E000...0x1E02A,
    ]
    private static let scripts: [Ranges] = [
        [0xAC00...0xD7A3, 0x1100...0x11FF], [0x600...0x6FF, 0x750...0x77F], [0x590...0x5FF], [0xE00...0xE7F],
        [0x900...0x97F], [0x980...0xDFF], [0x3040...0x30FF], [0x4E00...0x9FFF],
        [0xF900...0xFAFF, 0x2F800...0x2FA1D],
        [0x3000...0x303F, 0xFF00...0xFFEF], [0x20000...0x20100, 0x2B730...0x2B830, 0x2CEA0...0x2CEB0],
        [0x2000...0x206F], [0x2100...0x214F, 0x2190...0x21FF], [0x1D100...0x1D1FF], [0x11000...0x1147F],
    ]
    private static let emoji: Ranges = [
        0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x2600...0x27BF, 0x1F1E6...0x1F1FF,
    ]
    private static let joiners = ["\u{200D}", "\u{FE0F}", "\u{1F3FB}", "\u{1F3FF}", "", " "]
    private static let controls: Ranges = [
        0x0...0x1F, 0x7F...0xA0, 0x2028...0x202F, 0xFFF9...0xFFFD, 0xE0001...0xE007F, 0xE000...0xE010,
    ]
    private static let special = [
        "[CLS]", "[SEP]", "[MASK]", "[PAD]", "[UNK]", "[mask]", "[MASK", "MASK]", "<new>", "<NEW>",
        "Café Noir",
        "cafe noir", "<l>", "<r>", "<b>", "word", "WORD", "<new><new>",
    ]
    private static let punctuation = [
        " ", " ", " ", " ", ", ", ". ", "-", "'", "! ", "  ", "\n", "\t", " (", ") ", "",
    ]
    private static let edges = [
        "", " ", "\t\n\r ", "\u{A0}\u{3000}", "\0", "\u{FFFD}", "\u{301}", "\u{301}\u{302E}", "a", "[MASK]",
        " [MASK] ", "[CLS][SEP]", "#", "##", "##ing", "don't do not can't 've", "a . b , c ! d ? e ' f",
        "\u{FEFF}bom", "\u{200B}", "İstanbul", "ẞ ß", "ΑΣ Σ", "e\u{301} é", "가 \u{1100}\u{1161}",
        "Å \u{212B} \u{C5}", "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}\u{200D}\u{1F466}", "1,234.56",
    ]

    func word(_ random: inout SplitMix64) -> String {
        let text = random.pick(words)
        switch random.below(8) {
        case 0:
            guard let first = text.unicodeScalars.first, first.isASCII else { return text }
            var rest = text
            rest.unicodeScalars.removeFirst()
            return String(first).uppercased() + rest
        case 1: return text + random.pick(words)
        default: return text
        }
    }

    private func joined(_ count: Int, _ part: () -> String) -> String {
        (0..<count).reduce(into: "") { text, _ in text += part() }
    }

    func string(_ random: inout SplitMix64) -> String {
        let kind = random.below(16)
        let length = 1 + random.below(24)
        switch kind {
        case 0..<5:
            return joined(length) { word(&random) + random.pick(Self.punctuation) }
        case 5: return joined(length) { random.scalar(Self.ascii) }
        case 6: return joined(length) { random.scalar(Self.letters) }
        case 7:
            return joined(length) {
                let base = random.scalar(Self.letters)
                return base + joined(random.below(5)) { random.scalar(Self.marks) }
            }
        case 8:
            let script = random.pick(Self.scripts)
            return joined(length) { random.scalar(script) + random.pick(["", "", "", " "]) }
        case 9: return joined(length) { random.scalar(Self.emoji) + random.pick(Self.joiners) }
        case 10: return joined(length) { word(&random) + random.scalar(Self.controls) }
        case 11, 12:
            return joined(length) {
                let start = random.pick(Self.special) + random.pick(Self.punctuation)
                let rest = word(&random)
                return start + random.pick(["", rest])
            }
        case 13:
            let alphabets = Self.scripts + [Self.marks, Self.letters, Self.emoji, Self.controls]
            return joined(length) { random.scalar(random.pick(alphabets)) }
        case 14:
            let unit = random.pick(["a", "ab", "é", "字", "z"])
            return String(repeating: unit, count: random.pick([5, 6, 99, 100, 101, 200]))
        default: return random.pick(Self.edges)
        }
    }

    /// The case of number `index`.
    func testCase(_ index: Int) -> GoldenCase {
        var random = SplitMix64(seed: UInt64(index))
        var text = string(&random)
        let pair = random.below(4) == 0 ? string(&random) : nil
        let addsSpecial = random.below(8) != 0
        let maximum = random.below(3) == 0 ? random.below(40) : nil
        if index % 4000 == 7 {
            text = String(repeating: random.pick(["q", "ab", "é", "字", "e\u{301}"]), count: 10000)
        }
        return GoldenCase(text: text, pair: pair, addsSpecial: addsSpecial, maximum: maximum)
    }

    /// The 256 scalars of page `index`, each inside a word of its own.
    static func sweep(_ index: Int) -> String {
        (index * 256..<index * 256 + 256).reduce(into: "") { text, value in
            let scalar = scalarString(UInt32(value))
            if !scalar.isEmpty { text += "x" + scalar + "y " }
        }
    }
}
