// Files of token ids that other programs wrote, read where they stand: Megatron's .bin with its .idx, and
// datatrove's .ds with its .ds.index.

internal import Files

/// An open file of tokens and the index of its documents. Nothing in memory grows with either; threads may
/// read at the same time.
///
/// Megatron's index, little-endian: `MMIDIDX`, two zero bytes, u64 version 1, u8 type of the tokens (8 for
/// u16, 4 for i32), u64 sequences *n*, u64 document bounds *m*, then *n* i32 lengths in tokens, *n* i64
/// places in bytes, *m* i64 numbers of sequences at which documents begin, the last one *n*. Datatrove's
/// index: a u64 a document, the number of tokens up to its end; its tokens are u16, or u32 for large
/// vocabularies.
package final class TokenFile: Sendable {
    package static let endings = [".bin", ".ds"]

    private enum Index: Sendable {
        case megatron(sequences: Int)
        case datatrove
    }

    package let path: String
    package let tokenCount: Int
    package let documentCount: Int
    /// Bytes of a token.
    let tokenByteCount: Int
    private let tokens: InputFile<CacheFault>
    private let index: InputFile<CacheFault>
    private let form: Index

    /// Whether a file's name says that it holds tokens.
    package static func isNamed(_ path: String) -> Bool {
        endings.contains { path.lowercased().hasSuffix($0) }
    }

    /// Opens both files and looks through the index.
    ///
    /// - Throws: when the index is missing, broken, or does not fit the tokens.
    package init(path: String) throws(DatasetsError) {
        let isMegatron = path.lowercased().hasSuffix(".bin")
        let indexPath = isMegatron ? path.dropLast(4) + ".idx" : path + ".index"
        guard FileSystem.exists(indexPath) else { throw .noTokenIndex(path, indexPath) }
        guard isMegatron || !FileSystem.exists(path + ".loss") else { throw .maskedTokens(path) }
        (tokens, index) = (try Self.open(path), try Self.open(indexPath))
        self.path = path
        let found =
            try isMegatron ? Self.megatron(tokens, index) : Self.datatrove(tokens, index)
        (form, tokenByteCount, documentCount) = (found.form, found.width, found.documents)
        tokenCount = tokens.byteCount / found.width
        guard documentCount > 0, tokenCount > 0 else { throw .noRows(path) }
    }

    private static func open(_ path: String) throws(DatasetsError) -> InputFile<CacheFault> {
        do throws(CacheFault) {
            return try InputFile(path: path)
        } catch { throw .tokenFault(error) }
    }

    /// Bytes of an index.
    private static func bytes(
        _ file: InputFile<CacheFault>, at offset: Int, count: Int
    ) throws(DatasetsError) -> [UInt8] {
        do throws(CacheFault) {
            return try file.bytes(at: offset, count: count)
        } catch { throw .tokenFault(error) }
    }

    // MARK: - Documents

    /// Where a document begins in the tokens; `documentCount` stands for their end.
    func start(ofDocument number: Int) throws(CacheFault) -> Int {
        guard number < documentCount else { return tokenCount }
        switch form {
        case .datatrove:
            return number == 0 ? 0 : Int(try index.bytes(at: 8 * (number - 1), count: 8).number(at: 0))
        case .megatron(let sequences):
            let bounds = Self.headerByteCount + 12 * sequences
            let sequence = Int(try index.bytes(at: bounds + 8 * number, count: 8).number(at: 0))
            guard sequence < sequences else { return tokenCount }
            let place = Self.headerByteCount + 4 * sequences + 8 * sequence
            return Int(try index.bytes(at: place, count: 8).number(at: 0)) / tokenByteCount
        }
    }

    /// The document that a token belongs to: the last one that begins no later and is not empty.
    func document(ofToken token: Int) throws(CacheFault) -> Int {
        var (low, high) = (0, documentCount)
        while high - low > 1 {
            let middle = (low + high) / 2
            if try start(ofDocument: middle) <= token { low = middle } else { high = middle }
        }
        return low
    }

    /// The place of a document for messages: its number from 1 in place of a line.
    func source(ofDocument number: Int) -> RowSource { RowSource(file: path, line: number + 1) }

    /// Tokens by their places.
    func tokens(_ range: Range<Int>) throws(CacheFault) -> [Int32] {
        let bytes = try tokens.bytes(
            at: range.lowerBound * tokenByteCount, count: range.count * tokenByteCount)
        var found: [Int32] = []
        found.reserveCapacity(range.count)
        for place in stride(from: 0, to: bytes.count, by: tokenByteCount) {
            found.append(Int32(truncatingIfNeeded: bytes.number(at: place, bytes: tokenByteCount)))
        }
        return found
    }
}

// MARK: - Opening

extension TokenFile {
    private static let magic = Array("MMIDIDX".utf8) + [0, 0]
    private static let headerByteCount = 34
    private static let entriesAtOnce = 1 << 14

