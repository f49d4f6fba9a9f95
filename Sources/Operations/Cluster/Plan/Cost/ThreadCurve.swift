// A cost as a function of how many threads share the work, from the few counts at which it was measured.

/// Seconds by thread count, `serial + parallel / threads` between neighbours (Amdahl 1967).
package struct ThreadCurve: Sendable, Equatable {
    /// Seconds at the measured counts, which ascend.
    package let points: [(threads: Int, seconds: Double)]

    /// - Parameter points: at least one; of equal counts the last counts.
    package init(_ points: [(threads: Int, seconds: Double)]) {
        precondition(!points.isEmpty && points.allSatisfy { $0.threads > 0 }, "a curve needs a point")
        var byCount: [Int: Double] = [:]
        for point in points { byCount[point.threads] = point.seconds }
        self.points = byCount.sorted { $0.key < $1.key }.map { (threads: $0.key, seconds: $0.value) }
    }

    /// The most threads that were measured.
    package var largest: Int { points[points.count - 1].threads }

    /// Whether the cost at this count follows from measurements: from one count alone nothing is known of
    /// others.
    package func isKnown(_ threads: Int) -> Bool {
        points.count > 1 || points[0].threads == threads
    }

    /// Whether it lies beyond what was measured.
    package func isExtrapolated(_ threads: Int) -> Bool { threads > largest }

    /// Seconds at a count; it never rises with the count beyond the largest one. Of a single measurement the
    /// work is taken to divide evenly.
    package func seconds(_ threads: Int) -> Double {
        guard points.count > 1 else {
            return points[0].seconds * Double(points[0].threads) / Double(threads)
        }
        let upper = points.firstIndex { $0.threads >= threads } ?? points.count - 1
        let last = max(1, upper)
        let (low, high) = (points[last - 1], points[last])
        let (a, b, x) = (1 / Double(low.threads), 1 / Double(high.threads), 1 / Double(threads))
        let slope = (low.seconds - high.seconds) / (a - b)
        if threads > high.threads { return max(0, high.seconds - max(0, slope) * (b - x)) }
        return high.seconds + slope * (x - b)
    }

    package static func == (left: ThreadCurve, right: ThreadCurve) -> Bool {
        left.points.elementsEqual(right.points, by: ==)
    }
}
