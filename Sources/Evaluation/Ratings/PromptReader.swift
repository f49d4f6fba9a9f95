// Finds in a row of predictions what its prompt was.

import Datasets
import Files
import Foundation
import JSON

/// The columns of a predictions file that raters see.
package struct RatingColumns: Sendable {
    /// Columns that the prompt is made of; empty for those of `PromptReader.known` that a row has.
    package var prompt: [String] = []
    package var prediction = "prediction"
    /// The column with what a person answered, shown to raters; nil shows none.
    package var reference: String?
    /// The folder that relative paths of images start from; nil for that of the first predictions file.
    package var imageFolder: String?

    package init() {}
}

/// Reads prompts, outputs and references from rows.
struct PromptReader {
    /// Columns of prompts by the names that the tasks use.
    static let known = ["messages", "prompt", "image", "document", "text"]

    let columns: RatingColumns
    let imageFolder: String

    init(columns: RatingColumns, firstFile: String) {
        self.columns = columns
        imageFolder = columns.imageFolder ?? URL(fileURLWithPath: firstFile).deletingLastPathComponent().path
    }

    /// The parts of a row's prompt.
    /// - Throws: if the row lacks a column that was named, has none of the known ones, or names no readable
    ///   image.
    func prompt(of row: Row) throws(RatingsError) -> [PromptPart] {
        var parts: [PromptPart] = []
        let names = columns.prompt.isEmpty ? Self.known.filter { row[$0] != nil } : columns.prompt
        for name in names {
            let value = try RatingsError.rethrowing { () throws(DatasetsError) in
                try row.value(in: name, key: "prompt_column")
            }
            parts += try self.parts(of: value, column: name, row.source)
        }
        guard !parts.isEmpty else { throw .noPrompt(row) }
        return parts
    }

    /// Why a row cannot be rated: nothing was answered, or nothing asked; nil when it can, or lacks a column.
    func emptiness(of row: Row) -> String? {
        if row[columns.prediction] == .null { return "\(columns.prediction) is empty" }
        let names = (columns.prompt.isEmpty ? Self.known : columns.prompt).filter { row[$0] != nil }
        guard !names.isEmpty, names.allSatisfy({ row[$0]?.isEmpty == true }) else { return nil }
        return "nothing stands in \(names.joined(separator: ", "))"
    }

    private func parts(of value: JSONValue, column: String, _ source: RowSource) throws(RatingsError)
        -> [PromptPart]
    {
        switch value {
        case .null: return []
        case .string(let text):
            guard column == "image" || Self.hasImageEnding(text) else {
                return [PromptPart(label: column, content: .text(text))]
            }
            let path = URL(fileURLWithPath: text, relativeTo: URL(fileURLWithPath: imageFolder + "/"))
                .standardizedFileURL.path
            guard RatingImage.kind(of: path) != nil else {
                // A text may end like a file.
                if column != "image" { return [PromptPart(label: column, content: .text(text))] }
                throw .noImage(source, path: path)
            }
            return [PromptPart(label: column, content: .image(path))]
        case .array(let turns) where !turns.isEmpty && turns.allSatisfy({ $0["role"]?.string != nil }):
            // The last answer of a dialogue is the reference, which the prediction stands for.
            let isAnswered = turns.count > 1 && turns.last?["role"]?.string == "assistant"
            return (isAnswered ? turns.dropLast() : turns[...]).map { turn in
                PromptPart(
                    label: turn["role"]?.string ?? "", content: .text(Self.plain(turn["content"] ?? .null)))
            }
        default: return [PromptPart(label: column, content: .text(Self.plain(value)))]
        }
    }

    /// The output that a row holds.
    func output(of row: Row) throws(RatingsError) -> String {
        let value = try RatingsError.rethrowing { () throws(DatasetsError) in
            try row.value(in: columns.prediction, key: "prediction_column")
        }
        return Self.plain(value)
    }

    /// The reference that raters see.
    func reference(of row: Row) throws(RatingsError) -> String? {
        guard let column = columns.reference else { return nil }
        let value = try RatingsError.rethrowing { () throws(DatasetsError) in
            try row.value(in: column, key: "reference_column")
        }
        // Of a dialogue its last answer.
        if case .array(let turns) = value, let content = turns.last?["content"] {
            return content.isEmpty ? nil : Self.plain(content)
        }
        return value.isEmpty ? nil : Self.plain(value)
    }

    /// A text as it is, texts of a list one below the other, anything else as JSON.
    private static func plain(_ value: JSONValue) -> String {
        switch value {
        case .string(let text): text
        case .null: ""
        case .array(let parts) where parts.allSatisfy({ ($0.string ?? $0["text"]?.string) != nil }):
            parts.compactMap { $0.string ?? $0["text"]?.string }.joined(separator: "\n")
        default: value.json
        }
    }

    private static func hasImageEnding(_ text: String) -> Bool {
        let ending = text.lowercased()
        return text.count < 4096 && [".png", ".jpg", ".jpeg"].contains { ending.hasSuffix($0) }
    }
}

/// Images that the rating page may show, known by their first bytes.
package enum RatingImage {
    /// The largest file that is shown, in bytes.
    package static let byteLimit = 64 << 20

    /// The media type of a PNG or JPEG file; nil for every other file.
    package static func kind(of path: String) -> String? {
        guard let start = try? FileSystem.start(of: path, count: 8) else { return nil }
        if start == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] { return "image/png" }
        return start.starts(with: [0xFF, 0xD8, 0xFF]) ? "image/jpeg" : nil
    }
}
