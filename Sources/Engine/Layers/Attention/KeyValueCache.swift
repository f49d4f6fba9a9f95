// Keys and values of the tokens that a decoder has already read, so that each step computes its new tokens
// only.

internal import Tensors

/// The cache of one decoding run.
///
/// Every attention layer has a pool of rows, one a token, and all pools number their rows alike. A sequence
/// is the list of the rows it consists of: beams share their common beginning, and choosing other beams
/// copies numbers.
package final class KeyValueCache {
    /// The rows of each sequence in the pools, in the order of its tokens.
    package private(set) var tables: [[Int32]]
    /// Which source each sequence attends to, for decoders with cross-attention.
    package private(set) var sources: [Int]
    /// Rows that the tokens of the present step fill, and whether they follow each other.
    private var step: [Int32] = []
    private var isInOnePiece = true
    /// The first row that was never filled, and rows before it that sequences have left.
    private var end = 0
    private var free: [Int32] = []
    private var pools: [String: Pool] = [:]
    private var fixedPools: [String: Pool] = [:]

    /// Keys and values, a row a token.
    struct Pool {
        var keys: Tensor
        var values: Tensor
    }

    /// An empty cache of `sequenceCount` sequences, sequence s attending to source s.
    package convenience init(sequenceCount: Int) { self.init(sources: Array(0..<sequenceCount)) }

    /// An empty cache of sequences that attend to these sources.
    package init(sources: [Int]) {
        tables = [[Int32]](repeating: [], count: sources.count)
        self.sources = sources
    }

    /// Number of tokens of sequence `index`.
    package func length(of index: Int) -> Int { tables[index].count }

    /// Makes room for the tokens of `batch`, the next of each sequence: called once before the pass that
    /// reads them.
    package func extend(by batch: TokenBatch) {
        precondition(batch.sequenceCount == tables.count, "expected the tokens of \(tables.count) sequences")
        let reused = min(free.count, batch.tokenCount)
        step = free.suffix(reused) + (end..<end + batch.tokenCount - reused).map { Int32($0) }
        free.removeLast(reused)
        end += batch.tokenCount - reused
        isInOnePiece = reused == 0
        for index in tables.indices {
            tables[index] += step[Int(batch.offsets[index])..<Int(batch.offsets[index + 1])]
        }
    }

    /// Adds an empty sequence behind the others.
    package func join() {
        tables.append([])
        sources.append(sources.count)
    }

    /// Takes sequence `index` out; those behind it move up. Its rows, which no other sequence may share, are
    /// filled anew.
    package func leave(_ index: Int) {
        free += tables.remove(at: index)
        sources.remove(at: index)
    }

    /// Makes sequence i what was sequence `parents[i]`; their number may change.
    package func select(_ parents: [Int]) {
        tables = parents.map { tables[$0] }
        sources = parents.map { sources[$0] }
    }

    /// Forgets the tokens of sequence `index` behind its first `count`. Rows of the pools behind all
    /// sequences are filled anew.
    package func truncate(_ index: Int, to count: Int) {
        precondition(count <= tables[index].count, "a sequence cannot become longer")
        tables[index].removeLast(tables[index].count - count)
        end = tables.joined().max().map { Int($0) + 1 } ?? 0
        free.removeAll { $0 >= end }
        step = []
    }

    /// Whether every sequence consists of the present step's tokens alone.
    var isFirstStep: Bool { step.first == 0 && step.count == end }

    /// Puts the step's keys and values `[T, G·d]` into the pool of a layer and returns the pool.
    func store(_ site: String, keys: Tensor, values: Tensor) -> Pool {
        precondition(keys.rows == step.count, "the cache was not extended by this batch")
        var pool = pools[site] ?? Pool(keys: Self.empty(keys), values: Self.empty(values))
        if pool.keys.rows < end {
            let rows = max(2 * pool.keys.rows, end)
            pool.keys = Self.grown(pool.keys, rows: rows, kept: pool.keys.rows)
            pool.values = Self.grown(pool.values, rows: rows, kept: pool.values.rows)
            pools[site] = pool
        }
        put(keys, into: pool.keys)
        put(values, into: pool.values)
        return pool
    }

    private func put(_ new: Tensor, into pool: Tensor) {
        guard !isInOnePiece else { return pool.rows(end - step.count..<end).copy(from: new) }
        for (index, row) in step.enumerated() {
            pool.rows(Int(row)..<Int(row) + 1).copy(from: new.rows(index..<index + 1))
        }
    }

    /// The keys and values of a source, which `make` computes at the first step.
    func fixed(_ site: String, _ make: () -> (keys: Tensor, values: Tensor)) -> Pool {
        if let pool = fixedPools[site] { return pool }
        let (keys, values) = make()
        let pool = Pool(
            keys: Self.grown(keys, rows: keys.rows, kept: keys.rows),
            values: Self.grown(values, rows: values.rows, kept: values.rows))
        fixedPools[site] = pool
        return pool
    }

    private static func empty(_ like: Tensor) -> Tensor {
        Tensor(rows: 0, columns: like.columns, type: like.type)
    }

    private static func grown(_ tensor: Tensor, rows: Int, kept: Int) -> Tensor {
        let new = Tensor(rows: rows, columns: tensor.columns, type: tensor.type)
        new.rows(0..<kept).copy(from: tensor.rows(0..<kept))
        return new
    }
}
