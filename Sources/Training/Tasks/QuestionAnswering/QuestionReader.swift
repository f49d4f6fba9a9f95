// Questions as windows of tokens: the question, then a stretch of the context.

package import Arguments
internal import Datasets
internal import JSON
internal import Models
internal import Phrases
package import Tokenizers
package import Training

/// What the model reads at once of a question and its context.
package struct QuestionWindow: Sendable, Equatable {
    /// [CLS] question [SEP] context [SEP], or as the tokenizer frames two texts.
    package let tokens: [Int32]
    package let typeIDs: [Int32]
    /// The tokens of the context.
    package let context: Range<Int>
    /// The Unicode scalars of the context that each of these stands for.
    package let offsets: [Range<Int>]

    /// The tokens of an answer at this place of the context; [CLS] if the window does not hold it whole.
    package func span(of place: Range<Int>?) -> ClosedRange<Int> {
        guard let place, let first = offsets.first, let last = offsets.last,
            first.lowerBound <= place.lowerBound, last.upperBound >= place.upperBound,
            let start = offsets.lastIndex(where: { $0.lowerBound <= place.lowerBound }),
            let end = offsets.firstIndex(where: { $0.upperBound >= place.upperBound }), start <= end
        else { return 0...0 }
        return context.lowerBound + start...context.lowerBound + end
    }
}

/// Reads questions and cuts contexts into windows, as Hugging Face's run_qa does: windows of a context that
/// is too long share `doc_stride` tokens.
package struct QuestionReader {
    package let columns: QuestionColumns
    private let tokenizer: any Tokenizer
    private let maximumLength: Int
    private let stride: Int
    private let directory: String

    /// `maximumLength` is the model's; `directory` is named when its tokenizer has no [CLS].
    package init(
        maximumLength positions: Int, tokenizer: any Tokenizer, _ run: RunArguments, directory: String
    ) throws(TrainingError) {
        guard let classifierID = tokenizer.classifierID,
            tokenizer.encode("", pair: "", addingSpecialTokens: true, maximumLength: nil).ids.first
                == classifierID
        else {
            throw TrainingError(
                "\(directory): the tokenizer begins no text with a token such as [CLS], which stands for \"no answer\"; "
                    + "choose a model of type \(ModelFamily.names(having: [.textEncoder]))")
        }
        guard run.data.sequenceLength <= positions else {
            throw TrainingError(
                "max_seq_length is \(run.data.sequenceLength), but the model has \(positions) positions; set it to "
                    + "\(positions) or less: longer contexts are read window by window")
        }
        self.tokenizer = tokenizer
        self.directory = directory
        maximumLength = run.data.sequenceLength
        stride = run.model.questionAnswering.docStride
        columns = QuestionColumns(run.model.questionAnswering)
    }

    /// The questions of all files with their answers, an example each, to evaluate on. Collective with a
    /// cache.
    func questions(_ reader: RowReader, from source: ExampleSource) throws -> TokenizedDataset {
        try source.dataset(
            reader, settings(["whole_questions": .bool(true)]), QuestionEncoder(reader: self))
    }

    /// The windows of the questions of all files, to learn from. Collective with a cache.
    func windows(_ reader: RowReader, from source: ExampleSource) throws -> QuestionRows {
        QuestionRows(windows: try source.dataset(reader, settings([:]), WindowEncoder(reader: self)))
    }

    private func settings(_ kind: JSONObject) -> EncodingSettings {
        var settings = kind
        settings.set("columns", to: .string("\(columns)"))
        settings.set("max_seq_length", to: .integer(maximumLength))
        settings.set("doc_stride", to: .integer(stride))
        return EncodingSettings(
            settings, tokenizers: [directory], vocabularySize: tokenizer.vocabularySize)
    }

    private struct QuestionEncoder: RowEncoder {
        let reader: QuestionReader
        var tallies: RowTallies { RowTallies() }

        mutating func encode(_ row: Row, _ add: (Example) throws -> Void) throws {
            for question in try reader.columns.questions(of: row, withAnswers: true) {
                try add(AskedQuestion(question, windows: try reader.windows(of: question)).example)
            }
        }
    }

    private struct WindowEncoder: RowEncoder {
        let reader: QuestionReader
        var tallies = RowTallies()

        mutating func encode(_ row: Row, _ add: (Example) throws -> Void) throws {
            for question in try reader.columns.questions(of: row, withAnswers: true) {
                let windows = try reader.windows(of: question)
                QuestionRows.count(question, windows, in: &tallies)
                for window in windows { try add(QuestionRows.example(window, of: question)) }
            }
        }
    }

    /// The windows of a question, in the order of its context.
    package func windows(of question: Question) throws(TrainingError) -> [QuestionWindow] {
        let whole = tokenizer.encode(
            question.text, pair: question.context, addingSpecialTokens: true, maximumLength: nil)
        let words = tokenizer.encode(
            question.text, pair: nil, addingSpecialTokens: false, maximumLength: nil
        ).count
        let lead = whole.isSpecial.prefix { $0 }.count
        let middle = whole.isSpecial.dropFirst(lead + words).prefix { $0 }.count
        let start = lead + words + middle
        let end = whole.count - whole.isSpecial.reversed().prefix { $0 }.count
        guard words > 0, start < end else {
            throw TrainingError(
                "\(question.location): the tokenizer finds no token in the \(words > 0 ? "context" : "question"); correct "
                    + "or remove the row")
        }
        let room = maximumLength - start - (whole.count - end)
        guard room >= end - start || room > stride else {
            throw TrainingError(
                "\(question.location): the question has \(words, "token"), which leaves \(max(room, 0)) of "
                    + "max_seq_length "
                    + "\(maximumLength) for the context, and windows that share doc_stride \(stride) need more; raise "
                    + "max_seq_length or lower doc_stride")
        }
        var windows: [QuestionWindow] = []
        var first = start
        while true {
            let last = min(first + room, end)
            let places = Array(0..<start) + Array(first..<last) + Array(end..<whole.count)
            windows.append(
                QuestionWindow(
                    tokens: places.map { whole.ids[$0] }, typeIDs: places.map { whole.typeIDs[$0] },
                    context: start..<start + last - first, offsets: Array(whole.offsets[first..<last])))
            guard last < end else { return windows }
            first += room - stride
        }
    }
}
