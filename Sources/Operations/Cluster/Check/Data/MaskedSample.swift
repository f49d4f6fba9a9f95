// A row as the model reads it, with the tokens that it learns from marked.

internal import Datasets
internal import Tokenizers

/// The decoded tokens of a row, in stretches that are learnt or not.
package struct MaskedSample: Sendable, Equatable {
    /// A stretch of tokens.
    package struct Part: Sendable, Equatable {
        package let text: String
        package let isLearnt: Bool

        package init(_ text: String, isLearnt: Bool) { (self.text, self.isLearnt) = (text, isLearnt) }
    }

    /// Where the row stands.
    package let place: String
    package let parts: [Part]
    /// The row's label in words; nil where it has none.
    package let label: String?

    package init(place: String, parts: [Part], label: String?) {
        (self.place, self.parts, self.label) = (place, parts, label)
    }

    /// Row number `row` of tokenised rows; `labels` are the names of a classifier's.
    init(_ rows: TokenizedDataset, row: Int, tokenizer: any Tokenizer, labels: [String]) {
        let tokens = Array(rows.tokens(of: row))
        var isLearnt = [Bool](repeating: false, count: tokens.count)
        var label: String?
        func name(_ id: Int) -> String { labels.indices.contains(id) ? labels[id] : "\(id)" }
        switch rows.target(of: row) {
        case .spans(let spans):
            for span in spans { for place in span.clamped(to: 0..<tokens.count) { isLearnt[place] = true } }
        case .label(let id): label = name(id)
        case .labels(let ids): label = ids.map(name).joined(separator: ", ")
        case .values(let values): label = values.map { "\($0)" }.joined(separator: ", ")
        case .none: break
        }
        var parts: [Part] = []
        var start = 0
        while start < tokens.count {
            let end = isLearnt[start...].firstIndex { $0 != isLearnt[start] } ?? tokens.count
            let text = tokenizer.decode(Array(tokens[start..<end]), skippingSpecialTokens: false)
            parts.append(Part(text, isLearnt: isLearnt[start]))
            start = end
        }
        self.init(place: "\(rows.source(of: row))", parts: parts, label: label)
    }

    /// On one line of at most `width` characters: what is learnt in colour, or in `⟦…⟧`.
    package func line(width: Int, inColor: Bool) -> String {
        var left = width
        var text = ""
        for part in parts {
            guard left > 0 else { break }
            let words = part.text.split(whereSeparator: \.isNewline).joined(separator: "⏎")
            let shown = words.count > left ? String(words.prefix(left)) + "…" : words
            left -= words.count
            switch (part.isLearnt, inColor) {
            case (false, _): text += shown
            case (true, true): text += "\u{1B}[32m\(shown)\u{1B}[0m"
            case (true, false): text += "⟦\(shown)⟧"
            }
        }
        return text + (label.map { " → \($0)" } ?? "")
    }
}
