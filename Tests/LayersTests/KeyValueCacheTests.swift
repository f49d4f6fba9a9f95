// Decoding with a cache against whole sequences, with beams that are reordered.

import Layers
import Tensors
import Testing

@Suite struct KeyValueCacheTests {
    /// A block of grouped-query and cross-attention with random weights.
    private struct Fixture {
        let attention: GroupedQueryAttention
        let cross: CrossAttention
        let store: ParameterStore
        let source = CrossAttentionSource(states: randomTensor(5, 6, seed: 40), offsets: [0, 3, 5])

        init() {
            var layout = ParameterLayout()
            attention = GroupedQueryAttention(
                &layout, "attention", .separate(query: "q", key: "k", value: "v"), outputName: "o",
                shape: .init(width: 6, heads: 4, keyValueHeads: 2, headSize: 4),
                rotary: RotaryEmbedding(headSize: 4, base: 50, scaling: .none), dropoutProbability: 0,
                standardDeviation: 1)
            cross = CrossAttention(
                &layout, "cross", .separate(query: "cq", key: "ck", value: "cv"), outputName: "co", width: 6,
                sourceWidth: 6, heads: 2, dropoutProbability: 0, standardDeviation: 1)
            store = ParameterStore(layout: layout)
            store.initialize(key: RandomKey(seed: 4))
        }

        /// The outputs at all tokens of the batch. Every token has an input of its own.
        func run(_ sequences: [[Int32]], from starts: [Int], cache: KeyValueCache?) -> [[Float]] {
            let tokens = zip(sequences, starts).flatMap { $0[$1...] }
            let lengths = zip(sequences, starts).map { $0.count - $1 }
            let batch = TokenBatch(
                tokens: tokens, typeIDs: tokens.map { _ in 0 },
                positions: zip(sequences, starts).flatMap { ($1..<$0.count).map { Int32($0) } },
                offsets: lengths.reduce(into: [0]) { $0.append($0[$0.count - 1] + Int32($1)) },
                sampleIDs: sequences.indices.map { UInt64($0) })
            cache?.extend(by: batch)
            let pass = Pass(parameters: store, workspace: Workspace(), batch: batch, cache: cache)
            let x = Tensor(rows: tokens.count, columns: 6)
            for (row, token) in tokens.enumerated() {
                x.rows(row..<row + 1).copy(from: randomTensor(1, 6, seed: UInt64(token)))
            }
            let y = cross.forward(attention.forward(x, pass), source, pass)
            return (0..<y.rows).map { y.rows($0..<$0 + 1).values() }
        }
    }

    @Test("steps of one and of several tokens, with beams chosen anew, give the whole sequences' outputs")
    func steps() {
        let fixture = Fixture()
        let cache = KeyValueCache(sequenceCount: 2)
        var sequences: [[Int32]] = [[1, 2, 3], [4]]
        var sources = [0, 1]
        var starts = [0, 0]
        func check() {
            let found = fixture.run(sequences, from: starts, cache: cache)
            var row = 0
            for (index, sequence) in sequences.enumerated() {
                // Alone, without a cache, between two sequences that fill both sources' places.
                let pair = sources[index] == 0 ? [sequence, [90]] : [[90], sequence]
                let whole = fixture.run(pair, from: [0, 0], cache: nil)
                let own = sources[index] == 0 ? Array(whole.prefix(sequence.count)) : Array(whole.dropFirst())
                for expected in own[starts[index]...] {
                    for (a, b) in zip(found[row], expected) { #expect(abs(a - b) < 2e-5 * max(1, abs(b))) }
                    row += 1
                }
            }
            #expect(row == found.count)
            #expect(sequences.indices.map(cache.length) == sequences.map(\.count))
        }
        check()
        for (step, parents) in [[0, 0, 1], [1, 2, 0, 1], [3, 1], [1, 0], [0]].enumerated() {
            cache.select(parents)
            starts = parents.map { sequences[$0].count }
            sources = parents.map { sources[$0] }
            sequences = parents.enumerated().map { place, parent in
                let new = (0..<(step == 1 ? 1 + place : 1)).map { Int32(10 + 10 * step + 3 * place + $0) }
                return sequences[parent] + new
            }
            check()
        }
    }
}
