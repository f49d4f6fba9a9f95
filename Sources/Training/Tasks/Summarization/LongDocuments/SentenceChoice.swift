// The sentences of a long document that a writer reads: those that an extractive summarizer finds best.

internal import Arguments
internal import DataParallel
internal import Datasets
internal import Evaluation
internal import JSON
internal import Models
internal import Tokenizers
internal import Training

/// Chooses sentences before a writer reads them.
final class SentenceChoice {
    /// The folder of the extractive summarizer.
    let directory: String
    private let reader: ExtractiveReader
    private let model: ExtractiveSummarizer
    private let scorer: SentenceScorer

    /// Loads the summarizer of a folder on rank 0 and broadcasts it. Collective.
    init(_ directory: String, _ run: RunArguments, group: any ProcessGroup) throws {
        var own = run
        own.training = TrainingArguments()
        own.model.modelNameOrPath = directory
        model = try ModelBroadcast.extractive(own, isTraining: false, through: group).model
        own.data.maxSeqLength = model.maximumLength
        self.directory = directory
        reader = try ExtractiveReader(
            model: model, tokenizer: TokenizerLoader.load(directory: directory), arguments: own.data,
            directory: directory)
        scorer = SentenceScorer(model: model, batchRows: 8)
    }

    /// What tells this summarizer from others.
    var checksum: String { WeightHash.text(of: model) }

    /// The best sentences of a row that fit, in the order of the document, with how many they are; nil where
    /// the whole document fits. One sentence that alone is too long is left as it is.
    func text(of row: Row, for reading: any DocumentReading) throws -> (text: String, count: Int)? {
        guard try !reading.fits(reading.columns.document(of: row), in: row) else { return nil }
        let sentences = try reading.columns.sentences(of: row)
        let costs = try reading.costs(of: sentences, in: row)
        let probabilities = try self.probabilities(of: sentences, row)
        var ranked = sentences.indices.sorted { (-probabilities[$0], $0) < (-probabilities[$1], $1) }
        var total = costs.around
        ranked.removeAll { index in
            guard total + costs.sentences[index] <= reading.maximumSourceLength else { return true }
            total += costs.sentences[index]
            return false
        }
        func text() -> String { ranked.sorted().map { sentences[$0] }.joined(separator: " ") }
        while ranked.count > 1, try !reading.fits(text(), in: row) { ranked.removeLast() }
        guard !ranked.isEmpty else {
            let best = probabilities.indices.max { (probabilities[$0], -$0) < (probabilities[$1], -$1) }
            return (sentences[best ?? 0], 1)
        }
        return (text(), ranked.count)
    }

    private func probabilities(of sentences: [String], _ row: Row) throws -> [Double] {
        let document = ExtractiveDocument(
            sentences: sentences, summary: "", oracle: [], windows: reader.windows(of: sentences),
            source: row.source)
        try TokenizedDataset(document.windowExamples).validate(for: model)
        return scorer.scores(of: [document])[0].probabilities
    }
}
