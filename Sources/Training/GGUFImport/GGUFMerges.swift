// The merges of a BPE, each of two tokens that make a third: as they stand in the file, or derived from its
// scores.

internal import Phrases

/// Reading of `tokenizer.ggml.merges` and `tokenizer.ggml.scores`.
enum GGUFMerges {
    /// Two tokens that become one.
    struct Merge: Sendable {
        let left: String
        let right: String
    }

    /// The merges as they stand, best first. Throws when one is not two tokens with a space between, or makes
    /// no token.
    static func read(_ keys: GGUFKeys, tokens: [String]) throws(GGUFImportError) -> [Merge] {
        let key = "tokenizer.ggml.merges"
        guard let merges = try keys.strings(key) else { throw .missingMetadata(key, in: keys.path) }
        // As bytes: text that looks alike may be different tokens.
        let known = Set(tokens.map { Array($0.utf8) })
        var result: [Merge] = []
        result.reserveCapacity(merges.count)
        for (index, merge) in merges.enumerated() {
            let parts = merge.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
            guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else {
                throw .badTokenizer(
                    "merge \(index), '\(merge)', is not two tokens with a space between", in: keys.path)
            }
            for part in [Array(parts[0]), Array(parts[1]), Array(parts[0]) + Array(parts[1])]
            where !known.contains(part) {
                throw .badTokenizer(
                    "merge \(index), '\(merge)', needs the token '\(text(part[...]))', which is missing",
                    in: keys.path)
            }
            result.append(Merge(left: text(ArraySlice(parts[0])), right: text(ArraySlice(parts[1]))))
        }
        return result
    }

    /// The merges that the vocabulary of a SentencePiece BPE implies, best first: every way to make a token
    /// of two others, those of the highest score first; of one score those with longer left parts, then
    /// longer right parts, then in the order of the ids. `tokens` has nil for ids that stand for no token.
    static func derived(_ keys: GGUFKeys, tokens: [String?]) throws(GGUFImportError) -> [Merge] {
        let scores = try scores(keys, count: tokens.count)
        let pieces = tokens.map { $0.map { Array($0.utf8) } }
        var ids: [ArraySlice<UInt8>: Int] = [:]
        for (id, piece) in pieces.enumerated() { if let piece { ids[piece[...]] = id } }
        var found: [(score: Double, lengths: (Int, Int), ids: (Int, Int, Int), merge: Merge)] = []
        for (id, piece) in pieces.enumerated() {
            guard let piece else { continue }
            let length = scalarCount(piece[...])
            for end in piece.indices.dropFirst() where isScalarStart(piece[end]) {
                let (left, right) = (piece[..<end], piece[end...])
                guard let leftID = ids[left], let rightID = ids[right] else { continue }
                let leftLength = scalarCount(left)
                found.append(
                    (
                        scores[id], (leftLength, length - leftLength), (id, leftID, rightID),
                        Merge(left: text(left), right: text(right))
                    ))
            }
        }
        found.sort {
            $0.score != $1.score
                ? $0.score > $1.score
                : $0.lengths != $1.lengths ? $0.lengths > $1.lengths : $0.ids < $1.ids
        }
        return found.map(\.merge)
    }

    private static func scores(_ keys: GGUFKeys, count: Int) throws(GGUFImportError) -> [Double] {
        let key = "tokenizer.ggml.scores"
        guard let scores = try keys.floats(key) else { throw .missingMetadata(key, in: keys.path) }
        guard scores.count == count else {
            throw .badTokenizer("it has \(count, "token") and \(scores.count, "score")", in: keys.path)
        }
        if let id = scores.firstIndex(where: \.isNaN) {
            throw .badTokenizer("the score of token \(id) is not a number", in: keys.path)
        }
        return scores
    }

    private static func isScalarStart(_ byte: UInt8) -> Bool { byte & 0xC0 != 0x80 }

    private static func scalarCount(_ bytes: ArraySlice<UInt8>) -> Int { bytes.count(where: isScalarStart) }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }
}
