// A step of a model as the padded inputs of its graph.

internal import Layers
internal import Models
internal import Safetensors
internal import Tensors

/// The inputs of a step, `[B, L]` with the longest sequence's length, and which entries of the outputs belong
/// to it.
struct GraphRequest {
    let step: ModelStep
    /// The id that fills rows of tokens up.
    let padding: Int32
    /// The names of the inputs that the model's first graph takes.
    let inputs: Set<String>

    /// The tensors of the request, by the names that `runtime.py` knows.
    func tensors() -> SafetensorsWriter {
        var writer = SafetensorsWriter()
        let (batch, target) = (step.batch, step.target)
        if let images = batch.images {
            writer.add(
                "pixel_values",
                shape: [images.pixels.rows, images.channels, images.height, images.width],
                tensor: images.pixels)
        } else {
            let ones = batch.tokens.map { _ in Int32(1) }
            let columns: [(String, [Int32], Int32)] = [
                ("input_ids", batch.tokens, padding), ("attention_mask", ones, 0),
                ("token_type_ids", batch.typeIDs, 0), ("position_ids", batch.positions, 0),
            ]
            for (name, values, filler) in columns where inputs.contains(name) {
                add(name, values, batch.offsets, filler, to: &writer)
            }
        }
        if let target {
            add("decoder_input_ids", target.tokens, target.offsets, 0, to: &writer)
        }
        if let sentences = step.sentences {
            add(sentences, to: &writer)
        } else if let rows = step.rows {
            keep(rows, (target ?? batch).offsets, in: &writer)
        }
        return writer
    }

    private func add(
        _ name: String, _ values: [Int32], _ offsets: [Int32], _ filler: Int32,
        to writer: inout SafetensorsWriter
    ) {
        let length = Self.longest(offsets)
        var padded = [Int64](repeating: Int64(filler), count: (offsets.count - 1) * length)
        for (row, (start, end)) in zip(offsets, offsets.dropFirst()).enumerated() {
            for (column, index) in (Int(start)..<Int(end)).enumerated() {
                padded[row * length + column] = Int64(values[index])
            }
        }
        writer.add(name, shape: [offsets.count - 1, length], integers: padded)
    }

    private func add(_ sentences: SentenceBatch, to writer: inout SafetensorsWriter) {
        let offsets = sentences.offsets
        let places = zip(offsets, offsets.dropFirst()).enumerated().flatMap { row, ends in
            (ends.0..<ends.1).map { sentences.places[Int($0)] - step.batch.offsets[row] }
        }
        add("sentence_starts", places, offsets, 0, to: &writer)
        add("sentence_positions", sentences.positions, offsets, 0, to: &writer)
        add("sentence_mask", places.map { _ in 1 }, offsets, 0, to: &writer)
        keep(places.indices.map { Int32($0) }, offsets, in: &writer)
    }

    /// Rows of a flat batch as row and column of a padded one.
    private func keep(_ rows: [Int32], _ offsets: [Int32], in writer: inout SafetensorsWriter) {
        var sequence = 0
        let places = rows.flatMap { row in
            while row >= offsets[sequence + 1] { sequence += 1 }
            return [Int64(sequence), Int64(row - offsets[sequence])]
        }
        writer.add("keep", shape: [rows.count, 2], integers: places)
    }

    private static func longest(_ offsets: [Int32]) -> Int {
        zip(offsets, offsets.dropFirst()).reduce(0) { max($0, Int($1.1 - $1.0)) }
    }
}
