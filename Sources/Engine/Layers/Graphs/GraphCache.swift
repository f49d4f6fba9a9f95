// The keys and values that a decoder's graph takes and gives: the names that ONNX Runtime's users know.

/// Names of the keys and values that a decoder's graph takes and gives, and whether it takes any.
package final class GraphCache {
    private let graph: GraphRecorder
    /// What stands between the number of a layer and `key` or `value`: nothing, or the parts of a decoder
    /// with cross-attention.
    private let hasSource: Bool
    private let takesPast: Bool
    private var counts = (own: 0, source: 0)
    /// The number of cached tokens, without axes; nil where there is none.
    package let pastLength: GraphValue?

    /// `hasSource` where the decoder has cross-attention; `takesPast` where keys and values of tokens before,
    /// and those of the source, are inputs.
    package init(_ graph: GraphRecorder, hasSource: Bool, takesPast: Bool) {
        self.graph = graph
        self.hasSource = hasSource
        self.takesPast = takesPast
        // The first layer declares this input when it comes.
        let first = GraphValue(name: "past_key_values.0.\(hasSource ? "decoder." : "")key")
        pastLength = takesPast ? graph.scoped("cache") { graph.extent(first, axis: 2) } : nil
    }

    private static let past = GraphAxis.named("past_sequence_length")
    private static let whole = GraphAxis.named("past_sequence_length + sequence_length")
    private static let sourceLength = GraphAxis.named("encoder_sequence_length")

    private func part(_ name: String) -> String { hasSource ? name + "." : "" }

    private func input(_ name: String, _ heads: Int, _ headSize: Int, _ length: GraphAxis) -> GraphValue {
        graph.input(name, .float32, [.named("batch_size"), .fixed(heads), length, .fixed(headSize)])
    }

    private func output(
        _ value: GraphValue, _ name: String, _ heads: Int, _ headSize: Int, _ length: GraphAxis
    ) {
        graph.output(
            value, name, .float32, [.named("batch_size"), .fixed(heads), length, .fixed(headSize)])
    }

    /// Keys and values `[B, heads, past + L, headSize]` of the next layer's own tokens.
    func extended(
        _ keys: GraphValue, _ values: GraphValue, heads: Int, headSize: Int
    ) -> (keys: GraphValue, values: GraphValue) {
        let name = "\(counts.own)." + part("decoder")
        counts.own += 1
        var (keys, values) = (keys, values)
        if takesPast {
            let pastName = "past_key_values." + name
            let pastKeys = input(pastName + "key", heads, headSize, Self.past)
            let pastValues = input(pastName + "value", heads, headSize, Self.past)
            keys = graph.concatenation([pastKeys, keys], axis: 2)
            values = graph.concatenation([pastValues, values], axis: 2)
        }
        let length = takesPast ? Self.whole : .named("sequence_length")
        output(keys, "present." + name + "key", heads, headSize, length)
        output(values, "present." + name + "value", heads, headSize, length)
        return (keys, values)
    }

    /// Keys and values `[B, heads, S, headSize]` of what the next layer attends to: those of the first step,
    /// which `make` computes.
    func fixed(
        heads: Int, headSize: Int, _ make: () -> (keys: GraphValue, values: GraphValue)
    ) -> (keys: GraphValue, values: GraphValue) {
        let name = "\(counts.source)." + part("encoder")
        counts.source += 1
        if takesPast {
            let pastName = "past_key_values." + name
            return (
                input(pastName + "key", heads, headSize, Self.sourceLength),
                input(pastName + "value", heads, headSize, Self.sourceLength)
            )
        }
        let made = make()
        output(made.keys, "present." + name + "key", heads, headSize, Self.sourceLength)
        output(made.values, "present." + name + "value", heads, headSize, Self.sourceLength)
        return made
    }
}
