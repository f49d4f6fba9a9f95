// Random numbers of a fuzzing run: a seed and an input's number give the same input on every machine.

/// SplitMix64 (Steele, Lea & Flood 2014).
package struct FuzzRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    /// The numbers of one input of a run.
    package init(seed: UInt64, input: Int) {
        var mixed = FuzzRandom(seed: seed)
        self.init(seed: mixed.next() ^ UInt64(input) &* 0xD1B5_4A32_D192_ED03)
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }

    /// A number of `range`.
    package mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

    /// True once in `count` times.
    package mutating func once(in count: Int) -> Bool { number(1...count) == 1 }

    /// An element of a list that is not empty.
    package mutating func choice<Element>(_ elements: [Element]) -> Element {
        elements[number(0...(elements.count - 1))]
    }

    /// A stretch of `count` bytes, at most `limit` long; empty of nothing.
    package mutating func stretch(of count: Int, limit: Int) -> Range<Int> {
        let length = number(0...min(count, limit))
        let start = number(0...(count - length))
        return start..<(start + length)
    }

    /// A text of up to `limit` scalars, with those that readers stumble over among them.
    package mutating func text(limit: Int) -> String {
        var text = String.UnicodeScalarView()
        for _ in 0..<number(0...limit) {
            let scalar: Unicode.Scalar? =
                switch number(0...9) {
                case 0: Unicode.Scalar(UInt32(number(0...0x1F)))
                case 1: Unicode.Scalar(UInt32(number(0x80...0x7FF)))
                case 2: Unicode.Scalar(UInt32(number(0x800...0xFFFF)))
                case 3: Unicode.Scalar(UInt32(number(0x10000...0x10FFFF)))
                case 4: choice(["\"", "\\", "/", "'", "\u{FEFF}", "\u{2028}", "\u{301}", "\u{7F}"])
                default: Unicode.Scalar(UInt32(number(0x20...0x7E)))
                }
            if let scalar { text.append(scalar) }
        }
        return String(text)
    }
}
