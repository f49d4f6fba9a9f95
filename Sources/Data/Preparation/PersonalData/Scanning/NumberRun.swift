// Groups of digits with separators between them, as numbers are written: (020) 7946 0958.

/// A run of groups of digits on one line, cut where something else than a separator stands.
struct NumberRun {
    static let capacity = 12

    /// What stands between two groups, as bits.
    struct Separator: OptionSet {
        let rawValue: UInt8
        static let blank = Separator(rawValue: 1)
        static let hyphen = Separator(rawValue: 2)
        static let point = Separator(rawValue: 4)
        static let slash = Separator(rawValue: 8)
        static let parenthesis = Separator(rawValue: 16)
        static let plus = Separator(rawValue: 32)
    }

    private var starts = InlineArray<12, Int>(repeating: 0)
    private var ends = InlineArray<12, Int>(repeating: 0)
    private var separators = InlineArray<12, UInt8>(repeating: 0)
    private(set) var count = 0

    /// Reads groups from `start`, where a digit, `+` or `(` stands.
    init(_ scanner: PersonalDataScanner, from start: Int) {
        var place = start
        var before: Separator = []
        while count < Self.capacity {
            // Separators, three at most.
            var steps = 0
            while let (separator, length) = Self.separator(scanner, at: place), steps < 4 {
                before.insert(separator)
                place += length
                steps += 1
            }
            guard scanner.at(place).isDigit, count == 0 || !before.contains(.plus) else { return }
            var end = place + 1
            while scanner.at(end).isDigit { end += 1 }
            if scanner.at(end).isLetter, scanner.phoneEnd(end) == end { return }
            if scanner.at(end) == UInt8(ascii: "_") { return }
            starts[count] = place
            ends[count] = end
            separators[count] = before.rawValue
            count += 1
            before = []
            place = end
        }
    }

    /// The separator at a place and its length in bytes.
    private static func separator(_ scanner: PersonalDataScanner, at place: Int) -> (Separator, Int)? {
        switch scanner.at(place) {
        case 0x20, 0x09: return (.blank, 1)
        case UInt8(ascii: "-"): return (.hyphen, 1)
        case UInt8(ascii: "."): return (.point, 1)
        case UInt8(ascii: "/"): return (.slash, 1)
        case UInt8(ascii: "("), UInt8(ascii: ")"): return (.parenthesis, 1)
        case UInt8(ascii: "+"): return (.plus, 1)
        case 0xC2 where scanner.at(place + 1) == 0xA0: return (.blank, 2)
        case 0xE2 where scanner.at(place + 1) == 0x80:
            switch scanner.at(place + 2) {
            // Spaces, then hyphens and dashes.
            case 0x80...0x8A, 0xAF: return (.blank, 3)
            case 0x90...0x93: return (.hyphen, 3)
            default: return nil
            }
        default: return nil
        }
    }

    func start(_ group: Int) -> Int { starts[group] }
    func end(_ group: Int) -> Int { ends[group] }
    func digitCount(_ group: Int) -> Int { ends[group] - starts[group] }
    /// What stands before a group; for the first one what stood at the start of the run.
    func separator(before group: Int) -> Separator { Separator(rawValue: separators[group]) }

    /// What stands between the groups of a range, taken together.
    func inner(_ groups: ClosedRange<Int>) -> Separator {
        var all: Separator = []
        for group in groups.dropFirst() { all.formUnion(separator(before: group)) }
        return all
    }

    /// The lengths of the groups as decimal digits: 334 for 3, 3 and 4; 0 if one is longer than 9.
    func shape(_ groups: ClosedRange<Int>) -> Int {
        var shape = 0
        for group in groups {
            guard digitCount(group) < 10 else { return 0 }
            shape = shape * 10 + digitCount(group)
        }
        return shape
    }
}

/// Some groups of a run, taken as one number.
struct NumberCandidate {
    let digits: DigitString
    /// From the first to the last byte, a `+` or a parenthesis before the first digit included.
    let start: Int
    let end: Int
    /// As in `NumberRun.shape`.
    let shape: Int
    let inner: NumberRun.Separator
    /// What stands before the first group within the number.
    let leading: NumberRun.Separator
    let groupCount: Int
    /// Whether it fills the run, or is set off by other separators than it has itself.
    let isSetOff: Bool
}
