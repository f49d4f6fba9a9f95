// The canonical order of marks (Unicode Standard Annex 15), which decomposed and composed forms need.

/// Takes scalars one by one, each with what its form keeps of it, and puts the marks behind each starter in
/// the order of their combining classes; those of one class stay as they came.
struct CanonicalOrder<Item> {
    private var items: [Item] = []
    private var marks: [(item: Item, combiningClass: UInt8)] = []

    mutating func append(_ item: Item, combiningClass: UInt8) {
        guard combiningClass == 0 else { return marks.append((item, combiningClass)) }
        flush()
        items.append(item)
    }

    /// All items in order.
    mutating func finish() -> [Item] {
        flush()
        return items
    }

    private mutating func flush() {
        items.append(contentsOf: marks.sorted { $0.combiningClass < $1.combiningClass }.map(\.item))
        marks.removeAll(keepingCapacity: true)
    }
}
