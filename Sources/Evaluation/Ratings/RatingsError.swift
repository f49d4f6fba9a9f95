// What can be wrong with ratings and what they are of: one sentence each on what, where and what to do.

import Datasets
package import Files
import Foundation
import JSON
internal import Phrases

/// An error of the human evaluation, with a message that is ready to be shown to the user.
package struct RatingsError: Error, FileFailure, CustomStringConvertible, Sendable, Equatable {
    /// What is wrong, where, and what to do.
    package let description: String

    init(_ description: String) { self.description = description }

    /// Runs `body` and hands its error on as one of this module.
    static func rethrowing<Result>(
        _ body: () throws(DatasetsError) -> Result
    ) throws(RatingsError) -> Result {
        do {
            return try body()
        } catch { throw RatingsError(error.description) }
    }
}

// MARK: - Predictions

extension RatingsError {
    static func badName(_ what: String, _ name: String) -> Self {
        Self(
            "\"\(name.prefix(80))\" cannot be the name of a \(what): give 1 to 64 characters, the first a letter or "
                + "a digit, none of them invisible.")
    }

    static func sameSystem(_ name: String, _ first: String, _ second: String) -> Self {
        Self(
            "\(first) and \(second) would both be called \"\(name)\"; name them by --predictions NAME=FILE.")
    }

    static func systemCount(_ count: Int) -> Self {
        Self(
            count == 0
                ? "There is nothing to rate: name at least one file by --predictions FILE or NAME=FILE."
                : "\(count) systems are too many to be shown side by side; give at most "
                    + "\(RatingItems.systemLimit, "predictions file").")
    }

    static func severalFiles(_ pattern: String, _ count: Int) -> Self {
        Self("\(pattern) names \(count, "file"); give each system's predictions as one file.")
    }

    static func rowCounts(_ first: String, _ firstCount: Int, _ second: String, _ secondCount: Int) -> Self {
        Self(
            "\(first) has \(firstCount, "row") and \(second) has \(secondCount); the predictions of all "
                + "systems must be "
                + "of the same rows in the same order.")
    }

    static func otherPrompt(_ first: RowSource, _ second: RowSource) -> Self {
        Self(
            "\(second) has another prompt than \(first); the predictions of all systems must be of the same rows in "
                + "the same order.")
    }

    static func nothingToRate(_ sentence: String) -> Self {
        Self("There is nothing to rate: \(sentence).")
    }

    static func noPrompt(_ row: Row) -> Self {
        let names = row.fields.names.map { "\"\($0)\"" }.joined(separator: ", ")
        return Self(
            "\(row.source): none of the columns \(PromptReader.known.joined(separator: ", ")) is there to show as "
                + "the prompt; the row has \(names). Set prompt_column to the column's name.")
    }

    static func noImage(_ source: RowSource, path: String) -> Self {
        Self(
            "\(source): \(path) is no readable PNG or JPEG file; set image_dir to the folder that the paths of "
                + "images start from.")
    }
}

// MARK: - The folder

extension RatingsError {
    static func noItems(_ directory: String) -> Self {
        Self(
            "\(directory) holds no rating_items.json: start with lockstep rate serve --output_dir \(directory) "
                + "--predictions FILE.")
    }

    /// There is nothing to sum up.
    package static func noRatings(_ directory: String) -> Self {
        Self(
            "\(directory) holds no ratings yet: give some on the page of lockstep rate serve --output_dir \(directory), or "
                + "read a sheet with lockstep rate import.")
    }

    static func brokenItems(_ path: String, _ reason: String) -> Self {
        Self(
            "\(path) cannot be read: \(reason). Put it back from a copy, or choose another output_dir.")
    }

    static func otherItems(_ directory: String) -> Self {
        Self(
            "\(directory) holds ratings of other outputs than those of the predictions, columns, items or seed given; "
                + "choose another output_dir, or leave --predictions away to go on with what is there.")
    }

    static func inUse(_ directory: String) -> Self {
        Self(
            "The ratings in \(directory) are in use by another lockstep rate; stop that one first.")
    }

    package static func file(_ error: FilesError) -> Self { Self(error.description) }

    static func badRecord(_ path: String, line: Int, _ reason: String) -> Self {
        Self("\(path):\(line): \(reason); correct or remove the line.")
    }

    static func writeFailed(_ path: String) -> Self {
        Self(
            "A rating could not be written to \(path) and the file could not be repaired; free space on the disk and "
                + "start the server again.")
    }
}

// MARK: - Ratings

extension RatingsError {
    static func unknownItem(_ item: String) -> Self {
        Self("item \(item) is none of those that are rated")
    }

    static func unknownSystem(_ name: String, known: [String]) -> Self {
        let near = NearestName.suggestion(for: name, in: known).map { ", did you mean \"\($0)\"" } ?? ""
        return Self("\"\(name)\" is no system that is rated\(near)")
    }

    static func unknownCriterion(_ name: String) -> Self {
        let names = Criterion.allCases.map(\.rawValue)
        return Self("\"\(name)\" is no criterion; they are \(names.joined(separator: ", "))")
    }

    static func badScore(_ text: String, _ criterion: Criterion) -> Self {
        Self("\(criterion.rawValue) is \"\(text.prefix(40))\", but must be a whole number from 1 to 5")
    }

    static func longComment(_ length: Int) -> Self {
        Self("the comment has \(length) characters, and \(RatingComment.limit) are the most")
    }

    static func badSheet(_ path: String, _ problems: [String], isCut: Bool) -> Self {
        let count =
            problems.count == 1 ? "1 line is" : "\(problems.count)\(isCut ? " or more" : "") lines are"
        return Self(
            "\(path): \(count) wrong, so nothing was imported; correct and import again:\n"
                + problems.map { "  \($0)" }.joined(separator: "\n"))
    }

    static func missingSheetColumn(_ path: String, _ column: String, columns: [String]) -> Self {
        return Self(
            "\(path) has no column \(column); it has \(columns.map { "\"\($0)\"" }.joined(separator: ", "))."
        )
    }
}
