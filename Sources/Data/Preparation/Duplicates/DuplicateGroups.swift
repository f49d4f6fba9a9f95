// Records that are the same, or nearly, as groups.

/// Joins records to groups, each known by the first of its records. Only records that are like another one
/// are held, 16 bytes and their place in a table each.
struct DuplicateGroups {
    private var parents: [UInt64: UInt64] = [:]
    /// Records with the very text of an earlier one.
    private(set) var exact: Set<UInt64> = []
    /// The first records of groups.
    private var roots: Set<UInt64> = []

    /// Whether the record is the first of a group.
    func hasOthers(_ record: UInt64) -> Bool { roots.contains(record) }

    /// Joins the groups of two records.
    mutating func join(_ one: UInt64, _ other: UInt64) {
        let (first, second) = (root(one), root(other))
        guard first != second else { return }
        parents[max(first, second)] = min(first, second)
        roots.remove(max(first, second))
        roots.insert(min(first, second))
    }

    /// As `join` of a record with an earlier one of the same text.
    mutating func joinEqual(_ earlier: UInt64, _ later: UInt64) {
        exact.insert(later)
        join(earlier, later)
    }

    /// The first record of the group that the record is in; itself if it is alone or the first.
    mutating func root(_ record: UInt64) -> UInt64 {
        var root = record
        while let parent = parents[root] { root = parent }
        var place = record
        while let parent = parents[place], parent != root {
            parents[place] = root
            place = parent
        }
        return root
    }
}
