// Byte-pair encoding: a word is spelled in single bytes or characters, whose neighbours are then merged by
// rank.

/// The `BPE` model of tokenizer.json.
struct BytePairEncoding: SubwordModel {
    /// What a word is spelled in before merging.
    private enum Alphabet {
        /// Id of the token of each byte, or -1.
        case bytes([Int32])
        /// Each scalar is looked up; the ids are those of the tokens <0x00> to <0xFF> for scalars that are no
        /// tokens, if all are there.
        case scalars(fallback: [Int32]?)
    }

    /// The switches of tokenizer.json.
    struct Options: Sendable {
        /// Words stand in bytes (`ByteLevel` pre-tokenizer), not in scalars.
        var isByteLevel = false
        /// A word that is a token as a whole is not spelled.
        var ignoresMerges = false
        /// What is no token is spelled in tokens such as <0x0A>.
        var fallsBackToBytes = false
        /// Neighbouring unknown scalars give one unknown token.
        var fusesUnknown = false
    }

    let vocabulary: Vocabulary
    let unknownID: Int32?
    private let options: Options
    private let merges: PairMerges
    private let alphabet: Alphabet
    /// The words known to be one token, as they stand in the text.
    private var whole: Vocabulary?
    private static let noPrefix: [UInt8] = []

    init(
        vocabulary: Vocabulary, merges: [(left: Int32, right: Int32, merged: Int32)], unknown: Int32?,
        options: Options
    ) {
        self.vocabulary = vocabulary
        self.options = options
        self.merges = PairMerges(merges)
        unknownID = unknown
        if options.isByteLevel {
            alphabet = .bytes(ByteLevelAlphabet.characters.map { vocabulary.id(of: String($0)) ?? -1 })
        } else {
            alphabet = .scalars(
                fallback: options.fallsBackToBytes ? Self.byteTokens(vocabulary) : nil)
        }
        whole = wholeWords()
    }

    /// Ids of the tokens <0x00> to <0xFF>, or -1 for those that the vocabulary lacks.
    static func byteTokens(_ vocabulary: Vocabulary) -> [Int32] {
        (0...255).map { (byte: UInt8) in
            let digits = String(byte, radix: 16, uppercase: true)
            return vocabulary.id(of: "<0x\(digits.count < 2 ? "0" : "")\(digits)>") ?? -1
        }
    }

    /// The tokens that a word equal to them becomes: all with `ignoresMerges`, otherwise those that merging
    /// leads to.
    private func wholeWords() -> Vocabulary? {
        guard options.isByteLevel || options.ignoresMerges else { return nil }
        var tokens = Vocabulary.Entries()
        var form: [UInt8] = []
        for id in 0..<Int32(vocabulary.size) {
            guard let token = vocabulary.token(of: id) else { continue }
            form.removeAll(keepingCapacity: true)
            if !options.isByteLevel {
                form.append(contentsOf: token)
            } else if !ByteLevelAlphabet.append(token, to: &form) {
                continue
            }
            if !options.ignoresMerges {
                var pieces: [Piece] = []
                spell(form.span, 0..<form.count, into: &pieces)
                guard pieces.count == 1, pieces[0].id == id else { continue }
            }
            tokens.append(form[...], id: id)
        }
        return Vocabulary(tokens)
    }

    func tokenize(_ bytes: Span<UInt8>, _ word: Range<Int>, into pieces: inout [Piece]) {
        if let whole, word.count <= whole.longestToken {
            var hash = Vocabulary.Hash()
            for position in word { hash.combine(bytes[position]) }
            if let id = whole.id(bytes, word, after: Self.noPrefix, hash: hash) {
                pieces.append(Piece(id: id, start: Int32(word.lowerBound), end: Int32(word.upperBound)))
                return
            }
        }
        spell(bytes, word, into: &pieces)
    }

    private func spell(_ bytes: Span<UInt8>, _ word: Range<Int>, into pieces: inout [Piece]) {
        let first = pieces.count
        switch alphabet {
        case .bytes(let ids):
            var isComplete = true
            for position in word {
                let id = ids[Int(bytes[position])]
                isComplete = isComplete && id >= 0
                pieces.append(Piece(id: id, start: Int32(position), end: Int32(position + 1)))
            }
            if !isComplete { replaceUnknown(in: &pieces, from: first, bytes) }
        case .scalars(let fallback):
            var hasUnknown = false
            var position = word.lowerBound
            while position < word.upperBound {
                let end = position + bytes.scalar(at: position).width
                var hash = Vocabulary.Hash()
                for index in position..<end { hash.combine(bytes[index]) }
                let start = Int32(position)
                if let id = vocabulary.id(bytes, position..<end, after: Self.noPrefix, hash: hash) {
                    pieces.append(Piece(id: id, start: start, end: Int32(end)))
                } else if let fallback, (position..<end).allSatisfy({ fallback[Int(bytes[$0])] >= 0 }) {
                    for index in position..<end {
                        let id = fallback[Int(bytes[index])]
                        pieces.append(Piece(id: id, start: Int32(index), end: Int32(index + 1)))
                    }
                } else {
                    hasUnknown = true
                    pieces.append(Piece(id: -1, start: start, end: Int32(end)))
                }
                position = end
            }
            if hasUnknown { replaceUnknown(in: &pieces, from: first, bytes) }
        }
        merges.apply(to: &pieces, from: first)
    }

    /// Gives the pieces without a token, whose id is -1, the unknown token, or leaves them out if there is
    /// none.
    private func replaceUnknown(in pieces: inout [Piece], from first: Int, _ bytes: Span<UInt8>) {
        guard let unknownID else {
            dropUnknown(in: &pieces, from: first, bytes)
            return
        }
        var kept = first
        var wasUnknown = false
        for index in first..<pieces.count {
            var piece = pieces[index]
            if piece.id < 0, wasUnknown, options.fusesUnknown {
                pieces[kept - 1].end = piece.end
                continue
            }
            wasUnknown = piece.id < 0
            if wasUnknown { piece.id = unknownID }
            pieces[kept] = piece
            kept += 1
        }
        pieces.removeSubrange(kept...)
    }

    /// Leaves the pieces without a token out. The library then counts the places of the others as if they
    /// stood side by side, in the UTF-8 of the byte-level alphabet where the model spells bytes; so do their
    /// offsets.
    private func dropUnknown(in pieces: inout [Piece], from first: Int, _ bytes: Span<UInt8>) {
        /// The byte of the text at each place.
        var places: [Int32] = []
        func width(_ piece: Piece) -> Int {
            guard options.isByteLevel else { return Int(piece.end - piece.start) }
            return UTF8.width(ByteLevelAlphabet.characters[Int(bytes[Int(piece.start)])])
        }
        for piece in pieces[first...] {
            for offset in 0..<width(piece) {
                places.append(min(piece.start + Int32(offset), piece.end - 1))
            }
        }
        var kept = first
        var place = 0
        for index in first..<pieces.count where pieces[index].id >= 0 {
            let width = width(pieces[index])
            pieces[kept] = Piece(
                id: pieces[index].id, start: places[place], end: places[place + width - 1] + 1)
            place += width
            kept += 1
        }
        pieces.removeSubrange(kept...)
    }
}
