// Permutation, sampler and the ways to cut and scatter batches.

import Datasets
import Tensors
import Testing

@Suite struct KeyedPermutationTests {
    @Test("It is a bijection with a right inverse for every size from 1 to 2,000")
    func bijection() {
        let key = RandomKey(seed: 3)
        for count in 1...2000 {
            let permutation = KeyedPermutation(count: count, key: key.derived(UInt64(count)))
            var seen = [Bool](repeating: false, count: count)
            var isInverse = true
            for index in 0..<count {
                let value = permutation[index]
                seen[value] = true
                isInverse = isInverse && permutation.index(of: value) == index
            }
            #expect(seen.allSatisfy { $0 } && isInverse, "count \(count)")
        }
    }

    @Test("It is a bijection for large sizes", arguments: [65_535, 65_536, 65_537, 1_000_003])
    func largeBijection(count: Int) {
        let permutation = KeyedPermutation(count: count, key: RandomKey(seed: 1))
        var seen = [Bool](repeating: false, count: count)
        for index in 0..<count { seen[permutation[index]] = true }
        #expect(seen.allSatisfy { $0 })
    }

    @Test("It finds places in a range of a trillion rows without memory")
    func huge() {
        let count = 1_000_000_000_039
        let permutation = KeyedPermutation(count: count, key: RandomKey(seed: 9))
        let places = [0, 1, 2, count / 2, count - 1]
        #expect(places.map { permutation.index(of: permutation[$0]) } == places)
        #expect(Set(places.map { permutation[$0] }).count == places.count)
    }

    @Test("Over many keys every value comes equally often to every place", arguments: [2, 3, 5, 8, 13])
    func uniformity(count: Int) {
        let trials = 4000 * count
        var hits = [[Int]](repeating: [Int](repeating: 0, count: count), count: count)
        for trial in 0..<trials {
            let permutation = KeyedPermutation(count: count, key: RandomKey(seed: UInt64(trial)))
            for place in 0..<count { hits[place][permutation[place]] += 1 }
        }
        // Standard deviation below √4000 ≈ 63: five of them.
        #expect(hits.allSatisfy { $0.allSatisfy { abs($0 - 4000) < 317 } }, "\(hits)")
    }

    @Test("Another key gives another order")
    func keys() {
        let orders = (0..<UInt64(20)).map { seed in
            let permutation = KeyedPermutation(count: 100, key: RandomKey(seed: seed))
            return (0..<100).map { permutation[$0] }
        }
        #expect(Set(orders).count == 20)
    }
}

@Suite struct DistributedSamplerTests {
    @Test("Each row comes exactly once an epoch, whatever divides what")
    func eachRowOnce() throws {
        for rowCount in [1, 2, 7, 31, 32, 33, 100, 257] {
            for batch in [1, 3, 8, 32, 300] {
                for ranks in [1, 2, 3, 8] where ranks <= rowCount {
                    let sampler = try DistributedSampler(
                        rowCount: rowCount, globalBatchRows: batch, rankCount: ranks, seed: 5)
                    #expect(sampler.stepsPerEpoch == (rowCount + batch - 1) / batch)
                    for epoch in 0..<2 {
                        let scattered = (0..<sampler.stepsPerEpoch).flatMap { step in
                            let rows = sampler.rows(epoch: epoch, step: step)
                            let lengths = rows.map { 1 + $0 % 50 }
                            return DistributedSampler.scatter(
                                rows: rows, lengths: lengths, rankCount: ranks, microBatchCount: 2)
                        }
                        #expect(
                            scattered.flatMap { $0.flatMap { $0 } }.sorted() == Array(0..<rowCount),
                            "\(rowCount) rows, batch \(batch), \(ranks) ranks, epoch \(epoch)")
                    }
                }
            }
        }
    }

    @Test("Order depends on seed and epoch, not on the number of ranks")
    func order() throws {
        func rows(seed: UInt64, epoch: Int, ranks: Int) throws -> [Int] {
            let sampler = try DistributedSampler(
                rowCount: 500, globalBatchRows: 64, rankCount: ranks, seed: seed)
            return (0..<sampler.stepsPerEpoch).flatMap { sampler.rows(epoch: epoch, step: $0) }
        }
        let first = try rows(seed: 1, epoch: 0, ranks: 1)
        #expect(try rows(seed: 1, epoch: 0, ranks: 4) == first)
        #expect(try rows(seed: 1, epoch: 1, ranks: 1) != first)
        #expect(try rows(seed: 2, epoch: 0, ranks: 1) != first)
        #expect(first != Array(0..<500))
    }

    @Test("The sequential strategy keeps the order of the file; dropping the last batch keeps full ones only")
    func sequentialAndDropLast() throws {
        let sampler = try DistributedSampler(
            rowCount: 10, globalBatchRows: 4, rankCount: 2, seed: 0, strategy: .sequential)
        #expect((0..<3).map { sampler.rows(epoch: 3, step: $0) } == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]])
        let dropping = try DistributedSampler(
            rowCount: 10, globalBatchRows: 4, rankCount: 2, seed: 0, dropsLast: true)
        #expect(dropping.stepsPerEpoch == 2)
        #expect(Set((0..<2).flatMap { dropping.rows(epoch: 0, step: $0) }).count == 8)
        let single = try DistributedSampler(
            rowCount: 4, globalBatchRows: 4, rankCount: 2, seed: 0, dropsLast: true)
        #expect(single.stepsPerEpoch == 1 && single.rows(epoch: 0, step: 0).sorted() == [0, 1, 2, 3])
    }

    @Test("Fewer rows than ranks, or than one full batch when incomplete ones are dropped, is an error")
    func tooFewRows() throws {
        #expect(
            try message { _ = try DistributedSampler(rowCount: 3, globalBatchRows: 8, rankCount: 4, seed: 0) }
                == "The data has 3 rows for 4 ranks, and every rank needs at least one;"
                + " start at most 3 ranks, or give more data.")
        #expect(
            try message { _ = try DistributedSampler(rowCount: 1, globalBatchRows: 8, rankCount: 2, seed: 0) }
                == "The data has 1 row for 2 ranks, and every rank needs at least one;"
                + " start at most 1 rank, or give more data.")
        #expect(
            try message {
                _ = try DistributedSampler(
                    rowCount: 3, globalBatchRows: 8, rankCount: 2, seed: 0, dropsLast: true)
            }
                == "The data has 3 rows, fewer than one global batch of 8, and dropping the last incomplete"
                + " batch leaves none; set dataloader_drop_last to false or use a smaller batch.")
    }
}

