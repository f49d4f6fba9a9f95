// Text as it is generated: ids go in one at a time, text comes out as soon as no later id can change it.

/// Decodes a growing sequence of ids.
///
/// What `append` and `finish` return, joined, is what `decode` gives for all ids at once. A piece is held
/// back while it may be part of a character whose other bytes are still to come.
package struct IncrementalDetokenizer: Sendable {
    private let tokenizer: any Tokenizer
    private let skipsSpecialTokens: Bool
    /// Ids of which all text was returned, kept because a decoder treats the first token of a sequence
    /// differently; then those of which some is held back.
    private var window: [Int32] = []
    /// Number of ids at the start of `window` of which all text was returned.
    private var finished = 0
    /// Bytes of the text of `window` that were returned.
    private var returned = 0

    package init(_ tokenizer: any Tokenizer, skippingSpecialTokens: Bool = true) {
        self.tokenizer = tokenizer
        skipsSpecialTokens = skippingSpecialTokens
    }

    /// Takes the next id and returns the text that it completes, often that of this id, sometimes none.
    package mutating func append(_ id: Int32) -> String {
        // What is left out does not count as the first token of a window either.
        guard let token = tokenizer.token(of: id) else { return "" }
        if skipsSpecialTokens, tokenizer.isSpecialToken(id) { return "" }
        window.append(id)
        let text = Array(tokenizer.decode(window, skippingSpecialTokens: skipsSpecialTokens).utf8)
        if TokenDecoder.byte(of: Array(token.utf8)[...]) != nil { return "" }
        var stable = text[...]
        let unfinished: [UInt8] = [0xEF, 0xBF, 0xBD]
        while stable.suffix(3) == unfinished[...] { stable = stable.dropLast(3) }
        let new = stable.count > returned ? String(decoding: stable[returned...], as: UTF8.self) : ""
        returned = max(returned, stable.count)
        if stable.count == text.count { restart() }
        return new
    }

    /// Returns what is held back; broken characters are U+FFFD.
    package mutating func finish() -> String {
        let text = Array(tokenizer.decode(window, skippingSpecialTokens: skipsSpecialTokens).utf8)
        let rest = text.count > returned ? String(decoding: text[returned...], as: UTF8.self) : ""
        window = []
        finished = 0
        returned = 0
        return rest
    }

    /// Forgets the ids before those of the last step, which are the context of the next.
    private mutating func restart() {
        window.removeFirst(finished)
        finished = window.count
        returned = tokenizer.decode(window, skippingSpecialTokens: skipsSpecialTokens).utf8.count
    }
}
