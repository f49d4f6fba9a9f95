// Word and character error rates of written texts.

internal import Metrics

/// Edits that turn the predictions into their references, divided by the references' lengths: `wer` in words
/// between white space, `cer` in characters. Of several references the one with the lowest rate counts; case
/// and punctuation do too. As jiwer computes them.
struct ErrorRateMetric: TextMetric {
    /// Edits and length in words, then in characters.
    var width: Int { 4 }

    func counts(prediction: String, references: [String]) -> [Int64] {
        Self.best(Self.words(prediction), references.map(Self.words))
            + Self.best(Self.characters(prediction), references.map(Self.characters))
    }

    /// Edits and length of the reference with the lowest rate; the first of equals.
    private static func best<Element: Hashable>(
        _ prediction: [Element], _ references: [[Element]]
    ) -> [Int64] {
        let found = references.map { (edits: EditDistance.between($0, prediction), length: $0.count) }
        let best = found.min { $0.edits * max($1.length, 1) < $1.edits * max($0.length, 1) }
        return best.map { [Int64($0.edits), Int64($0.length)] } ?? [0, 0]
    }

    private static func words(_ text: String) -> [Substring] { text.split(whereSeparator: \.isWhitespace) }

    /// Unicode scalars without white space at the ends.
    private static func characters(_ text: String) -> [Unicode.Scalar] {
        let scalars = text.unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return [] }
        return Array(scalars[first...last])
    }

    var metrics: [Metric] {
        [
            Metric("wer", .share, .lowerIsBetter) { Double($0[1]) / Double($0[2]) },
            Metric("cer", .share, .lowerIsBetter) { Double($0[3]) / Double($0[4]) },
        ]
    }

    func signature(_ sums: [Int64]) -> (name: String, text: String)? {
        (
            "wer",
            "edits of all rows divided by words, for cer by characters, of the best references, as jiwer 4.0"
        )
    }
}
