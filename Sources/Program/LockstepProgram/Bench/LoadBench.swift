// `lockstep bench load`: how fast rows become batches, and a model directory becomes a model.

import ArgumentParser
import Arguments
import Checkpoints
import Datasets
import Files
import Foundation
import JSON
import Models
import Reporting
import Tasks
import Tokenizers
import Training

/// Reads, tokenises and batches the rows of a file and loads a model, each again and again; prints one JSON
/// object.
struct LoadBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load", abstract: "Measures how fast rows are read and tokenised and a model is loaded.",
        discussion: "Everything runs on one thread, as at the start of a run. The best repetition counts.")

    @Option(
        name: .customLong("model_name_or_path"), help: "Directory with the model and its tokenizer.",
        completion: .directory)
    var directory: String

    @Option(
        name: .customLong("file"), help: "Rows to read: JSON Lines, JSON, CSV or TSV, plain, .gz or .zst.",
        completion: .file())
    var file: String

    @Option(name: .customLong("text_column"), help: "Column that holds the text.")
    var column = "text"

    @Option(
        name: .customLong("max_seq_length"), help: "Longest sequence in tokens; longer texts are truncated.")
    var maximumLength = 128

    @Option(name: .customLong("per_device_train_batch_size"), help: "Rows of a batch.")
    var batchRows = 16

    @Option(help: "Seconds to repeat each part for.")
    var seconds = 1.0

    func validate() throws {
        try BenchRange.check(maximumLength, "max_seq_length", 3...BenchRange.mostTokens)
        try BenchRange.check(batchRows, "per_device_train_batch_size", BenchRange.count)
        guard seconds >= 0 else { throw ValidationError("--seconds starts at 0") }
    }

    func run() throws {
        let reader = try RowReader(patterns: [file])
        var rowCount = 0
        let reading = try best {
            rowCount = 0
            try reader.forEachRow { _ in rowCount += 1 }
        }
        var columns = DataArguments()
        columns.textColumn = column
        columns.maxSeqLength = maximumLength
        let tokenizer = try TokenizerLoader.load(directory: directory)
        let examples = TextClassificationReader(tokenizer: tokenizer, columns: TextColumns(columns))
        var store = TokenizedDataset()
        let loading = try best {
            let rows = reader.makeIterator()
            store = try examples.inputs(labels: nil) { try rows.next() }.examples
        }
        let batching = try best {
            for start in stride(from: 0, to: rowCount, by: batchRows) {
                _ = store.batch(rows: Array(start..<min(rowCount, start + batchRows)))
            }
        }
        let bytes = try weightBytes()
        let model = try best { try loadModel() }
        func rate(_ count: Int, _ seconds: Double) -> JSONValue {
            BenchReport.real(Double(count) / seconds, 0)
        }
        BenchReport.show([
            ("rows", BenchReport.integer(rowCount)), ("tokens", BenchReport.integer(store.tokenCount)),
            ("read_rows_per_second", rate(rowCount, reading)),
            ("read_bytes_per_second", rate(try reader.files.reduce(0) { try $0 + size(of: $1) }, reading)),
            ("load_rows_per_second", rate(rowCount, loading)),
            ("load_tokens_per_second", rate(store.tokenCount, loading)),
            ("batch_rows_per_second", rate(rowCount, batching)),
            ("model_bytes", BenchReport.integer(bytes)), ("model_seconds", BenchReport.real(model)),
            ("model_bytes_per_second", rate(bytes, model)),
            ("peak_memory_mb", BenchReport.real(BenchReport.peakMemoryMebibytes, 0)),
        ])
    }

    /// The shortest time of a run of `body`, in seconds.
    private func best(_ body: () throws -> Void) throws -> Double {
        var best = Double.infinity
        let start = ContinuousClock.now
        repeat {
            let begin = ContinuousClock.now
            try body()
            best = min(best, (ContinuousClock.now - begin) / .seconds(1))
        } while (ContinuousClock.now - start) / .seconds(1) < seconds
        return best
    }

    /// A causal language model as such, anything else as a classifier with a new head.
    private func loadModel() throws {
        let bytes = try FileSystem.bytes(of: directory + "/config.json")
        let family = try JSONValue(parsing: bytes)["model_type"]?.string.flatMap(ModelFamily.named)
        if family?.architectures[.causalLanguageModel] != nil {
            _ = try ModelLoader.load(.causal, directory: directory)
        } else {
            let head = ClassificationHead(labels: ["0", "1"], problemType: .singleLabel)
            _ = try ModelLoader.load(.classifier(head), directory: directory)
        }
    }

    private func weightBytes() throws -> Int {
        try FileSystem.names(in: directory).filter { $0.hasSuffix(".safetensors") }
            .reduce(0) { try $0 + size(of: directory + "/" + $1) }
    }

    private func size(of path: String) throws -> Int {
        try URL(fileURLWithPath: path).resolvingSymlinksInPath().resourceValues(forKeys: [.fileSizeKey])
            .fileSize ?? 0
    }
}
