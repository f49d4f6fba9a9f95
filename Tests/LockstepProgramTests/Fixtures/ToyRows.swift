// Rows whose labels follow from their words, the same in every run of the tests.

import Tensors

/// A generated text with how many good words it has more than bad ones.
struct ToyRow {
    let text: String
    let balance: Int
    /// Words of different length, so that sequences differ too.
    let wordCount: Int

    /// The single label.
    var tone: String { balance > 0 ? "positive" : balance < 0 ? "negative" : "neutral" }

    /// So many rows of a random text; other seeds give other rows.
    static func rows(_ count: Int, seed: UInt64 = 1) -> [ToyRow] {
        let key = RandomKey(seed: seed).derived("rows")
        return (0..<count).map { index in
            let rowKey = key.derived(UInt64(index))
            func draw(_ place: Int, below bound: Int) -> Int {
                Int(rowKey.word(UInt64(place)) % UInt64(bound))
            }
            let tone = index % 3 - 1
            var words: [String] = []
            var balance = 0
            for place in 0..<3 + draw(0, below: 9) {
                let number = draw(3 * place + 2, below: 8)
                if tone != 0, draw(3 * place + 1, below: 3) == 0 || place == 2 {
                    words.append(tone > 0 ? ToyModel.goodWords[number] : ToyModel.badWords[number])
                    balance += tone
                } else {
                    words.append(ToyModel.plainWords[draw(3 * place + 3, below: 24)])
                }
            }
            return ToyRow(
                text: words.joined(separator: " ") + ".", balance: balance, wordCount: words.count)
        }
    }
}

extension [ToyRow] {
    /// JSON Lines with the columns `id`, `text` and `label`.
    var jsonLines: String {
        enumerated().map { #"{"id": \#($0), "text": "\#($1.text)", "label": "\#($1.tone)"}"# + "\n" }.joined()
    }

    /// CSV with the same columns.
    var csv: String {
        "id,text,label\n" + enumerated().map { "\($0),\"\($1.text)\",\($1.tone)\n" }.joined()
    }

    /// JSON Lines without labels, with a column that a prediction must carry along.
    var unlabelledLines: String {
        enumerated().map { #"{"id": \#($0), "text": "\#($1.text)", "note": ["ü", \#($0), null]}"# + "\n" }
            .joined()
    }
}