@Suite struct ScatterTests {
    /// Lengths like those of short texts: most short, few long.
    private func lengths(_ count: Int, seed: UInt64) -> [Int] {
        let key = RandomKey(seed: seed)
        return (0..<count).map { 3 + Int(1 / (0.008 + key.uniform(UInt64($0)))) }
    }

    @Test("Every row is scattered once, every rank gets one if there are enough, and work is balanced")
    func balance() {
        for count in [1, 2, 5, 16, 33, 128] {
            for ranks in [1, 2, 3, 4, 8] {
                for microBatches in [1, 2, 3] {
                    let rows = (0..<count).map { $0 * 7 + 1 }
                    let lengths = lengths(count, seed: UInt64(count * ranks))
                    let shares = DistributedSampler.scatter(
                        rows: rows, lengths: lengths, rankCount: ranks, microBatchCount: microBatches)
                    #expect(shares.count == ranks && shares.allSatisfy { $0.count == microBatches })
                    #expect(shares.flatMap { $0.flatMap { $0 } }.sorted() == rows)
                    #expect(shares.allSatisfy { $0.allSatisfy { $0 == $0.sorted() } })
                    #expect(shares.count { $0.contains { !$0.isEmpty } } == min(count, ranks))
                    let loads = shares.map { $0.joined().reduce(0) { $0 + lengths[($1 - 1) / 7] } }
                    let mean = lengths.reduce(0, +) / ranks
                    #expect((loads.max() ?? 0) <= mean + (lengths.max() ?? 0), "\(loads)")
                    #expect(ranks > count || (loads.max() ?? 0) - (loads.min() ?? 0) <= lengths.max() ?? 0)
                }
            }
        }
    }

    @Test("Many rows are scattered to within 2% of the mean")
    func nearlyEqual() {
        let lengths = lengths(128, seed: 4)
        let shares = DistributedSampler.scatter(
            rows: Array(0..<128), lengths: lengths, rankCount: 4, microBatchCount: 1)
        let loads = shares.map { $0.joined().reduce(0) { $0 + lengths[$1] } }
        let mean = Double(lengths.reduce(0, +)) / 4
        #expect(loads.allSatisfy { abs(Double($0) - mean) < 0.02 * mean }, "\(loads)")
    }

