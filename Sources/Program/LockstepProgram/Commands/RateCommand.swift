// `lockstep rate`: people rate outputs in a browser or a spreadsheet, and what their ratings say.

import ArgumentParser
import Dispatch
import Files
import Foundation
import Lockstep
import Machine
import Phrases
import RatingServer
import Ratings

/// Human evaluation.
struct RateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rate", abstract: "Lets people rate outputs of one or several models.",
        discussion: helpText(
            "",
            examples: "lockstep rate serve --output_dir runs/ratings --predictions base.jsonl",
            "lockstep rate result --output_dir runs/ratings",
            "lockstep rate export --output_dir runs/ratings --rater ann --csv ann.csv"),
        subcommands: [
            RateServeCommand.self, RateResultCommand.self, RateExportCommand.self, RateImportCommand.self,
        ])
}

/// The folder that ratings are in.
struct RatingFolder: ParsableArguments {
    @Option(
        name: .customLong("output_dir"), help: "Folder that holds items, ratings and results.",
        completion: .directory)
    var outputDir: String
}

/// The web page.
struct RateServeCommand: OneProcessCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Opens a local web page on which people rate blinded outputs from 1 to 5.",
        discussion: """
            Every rating is on the disk before the page says so. End with Ctrl-C, start again to go on. Without \
            --predictions the items that the folder holds are rated further.
            """)

    @OptionGroup var folder: RatingFolder

    @Option(
        help: "Predictions of one system, FILE or NAME=FILE; give it once for each system.",
        completion: .file())
    var predictions: [String] = []

    @Option(help: "Port of the page; 0 takes a free one.")
    var port = 8765

    @Option(help: "Address to listen on; any but this machine's own loopback makes the link carry a token.")
    var host = "127.0.0.1"

    @Option(help: "How many rows are rated, drawn at random; all without it.")
    var items: Int?

    @Option(help: "Seed of the draw and of the order in which each rater sees items and outputs.")
    var seed: UInt64 = 42

    @Option(
        name: .customLong("prompt_column"),
        help: "Column that is shown as the prompt, several times for several; else messages, prompt, image, …"
    )
    var promptColumn: [String] = []

    @Option(name: .customLong("prediction_column"), help: "Column that holds the outputs.")
    var predictionColumn = "prediction"

    @Option(
        name: .customLong("reference_column"), help: "Column whose text raters may unfold as the reference.")
    var referenceColumn: String?

    @Option(
        name: .customLong("image_dir"),
        help: "Folder that paths of images start from; else that of the first predictions file.",
        completion: .directory)
    var imageDir: String?

    func validate() throws {
        guard 0...65_535 ~= port else {
            throw ValidationError("--port must be from 0 to 65535, not \(port).")
        }
        if let items, items < 1 { throw ValidationError("--items must be 1 or more, not \(items).") }
    }

    func run() throws {
        guard LaunchVariables.current.isFirstRank else { return }
        let store = try RatingStore(directory: folder.outputDir, items: loadItems())
        let server = try WaitingThread.run { [host, port] in
            try await RatingServer.start(store: store, host: host, port: port)
        }
        let stop = StopSignal()
        try StandardOutput.write("Rating page: \(server.address)\n")
        let (count, systems) = (store.items.items.count, store.items.systems.count)
        Messages.note(
            "\(count, "item") of \(systems, "system"); ratings go to "
                + "\(folder.outputDir)/ratings.jsonl. Ctrl-C ends.")
        stop.wait()
        try WaitingThread.run { await server.stop() }
        let report = try RatingReport(directory: folder.outputDir)
        guard report.results.ratingCount > 0 else {
            Messages.note("There are no ratings yet.")
            return
        }
        try report.write()
        print(report.text, terminator: "")
    }

    private func loadItems() throws -> RatingItems {
        if predictions.isEmpty { return try RatingItems(directory: folder.outputDir) }
        var columns = RatingColumns()
        columns.prompt = promptColumn
        columns.prediction = predictionColumn
        columns.reference = referenceColumn
        columns.imageFolder = imageDir
        let items = try RatingItems(predictions: predictions, columns: columns, count: self.items, seed: seed)
        if let leftOut = items.leftOut { Messages.warn(leftOut) }
        try items.keep(in: folder.outputDir)
        return items
    }
}

/// The figures.
struct RateResultCommand: OneProcessCommand {
    static let configuration = CommandConfiguration(
        commandName: "result",
        abstract: "Prints means, agreement and win rates with intervals and writes ratings.json.")

    @OptionGroup var folder: RatingFolder

    @Flag(help: "Print ratings.json instead of tables.")
    var json = false

    func run() throws {
        guard LaunchVariables.current.isFirstRank else { return }
        let report = try RatingReport(directory: folder.outputDir)
        guard report.results.ratingCount > 0 else {
            throw RatingsError.noRatings(folder.outputDir)
        }
        try report.write()
        print(json ? String(decoding: report.bytes, as: UTF8.self) : report.text, terminator: "")
    }
}

/// To a spreadsheet.
struct RateExportCommand: OneProcessCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Writes ratings as a CSV table, or a rater's blinded form to fill in.")

    @OptionGroup var folder: RatingFolder

    @Option(help: "CSV file to write.", completion: .file())
    var csv: String

    @Option(help: "Rater whose form is written: every output in this rater's order, the system hidden.")
    var rater: String?

    func run() throws {
        guard LaunchVariables.current.isFirstRank else { return }
        let items = try RatingItems(directory: folder.outputDir)
        let ratings = try FinalRatings(directory: folder.outputDir, items: items)
        let text =
            if let rater { RatingSheet.form(for: try Rater(rater), ratings, of: items) } else {
                RatingSheet.text(ratings, of: items)
            }
        let url = URL(fileURLWithPath: csv)
        try OutputFiles.write(
            Array(text.utf8), directory: url.deletingLastPathComponent().path, name: url.lastPathComponent)
        Messages.note("\(csv): \(ratings.count, "rating")")
    }
}

/// From a spreadsheet.
struct RateImportCommand: OneProcessCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Takes over ratings from a CSV or TSV table: all of it, or nothing.",
        discussion: """
            Columns: rater, item, system (or letter, as in a rater's form), and one or more of naturalness, \
            correctness, helpfulness, each from 1 to 5 or \"cannot judge\"; comment. Empty cells are no ratings.
            """)

    @OptionGroup var folder: RatingFolder

    @Option(help: "CSV or TSV file to read.", completion: .file())
    var csv: String

    func run() throws {
        guard LaunchVariables.current.isFirstRank else { return }
        let items = try RatingItems(directory: folder.outputDir)
        let ratings = try RatingSheet.ratings(path: csv, of: items)
        let store = try RatingStore(directory: folder.outputDir, items: items)
        let changes = try store.importAll(ratings)
        let comments = ratings.count { if case .comment = $0 { true } else { false } }
        let count = ratings.count - comments
        let commented = comments == 0 ? "" : " and \(comments, "comment")"
        Messages.note(
            "\(csv): \(count, "rating")\(commented), \(changes) of them new or changed")
    }
}

/// Waits for Ctrl-C or SIGTERM.
private final class StopSignal {
    private let semaphore = DispatchSemaphore(value: 0)
    private let listener: SignalListener

    init() { listener = SignalListener([SIGINT, SIGTERM]) { [semaphore] _ in semaphore.signal() } }

    /// Returns at the first signal; a second one ends the process.
    func wait() {
        semaphore.wait()
        listener.cancel()
    }
}
