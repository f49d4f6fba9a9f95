// Finds the known name that a mistyped one most likely stands for, for error messages.

/// Suggestions for mistyped names: recipe keys, column names, labels.
package enum NearestName {
    /// The candidate nearest to `name`, or nil if none is near enough to be a typing error.
    ///
    /// Near enough are up to a third of the longer name's characters, at least one, ignoring case. Among
    /// equally near candidates the first wins.
    package static func suggestion(for name: String, in candidates: [String]) -> String? {
        let typed = Array(name.lowercased())
        var best: (name: String, distance: Int)?
        for candidate in candidates {
            let known = Array(candidate.lowercased())
            let limit = max(1, max(typed.count, known.count) / 3)
            guard abs(typed.count - known.count) <= limit else { continue }
            let distance = distance(typed, known)
            if distance <= limit, distance < max(typed.count, known.count), distance < best?.distance ?? .max
            {
                best = (candidate, distance)
            }
        }
        return best?.name
    }

    /// The number of insertions, deletions, substitutions and swaps of neighbours that turn `first` into
    /// `second`, no part being edited twice (Damerau–Levenshtein in its restricted form, optimal string
    /// alignment).
    package static func distance(_ first: some StringProtocol, _ second: some StringProtocol) -> Int {
        distance(Array(first), Array(second))
    }

    private static func distance(_ first: [Character], _ second: [Character]) -> Int {
        var beforePrevious = [Int](repeating: 0, count: second.count + 1)
        var previous = Array(0...second.count)
        var current = previous
        for i in 0..<first.count {
            current[0] = i + 1
            for j in 0..<second.count {
                let substitution = previous[j] + (first[i] == second[j] ? 0 : 1)
                current[j + 1] = min(substitution, previous[j + 1] + 1, current[j] + 1)
                if i > 0, j > 0, first[i] == second[j - 1], first[i - 1] == second[j] {
                    current[j + 1] = min(current[j + 1], beforePrevious[j - 1] + 1)
                }
            }
            (beforePrevious, previous, current) = (previous, current, beforePrevious)
        }
        return previous[second.count]
    }
}
