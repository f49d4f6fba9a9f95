// Lists of zeros and ones, one for each label: multi-hot labels, and how they are told from lists of names.

internal import JSON

/// What a multi-hot list holds for a label: a one, true or "1" where the label is right.
enum MultiHot {
    /// The zeros and ones of a list; nil if it holds anything else.
    static func bits(_ values: [JSONValue]) -> [Bool]? {
        var bits: [Bool] = []
        for value in values {
            guard let bit = bit(value) else { return nil }
            bits.append(bit)
        }
        return bits
    }

    private static func bit(_ value: JSONValue) -> Bool? {
        switch value {
        case .bool(let flag): flag
        case .number(let number): number.double == 0 ? false : number.double == 1 ? true : nil
        case .string("0"): false
        case .string("1"): true
        default: nil
        }
    }

    /// The labels whose bits are set, ascending.
    static func labels(_ bits: [Bool]) -> [Int] { bits.indices.filter { bits[$0] } }

    /// Whether a value stands twice in a list of zeros and ones, which no list of names does.
    static func repeats(_ bits: [Bool]) -> Bool { bits.count > Set(bits).count }
}

/// Decides whether the lists of a column are multi-hot, from all of them.
///
/// They are when each is of zeros and ones and all have the same length of at least two. As lists of names
/// they would all name the same labels, or one of them twice.
struct MultiHotSurvey: Sendable {
    private typealias Sized = (length: Int, source: RowSource)

    private var first: Sized?
    private var other: Sized?
    private var hasOnlyBits = true
    private var hasRepeats = false
    /// Whether each list has exactly one 1.
    private(set) var isOneHot = true

    mutating func add(_ values: [JSONValue], _ source: RowSource) {
        // A row without a label says nothing of the others' form.
        guard !values.isEmpty else { return }
        guard hasOnlyBits, let bits = MultiHot.bits(values) else {
            hasOnlyBits = false
            return
        }
        if let first, first.length != bits.count, other == nil { other = (bits.count, source) }
        if first == nil { first = (bits.count, source) }
        hasRepeats = hasRepeats || MultiHot.repeats(bits)
        isOneHot = isOneHot && bits.count { $0 } == 1
    }

    /// The number of labels; nil for lists of names.
    /// - Throws: if lists are multi-hot, but of different lengths.
    func labelCount(_ column: String) throws(DatasetsError) -> Int? {
        guard hasOnlyBits, let first else { return nil }
        guard let other else { return first.length >= 2 ? first.length : nil }
        guard hasRepeats else { return nil }
        throw .multiHotLengths(column, first, other)
    }
}
