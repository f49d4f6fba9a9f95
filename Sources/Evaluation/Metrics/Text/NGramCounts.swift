// How often each n-gram occurs in a corpus, in a form that ranks can gather.

/// N-grams of orders 1 to `maximumOrder` with a count each.
///
/// Unlike other counts these are keyed by text, so ranks exchange `serialized` and merge what they receive.
package struct NGramCounts: Sendable {
    package let maximumOrder: Int
    private(set) var tokens = TokenTable()
    private(set) var table = NGramTable()
    /// By node; orders by node beside them.
    private var counts: [Int64] = [0]
    private var orders: [UInt8] = [0]

    /// No n-grams.
    package init(maximumOrder: Int) {
        precondition((1...255).contains(maximumOrder), "n-grams of order \(maximumOrder)")
        self.maximumOrder = maximumOrder
    }

    /// Number of distinct n-grams of `order` with a count above 0.
    package func distinctCount(order: Int) -> Int64 {
        zip(orders, counts).reduce(0) { $0 + (Int($1.0) == order && $1.1 > 0 ? 1 : 0) }
    }

    /// The count of a node; 0 for nodes that are unknown.
    func count(of node: Int) -> Int64 { counts[node] }

    mutating func insert(token bytes: [UInt8], _ range: Range<Int>) -> Int32 { tokens.insert(bytes, range) }

    /// Calls `body` with the node of each n-gram of a text, in order of position.
    mutating func forEachNode(of text: [Int32], _ body: (inout Self, Int) -> Void) {
        for start in text.indices {
            var node = 0
            for position in start..<min(start + maximumOrder, text.count) {
                node = self.node(prefix: node, token: text[position])
                body(&self, node)
            }
        }
    }

    mutating func add(_ count: Int64, to node: Int) { counts[node] += count }

    private mutating func node(prefix: Int, token: Int32) -> Int {
        let node = table.insert(prefix: prefix, token: token)
        if node == counts.count {
            counts.append(0)
            orders.append(orders[prefix] + 1)
        }
        return node
    }

    /// Adds the counts of another part of the data.
    package mutating func merge(_ other: NGramCounts) {
        precondition(other.maximumOrder == maximumOrder, "n-grams of other orders merged")
        let ids = (0..<other.tokens.count).map { id in
            let bytes = Array(other.tokens[id])
            return tokens.insert(bytes, 0..<bytes.count)
        }
        var nodes = [0]
        for node in 1..<max(other.table.count, 1) {
            let (prefix, token) = other.table.parts(of: node)
            nodes.append(self.node(prefix: nodes[prefix], token: ids[token]))
            counts[nodes[node]] += other.counts[node]
        }
    }
}

// MARK: - Exchange between ranks

extension NGramCounts {
    /// All n-grams and counts as bytes: numbers are little-endian, strings follow their length.
    package var serialized: [UInt8] {
        var bytes: [UInt8] = []
        func append(_ value: UInt64) {
            for shift in stride(from: UInt64(0), to: 64, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: value >> shift))
            }
        }
        append(UInt64(maximumOrder))
        append(UInt64(tokens.count))
        for id in 0..<tokens.count {
            append(UInt64(tokens[id].count))
            bytes.append(contentsOf: tokens[id])
        }
        append(UInt64(table.count - 1))
        for node in 1..<max(table.count, 1) {
            let (prefix, token) = table.parts(of: node)
            append(UInt64(prefix))
            append(UInt64(token))
            append(UInt64(counts[node]))
        }
        return bytes
    }

    /// The counts that another rank serialised.
    ///
    /// - Throws: `MetricsError.malformedCounts`.
    package init(serialized bytes: [UInt8]) throws(MetricsError) {
        var reader = Reader(bytes: bytes)
        self.init(maximumOrder: try reader.number(in: 1...255))
        let tokenCount = try reader.number(in: 0...bytes.count)
        for _ in 0..<tokenCount {
            let range = try reader.string()
            _ = tokens.insert(bytes, range)
        }
        guard tokens.count == tokenCount else { throw reader.malformed }
        let nodeCount = try reader.number(in: 0...bytes.count)
        for node in 1..<nodeCount + 1 {
            let prefix = try reader.number(in: 0...node - 1)
            let token = try reader.number(in: 0...max(tokenCount - 1, 0))
            let count = try reader.number(in: 0...Int.max)
            guard orders[prefix] < maximumOrder, token < tokenCount,
                self.node(prefix: prefix, token: Int32(token)) == node
            else { throw reader.malformed }
            counts[node] = Int64(count)
        }
        guard reader.offset == bytes.count else { throw reader.malformed }
    }

    private struct Reader {
        let bytes: [UInt8]
        var offset = 0

        var malformed: MetricsError { .malformedCounts(offset: offset, byteCount: bytes.count) }

        mutating func number(in range: ClosedRange<Int>) throws(MetricsError) -> Int {
            guard offset + 8 <= bytes.count else { throw malformed }
            let value = bytes[offset..<offset + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            guard let number = Int(exactly: value), range.contains(number) else { throw malformed }
            offset += 8
            return number
        }

        mutating func string() throws(MetricsError) -> Range<Int> {
            let length = try number(in: 0...bytes.count)
            guard offset + length <= bytes.count else { throw malformed }
            defer { offset += length }
            return offset..<offset + length
        }
    }
}
