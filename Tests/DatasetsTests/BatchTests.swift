// Examples, their store, and padding-free batches.

import Datasets
import Testing

@Suite struct BatchTests {
    static let examples = [
        Example(
            tokens: [101, 7, 102], target: .label(2), source: RowSource(file: "a.jsonl", line: 1)),
        Example(
            tokens: [101, 8, 102, 9, 102], typeIDs: [0, 0, 0, 1, 1], target: .labels([0, 3]),
            source: RowSource(file: "a.jsonl", line: 3)),
        Example(tokens: [], target: .none, source: RowSource(file: "b.jsonl", line: 1)),
        Example(tokens: [5], target: .values([0.5, -1]), source: RowSource(file: "b.jsonl", line: 2)),
    ]

    @Test("A batch lays sequences one after the other without padding")
    func layout() {
        let batch = ExampleBatch(examples: Self.examples, rows: [10, 4, 7, 8])
        #expect(batch.tokens == [101, 7, 102, 101, 8, 102, 9, 102, 5])
        #expect(batch.typeIDs == [0, 0, 0, 0, 0, 0, 1, 1, 0])
        #expect(batch.positions == [0, 1, 2, 0, 1, 2, 3, 4, 0])
        #expect(batch.sequenceOffsets == [0, 3, 8, 8, 9])
        #expect(batch.sampleIDs == [10, 4, 7, 8])
        #expect(batch.rows == [10, 4, 7, 8])
        #expect(batch.targets == [.label(2), .labels([0, 3]), .none, .values([0.5, -1])])
        #expect(batch.maximumLength == 5)
        #expect(batch.sequenceCount == 4)
        #expect(batch.tokenCount == 9)
        #expect(ExampleBatch(examples: Self.examples).rows == [0, 1, 2, 3])
    }

    @Test("A rank without rows has an empty batch")
    func empty() {
        #expect(TokenizedDataset(Self.examples).batch(rows: []) == ExampleBatch())
        #expect(ExampleBatch(examples: []).sequenceOffsets == [0])
    }

    @Test("The store gives back every example and the batches that the examples make")
    func store() {
        let store = TokenizedDataset(Self.examples)
        #expect(store.count == 4)
        #expect(store.tokenCount == 9)
        #expect(store.lengths == [3, 5, 0, 1])
        #expect(store.maximumLength == 5)
        for row in 0..<4 {
            #expect(store.example(at: row) == Self.examples[row])
            #expect(store.source(of: row) == Self.examples[row].source)
            #expect(store.target(of: row) == Self.examples[row].target)
        }
        let rows = [3, 1, 0]
        #expect(store.batch(rows: rows) == ExampleBatch(examples: rows.map { Self.examples[$0] }, rows: rows))
        let untyped = TokenizedDataset([Self.examples[0], Self.examples[3]])
        #expect(untyped.batch(rows: [1, 0]).typeIDs == [0, 0, 0, 0])
        #expect(untyped.example(at: 0) == Self.examples[0])
    }
}
