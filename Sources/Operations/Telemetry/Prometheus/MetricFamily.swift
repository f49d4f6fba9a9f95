// The series of one metric at one moment.

/// A metric with all its series.
package struct MetricFamily: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        case counter, gauge
        /// - Parameter bounds: the largest value of each bucket but the last.
        case histogram(bounds: [Double])
    }

    /// The figures of one choice of labels.
    package struct Series: Sendable, Equatable {
        /// Values of the labels, in the order of their names.
        package let labels: [String]
        /// The figure; of a histogram the sum of its values.
        package internal(set) var value = 0.0
        /// Values a bucket, of a histogram; the last bucket has no bound.
        package internal(set) var counts: [Int] = []
    }

    package let kind: Kind
    package let name: String
    /// A sentence on what it counts.
    package let help: String
    /// Names of the labels.
    package let labels: [String]
    /// In the order of their first figures.
    package private(set) var series: [Series] = []
    private var places: [[String]: Int] = [:]

    init(kind: Kind, name: String, help: String, labels: [String]) {
        (self.kind, self.name, self.help, self.labels) = (kind, name, help, labels)
    }

    mutating func change(_ labels: [String], _ body: (inout Series) -> Void) {
        let place = places[labels] ?? append(labels)
        body(&series[place])
    }

    mutating func removeAll() { (series, places) = ([], [:]) }

    private mutating func append(_ labels: [String]) -> Int {
        var new = Series(labels: labels)
        if case .histogram(let bounds) = kind { new.counts = Array(repeating: 0, count: bounds.count + 1) }
        series.append(new)
        places[labels] = series.count - 1
        return series.count - 1
    }

    /// Whether a text is a name: letters, digits and `_`, no digit in front.
    static func isName(_ text: String, allowsColon: Bool = false) -> Bool {
        guard let first = text.utf8.first, !(48...57).contains(first) else { return false }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case 48...57, 65...90, 97...122, 95: true
            case 58: allowsColon
            default: false
            }
        }
    }
}
