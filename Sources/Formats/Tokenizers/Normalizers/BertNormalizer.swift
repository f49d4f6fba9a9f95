// BERT's normaliser: removes control characters, pads Chinese characters with spaces, strips accents, lowers
// case. One table look-up a scalar; the rare texts whose marks must be reordered take the path in
// BertNormalizer+Staged.

/// The `BertNormalizer` of tokenizer.json.
struct BertNormalizer: TextNormalizer {
    /// The switches of tokenizer.json, with `strip_accents` resolved.
    struct Options: Sendable {
        /// Remove NUL, U+FFFD and control characters, and turn every whitespace into a space.
        var cleansText = true
        /// Put a space on either side of each Chinese character.
        var padsChinese = true
        /// Decompose canonically and remove nonspacing marks.
        var stripsAccents = true
        /// Map to lower case.
        var lowercases = true
    }

    /// What becomes of one scalar.
    private enum Output {
        case unchanged
        /// Unchanged, between two spaces.
        case padded
        /// The text needs canonical reordering.
        case staged
        /// Other scalars, or none.
        case replaced([Unicode.Scalar])
    }

    // Entries of `table`: one of these codes, or start in `pool` << 8 | number of bytes.
    private static let unchanged: UInt32 = 0
    private static let padded: UInt32 = 1
    private static let staged: UInt32 = 2
    /// A byte that no UTF-8 text has, for ASCII characters that are removed.
    private static let removed: UInt8 = 0xFF

    let options: Options
    private var ascii = [UInt8](repeating: removed, count: 128)
    private var table = [UInt32](repeating: unchanged, count: 0x10000)
    private var pool: [UInt8] = [0]

    init(options: Options) {
        self.options = options
        for value in UInt32(0)...0xFFFF {
            guard let scalar = Unicode.Scalar(value) else { continue }
            switch output(of: scalar) {
            case .unchanged:
                if value < 128 { ascii[Int(value)] = UInt8(value) }
            case .padded: table[Int(value)] = Self.padded
            case .staged: table[Int(value)] = Self.staged
            case .replaced(let scalars):
                let bytes = scalars.flatMap { Array(String($0).utf8) }
                if value < 128, let byte = bytes.first { ascii[Int(value)] = byte }
                table[Int(value)] = UInt32(pool.count) << 8 | UInt32(bytes.count)
                pool.append(contentsOf: bytes)
            }
        }
    }

    private func output(of scalar: Unicode.Scalar) -> Output {
        var base = scalar
        if options.cleansText {
            if scalar.value == 0 || scalar.value == 0xFFFD || scalar.isBertControl { return .replaced([]) }
            if scalar.isUnicodeWhitespace { base = " " }
        }
        let isPadded = options.padsChinese && base.isBertChinese
        let decomposition = options.stripsAccents ? base.canonicalDecomposition : nil
        let mayLower = options.lowercases && (decomposition != nil || base.properties.changesWhenLowercased)
        var scalars = decomposition ?? [base]
        if options.stripsAccents {
            scalars.removeAll(where: \.isBertAccent)
            if scalars.contains(where: { $0.combiningClass != 0 }) { return .staged }
        }
        if mayLower { scalars = scalars.flatMap(\.lowercase) }
        if scalars == [scalar] { return isPadded ? .padded : .unchanged }
        return .replaced(isPadded ? [" "] + scalars + [" "] : scalars)
    }

    func normalize(
        _ input: Span<UInt8>, _ range: Range<Int>, firstScalar: Int, into text: inout NormalizedText
    ) {
        let start = text.bytes.count
        var source = Int32(truncatingIfNeeded: firstScalar)
        var position = range.lowerBound
        while position < range.upperBound {
            let byte = input[position]
            if byte < 0x80 {
                let mapped = ascii[Int(byte)]
                if mapped != Self.removed { text.append(mapped, source: source) }
                position += 1
            } else {
                let (scalar, width) = input.scalar(at: position)
                guard append(scalar, source: source, to: &text) else {
                    text.bytes.removeSubrange(start...)
                    text.sources.removeSubrange(start...)
                    normalizeByStages(input, range, firstScalar: firstScalar, into: &text)
                    return
                }
                position += width
            }
            source += 1
        }
    }

    /// Appends what becomes of a scalar; false if the text needs reordering.
    private func append(_ scalar: Unicode.Scalar, source: Int32, to text: inout NormalizedText) -> Bool {
        guard scalar.value < 0x10000 else { return appendSupplementary(scalar, source: source, to: &text) }
        let entry = table[Int(scalar.value)]
        switch entry {
        case Self.unchanged:
            text.append(scalar, source: source)
        case Self.padded:
            text.append(0x20, source: source)
            text.append(scalar, source: source)
            text.append(0x20, source: source)
        case Self.staged:
            return false
        default:
            let start = Int(entry >> 8)
            for index in start..<start + Int(entry & 0xFF) { text.append(pool[index], source: source) }
        }
        return true
    }

    private func appendSupplementary(
        _ scalar: Unicode.Scalar, source: Int32, to text: inout NormalizedText
    ) -> Bool {
        switch output(of: scalar) {
        case .unchanged: text.append(scalar, source: source)
        case .padded: for part in [" ", scalar, " "] { text.append(part, source: source) }
        case .staged: return false
        case .replaced(let scalars): for part in scalars { text.append(part, source: source) }
        }
        return true
    }
}
