// Lists of names that stay within a line, for sentences that people read.

extension Collection<String> {
    /// The first names between commas, and how many are left out: `a, b and 51 more`.
    package func listed(atMost limit: Int = 8) -> String {
        let shown = prefix(limit).joined(separator: ", ")
        return count <= limit ? shown : "\(shown) and \(count - limit) more"
    }
}
