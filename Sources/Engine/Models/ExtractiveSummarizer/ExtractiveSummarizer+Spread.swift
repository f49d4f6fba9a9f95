// Whether the encoder tells the sentences of a window apart by their [CLS] states.

package import Layers
internal import Tensors

extension ExtractiveSummarizer {
    /// The largest distance of a sentence's [CLS] state from the mean of those of its window, relative to
    /// that mean's length; nil when no window has two sentences. The pass must not train.
    package func stateSpread(_ pass: Pass, sentences: SentenceBatch) -> Double? {
        let states = encoder.states(of: sentences.places, pass).states
        var largest: Double?
        for (start, end) in zip(sentences.offsets, sentences.offsets.dropFirst()) where end - start > 1 {
            let rows = (Int(start)..<Int(end)).map { states.rows($0..<$0 + 1).values().map(Double.init) }
            let mean = (0..<states.columns).map { column in
                rows.reduce(0) { $0 + $1[column] } / Double(rows.count)
            }
            let length = mean.reduce(0) { $0 + $1 * $1 }
            // A model without weights has states of zeros, which say nothing.
            guard length > 0 else { continue }
            for row in rows {
                let distance = zip(row, mean).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
                largest = max(largest ?? 0, (distance / length).squareRoot())
            }
        }
        return largest
    }
}
