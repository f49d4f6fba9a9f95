// What `train` keeps of its data for those who watch the model in service: monitoring.json.

import Arguments
import Configuration
import DataParallel
import Datasets
import Evaluation
import Files
import Models
import Monitoring
import Tasks
import Tokenizers
import Training

/// Gathers the statistics of a trained text classifier, on all ranks.
struct MonitoringStatisticsJob {
    /// The most training rows whose texts are looked at; of more, every n-th.
    private static let mostRows = 20_000

    private var configuration: RunConfiguration
    private let group: any ProcessGroup
    private let output: String

    /// - Parameter configuration: that of the run, whose output folder holds the finished model.
    init(_ configuration: RunConfiguration, group: any ProcessGroup) {
        (self.configuration, self.group) = (configuration, group)
        output = configuration.model.outputDir
        self.configuration.model.modelNameOrPath = output
    }

    /// Removes the statistics of an older model, which a run that is stopped would leave beside a new one.
    static func removeStale(directory: String) throws(FilesError) {
        let path = "\(directory)/\(ReferenceStatistics.fileName)"
        if FileSystem.exists(path) { try FileSystem.remove(path) }
    }

    /// Writes the file beside the model, if the recipe wants it and it is a classifier of single labels with
    /// a validation file, unless it is there: a run that had ended before keeps its own. Collective.
    func run() throws {
        guard configuration.training.monitoringStatistics, configuration.model.task == .textClassification,
            let validation = try configuration.data.validationRows()
        else { return }
        var known: [UInt8] = []
        if group.rank == 0 {
            known = [FileSystem.exists("\(output)/\(ReferenceStatistics.fileName)") ? 1 : 0]
        }
        try group.broadcast(&known, from: 0)
        guard known != [1] else { return }
        let answering = try configuration.task.definition.taskPredictor(configuration, group: group)
        guard let labels = answering.labels, labels.problemType == .singleLabel else { return }
        var builder = ReferenceBuilder(
            version: Version.current, labels: labels.labels, positive: labels.positive,
            seed: configuration.training.seed)
        let column = answering.labelColumn
        let reader = PredictedRowReader(predictor: answering.predictor, labels: labels) { _ in column }
        let loop = PredictionLoop(
            predictor: answering.predictor, group: group,
            batchRows: configuration.training.perDeviceEvalBatchSize)
        try loop.run(
            validation, findsLoss: false,
            score: { number, row, answer in
                let answered = try reader.row(number: number, row, answer)
                guard case .label(let truth) = answered.target, case .label(let label) = answered.predicted
                else { return }
                builder.add(
                    row: number, answer: label, truth: truth, probabilities: answered.probabilities)
            }, write: nil)
        let parts = try group.allGather(Self.bytes(of: builder.answerWords))
        for (rank, bytes) in parts.enumerated() where rank != group.rank {
            builder.merge(answerWords: Self.words(of: bytes))
        }
        guard group.rank == 0 else { return }
        try addTrainingRows(to: &builder, answering.predictor, labels, column)
        try builder.finish().write(directory: output)
    }

    /// Words in eight bytes each, the lowest first.
    private static func bytes(of words: [Int64]) -> [UInt8] {
        var bytes: [UInt8] = []
        for word in words {
            for place in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: word >> Int64(8 * place))) }
        }
        return bytes
    }

    private static func words(of bytes: [UInt8]) -> [Int64] {
        var words: [Int64] = []
        for start in stride(from: 0, to: bytes.count, by: 8) {
            var word: Int64 = 0
            for place in 0..<8 { word |= Int64(bytes[start + place]) << Int64(8 * place) }
            words.append(word)
        }
        return words
    }

    /// Rank 0 alone.
    private func addTrainingRows(
        to builder: inout ReferenceBuilder, _ predictor: any Predictor, _ labels: LabelMap, _ column: String
    ) throws {
        let rows = try configuration.data.trainingRows()
        var count = 0
        try rows.forEachRow { _ in count += 1 }
        let step = max(1, (count + Self.mostRows - 1) / Self.mostRows)
        let tokenizer = try TokenizerLoader.load(directory: output)
        let (data, rules) = (configuration.data, TextRules.preparation)
        var number = -1
        try rows.forEachRow { (row) throws(DatasetsError) in
            number += 1
            guard number.isMultiple(of: step) else { return }
            let text = try row.text(in: data.textColumn, key: "text_column")
            var pair: String?
            if let name = data.textPairColumn { pair = try row.text(in: name, key: "text_pair_column") }
            let ids = tokenizer.encode(
                text, pair: pair, addingSpecialTokens: true, maximumLength: data.sequenceLength
            ).ids
            let unknown = tokenizer.unknownID.map { id in ids.count { $0 == id } } ?? 0
            var label: String?
            if case .label(let place) = try labels.target(for: row, column: column) {
                label = labels.labels[place]
            }
            builder.add(
                tokenCount: text.isEmpty ? nil : ids.count, unknownTokenCount: unknown,
                language: rules.language(pair.map { text + "\n" + $0 } ?? text), label: label)
        }
    }
}
