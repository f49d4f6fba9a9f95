// Words as tokens: which token stands for which word, and the tags of tokens.

package import Arguments
package import Datasets
package import Evaluation
internal import JSON
package import Tokenizers

/// A row's words as a model reads them.
struct EncodedWords {
    /// Its words, joined where a token covers several.
    let text: TaggedText
    let tokens: [Int32]
    let typeIDs: [Int32]
    /// The word of each token; nil for special tokens.
    let wordOfToken: [Int?]
    /// The first token of each word that has one, ascending, and that word's number.
    let heads: [(token: Int, word: Int)]
    /// Words that the length left out.
    let lostWords: Int
}

/// Turns rows into tokens with tags.
package struct TagReader {
    let columns: TagColumns
    let tags: TagSet
    private let tokenizer: any Tokenizer
    private let maximumLength: Int
    /// Whether all tokens of a word are labelled, not its first alone: transformers' `label_all_tokens`.
    private let labelsAllTokens: Bool
    private let names = TagNames()
    private let directory: String

    /// `directory` is the tokenizer's.
    package init(
        tokenizer: any Tokenizer, tags: TagSet, _ arguments: DataArguments, directory: String = ""
    ) {
        self.directory = directory
        (self.tokenizer, self.tags, labelsAllTokens) = (tokenizer, tags, arguments.labelAllTokens)
        columns = TagColumns(arguments)
        maximumLength = arguments.sequenceLength
    }

    func encode(_ row: Row) throws -> EncodedWords {
        var text = try columns.text(of: row)
        let encoding = tokenizer.encode(
            text.text, pair: nil, addingSpecialTokens: true, maximumLength: maximumLength)
        // Tokens of some families begin with the space before them.
        let places = encoding.offsets.map { range in
            let start = range.first { !text.scalars[$0].properties.isWhitespace } ?? range.upperBound
            return start..<range.upperBound
        }
        text.join(coveredBy: places)
        let numbers = text.wordOfScalar
        // A token that is the space alone belongs to the word of the token behind it.
        var wordOfToken = [Int?](repeating: nil, count: places.count)
        var behind: Int?
        for token in places.indices.reversed() {
            if encoding.isSpecial[token] {
                behind = nil
            } else if !places[token].isEmpty {
                behind = numbers[places[token].lowerBound]
            }
            wordOfToken[token] = behind
        }
        var heads: [(token: Int, word: Int)] = []
        for (token, word) in wordOfToken.enumerated() {
            if let word, heads.last.map({ $0.word < word }) ?? true { heads.append((token, word)) }
        }
        let end = places.map(\.upperBound).max() ?? 0
        let isCut = encoding.count == maximumLength
        return EncodedWords(
            text: text, tokens: encoding.ids, typeIDs: encoding.typeIDs, wordOfToken: wordOfToken,
            heads: heads,
            lostWords: isCut ? text.words.filter { $0.lowerBound >= end && !$0.isEmpty }.count : 0)
    }

    /// The numbers of the tags of a row's words.
    fileprivate func wordTags(of row: Row, _ text: TaggedText) throws -> [Int] {
        guard text.unit == .characters else {
            let (column, values) = try columns.tags(of: row, text)
            return try values.map { try tags.id(of: $0, row, column, names) }
        }
        let (column, spans) = try columns.spans(of: row, text)
        return try text.tags(of: spans).map { try tags.known($0, row, column) }
    }

    /// The targets of a row's tokens: tags of words by their numbers, `TaggedRows.ignored` for other tokens.
    fileprivate func targets(_ words: EncodedWords, _ wordTags: [Int]) -> [Int32] {
        var targets = [Int32](repeating: TaggedRows.ignored, count: words.tokens.count)
        if labelsAllTokens {
            for (token, word) in words.wordOfToken.enumerated() {
                if let word { targets[token] = Int32(tags.continuation(of: wordTags[word])) }
            }
        }
        for head in words.heads { targets[head.token] = Int32(wordTags[head.word]) }
        return targets
    }

    /// A row's tokens and their targets, -100 for none.
    package func tokens(of row: Row) throws -> (ids: [Int32], targets: [Int32]) {
        let words = try encode(row)
        return (words.tokens, targets(words, try wordTags(of: row, words.text)))
    }

    /// Adds a row with its tags.
    func append(_ row: Row, to rows: inout TaggedRows) throws -> EncodedWords {
        let words = try encode(row)
        let tags = try wordTags(of: row, words.text)
        rows.append(words, targets: targets(words, tags), source: row.source)
        return words
    }

    /// Adds a row without its tags, to be tagged.
    func appendUntagged(_ row: Row, to rows: inout TaggedRows) throws -> EncodedWords {
        let words = try encode(row)
        rows.append(
            words, targets: targets(words, words.text.words.map { _ in 0 }), source: row.source)
        return words
    }

    /// The entities of a row, of the words that the model reads.
    package func entities(of row: Row) throws -> [Entity] {
        let words = try encode(row)
        let ids = try wordTags(of: row, words.text)
        return words.entities(words.heads.map { tags.tags[ids[$0.word]] }).map(\.entity)
    }

    /// The rows of all files. Throws when one has no word.
    func rows(_ reader: RowReader, from source: ExampleSource = ExampleSource()) throws -> TaggedRows {
        let settings: JSONObject = [
            "columns": .string("\(columns)"), "tags": .array(tags.tags.map { .string($0.name) }),
            "names": try source.tagNames(reader), "label_all_tokens": .bool(labelsAllTokens),
            "max_seq_length": .integer(maximumLength),
        ]
        return TaggedRows(
            try source.dataset(
                reader,
                EncodingSettings(
                    settings, tokenizers: [directory], vocabularySize: tokenizer.vocabularySize),
                Encoder(reader: self)))
    }

    private struct Encoder: RowEncoder {
        let reader: TagReader
        var tallies = RowTallies()

        mutating func encode(_ row: Row, _ add: (Example) throws -> Void) throws {
            let words = try reader.encode(row)
            guard !words.heads.isEmpty else {
                // As where it stands: the tags are looked at first.
                _ = try reader.wordTags(of: row, words.text)
                throw TaggingError.noWords(row.source)
            }
            let targets = reader.targets(words, try reader.wordTags(of: row, words.text))
            try add(TaggedRows.example(words, targets: targets, source: row.source, &tallies))
        }
    }
}

extension EncodedWords {
    /// The entities that the tags of the words with a token stand for, with their texts and these words'
    /// places among `heads`.
    func entities(_ tags: [EntityTag]) -> [(entity: Entity, text: String, heads: Range<Int>)] {
        tags.entities.map { found in
            let words = heads[found.range.lowerBound].word..<heads[found.range.upperBound - 1].word + 1
            let (entity, text) = text.entity(found.label, words: words)
            return (entity, text, found.range)
        }
    }
}
