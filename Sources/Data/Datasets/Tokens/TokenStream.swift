// The tokens of token files as one stream, which blocks are cut from.

internal import Files

/// Tokens that stand in files, one behind the other, with the places where they come from.
protocol StoredStream: Sendable {
    var tokenCount: Int { get }
    var statistics: CacheStatistics { get }
    func stream(_ range: Range<Int>) throws(CacheFault) -> [Int32]
    func source(ofToken token: Int) throws(CacheFault) -> RowSource
}

extension CachedRows: StoredStream {}

/// All documents of token files.
package struct TokenStream: StoredStream {
    private let files: [TokenFile]
    /// Tokens before each file.
    private let starts: [Int]
    package let tokenCount: Int
    private(set) var statistics: CacheStatistics

    /// - Throws: when a file cannot be read or does not fit its index.
    package init(_ paths: [String]) throws(DatasetsError) {
        var (files, starts, count): ([TokenFile], [Int], Int) = ([], [], 0)
        for path in paths {
            let file = try TokenFile(path: path)
            files.append(file)
            starts.append(count)
            count += file.tokenCount
        }
        (self.files, self.starts, tokenCount) = (files, starts, count)
        statistics = CacheStatistics(
            rowCount: files.reduce(0) { $0 + $1.documentCount }, tokenCount: count, maximumToken: 0)
    }

    /// Notes the highest token, which a look at all of them has found.
    package mutating func note(maximumToken: Int) {
        statistics = CacheStatistics(
            rowCount: statistics.rowCount, tokenCount: tokenCount, maximumToken: maximumToken)
    }

    /// Reads all tokens; the highest of them.
    ///
    /// - Throws: when one is not below `vocabularySize`, with its document.
    package func maximumToken(vocabularySize: Int) throws(DatasetsError) -> Int {
        var highest: Int32 = 0
        for file in files {
            for start in stride(from: 0, to: file.tokenCount, by: 1 << 18) {
                let tokens = try file.part(start..<min(start + 1 << 18, file.tokenCount))
                if let place = tokens.firstIndex(where: { $0 < 0 || Int($0) >= vocabularySize }) {
                    let source = try file.sourceOrError(ofToken: start + place)
                    throw .tokenOutside(
                        source, Int64(tokens[place]), place: start + place, vocabulary: vocabularySize)
                }
                highest = max(highest, tokens.max() ?? 0)
            }
        }
        return Int(highest)
    }

    private func file(ofToken token: Int) -> Int {
        guard let number = starts.lastIndex(where: { $0 <= token }) else {
            preconditionFailure("token \(token) is outside the stream")
        }
        return number
    }

    func stream(_ range: Range<Int>) throws(CacheFault) -> [Int32] {
        var found: [Int32] = []
        for (file, start) in zip(files, starts) {
            let shared = range.clamped(to: start..<start + file.tokenCount)
            guard !shared.isEmpty else { continue }
            found += try file.tokens(shared.lowerBound - start..<shared.upperBound - start)
        }
        return found
    }

    func source(ofToken token: Int) throws(CacheFault) -> RowSource {
        let number = file(ofToken: token)
        return files[number].source(
            ofDocument: try files[number].document(ofToken: token - starts[number]))
    }
}

extension TokenFile {
    fileprivate func part(_ range: Range<Int>) throws(DatasetsError) -> [Int32] {
        do throws(CacheFault) {
            return try tokens(range)
        } catch { throw .tokenFault(error) }
    }

    fileprivate func sourceOrError(ofToken token: Int) throws(DatasetsError) -> RowSource {
        do throws(CacheFault) {
            return source(ofDocument: try document(ofToken: token))
        } catch { throw .tokenFault(error) }
    }
}
