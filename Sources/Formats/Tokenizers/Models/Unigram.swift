// The unigram language model (Kudo 2018): of all ways to spell a word in tokens, the one of the highest
// score.

/// The `Unigram` model of tokenizer.json.
struct Unigram: SubwordModel {
    /// How much worse than the worst token a scalar is that no token covers.
    private static let unknownPenalty = 10.0

    let vocabulary: Vocabulary
    private let scores: [Double]
    private let trie: TokenTrie
    private let unknown: Int32
    private let unknownScore: Double
    /// Ids of the tokens <0x00> to <0xFF>, -1 for those that are missing; nil without byte fallback.
    private let byteTokens: [Int32]?

    var unknownID: Int32? { unknown }

    /// `tokens` in order of their ids.
    init(tokens: [(token: String, score: Double)], unknown: Int32, fallsBackToBytes: Bool) {
        vocabulary = Vocabulary(tokens.enumerated().map { ($1.token, Int32($0)) })
        scores = tokens.map(\.score)
        trie = TokenTrie(tokens.map(\.token))
        self.unknown = unknown
        unknownScore = (scores.min() ?? 0) - Self.unknownPenalty
        byteTokens = fallsBackToBytes ? BytePairEncoding.byteTokens(vocabulary) : nil
    }

    /// The end of the best spelling up to a place: where its last token begins.
    private struct Node {
        var score = 0.0
        var start: Int32 = -1
        var id: Int32 = -1

        mutating func offer(_ id: Int32, start: Int, score: Double) {
            guard self.start < 0 || score > self.score else { return }
            self.score = score
            self.start = Int32(truncatingIfNeeded: start)
            self.id = id
        }
    }

    func tokenize(_ bytes: Span<UInt8>, _ word: Range<Int>, into pieces: inout [Piece]) {
        let nodes = bestSpellings(bytes, word)
        var parts: [Piece] = []
        var end = word.count
        while end > 0 {
            let node = nodes[end]
            let start = Int(node.start)
            // Neighbouring unknown scalars make one token.
            if node.id == unknown, let last = parts.last, last.id == unknown {
                parts[parts.count - 1].start = Int32(start)
            } else {
                parts.append(Piece(id: node.id, start: Int32(start), end: Int32(end)))
            }
            end = start
        }
        let base = Int32(word.lowerBound)
        for part in parts.reversed() {
            let piece = Piece(id: part.id, start: part.start + base, end: part.end + base)
            append(piece, bytes, to: &pieces)
        }
    }

    /// For each place of the word, from 0 to its length, the end of the best spelling up to there.
    private func bestSpellings(_ bytes: Span<UInt8>, _ word: Range<Int>) -> [Node] {
        var nodes = [Node](repeating: Node(), count: word.count + 1)
        var start = 0
        while start < word.count {
            let score = nodes[start].score
            let width = bytes.scalar(at: word.lowerBound + start).width
            var coversScalar = false
            var place = TokenTrie.root
            var end = start
            while end < word.count, let next = trie.next(place, bytes[word.lowerBound + end]) {
                place = next
                end += 1
                let id = trie.token(at: place)
                guard id >= 0 else { continue }
                nodes[end].offer(id, start: start, score: score + scores[Int(id)])
                coversScalar = coversScalar || end == start + width
            }
            if !coversScalar {
                nodes[start + width].offer(unknown, start: start, score: score + unknownScore)
            }
            start += width
        }
        return nodes
    }

    /// Adds a piece; what is unknown may still be a token as a whole or be spelled in bytes.
    private func append(_ piece: Piece, _ bytes: Span<UInt8>, to pieces: inout [Piece]) {
        guard piece.id == unknown else {
            pieces.append(piece)
            return
        }
        let range = Int(piece.start)..<Int(piece.end)
        var hash = Vocabulary.Hash()
        for position in range { hash.combine(bytes[position]) }
        if let id = vocabulary.id(bytes, range, after: [], hash: hash) {
            pieces.append(Piece(id: id, start: piece.start, end: piece.end))
        } else if let byteTokens, range.allSatisfy({ byteTokens[Int(bytes[$0])] >= 0 }) {
            for position in range {
                let id = byteTokens[Int(bytes[position])]
                pieces.append(Piece(id: id, start: piece.start, end: piece.end))
            }
        } else {
            pieces.append(piece)
        }
    }
}
