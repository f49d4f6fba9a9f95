// Rows that were written to a cache and read back.

import Datasets
import Files
import JSON
import TestSupport
import Testing

@Suite struct CachedRowsTests {
    @Test(
        "Every row comes back as it was, whatever its target, types and attachment",
        arguments: [1_000, 65_535, 65_536, 200_000])
    func roundTrip(highest: Int) throws {
        let cache = try CacheFiles([300, 0, 157, 1], highest: highest)
        let rows = try #require(try cache.open())
        #expect(rows.count == cache.examples.count)
        #expect(rows.manifest.tokenByteCount == (highest < 65_536 ? 2 : 4))
        #expect(rows.tokenCount == cache.examples.reduce(0) { $0 + $1.tokens.count })
        for (row, example) in cache.examples.enumerated() {
            #expect(try rows.example(at: row) == example)
            #expect(try rows.source(of: row) == example.source)
            #expect(
                try rows.shape(of: row)
                    == RowShape(length: example.tokens.count, termCount: example.termCount))
        }
        #expect(try rows.lengths(of: 7..<457) == cache.examples[7..<457].map { UInt32($0.tokens.count) })
    }

    @Test("A data set of a cache answers as one in memory")
    func dataset() throws {
        let cache = try CacheFiles([40, 60], highest: 500)
        let memory = TokenizedDataset(cache.examples)
        let window = ExampleWindow(try #require(try cache.open()))
        let cached = TokenizedDataset(window, tallies: RowTallies())
        #expect(cached.count == memory.count && cached.tokenCount == memory.tokenCount)
        #expect(cached.maximumLength == memory.maximumLength && cached.termCount == memory.termCount)
        #expect(cached.lengths == memory.lengths)
        let rows = [99, 3, 41, 0, 3]
        window.hold(try window.load(rows) { _ in [3, 41] })
        #expect(cached.batch(rows: rows) == memory.batch(rows: rows))
        for row in rows {
            #expect(cached.example(at: row) == memory.example(at: row))
            #expect(cached.tokens(of: row) == memory.tokens(of: row))
            #expect(cached.target(of: row) == memory.target(of: row))
            #expect(cached.attachment(of: row) == memory.attachment(of: row))
            #expect(cached.termCount(of: row) == memory.termCount(of: row))
            #expect(cached.source(of: row) == memory.source(of: row))
        }
    }

    @Test("Samplers cut a cache as they cut rows in memory")
    func samplers() throws {
        let cache = try CacheFiles([70, 31], highest: 500)
        let memory = TokenizedDataset(cache.examples)
        let cached = TokenizedDataset(
            ExampleWindow(try #require(try cache.open())), tallies: RowTallies())
        let batches = try [memory, cached].map { rows in
            let sampler = try TokenBudgetSampler(examples: rows, tokensPerDevice: 64, rankCount: 2, seed: 3)
            let epoch = sampler.batches(epoch: 1)
            return (0..<epoch.stepCount).map { epoch.rows(step: $0) }
        }
        #expect(batches[0] == batches[1] && batches[0].count > 5)
        let orders = [memory, cached].map { rows in
            let sampler = EvaluationSampler(rows, batchRows: 8)
            return (0..<sampler.count).flatMap { sampler.rows(batch: $0) }
        }
        let lengths = memory.lengths
        #expect(orders[0] == (0..<101).sorted { (lengths[$1], $0) < (lengths[$0], $1) })
        #expect(orders[0] == orders[1])
    }

    @Test("The statistics are those of the rows")
    func statistics() throws {
        let cache = try CacheFiles([50, 50], highest: 700)
        let found = cache.manifest.statistics
        #expect(found.maximumToken == cache.examples.flatMap(\.tokens).max().map { Int($0) })
        #expect(found.maximumLength == cache.examples.map(\.tokens.count).max())
        #expect(found.maximumType == cache.examples.flatMap(\.typeIDs).max().map { Int($0) })
        let labels = cache.examples.flatMap { example in
            switch example.target {
            case .label(let id): [id]
            case .labels(let ids): ids
            default: [Int]()
            }
        }
        #expect(found.labelCounts == Dictionary(grouping: labels) { $0 }.mapValues(\.count))
        #expect(CacheStatistics(found.json) == found)
    }

    @Test("Details that are none are told from those that are, whatever their bytes")
    func details() {
        var random = FuzzRandom(seed: 5)
        for input in 0..<2_000 {
            let bytes = (0..<random.number(0...12)).map { _ in UInt8(random.number(0...255)) }
            guard let found = RowDetails.parse(bytes, tokenCount: input % 5) else { continue }
            #expect(found.typeIDs.count == input % 5)
        }
        for number in [0, 127, 128, 1 << 40] {
            var composer = ByteComposer()
            composer.add(number)
            composer.add("ä€")
            composer.add([number, 3])
            var parser = ByteParser(composer.bytes)
            #expect(parser.varint() == number && parser.text() == "ä€" && parser.numbers() == [number, 3])
            #expect(parser.isAtEnd)
        }
    }
}
