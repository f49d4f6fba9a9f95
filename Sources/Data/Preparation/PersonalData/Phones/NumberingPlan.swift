// The telephone numbers of the world: calling codes, lengths and first digits of national numbers.

/// What may stand behind a calling code (ITU-T E.164).
struct NumberingPlan: Sendable {
    /// How well a national number fits.
    enum Fit: Sendable {
        /// No number behind the code has this length.
        case impossible
        /// The length occurs, with other first digits.
        case possible
        case valid
    }

    /// By length of a national number: a bit for each pair of first digits.
    private struct Lengths: Sendable {
        var low: [UInt64] = Array(repeating: 0, count: 20)
        var high: [UInt64] = Array(repeating: 0, count: 20)
    }

    /// By calling code, 1 to 999.
    private let codes: [Lengths?]

    static let shared = NumberingPlan(countries)

    /// - Parameter table: lines as in `countries`.
    private init(_ table: String) {
        var codes = [Lengths?](repeating: nil, count: 1000)
        for line in table.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard let code = words.first.flatMap({ Int($0) }) else { continue }
            var lengths = Lengths()
            for word in words.dropFirst() {
                let parts = word.split(separator: ":")
                guard parts.count == 2, let length = Int(parts[0]) else { continue }
                lengths.low[length] = UInt64(parts[1].suffix(16), radix: 16) ?? 0
                lengths.high[length] = UInt64(parts[1].dropLast(16), radix: 16) ?? 0
            }
            codes[code] = lengths
        }
        self.codes = codes
    }

    /// Whether a calling code is in use.
    func isCode(_ code: Int) -> Bool { code < codes.count && codes[code] != nil }

    /// The calling codes that are in use, in order.
    var callingCodes: [Int] { codes.indices.filter { codes[$0] != nil } }

    /// How well the digits from `start` on fit as a national number behind `code`.
    func fit(_ digits: DigitString, from start: Int, code: Int) -> Fit {
        let length = digits.count - start
        guard 3..<20 ~= length, code < codes.count, let lengths = codes[code] else { return .impossible }
        let (low, high) = (lengths.low[length], lengths.high[length])
        guard low | high != 0 else { return .impossible }
        let first = digits.value(start..<start + 2)
        let bit = first < 64 ? low >> UInt64(first) & 1 : high >> UInt64(first - 64) & 1
        return bit == 1 ? .valid : .possible
    }

    /// How well the digits from `start` on fit as a number with its calling code, and that code's length.
    ///
    /// A trunk prefix 0 between code and number, as in +44 (0)20…, is passed over.
    func international(_ digits: DigitString, from start: Int) -> Fit {
        var best = Fit.impossible
        for length in 1...3 where start + length + 3 < digits.count {
            let code = digits.value(start..<start + length)
            guard isCode(code) else { continue }
            let national = start + length
            for first in digits[national] == 0 ? [national, national + 1] : [national] {
                switch fit(digits, from: first, code: code) {
                case .valid: return .valid
                case .possible: best = .possible
                case .impossible: break
                }
            }
        }
        return best
    }
}
