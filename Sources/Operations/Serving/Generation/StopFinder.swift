// The text of an answer as far as it can be told: what may be the start of a stop text waits.

/// Cuts an answer at the first of some texts.
package struct StopFinder: Sendable {
    private let stops: [String]
    private var held = ""
    /// Whether a stop text came.
    package private(set) var isStopped = false

    /// - Parameter stops: none empty.
    package init(_ stops: [String]) { self.stops = stops }

    /// Takes the next piece; returns what is certainly a part of the answer.
    package mutating func append(_ piece: String) -> String {
        guard !isStopped else { return "" }
        guard !stops.isEmpty else { return piece }
        held += piece
        let found = stops.compactMap { held.firstRange(of: $0)?.lowerBound }.min()
        if let found {
            isStopped = true
            defer { held = "" }
            return String(held[..<found])
        }
        let waiting =
            stops.map { stop in
                (1..<max(1, stop.count)).last { held.hasSuffix(stop.prefix($0)) } ?? 0
            }.max() ?? 0
        let ready = held.dropLast(waiting)
        held = String(held.suffix(waiting))
        return String(ready)
    }

    /// What waits, once the answer has ended.
    package mutating func finish() -> String {
        defer { held = "" }
        return held
    }
}
