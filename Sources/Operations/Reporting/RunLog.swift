// metrics.jsonl: the record of a run, one JSON object a line, under Hugging Face's names.

internal import Files
package import JSON

/// Writes `metrics.jsonl`. Rank 0 alone has one.
///
/// Each record reaches the file before its call returns. Numbers round-trip: reading a loss gives back the
/// same bits. Not-a-number and infinities appear as `NaN`, `Infinity` and `-Infinity`, which Python's
/// `json` reads.
package final class RunLog {
    package static let fileName = "metrics.jsonl"

    private let path: String
    private let file: AppendedFile
    /// Hears each record that has reached the file: its step and its figures.
    package var onRecord: ((_ step: Int, _ values: [(name: String, value: Double)]) -> Void)?

    /// Opens the log of the run in `directory`, which must exist.
    ///
    /// - Parameter resumingAfterStep: nil starts an empty log. Otherwise records of later steps, which the
    ///   run is about to repeat, and a last line that a crash cut short are removed first. The old file
    ///   stays whole until the new one, written beside it, replaces it by a rename.
    package init(directory: String, resumingAfterStep: Int? = nil) throws(ReportingError) {
        path = directory + "/" + Self.fileName
        var kept = ""
        if let resumingAfterStep, FileSystem.exists(path) {
            kept = try Self.records(of: path, upTo: resumingAfterStep)
        }
        do {
            try FileSystem.write(kept, to: path)
            file = try AppendedFile(path: path)
        } catch {
            throw .unwritable(path, error)
        }
    }

    /// Adds the record of training steps since the last one.
    ///
    /// - Parameters:
    ///   - loss: mean over the rows since the last record.
    ///   - gradNorm: global norm before clipping, of the last step.
    ///   - extra: further fields, in order.
    package func train(
        step: Int, epoch: Double, loss: Double, learningRate: Double, gradNorm: Double,
        extra: [(String, Double)] = []
    ) throws(ReportingError) {
        let fields = [("loss", loss), ("learning_rate", learningRate), ("grad_norm", gradNorm)] + extra
        try append(step: step, epoch: epoch, fields.map { ($0.0, JSONNumber.real($0.1)) })
    }

    /// Adds the record of what communication cost since the last one, as seconds a step:
    /// `communication_seconds` in exchanges between ranks, `waiting_seconds` in waits of the computation for
    /// them; and of the rank that computed longest, `slowest_rank`, its seconds and the median of all.
    package func communication(
        step: Int, epoch: Double, communicationSeconds: Double, waitingSeconds: Double,
        slowest: (rank: Int, seconds: Double, medianSeconds: Double)
    ) throws(ReportingError) {
        try append(
            step: step, epoch: epoch,
            [
                ("communication_seconds", .real(communicationSeconds)),
                ("waiting_seconds", .real(waitingSeconds)), ("slowest_rank", .integer(slowest.rank)),
                ("slowest_rank_seconds", .real(slowest.seconds)),
                ("median_rank_seconds", .real(slowest.medianSeconds)),
            ])
    }

    /// Adds the record of how fast training went since the last one, evaluations and checkpoints apart,
    /// and of the memory of rank 0: `samples_per_second` and `tokens_per_second` of all ranks,
    /// `resident_bytes`.
    package func speed(
        step: Int, epoch: Double, rowsPerSecond: Double, tokensPerSecond: Double, residentBytes: Int?,
        waitingForDataSeconds: Double
    ) throws(ReportingError) {
        var values: [(String, JSONNumber)] = [
            ("samples_per_second", .real(rowsPerSecond)), ("tokens_per_second", .real(tokensPerSecond)),
            ("waiting_for_data_seconds", .real(waitingForDataSeconds)),
        ]
        if let residentBytes { values.append(("resident_bytes", .integer(residentBytes))) }
        try append(step: step, epoch: epoch, values)
    }

    /// Adds the record of an evaluation; names carry their `eval_` prefix.
    package func evaluation(step: Int, epoch: Double, values: [(String, JSONNumber)]) throws(ReportingError) {
        try append(step: step, epoch: epoch, values)
    }

    /// The field of `checkpoint`.
    package static let weightsField = "weights_xxh64"

    /// Adds the record of a checkpoint: the hash of its weights.
    package func checkpoint(step: Int, epoch: Double, weights: String) throws(ReportingError) {
        try append(step: step, epoch: epoch, [], [(Self.weightsField, weights)])
    }

    /// Adds the record of the whole run: `train_runtime` in seconds, `train_samples_per_second`,
    /// `train_tokens_per_second` and others; then `sentences` for people, such as why the run ended early.
    package func summary(
        step: Int, epoch: Double, values: [(String, JSONNumber)], sentences: [(String, String)] = []
    ) throws(ReportingError) {
        try append(step: step, epoch: epoch, values, sentences)
    }

    private func append(
        step: Int, epoch: Double, _ values: [(String, JSONNumber)], _ sentences: [(String, String)] = []
    ) throws(ReportingError) {
        let head = [("step", JSONNumber.integer(step)), ("epoch", .real(epoch))]
        let record = JSONValue.object(
            JSONObject(
                (head + values).map { ($0.0, .number($0.1)) } + sentences.map { ($0.0, .string($0.1)) })
        )
        let isInPlace: Bool
        do throws(FilesError) {
            isInPlace = try file.isInPlace
            if isInPlace { try file.append(record.json + "\n") }
        } catch {
            throw .unwritable(path, error)
        }
        guard isInPlace else { throw .moved(path) }
        onRecord?(step, [("epoch", epoch)] + values.map { ($0.0, $0.1.double) })
    }

    /// The whole lines of a log whose step is at most `lastStep`.
    private static func records(of path: String, upTo lastStep: Int) throws(ReportingError) -> String {
        let bytes: [UInt8]
        do {
            bytes = try FileSystem.bytes(of: path)
        } catch {
            throw .unreadable(path, error)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .notText(path) }
        var kept = ""
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        lines.removeLast()
        for (index, line) in lines.enumerated() {
            guard let step = step(of: line) else { throw .damaged(path, line: index + 1) }
            if step <= lastStep { kept += line + "\n" }
        }
        return kept
    }

    private static func step(of line: Substring) -> Int? {
        let prefix = "{\"step\": "
        guard line.hasPrefix(prefix), line.hasSuffix("}") else { return nil }
        return Int(line.dropFirst(prefix.count).prefix { $0.isASCII && $0.isNumber })
    }
}
