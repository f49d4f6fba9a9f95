// A stream of tokens as blocks of one length: computed by place, so that one cache serves every length.

/// The blocks of a stream: `length` tokens each, the last one shorter; a rest of one token, of which nothing
/// can be learnt, is left out.
package struct CachedBlocks: StoredExamples {
    private let rows: any StoredStream
    private let length: Int
    /// Whether the next token is the target, so that all but the first have a term.
    private let isCausal: Bool
    package let count: Int
    package let tokenCount: Int

    package init(_ rows: CachedRows, length: Int, isCausal: Bool) {
        self.init(stream: rows, length: length, isCausal: isCausal)
    }

    /// Blocks of token files.
    package init(_ tokens: TokenStream, length: Int) {
        self.init(stream: tokens, length: length, isCausal: true)
    }

    private init(stream rows: any StoredStream, length: Int, isCausal: Bool) {
        (self.rows, self.length, self.isCausal) = (rows, length, isCausal)
        let rest = rows.tokenCount % length
        count = rows.tokenCount / length + (rest > 1 ? 1 : 0)
        tokenCount = rest > 1 ? rows.tokenCount : rows.tokenCount - rest
    }

    package var maximumLength: Int { min(length, tokenCount) }
    package var statistics: CacheStatistics { rows.statistics }
    package var termCount: Int { isCausal ? tokenCount - count : 0 }

    private func places(of block: Int) -> Range<Int> {
        precondition(block >= 0 && block < count, "block \(block) is outside 0..<\(count)")
        return block * length..<min((block + 1) * length, tokenCount)
    }

    package func shape(of block: Int) -> RowShape {
        let count = places(of: block).count
        return RowShape(length: count, termCount: isCausal ? count - 1 : 0)
    }

    package func lengths(of blocks: Range<Int>) -> [UInt32] { blocks.map { UInt32(places(of: $0).count) } }

    package func source(of block: Int) throws(CacheFault) -> RowSource {
        try rows.source(ofToken: places(of: block).lowerBound)
    }

    package func example(at block: Int) throws(CacheFault) -> Example {
        let tokens = try rows.stream(places(of: block))
        var example = Example(
            tokens: tokens, target: isCausal ? .spans([1..<tokens.count]) : .none,
            source: try source(of: block))
        example.termCount = shape(of: block).termCount
        return example
    }
}
