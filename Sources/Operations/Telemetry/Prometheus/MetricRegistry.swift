// Metrics of a program that lives long: counted by any thread, read by whoever scrapes.

internal import Synchronization

/// Families of metrics in the order in which they were made. Every call is safe from any thread.
///
/// Names follow Prometheus' rules: `lockstep_requests_total`, `lockstep_request_seconds`,
/// `lockstep_resident_bytes`. A name or a number of labels that breaks them is a bug of the caller's.
package final class MetricRegistry: Sendable {
    private let families = Mutex<[MetricFamily]>([])

    package init() {}

    /// Makes a metric that only grows; its name ends in `_total`.
    ///
    /// - Parameter labels: names of its labels; a series exists once it was counted, or at once without any.
    package func counter(_ name: String, _ help: String, labels: [String] = []) -> Counter {
        precondition(name.hasSuffix("_total"), "a counter's name ends in _total: \(name)")
        return Counter(registry: self, index: add(.counter, name, help, labels))
    }

    /// Makes a metric that goes up and down.
    package func gauge(_ name: String, _ help: String, labels: [String] = []) -> Gauge {
        precondition(!name.hasSuffix("_total"), "a gauge is no total: \(name)")
        return Gauge(registry: self, index: add(.gauge, name, help, labels))
    }

    /// Makes a metric that counts values by their size.
    ///
    /// - Parameter bounds: the largest value of each bucket, ascending; one without bound comes after them.
    package func histogram(
        _ name: String, _ help: String, labels: [String] = [], bounds: [Double] = Histogram.seconds
    ) -> Histogram {
        precondition(
            zip(bounds, bounds.dropFirst()).allSatisfy(<) && bounds.allSatisfy(\.isFinite),
            "bounds are finite and ascend: \(name)")
        precondition(!name.hasSuffix("_total"), "a histogram is no total: \(name)")
        return Histogram(registry: self, index: add(.histogram(bounds: bounds), name, help, labels))
    }

    /// Everything as it is now, all of one moment.
    package var snapshot: [MetricFamily] { families.withLock { $0 } }

    private func add(_ kind: MetricFamily.Kind, _ name: String, _ help: String, _ labels: [String]) -> Int {
        precondition(MetricFamily.isName(name, allowsColon: true), "no name of a metric: \(name)")
        precondition(
            labels.allSatisfy { MetricFamily.isName($0) && !$0.hasPrefix("__") && $0 != "le" }
                && Set(labels).count == labels.count, "no names of labels: \(labels)")
        return families.withLock { families in
            precondition(!families.contains { $0.name == name }, "there is a metric \(name) already")
            var family = MetricFamily(kind: kind, name: name, help: help, labels: labels)
            if labels.isEmpty, kind != .gauge { family.change([]) { _ in } }
            families.append(family)
            return families.count - 1
        }
    }

    fileprivate func change(
        _ index: Int, _ labels: [String], _ body: (inout MetricFamily.Series, MetricFamily.Kind) -> Void
    ) {
        families.withLock { families in
            precondition(labels.count == families[index].labels.count, "a value a label")
            let kind = families[index].kind
            families[index].change(labels) { body(&$0, kind) }
        }
    }

    fileprivate func removeSeries(_ index: Int) { families.withLock { $0[index].removeAll() } }
}

/// A count that only grows.
package struct Counter: Sendable {
    fileprivate let registry: MetricRegistry
    fileprivate let index: Int

    /// Adds to the series of these labels' values, in the order of their names. `amount` is not negative.
    package func add(_ amount: Double = 1, _ labels: String...) {
        precondition(amount >= 0, "a counter only grows")
        registry.change(index, labels) { series, _ in series.value += amount }
    }
}

/// A figure that goes up and down; it has no series until it is set.
package struct Gauge: Sendable {
    fileprivate let registry: MetricRegistry
    fileprivate let index: Int

    package func set(_ value: Double, _ labels: String...) {
        registry.change(index, labels) { series, _ in series.value = value }
    }

    package func add(_ amount: Double, _ labels: String...) {
        registry.change(index, labels) { series, _ in series.value += amount }
    }

    /// Forgets all series, where what was measured is there no longer.
    package func removeAll() { registry.removeSeries(index) }
}

/// Values counted by their size, with their sum.
package struct Histogram: Sendable {
    /// Bounds for the time of an answer, in seconds: those of Prometheus' clients.
    package static let seconds = [
        0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
    ]

    fileprivate let registry: MetricRegistry
    fileprivate let index: Int

    /// Counts a value, which must be a number.
    package func observe(_ value: Double, _ labels: String...) {
        precondition(!value.isNaN, "NaN has no size")
        registry.change(index, labels) { series, kind in
            guard case .histogram(let bounds) = kind else { preconditionFailure("a histogram has bounds") }
            series.value += value
            series.counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += 1
        }
    }
}
