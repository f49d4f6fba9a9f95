// What of a column of labels a user may not expect: truth values, numbers with a fraction, names that stand
// for missing values.

internal import Models
internal import Phrases

/// Collects it row by row.
struct LabelOddities: Sendable {
    /// Texts that pandas reads and writes for missing values.
    private static let missingNames: Set<String> = [
        "nan", "NaN", "NAN", "null", "NULL", "None", "NA", "N/A", "n/a", "<NA>", "#N/A",
    ]
    private static let fewValues = 20

    private var hasBools = false
    private var hasReals = false
    /// The whole numbers that are written with a fraction, such as 1.0; nil when others occur or they are
    /// many.
    private var wholeReals: Set<Double>? = []
    private var missing: [String: (count: Int, first: RowSource)] = [:]
    /// The first list with a number that is not whole.
    private(set) var firstFraction: RowSource?

    mutating func add(_ label: LabelValue, _ source: RowSource, isElement: Bool, count: Int) {
        switch label.kind {
        case .bool: hasBools = true
        case .real: add(real: label.number ?? .nan, source, isElement: isElement)
        case .string where Self.missingNames.contains(label.name):
            missing[label.name, default: (0, source)].count += count
        case .string, .integer, .list: break
        }
    }

    private mutating func add(real number: Double, _ source: RowSource, isElement: Bool) {
        let isWhole = number == number.rounded()
        if isElement, !isWhole, firstFraction == nil { firstFraction = source }
        guard !isElement else { return }
        hasReals = true
        if isWhole { wholeReals?.insert(number) } else { wholeReals = nil }
        if wholeReals?.count ?? 0 > Self.fewValues { wholeReals = nil }
    }

    /// Sentences about how the labels of a column became `map`.
    func remarks(_ column: String, _ map: LabelMap, isOneHot: Bool, isInferred: Bool) -> [String] {
        var remarks: [String] = []
        if map.isMultiHot { remarks.append(Self.multiHot(column, map, isOneHot: isOneHot)) }
        if hasBools, !map.isMultiHot {
            remarks.append("column \(column): true and false are the labels \"True\" and \"False\"")
        }
        if hasReals, map.problemType == .singleLabel {
            remarks.append(
                "column \(column): numbers are labels by their value, so 1.0 and 1 are the label \"1\"")
        }
        if isInferred, map.problemType == .regression, let wholeReals, wholeReals.count > 1 {
            remarks.append(
                "warning: column \(column): the labels are numbers with a fraction, so this is a regression, but"
                    + " \(wholeReals.count) whole numbers are all that occur, as when pandas writes integers beside"
                    + " missing values; for classes set problem_type: single_label_classification")
        }
        for (name, found) in missing.sorted(by: { $0.key < $1.key }) where map.problemType != .regression {
            remarks.append(
                "warning: column \(column): \(found.count, "row has", "rows have") the label"
                    + " \"\(name)\" (first \(found.first)), which other programs take for a missing value; it is a"
                    + " label here, so leave such rows empty if it is none")
        }
        return remarks
    }

    private static func multiHot(_ column: String, _ map: LabelMap, isOneHot: Bool) -> String {
        let names = "\(map.labels[0]) to \(map.labels[map.count - 1])"
        return "column \(column): lists of \(map.count) zeros and ones are multi-hot; the labels are \(names)"
            + (isOneHot
                ? ". Each list has a single 1: for one label a row write its number in place of the list"
                : "")
    }
}
