// Counts of a task over all its rows.

package import JSON

/// What a task counts while it makes examples of rows, such as those that a limit cut; by names.
package struct RowTallies: Equatable, Sendable {
    package private(set) var sums: [String: Int] = [:]
    /// The first row of a kind.
    package private(set) var firsts: [String: RowSource] = [:]

    package init() {}

    package subscript(name: String) -> Int { sums[name] ?? 0 }

    package mutating func add(_ name: String, _ count: Int = 1) {
        if count != 0 { sums[name, default: 0] += count }
    }

    /// Counts a row that a limit has cut, by so many tokens.
    package mutating func noteCut(tokens: Int) {
        add(TokenizedDataset.cut)
        add(TokenizedDataset.cutTokens, tokens)
    }

    /// Notes a row; the first of each name counts.
    package mutating func note(_ name: String, _ source: RowSource?) {
        if let source, firsts[name] == nil { firsts[name] = source }
    }

    /// Adds those of rows that stand behind these.
    package mutating func merge(_ later: RowTallies) {
        sums.merge(later.sums) { $0 + $1 }
        firsts.merge(later.firsts) { first, _ in first }
    }

    /// `files` are those of the run, which a cache knows by their numbers.
    package func json(files: [String]) -> JSONValue {
        .object([
            "sums": .object(JSONObject(sums.sorted { $0.key < $1.key }.map { ($0.key, .integer($0.value)) })),
            "firsts": .object(
                JSONObject(
                    firsts.sorted { $0.key < $1.key }.map { name, source in
                        let file = files.firstIndex(of: source.file) ?? 0
                        return (name, .array([.integer(file), .integer(source.line)]))
                    })),
        ])
    }

    package init?(_ json: JSONValue?, files: [String]) {
        guard let sums = json?["sums"]?.object, let firsts = json?["firsts"]?.object else { return nil }
        for (name, value) in sums {
            guard let count = value.integer else { return nil }
            self.sums[name] = count
        }
        for (name, value) in firsts {
            guard let place = value.array, place.count == 2, let file = place[0].integer,
                let line = place[1].integer, files.indices.contains(file)
            else { return nil }
            self.firsts[name] = RowSource(file: files[file], line: line)
        }
    }
}
