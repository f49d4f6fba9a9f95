// WordPiece: a word is spelled from left to right by the longest pieces of the vocabulary (Wu et al. 2016,
// as in BERT, Devlin et al. 2019).

/// The `WordPiece` model of tokenizer.json.
struct WordPiece: SubwordModel {
    let vocabulary: Vocabulary
    /// Id of words that cannot be spelled.
    let unknown: Int32
    /// What marks a piece that does not begin its word, BERT's `##`.
    let continuationPrefix: [UInt8]
    /// Words of more scalars are unknown.
    let longestWord: Int
    /// The hash after `continuationPrefix`.
    private let continuationHash: Vocabulary.Hash

    var unknownID: Int32? { unknown }

    init(vocabulary: Vocabulary, unknown: Int32, continuationPrefix: String, longestWord: Int) {
        self.vocabulary = vocabulary
        self.unknown = unknown
        self.continuationPrefix = Array(continuationPrefix.utf8)
        self.longestWord = longestWord
        var hash = Vocabulary.Hash()
        for byte in self.continuationPrefix { hash.combine(byte) }
        continuationHash = hash
    }

    func tokenize(_ bytes: Span<UInt8>, _ word: Range<Int>, into pieces: inout [Piece]) {
        let unknownPiece = Piece(id: unknown, start: Int32(word.lowerBound), end: Int32(word.upperBound))
        if word.count > longestWord, bytes.scalarCount(word) > longestWord {
            pieces.append(unknownPiece)
            return
        }
        if word.count <= vocabulary.longestToken {
            var hash = Vocabulary.Hash()
            for position in word { hash.combine(bytes[position]) }
            if let id = vocabulary.id(bytes, word, after: [], hash: hash) {
                pieces.append(Piece(id: id, start: unknownPiece.start, end: unknownPiece.end))
                return
            }
        }
        let first = pieces.count
        var start = word.lowerBound
        while start < word.upperBound {
            let piece =
                start == word.lowerBound
                ? longestPiece(bytes, start..<word.upperBound, after: [], hash: Vocabulary.Hash())
                : longestPiece(
                    bytes, start..<word.upperBound, after: continuationPrefix, hash: continuationHash)
            guard let piece else {
                pieces.removeSubrange(first...)
                pieces.append(unknownPiece)
                return
            }
            pieces.append(piece)
            start = Int(piece.end)
        }
    }

    /// The longest token that `rest` starts with, when it stands after `prefix`, whose hash is `hash`.
    private func longestPiece(
        _ bytes: Span<UInt8>, _ rest: Range<Int>, after prefix: [UInt8], hash: Vocabulary.Hash
    ) -> Piece? {
        var hash = hash
        var longest: Piece?
        let limit = min(rest.upperBound, rest.lowerBound + vocabulary.longestToken - prefix.count)
        var end = rest.lowerBound
        while end < limit {
            hash.combine(bytes[end])
            end += 1
            if end < rest.upperBound, bytes[end].isUTF8Continuation { continue }
            if let id = vocabulary.id(bytes, rest.lowerBound..<end, after: prefix, hash: hash) {
                longest = Piece(id: id, start: Int32(rest.lowerBound), end: Int32(end))
            }
        }
        return longest
    }
}
