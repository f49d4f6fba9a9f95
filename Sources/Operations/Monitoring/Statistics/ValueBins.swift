// Bins of two samples together, for the statistics that compare shares.

internal import Foundation

/// Counts of two samples in the same bins.
package struct ValueBins: Sendable, Equatable {
    /// Bins of equal width; the last holds its upper edge.
    package let edges: [Double]
    package let reference: [Double]
    package let current: [Double]

    /// Samples with so many different values have bins, those with fewer a category a value, as in evidently.
    static let leastDistinct = 21

    /// Bins by Sturges' rule over both samples, as evidently makes them; a bin for each value where there are
    /// few.
    package init(reference: [Double], current: [Double]) {
        precondition(!reference.isEmpty && !current.isEmpty, "bins of no values")
        let distinct = Set(reference)
        guard distinct.count >= Self.leastDistinct else {
            let values = distinct.union(current).sorted()
            self.init(
                edges: values, reference: Self.counts(reference, values: values),
                current: Self.counts(current, values: values))
            return
        }
        let all = reference + current
        let (low, high) = (all.min() ?? 0, all.max() ?? 0)
        let width = (high - low) / (log2(Double(all.count)) + 1)
        let count = width > 0 ? max(1, Int(((high - low) / width).rounded(.up))) : 1
        // As numpy's linspace, whose last edge is exact.
        let step = (high - low) / Double(count)
        let edges = (0..<count).map { low + Double($0) * step } + [high]
        self.init(
            edges: edges, reference: Self.counts(reference, edges: edges),
            current: Self.counts(current, edges: edges))
    }

    private init(edges: [Double], reference: [Double], current: [Double]) {
        (self.edges, self.reference, self.current) = (edges, reference, current)
    }

    private static func counts(_ values: [Double], values known: [Double]) -> [Double] {
        var counts: [Double: Double] = [:]
        for value in values { counts[value, default: 0] += 1 }
        return known.map { counts[$0] ?? 0 }
    }

    private static func counts(_ values: [Double], edges: [Double]) -> [Double] {
        var counts = [Double](repeating: 0, count: edges.count - 1)
        for value in values {
            // The last edge at or below the value.
            var (low, high) = (0, edges.count - 1)
            while high - low > 1 {
                let middle = (low + high) / 2
                if edges[middle] <= value { low = middle } else { high = middle }
            }
            counts[low] += 1
        }
        return counts
    }
}
