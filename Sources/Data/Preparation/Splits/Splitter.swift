// Decides which rows are for training, for validation and for tests.

/// The borders between the splits. A row belongs by its key: the lowest keys are test rows, those behind them
/// validation rows.
struct Splitter {
    private let method: SplitMethod
    private let validationShare: Double
    private let testShare: Double
    /// The first key that is no test row's, and the first that is a training row's, of each stratum.
    private var borders: [UInt64: (test: Entry?, validation: Entry?)] = [:]

    init(_ settings: PreparationSettings) {
        method = settings.splitBy
        (validationShare, testShare) = (settings.validationPart, settings.testPart)
    }

    /// Whether the borders depend on all rows.
    var needsCounts: Bool { method != .hash && method != .group }

    /// Sets the borders so that each stratum is divided by its exact shares, rounded to whole rows.
    ///
    /// - Parameter entries: stratum, key and position of each row that stays, in their order; twice the same.
    mutating func setBorders(
        counts: [UInt64: Int], entries: inout EntrySort
    ) throws(PreparationError) {
        var stratum: UInt64?
        var seen = 0
        while let entry = try entries.next() {
            if entry.first != stratum { (stratum, seen) = (entry.first, 0) }
            let count = counts[entry.first] ?? 0
            let test = Int((Double(count) * testShare).rounded())
            let validation = test + Int((Double(count) * validationShare).rounded())
            if seen == test { borders[entry.first, default: (nil, nil)].test = entry }
            if seen == validation { borders[entry.first, default: (nil, nil)].validation = entry }
            seen += 1
        }
    }

    /// The split of a row.
    func split(stratum: UInt64, key: UInt64, position: UInt64) -> Split {
        guard needsCounts else {
            // 53 bits, as a double holds.
            let place = Double(key >> 11) * 0x1p-53
            if place < testShare { return .test }
            return place < testShare + validationShare ? .validation : .train
        }
        let entry = Entry(first: stratum, second: key, third: position)
        guard let borders = borders[stratum] else { return .train }
        if borders.test.map({ entry < $0 }) ?? true { return .test }
        return borders.validation.map { entry < $0 } ?? true ? .validation : .train
    }
}
