// Lists of names that stay within a line, for sentences that people read.

extension Collection<String> {
    /// The first names between commas, and how many are left out: `a, b and 51 more`.
    package func listed(atMost limit: Int = 8) -> String {
        let shown = prefix(limit).joined(separator: ", ")
        return count <= limit ? shown : "\(shown) and \(count - limit) more"
    }
}

extension BidirectionalCollection<String> {
    /// The words between commas, with `word` before the last: `a, b and c`.
    package func joined(with word: String) -> String {
        guard count > 1, let last else { return joined() }
        return dropLast().joined(separator: ", ") + " \(word) " + last
    }
}
