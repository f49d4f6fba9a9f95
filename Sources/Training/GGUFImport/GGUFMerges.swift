// The merges of a byte-level BPE, each of two tokens that make a third.

/// Reading of `tokenizer.ggml.merges`.
enum GGUFMerges {
    /// The merges as they stand. Throws when one is not two tokens with a space between, or makes no token.
    static func read(_ keys: GGUFKeys, tokens: [String]) throws(GGUFImportError) -> [String] {
        let key = "tokenizer.ggml.merges"
        guard let merges = try keys.strings(key) else { throw .missingMetadata(key, in: keys.path) }
        // As bytes: text that looks alike may be different tokens.
        let known = Set(tokens.map { Array($0.utf8) })
        for (index, merge) in merges.enumerated() {
            let parts = merge.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
            guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else {
                throw .badTokenizer(
                    "merge \(index), '\(merge)', is not two tokens with a space between", in: keys.path)
            }
            for part in [Array(parts[0]), Array(parts[1]), Array(parts[0]) + Array(parts[1])]
            where !known.contains(part) {
                throw .badTokenizer(
                    "merge \(index), '\(merge)', needs the token '\(String(decoding: part, as: UTF8.self))', "
                        + "which is missing", in: keys.path)
            }
        }
        return merges
    }
}
