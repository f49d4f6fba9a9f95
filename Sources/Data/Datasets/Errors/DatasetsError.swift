// What can be wrong with a user's data: one sentence each on what, where and what to do.

package import Files
internal import Phrases

/// An error in the data or in how it is named, with a message that is ready to be shown to the user.
package struct DatasetsError: Error, FileFailure, CustomStringConvertible, Sendable, Hashable {
    /// What is wrong, where, what was expected and found, and what to do.
    package let description: String

    init(_ description: String) { self.description = description }
}

// MARK: - Files

extension DatasetsError {
    package static func file(_ error: FilesError) -> Self {
        switch error {
        case .missing(let path, _):
            Self(
                "No such file: \(path). Give a path relative to the folder where the command runs, or an"
                    + " absolute one.")
        case .isDirectory(let path, _):
            Self("\(path) is a folder, but a data file is expected; for all its files write \(path)/*.jsonl.")
        case .truncatedGzip(let path):
            Self("\(path) ends in the middle of its gzip data: the file is truncated; copy it again.")
        case .corruptGzip(let path, let reason):
            Self(
                "\(path) is no valid gzip file (\(reason)): copy it again, or drop the .gz ending if it is plain."
            )
        case .truncatedZstd(let path):
            Self("\(path) ends in the middle of its Zstandard data: the file is truncated; copy it again.")
        case .corruptZstd(let path, let reason):
            Self(
                "\(path) is no valid Zstandard file (\(reason)): copy it again, or drop the .zst ending if"
                    + " it is plain.")
        case .zstdWindowTooLarge, .expandsTooFar: Self(error.description)
        case .lineTooLong(let path, let line, let limit):
            Self(
                "\(path):\(line): the line or row that starts here has more than \(limit) bytes: check"
                    + " that it is the right file, put each row on a line of its own, or cut its text.")
        case .tooLarge(let path, let limit):
            Self(
                "\(path) has more than \(limit) bytes, decompressed, and would have to be read whole:"
                    + " write it as JSON Lines, a row a line, in a file that ends in .jsonl.")
        default: Self("\(error.path) cannot be read: \(error.reason).")
        }
    }

    static func noMatch(_ pattern: String) -> Self {
        Self("The pattern \(pattern) matches no file; check the folder and the ending.")
    }

    static func noPatterns() -> Self {
        Self("No data file is given; name at least one path or pattern.")
    }

    static func namedTwice(_ path: String) -> Self {
        Self("The file \(path) is named twice, so its rows would count twice; name it once.")
    }

    static func unknownEnding(_ path: String) -> Self {
        Self(
            "\(path) has an unknown ending: expected .jsonl, .ndjson, .json, .csv, .tsv or .txt, plain or with"
                + " .gz or .zst; convert or rename the file.")
    }

    /// A file without a row.
    package static func noRows(in path: String) -> Self { noRows(path) }

    static func noRows(_ path: String) -> Self {
        Self("\(path) is empty: expected at least one row.")
    }
}

// MARK: - Rows

extension DatasetsError {
    static func notJSON(_ source: RowSource, column: Int, _ problem: String) -> Self {
        Self("\(source), column \(column): no valid JSON: \(problem).")
    }

    static func noObject(_ source: RowSource, found: String) -> Self {
        Self("\(source): expected a JSON object with one value a column, found \(found).")
    }

    static func noRowList(_ source: RowSource, found: String) -> Self {
        Self(
            "\(source): expected an array of objects, or an object with such an array under"
                + " \"data\", found \(found);"
                + " name the file .jsonl if it holds one object a line.")
    }

    static func twoRowLists(_ source: RowSource) -> Self {
        Self("\(source): the key \"data\" occurs a second time; keep one list of rows.")
    }

    static func invalidUTF8(_ source: RowSource, byteOffset: Int) -> Self {
        Self("\(source): invalid UTF-8 at byte offset \(byteOffset) of the file; save the file as UTF-8.")
    }

    static func invalidUTF8InTable(_ source: RowSource, byteOffset: Int) -> Self {
        Self(
            "\(source): invalid UTF-8 at byte offset \(byteOffset) of the file; save the file as UTF-8, or set"
                + " csv_encoding.")
    }

    static func fieldCount(_ source: RowSource, expected: Int, found: Int, separator: UInt8) -> Self {
        let other =
            separator == UInt8(ascii: ",")
            ? "" : " Fields are separated by \(DelimitedForm.name(of: separator)); if not, set csv_delimiter."
        return Self(
            "\(source): expected \(expected) fields as in the header, found \(found);"
                + " put fields that hold a separator or a line break in double quotes.\(other)")
    }

    static func unterminatedQuote(_ source: RowSource) -> Self {
        Self(
            "\(source): a double quote is opened here and never closed; close it, or double a quote"
                + " that is text."
        )
    }

    static func textAfterQuote(_ source: RowSource, column: Int, found: String) -> Self {
        Self(
            "\(source), column \(column): after a closing quote expected a separator or the end of the row,"
                + " found \(found); double a quote that is part of the text.")
    }

    static func duplicateColumn(_ source: RowSource, _ name: String) -> Self {
        Self("\(source): the header names the column \"\(name)\" twice; rename one.")
    }

    static func missingColumn(_ source: RowSource, column: String, key: String, columns: [String]) -> Self {
        let near = NearestName.suggestion(for: column, in: columns).map { "; did you mean \"\($0)\"?" } ?? "."
        return Self(
            "\(source): no column \"\(column)\"; the row has \(quotedList(columns))\(near)"
                + " Set \(key) to the column's name.")
    }

    static func wrongType(_ source: RowSource, column: String, expected: String, found: String) -> Self {
        Self("\(source): column \"\(column)\": expected \(expected), found \(found).")
    }
}

// MARK: - Batches

extension DatasetsError {
    static func fewerRowsThanRanks(rows: Int, ranks: Int) -> Self {
        Self(
            "The data has \(rows, "row") for \(ranks, "rank"), and every rank"
                + " needs at least one;"
                + " start at most \(max(rows, 1)) rank\(rows <= 1 ? "" : "s"), or give more data.")
    }

    static func noFullBatch(rows: Int, batch: Int) -> Self {
        Self(
            "The data has \(rows, "row"), fewer than one global batch of \(batch), and dropping the"
                + " last incomplete"
                + " batch leaves none; set dataloader_drop_last to false or use a smaller batch.")
    }

    static func rowOverBudget(_ source: RowSource, tokens: Int, budget: Int) -> Self {
        Self(
            "\(source): the row has \(tokens, "token"), more than max_tokens_per_device (\(budget));"
                + " raise it to \(tokens) or lower max_seq_length.")
    }
}

// MARK: - Phrases

/// At most the first 60 characters of `text`, with an ellipsis if there are more.
func excerpt(_ text: String) -> String {
    text.count <= 60 ? text : String(text.prefix(60)) + "…"
}

/// `"a", "b" and 3 more`: at most 20 names.
func quotedList(_ names: [String]) -> String {
    guard !names.isEmpty else { return "none" }
    return names.map { "\"\(excerpt($0))\"" }.listed(atMost: 20)
}
