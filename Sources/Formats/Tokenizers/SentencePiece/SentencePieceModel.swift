// A model of SentencePiece (spiece.model, sentencepiece.bpe.model, tokenizer.model): its pieces with their
// scores, and how texts are normalised for it. Field numbers are those of sentencepiece_model.proto.

/// What is used of a SentencePiece model.
struct SentencePieceModel {
    /// What a piece is for.
    enum Kind: Int64 {
        case normal = 1
        case unknown, control, userDefined, unused, byte
    }

    /// How a word is spelled in pieces.
    enum Algorithm: Int64 {
        case unigram = 1
        case bytePairEncoding, word, character

        var name: String {
            switch self {
            case .unigram: "unigram"
            case .bytePairEncoding: "BPE"
            case .word: "word"
            case .character: "char"
            }
        }
    }

    struct Piece {
        var text = ""
        var score: Float = 0
        var kind = Kind.normal
    }

    private(set) var pieces: [Piece] = []
    private(set) var algorithm = Algorithm.unigram
    private(set) var fallsBackToBytes = false
    private(set) var marksWordEnds = false
    private(set) var unknown = (id: Int64(0), piece: "<unk>")
    private(set) var beginning = (id: Int64(1), piece: "<s>")
    private(set) var end = (id: Int64(2), piece: "</s>")
    /// The compiled table of the normaliser; empty for identity.
    private(set) var charsmap: ArraySlice<UInt8> = []
    private(set) var addsDummyPrefix = true
    private(set) var removesExtraSpaces = true
    private(set) var escapesSpaces = true

    /// Reads the message; fields that are not used are passed over.
    init(_ bytes: [UInt8]) throws(WireError) {
        var reader = WireReader(bytes[...])
        while let field = try reader.next() {
            switch field.number {
            case 1: pieces.append(try Self.piece(field))
            case 2: try readTrainer(field.bytes())
            case 3: try readNormalizer(field.bytes())
            default: break
            }
            guard pieces.count <= Int(TokenizerFile.highestID) else {
                throw WireError(
                    byte: field.byte, problem: "there are more than \(TokenizerFile.highestID) pieces")
            }
        }
        guard !pieces.isEmpty else { throw WireError(byte: bytes.count, problem: "there is no piece") }
        guard unknown.id >= 0, unknown.id < pieces.count, pieces[Int(unknown.id)].kind == .unknown else {
            throw WireError(
                byte: bytes.count, problem: "its unk_id \(unknown.id) is not the number of an unknown piece")
        }
    }

    private static func piece(_ field: WireReader.Field) throws(WireError) -> Piece {
        var piece = Piece()
        var reader = WireReader(try field.bytes())
        while let part = try reader.next() {
            switch part.number {
            case 1: piece.text = try part.string()
            case 2: piece.score = try part.float()
            case 3:
                guard let kind = Kind(rawValue: try part.integer()) else {
                    throw WireError(byte: part.byte, problem: "a piece has type \(try part.integer())")
                }
                piece.kind = kind
            default: break
            }
        }
        guard !piece.text.isEmpty else { throw WireError(byte: field.byte, problem: "a piece is empty") }
        guard piece.score.isFinite else {
            throw WireError(byte: field.byte, problem: "the score of '\(piece.text)' is no finite number")
        }
        return piece
    }

    private mutating func readTrainer(_ bytes: ArraySlice<UInt8>) throws(WireError) {
        var reader = WireReader(bytes)
        while let field = try reader.next() {
            switch field.number {
            case 3:
                guard let known = Algorithm(rawValue: try field.integer()) else {
                    throw WireError(byte: field.byte, problem: "model_type is \(try field.integer())")
                }
                algorithm = known
            case 24: marksWordEnds = try field.bool()
            case 35: fallsBackToBytes = try field.bool()
            case 40: unknown.id = Self.int32(try field.integer())
            case 41: beginning.id = Self.int32(try field.integer())
            case 42: end.id = Self.int32(try field.integer())
            case 45: unknown.piece = try field.string()
            case 46: beginning.piece = try field.string()
            case 47: end.piece = try field.string()
            default: break
            }
        }
    }

    private mutating func readNormalizer(_ bytes: ArraySlice<UInt8>) throws(WireError) {
        var reader = WireReader(bytes)
        while let field = try reader.next() {
            switch field.number {
            case 2: charsmap = try field.bytes()
            case 3: addsDummyPrefix = try field.bool()
            case 4: removesExtraSpaces = try field.bool()
            case 5: escapesSpaces = try field.bool()
            default: break
            }
        }
    }

    /// The lower 32 bits: an int32 stands in a file as 64.
    private static func int32(_ value: Int64) -> Int64 { Int64(Int32(truncatingIfNeeded: value)) }
}
