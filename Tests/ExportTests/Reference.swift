// What Lockstep computes for a tiny model, and the padded inputs that stand for the same batch in a graph.

import Generation
import Layers
import Models
import Safetensors
import Tensors

/// A batch of texts of different lengths, flat for Lockstep and padded for a graph.
struct PaddedBatch {
    let sequences: [[Int32]]
    let types: [[Int32]]
    let padding: Int32
    /// Whether the padding stands before the tokens, as in batches of prompts.
    var isLeft = false

    init(lengths: [Int], padding: Int32, typeCount: Int = 2, seed: Int32 = 1) {
        self.padding = padding
        sequences = lengths.enumerated().map { row, length in
            (0..<Int32(length)).map { 4 + ($0 * 7 + Int32(row) * 11 + seed * 5) % 34 }
        }
        types = lengths.map { length in (0..<length).map { typeCount > 1 && $0 > length / 2 ? 1 : 0 } }
    }

    var length: Int { sequences.map(\.count).max() ?? 0 }

    var batch: TokenBatch {
        TokenBatch(
            tokens: sequences.flatMap { $0 }, typeIDs: types.flatMap { $0 },
            positions: sequences.flatMap { $0.indices.map { Int32($0) } },
            offsets: sequences.reduce(into: [0]) { $0.append($0[$0.count - 1] + Int32($1.count)) },
            sampleIDs: sequences.indices.map { UInt64($0) })
    }

    /// Rows of numbers, filled up.
    func padded(_ rows: [[Int32]], with filler: Int32) -> [Int64] {
        rows.flatMap { row in
            let rest = [Int64](repeating: Int64(filler), count: length - row.count)
            return isLeft ? rest + row.map { Int64($0) } : row.map { Int64($0) } + rest
        }
    }

    /// Adds the inputs that a graph takes.
    func write(to writer: inout SafetensorsWriter, names: Set<String>) {
        let shape = [sequences.count, length]
        let ones = sequences.map { $0.map { _ in Int32(1) } }
        for (name, rows, filler) in [
            ("input_ids", sequences, padding), ("attention_mask", ones, 0), ("token_type_ids", types, 0),
            ("position_ids", sequences.map { $0.indices.map { Int32($0) } }, 0),
        ] where names.contains(name) {
            writer.add(name, shape: shape, integers: padded(rows, with: filler))
        }
    }

    /// The rows of a padded output `[B, L, K]`, flattened, that belong to tokens.
    func tokens(of output: [Float]) -> [Float] {
        let width = output.count / (sequences.count * length)
        return sequences.enumerated().flatMap { row, tokens in
            let start = (row * length + (isLeft ? length - tokens.count : 0)) * width
            return output[start..<start + tokens.count * width]
        }
    }
}

/// Sentences of a padded batch: every fourth token starts one.
struct PaddedSentences {
    let starts: [[Int32]]

    init(_ batch: PaddedBatch) {
        starts = batch.sequences.map { stride(from: 0, to: Int32($0.count), by: 4).map { $0 } }
    }

    var count: Int { starts.map(\.count).max() ?? 0 }

    func flat(_ batch: TokenBatch) -> SentenceBatch {
        SentenceBatch(
            places: zip(starts, batch.offsets).flatMap { starts, offset in starts.map { $0 + offset } },
            positions: starts.flatMap { $0.indices.map { Int32($0) + 2 } },
            offsets: starts.reduce(into: [0]) { $0.append($0[$0.count - 1] + Int32($1.count)) })
    }

    func write(to writer: inout SafetensorsWriter) {
        func rows(_ value: (Int, Int32) -> Int) -> [Int64] {
            starts.flatMap { row in
                row.enumerated().map { Int64(value($0.offset, $0.element)) }
                    + [Int64](repeating: 0, count: count - row.count)
            }
        }
        let shape = [starts.count, count]
        writer.add("sentence_starts", shape: shape, integers: rows { Int($1) })
        writer.add("sentence_positions", shape: shape, integers: rows { index, _ in index + 2 })
        writer.add("sentence_mask", shape: shape, integers: rows { _, _ in 1 })
    }

    /// The entries of a padded output `[B, N]` that belong to sentences.
    func sentences(of output: [Float]) -> [Float] {
        starts.enumerated().flatMap { row, starts in output[row * count..<row * count + starts.count] }
    }
}
