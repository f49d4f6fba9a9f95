// The work of the rank that has most of it, for batches of random rows as the sampler deals them out.

internal import Datasets
internal import Tensors

/// Draws micro-batches from a sample of row lengths.
package struct BatchDraw: Sendable {
    private let lengths: [Int]
    /// Steps that are drawn, whose means count.
    private static let drawCount = 6
    /// Rows of a drawn step: of more ranks than that a part stands for all.
    private static let mostRows = 1_536

    /// - Parameter lengths: at least one, each above zero.
    package init(lengths: [Int]) {
        precondition(!lengths.isEmpty, "no rows to draw from")
        self.lengths = lengths
    }

    package var meanLength: Double { Double(lengths.reduce(0, +)) / Double(lengths.count) }

    /// A step of one rank.
    package struct Step: Sendable, Equatable {
        /// Work of each micro-batch of the rank that has most.
        package var microBatches: [BatchWork]
        /// Rows and tokens of all ranks.
        package var rows: Double
        package var tokens: Double
        /// The largest micro-batch that was drawn, in tokens.
        package var largestTokens: Int
    }

    /// A step of `ranks` ranks with `accumulation` micro-batches of `batch` rows each.
    package func rows(batch: Int, ranks: Int, accumulation: Int) -> Step {
        // Micro-batches beyond some are like the first ones.
        let parts = min(accumulation, max(1, Self.mostRows / batch))
        let devices = max(1, min(ranks, Self.mostRows / (batch * parts)))
        let count = devices * batch * parts
        var (sums, largest) = ([BatchWork](), 0)
        for draw in 0..<Self.drawCount {
            let key = RandomKey(seed: 17).derived(UInt64(draw))
            let drawn = (0..<count).map { lengths[Int(key.word(UInt64($0)) % UInt64(lengths.count))] }
            let shares = DistributedSampler.scatter(
                rows: Array(drawn.indices), lengths: drawn, rankCount: devices, microBatchCount: parts)
            let works = shares.map { $0.map { BatchWork(lengths: $0.map { drawn[$0] }) } }
            for rank in works { for work in rank { largest = max(largest, Int(work.tokens)) } }
            // Shapes are compared by how they deal rows out, not by the rows that they happen to draw.
            let luck = meanLength * Double(count) / Double(drawn.reduce(0, +))
            add(heaviest(works), times: luck, to: &sums)
        }
        let rows = Double(ranks * batch * accumulation)
        let means = means(sums)
        return Step(
            microBatches: (0..<accumulation).map { means[$0 % parts] }, rows: rows,
            tokens: rows * meanLength, largestTokens: largest)
    }

    /// The same where a micro-batch takes rows while they fit into a number of tokens.
    package func tokens(budget: Int, ranks: Int, accumulation: Int) -> Step {
        let perDevice = max(1, Int(Double(budget * accumulation) / meanLength))
        let devices = max(1, min(ranks, Self.mostRows / perDevice))
        var (sums, tokens, largest) = ([BatchWork](), 0.0, 0)
        for draw in 0..<Self.drawCount {
            let key = RandomKey(seed: 19).derived(UInt64(draw))
            var place: UInt64 = 0
            func next() -> Int { lengths[Int(key.word(place) % UInt64(lengths.count))] }
            var works: [[BatchWork]] = []
            for _ in 0..<devices {
                works.append(
                    (0..<accumulation).map { _ in
                        var taken: [Int] = []
                        var sum = 0
                        while taken.isEmpty || sum + next() <= budget {
                            sum += next()
                            taken.append(next())
                            place += 1
                        }
                        largest = max(largest, sum)
                        tokens += Double(sum)
                        return BatchWork(lengths: taken)
                    })
            }
            add(heaviest(works), times: 1, to: &sums)
        }
        let all = tokens * Double(ranks) / Double(devices * Self.drawCount)
        return Step(
            microBatches: means(sums), rows: all / meanLength, tokens: all, largestTokens: largest)
    }

    private func heaviest(_ works: [[BatchWork]]) -> [BatchWork] {
        works.max { $0.reduce(0) { $0 + $1.tokens } < $1.reduce(0) { $0 + $1.tokens } } ?? []
    }

    private func add(
        _ works: [BatchWork], times factor: Double, to sums: inout [BatchWork]
    ) {
        if sums.isEmpty { sums = works.map { _ in BatchWork(tokens: 0, squares: 0) } }
        for (index, work) in works.enumerated() {
            sums[index].tokens += work.tokens * factor
            sums[index].squares += work.squares * factor
        }
    }

    private func means(_ sums: [BatchWork]) -> [BatchWork] {
        let count = Double(Self.drawCount)
        return sums.map { BatchWork(tokens: $0.tokens / count, squares: $0.squares / count) }
    }
}
