// `lockstep bench tokenize`: how fast a model's tokenizer reads rows.

import ArgumentParser
import Datasets
import JSON
import Reporting
import Tokenizers

/// Encodes the rows of a file again and again on one thread; prints one JSON object.
struct TokenizeBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokenize", abstract: "Measures a tokenizer on the rows of a file, on one thread.")

    @Option(
        name: .customLong("model_name_or_path"), help: "Directory with the tokenizer's files.",
        completion: .directory)
    var directory: String

    @Option(
        name: .customLong("file"), help: "Rows to encode: JSON Lines, JSON, CSV or TSV.",
        completion: .file())
    var file: String

    @Option(name: .customLong("text_column"), help: "Column that holds the text.")
    var column = "text"

    @Option(help: "Seconds to repeat for.")
    var seconds = 2.0

    func run() throws {
        let tokenizer = try TokenizerLoader.load(directory: directory)
        let rows = try RowReader(patterns: [file]).makeIterator()
        var texts: [String] = []
        while let row = try rows.next() { texts.append(try row.text(in: column, key: "text_column")) }
        guard !texts.isEmpty else { throw ValidationError("\(file) has no rows") }
        func encodeAll() -> Int {
            texts.reduce(0) { $0 + tokenizer.encode($1).ids.count }
        }
        let tokens = encodeAll()
        var best = Double.infinity
        let start = ContinuousClock.now
        repeat {
            let begin = ContinuousClock.now
            _ = encodeAll()
            best = min(best, (ContinuousClock.now - begin) / .seconds(1))
        } while (ContinuousClock.now - start) / .seconds(1) < seconds
        let bytes = texts.reduce(0) { $0 + $1.utf8.count }
        BenchReport.show([
            ("rows", BenchReport.integer(texts.count)), ("tokens", BenchReport.integer(tokens)),
            ("seconds", BenchReport.real(best)),
            ("tokens_per_second", BenchReport.real(Double(tokens) / best, 0)),
            ("bytes_per_second", BenchReport.real(Double(bytes) / best, 0)),
        ])
    }
}
