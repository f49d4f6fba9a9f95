// `predict` from configuration to rows with their predictions.

import Arguments
package import Configuration
package import DataParallel
import Datasets
import Evaluation
import Files
import JSON
import Models
import Tasks
import Training

/// Which rows are predicted, and what is written of them.
package struct PredictionRequest: Sendable {
    /// Which of a classifier's probabilities are written.
    package enum Scores: String, Sendable, CaseIterable {
        /// That of the answer.
        case best
        /// Those of all labels, too.
        case all
    }

    /// Files, or `-` alone for standard input.
    package let files: [String]
    /// Texts that are rows of their own, in place of files.
    package let texts: [String]
    /// `-` for standard output.
    package let output: String
    package let scores: Scores

    package init(files: [String], texts: [String], output: String, scores: Scores) {
        (self.files, self.texts, self.output, self.scores) = (files, texts, output, scores)
    }

    var readsStandardInput: Bool { files == ["-"] }
}

/// One prediction on one rank.
package struct PredictionJob {
    /// The field of all labels' probabilities.
    static let scoresColumn = "scores"

    private let configuration: RunConfiguration
    private let request: PredictionRequest
    private let group: any ProcessGroup
    private var data: DataArguments { configuration.data }

    package init(_ configuration: RunConfiguration, _ request: PredictionRequest, group: any ProcessGroup) {
        (self.configuration, self.request, self.group) = (configuration, request, group)
    }

    /// Writes each row with its prediction, in order. Collective.
    package func run() throws {
        let rows = try rows()
        let needs = configuration.needs(withReferences: false)
        var columns: [String] = []
        var known: Set<String> = []
        let survey = try RowSurvey(
            rows,
            needs: { row in
                for name in row.fields.names where known.insert(name).inserted { columns.append(name) }
                return needs(row)
            })
        try check(survey)
        let definition = configuration.task.definition
        let answering = try definition.taskPredictor(configuration, group: group)
        let labels = try labels(answering)
        let sink =
            try group.rank == 0
            ? PredictionSink(path: request.output, columns: columns, separator: separator(rows)) : nil
        let skipped = try PredictionLoop(
            predictor: answering.predictor, group: group,
            batchRows: configuration.training.perDeviceEvalBatchSize
        ).run(
            rows, isAnswerable: { row in !needs(row).contains { $0.isEmpty(in: row) } },
            columns: { Self.columns($1, labels) }, write: { try sink?.write($0) })
        Messages.warn(skipped, group)
        try sink?.finish()
    }

    private var name: String {
        if !request.texts.isEmpty { return "--text" }
        return request.readsStandardInput ? "standard input" : request.files.joined(separator: ", ")
    }

    private func check(_ survey: RowSurvey) throws {
        let skips = data.onEmptyRow == .skip
        if !skips { try survey.check([name], skips: false) }
        guard survey.emptyCount > 0 else { return }
        let count = survey.emptyCount
        let line =
            "warning: "
            + (count == 1
                ? "1 row has nothing to predict of, so its prediction is null"
                : "\(count) rows have nothing to predict of, so their prediction is null")
            + ": \(survey.emptyPlaces)"
        Messages.note([line + " (on_empty_row: error refuses them)"], group)
    }

    // MARK: Rows

    private func rows() throws -> RowReader {
        let column = configuration.task.definition.inputColumn(data)
        let reader: RowReader
        if !request.texts.isEmpty {
            guard let column else { throw DatasetsError.needsColumns("--text") }
            reader = RowReader(
                request.texts.enumerated().map { number, text in
                    Row(
                        fields: JSONObject(names: [column], values: [.string(text)]),
                        source: RowSource(file: "--text", line: number + 1))
                })
        } else if request.readsStandardInput {
            reader = try RowReader(bytes: standardInput(), name: "standard input", column: column)
        } else {
            reader = try data.rows(of: request.files)
            if group.rank == 0 { Messages.note(try reader.remarks(), group) }
        }
        return reader.first(data.maxPredictSamples)
    }

    /// What rank 0 is given, on every rank. Collective.
    private func standardInput() throws -> [UInt8] {
        var bytes = group.rank == 0 ? try ByteReader(path: "/dev/stdin").readToEnd() : []
        try group.broadcast(&bytes, from: 0)
        return bytes
    }

    // MARK: Output

    /// The labels whose probabilities are all written; nil where they are not asked for.
    private func labels(_ answering: TaskPredictor) throws -> LabelMap? {
        guard request.scores == .all else { return nil }
        guard let labels = answering.labels, labels.problemType != .regression else {
            throw TrainingError(
                "--scores all writes the probabilities of a classifier's labels, and this model of task:"
                    + " \(configuration.task.rawValue) has none; leave it out")
        }
        return labels
    }

    private static func columns(
        _ answer: RowPrediction, _ labels: LabelMap?
    ) -> [(name: String, value: JSONValue)] {
        guard let labels, let found = answer.classification else { return answer.fields }
        let scores = zip(labels.labels, found.probabilities).map { ($0, JSONValue.real($1)) }
        return answer.fields + [(scoresColumn, .object(JSONObject(scores)))]
    }

    /// What stands between the fields of the output: as in the input if that is a table.
    private func separator(_ rows: RowReader) throws -> UInt8 {
        if PredictionSink.isTabbed(request.output) { return 0x09 }
        if let given = data.csvSeparator { return given }
        let found = try PredictionSink.isTable(request.output) ? rows.separator() : nil
        return found.map { $0 == 0x09 ? UInt8(ascii: ",") : $0 } ?? UInt8(ascii: ",")
    }
}