    private static func megatron(
        _ tokens: InputFile<CacheFault>, _ index: InputFile<CacheFault>
    ) throws(DatasetsError) -> (form: Index, width: Int, documents: Int) {
        let path = index.path
        guard index.byteCount >= headerByteCount else {
            throw .tokenIndex(path, "it has \(index.byteCount) bytes, fewer than its header")
        }
        let header = try bytes(index, at: 0, count: headerByteCount)
        guard header.starts(with: magic) else {
            throw .tokenIndex(path, "it does not begin with MMIDIDX and two zero bytes")
        }
        guard header.number(at: 9) == 1 else {
            throw .tokenIndex(path, "it is of version \(header.number(at: 9)), and version 1 is read")
        }
        guard let width = [8: 2, 4: 4][header[17]] else {
            throw .tokenIndex(
                path, "its tokens are of type \(header[17]), and 8 (16 bits) and 4 (32 bits) are read")
        }
        let (sequences, bounds) = (header.number(at: 18), header.number(at: 26))
        guard sequences <= UInt64(index.byteCount / 12), bounds <= UInt64(index.byteCount / 8),
            headerByteCount + 12 * Int(sequences) + 8 * Int(bounds) == index.byteCount
        else {
            throw .tokenIndex(
                path,
                "it has \(index.byteCount) bytes, which do not fit \(sequences) sequences and \(bounds) "
                    + "bounds of documents")
        }
        let count = Int(sequences)
        try checkSequences(index, count, width: width, end: tokens)
        try checkBounds(index, at: headerByteCount + 12 * count, Int(bounds), sequences: count)
        return (.megatron(sequences: count), width, max(0, Int(bounds) - 1))
    }

    /// Sequences follow each other without a gap and fill the file.
    private static func checkSequences(
        _ index: InputFile<CacheFault>, _ count: Int, width: Int, end tokens: InputFile<CacheFault>
    ) throws(DatasetsError) {
        var place: UInt64 = 0
        for first in stride(from: 0, to: count, by: entriesAtOnce) {
            let part = min(entriesAtOnce, count - first)
            let lengths = try bytes(index, at: headerByteCount + 4 * first, count: 4 * part)
            let places = try bytes(index, at: headerByteCount + 4 * count + 8 * first, count: 8 * part)
            for number in 0..<part {
                let length = lengths.number(at: 4 * number, bytes: 4)
                guard length <= UInt64(Int32.max), places.number(at: 8 * number) == place else {
                    throw .tokenIndex(
                        index.path, "sequence \(first + number) does not begin where the one before it ends")
                }
                place += length * UInt64(width)
            }
        }
        guard place == UInt64(tokens.byteCount) else {
            throw .tokenSizes(tokens.path, found: tokens.byteCount, index.path, expected: Int(place))
        }
    }

    private static func checkBounds(
        _ index: InputFile<CacheFault>, at offset: Int, _ count: Int, sequences: Int
    ) throws(DatasetsError) {
        var last: UInt64 = 0
        for first in stride(from: 0, to: count, by: entriesAtOnce) {
            let part = try bytes(
                index, at: offset + 8 * first, count: 8 * min(entriesAtOnce, count - first))
            for place in stride(from: 0, to: part.count, by: 8) {
                let bound = part.number(at: place)
                let isFirst = first == 0 && place == 0
                guard isFirst ? bound == 0 : bound >= last, bound <= UInt64(sequences) else {
                    throw .tokenIndex(
                        index.path,
                        "document \(first + place / 8) begins at sequence \(bound), before the one in "
                            + "front of it or behind all \(sequences)")
                }
                last = bound
            }
        }
        guard count == 0 ? sequences == 0 : last == UInt64(sequences) else {
            throw .tokenIndex(
                index.path, "its documents end at sequence \(last), and there are \(sequences) sequences")
        }
    }

    private static func datatrove(
        _ tokens: InputFile<CacheFault>, _ index: InputFile<CacheFault>
    ) throws(DatasetsError) -> (form: Index, width: Int, documents: Int) {
        let count = index.byteCount / 8
        guard index.byteCount % 8 == 0 else {
            throw .tokenIndex(
                index.path, "it has \(index.byteCount) bytes, no multiple of the 8 of a document")
        }
        var last: UInt64 = 0
        for first in stride(from: 0, to: count, by: entriesAtOnce) {
            let part = try bytes(index, at: 8 * first, count: 8 * min(entriesAtOnce, count - first))
            for place in stride(from: 0, to: part.count, by: 8) {
                let end = part.number(at: place)
                guard end >= last, end <= UInt64(tokens.byteCount) else {
                    throw .tokenIndex(
                        index.path,
                        "document \(first + place / 8) ends at token \(end), before the one in front of "
                            + "it or behind the \(tokens.byteCount) bytes of \(tokens.path)")
                }
                last = end
            }
        }
        guard last > 0 || tokens.byteCount == 0 else {
            throw .tokenSizes(tokens.path, found: tokens.byteCount, index.path, expected: 0)
        }
        guard let width = [2, 4].first(where: { Int(last) * $0 == tokens.byteCount }) else {
            throw .tokenSizes(tokens.path, found: tokens.byteCount, index.path, expected: 2 * Int(last))
        }
        return (.datatrove, width, count)
    }
}

extension DatasetsError {
    static func noTokenIndex(_ path: String, _ index: String) -> Self {
        Self("\(path) holds tokens, and its index \(index) is not there; copy both files.")
    }

    static func maskedTokens(_ path: String) -> Self {
        Self(
            "\(path) comes with a mask of the loss (\(path).loss), which is not read from token files; remove the mask "
                + "if all tokens are to be learnt, or give texts.")
    }

    static func tokenIndex(_ path: String, _ problem: String) -> Self {
        Self("\(path) is no index of a token file: \(problem); copy it again or write it anew.")
    }

    static func tokenSizes(_ path: String, found: Int, _ index: String, expected: Int) -> Self {
        Self(
            "\(path) has \(found) bytes, and its index \(index) speaks of \(expected); copy both files again."
        )
    }

    static func tokenFault(_ fault: CacheFault) -> Self {
        if case .file(let error) = fault { return file(error) }
        return Self("\(fault).")
    }

    /// A token that the model does not have.
    static func tokenOutside(_ source: RowSource, _ token: Int64, place: Int, vocabulary: Int) -> Self {
        Self(
            "\(source): token \(place) of the file is \(token), and the vocabulary has \(vocabulary); the file was made "
                + "with another tokenizer, so give its model or make the file anew.")
    }
}
