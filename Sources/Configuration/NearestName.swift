// The known name that a mistyped one was probably meant to be.

/// The name among `known` with the fewest edits from `name`, if at most half of its letters were edited; otherwise
/// a known name that contains `name` or is contained in it.
func nearestName(to name: String, among known: [String]) -> String? {
    let ranked = known.map { (name: $0, edits: editDistance(name.lowercased(), $0.lowercased())) }
    guard let best = ranked.min(by: { $0.edits < $1.edits }) else { return nil }
    if best.edits <= max(1, name.count / 2) { return best.name }
    return known.first { !name.isEmpty && ($0.contains(name) || name.contains($0)) }
}

/// Edits between two words, counting insertions, deletions, substitutions and swaps of neighbours
/// (optimal string alignment distance).
func editDistance(_ first: String, _ second: String) -> Int {
    let a = Array(first), b = Array(second)
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for i in a.indices {
        var row = [i + 1]
        for j in b.indices {
            var edits = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { edits = min(edits, beforeLast[j - 1] + 1) }
            row.append(edits)
        }
        (beforeLast, last) = (last, row)
    }
    return last[b.count]
}