    @Test("Ties go to the lower rank, and a cost may weigh long rows more")
    func ties() {
        let equal = DistributedSampler.scatter(
            rows: [10, 11, 12, 13, 14], lengths: [2, 2, 2, 2, 2], rankCount: 2, microBatchCount: 2)
        #expect(equal == [[[10, 14], [12]], [[11], [13]]])
        let linear = DistributedSampler.scatter(
            rows: [0, 1, 2], lengths: [4, 2, 2], rankCount: 2, microBatchCount: 1)
        #expect(linear == [[[0]], [[1, 2]]])
        let empty = DistributedSampler.scatter(
            rows: [0, 1], lengths: [0, 0], rankCount: 2, microBatchCount: 1)
        #expect(empty == [[[0]], [[1]]])
        let quadratic = DistributedSampler.scatter(
            rows: [0, 1, 2, 3, 4, 5], lengths: [4, 2, 2, 2, 2, 2], rankCount: 2, microBatchCount: 1
        ) { $0 * $0 }
        #expect(quadratic == [[[0, 5]], [[1, 2, 3, 4]]])
    }
}

@Suite struct BatchCuttingTests {
    private func store(_ lengths: [Int]) -> TokenizedDataset {
        TokenizedDataset(
            lengths.enumerated().map { row, length in
                Example(
                    tokens: [Int32](repeating: Int32(row), count: length), target: .none,
                    source: RowSource(file: "f.jsonl", line: row + 1))
            })
    }

    @Test("Token batches hold each row once and fit the budget as tightly as their order allows")
    func tokenBudget() throws {
        let lengths = (0..<300).map { 1 + ($0 * 37) % 40 }
        let examples = store(lengths)
        let cutter = try TokenBudgetSampler(examples: examples, tokensPerDevice: 64, rankCount: 3, seed: 1)
        for epoch in 0..<3 {
            let batches = cutter.batches(epoch: epoch)
            let cut = (0..<batches.stepCount).map { batches.rows(step: $0) }
            #expect(cut.joined().sorted() == Array(0..<300))
            let tokens = cut.map { $0.reduce(0) { $0 + lengths[$1] } }
            #expect(tokens.allSatisfy { $0 <= 192 })
            for step in 0..<(cut.count - 1) { #expect(tokens[step] + lengths[cut[step + 1][0]] > 192) }
        }
        let other = try TokenBudgetSampler(
            examples: examples, tokensPerDevice: 96, rankCount: 1, microBatchCount: 2, seed: 1)
        #expect(other.batches(epoch: 1).rows(step: 4) == cutter.batches(epoch: 1).rows(step: 4))
        #expect(cutter.batches(epoch: 0).rows(step: 0) != cutter.batches(epoch: 1).rows(step: 0))
    }

    @Test("A row over the budget of one device, and fewer rows than ranks, are errors")
    func budgetErrors() throws {
        let examples = store([4, 9, 2])
        #expect(
            try message {
                _ = try TokenBudgetSampler(examples: examples, tokensPerDevice: 8, rankCount: 2, seed: 1)
            }
                == "f.jsonl:2: the row has 9 tokens, more than max_tokens_per_device (8);"
                + " raise it to 9 or lower max_seq_length.")
        #expect(
            try message {
                _ = try TokenBudgetSampler(examples: examples, tokensPerDevice: 9, rankCount: 4, seed: 1)
            }
            .hasPrefix("The data has 3 rows for 4 ranks"))
    }

    @Test(
        "Rows by falling length are the same however few places are in memory",
        arguments: [100, 777, 4_096, 9_000, 9_001])
    func lengthOrder(stretch: Int) {
        let lengths = (0..<9_000).map { UInt32(($0 * 7_919) % 53) }
        let expected = lengths.indices.sorted { (lengths[$1], $0) < (lengths[$0], $1) }
        let order = LengthOrder(rowCount: 9_000, stretchCount: stretch) { Array(lengths[$0]) }
        for start in stride(from: 0, to: 9_000, by: 777) {
            let places = start..<min(start + 777, 9_000)
            #expect(order.rows(at: places) == Array(expected[places]))
        }
        #expect(order.rows(at: 3..<3 + stretch % 90) == Array(expected[3..<3 + stretch % 90]))
    }

    @Test("Evaluation batches are the same for any number of ranks, each computed by one rank")
    func evaluation() {
        let lengths = [3, 9, 1, 9, 4, 4, 7]
        let batches = EvaluationSampler(rowCount: 7, batchRows: 2, lengths: lengths)
        #expect((0..<batches.count).map(batches.rows) == [[1, 3], [6, 4], [5, 0], [2]])
        for ranks in 1...6 {
            let scattered = (0..<ranks).flatMap { batches.batches(rank: $0, of: ranks) }
            #expect(scattered.sorted() == [0, 1, 2, 3])
        }
        #expect(batches.batches(rank: 1, of: 3) == [1])
        #expect(batches.batches(rank: 0, of: 3) == [0, 3])
        #expect(EvaluationSampler(rowCount: 5, batchRows: 3).rows(batch: 1) == [3, 4])
        #expect(EvaluationSampler(rowCount: 0, batchRows: 3).count == 0)
    }
}
