// Ratings as a CSV table, for spreadsheets: a row an output and rater, a column a criterion, one the comment.

import Datasets
import Foundation
import JSON

/// Writes and reads tables of ratings.
package enum RatingSheet {
    /// How many wrong lines are named before the import gives up.
    static let problemLimit = 100
    private static let criteria = Criterion.allCases.map(\.rawValue)

    /// All ratings: `rater,item,system`, the criteria, `comment`, and to read along `prompt,output`.
    package static func text(_ ratings: FinalRatings, of items: RatingItems) -> String {
        var rows = [["rater", "item", "system"] + criteria + ["comment", "prompt", "output"]]
        for rater in ratings.raters {
            for (index, item) in items.items.enumerated() {
                for (system, name) in items.systems.enumerated() {
                    let cells = cells(ratings, rater, index, system)
                    if cells.allSatisfy(\.isEmpty) { continue }
                    rows.append(
                        [rater.name, String(item.row), name] + cells
                            + [inert(item.promptText), inert(item.outputs[system])])
                }
            }
        }
        return csv(rows)
    }

    /// The cells of an output that a rater fills in: the criteria and the comment.
    private static func cells(_ ratings: FinalRatings, _ rater: Rater, _ item: Int, _ system: Int) -> [String]
    {
        Criterion.allCases.map { criterion in
            switch ratings.judgement(rater, item: item, system: system, criterion) {
            case .score(let score): String(score)
            case .cannotJudge: Judgement.cannotJudgeWords
            case nil: ""
            }
        } + [inert(ratings.comment(rater, item: item, system: system) ?? "")]
    }

    /// One rater's form: every output in that rater's order under its letter, the system hidden, equal ones
    /// once, with the ratings that there are: `rater,item,letter`, the criteria, `comment,prompt,output`.
    package static func form(for rater: Rater, _ ratings: FinalRatings, of items: RatingItems) -> String {
        var rows = [["rater", "item", "letter"] + criteria + ["comment", "prompt", "output"]]
        let blinding = items.blinding
        let order = blinding.itemOrder(for: rater)
        for place in items.items.indices {
            let (index, item) = (order[place], items.items[order[place]])
            for (place, system) in blinding.distinctOutputs(for: rater, item: index).compactMap(\.first) {
                rows.append(
                    [rater.name, String(item.row), Blinding.letter(place)]
                        + cells(ratings, rater, index, system)
                        + [inert(item.promptText), inert(item.outputs[system])])
            }
        }
        return csv(rows)
    }

    /// The ratings and comments of a table, CSV or TSV. Empty cells are none, other columns are not looked
    /// at. What stands under a letter is of all systems that gave this output and have no line of their own.
    /// - Throws: if a line is wrong; the message names each with its reason.
    package static func ratings(path: String, of items: RatingItems) throws(RatingsError) -> [RatingRecord] {
        let reader = try RatingsError.rethrowing { () throws(DatasetsError) in try RowReader(patterns: [path])
        }
        let rows = reader.makeIterator()
        var sheet = SheetReader(path: path, items: items)
        var problems: [String] = []
        while problems.count < problemLimit {
            do {
                guard let row = try rows.next() else { break }
                problems += try sheet.read(row)
            } catch let error as DatasetsError {
                problems.append(error.description)
                // A table without a readable header has no further rows.
                if sheet.rowCount == 0 { break }
            } catch let error as RatingsError {
                throw error
            } catch { throw RatingsError("\(path) cannot be read: \(error)") }
        }
        guard problems.isEmpty else {
            throw .badSheet(path, problems, isCut: problems.count >= problemLimit)
        }
        return try sheet.records
    }

    /// RFC 4180 with a byte order mark, without which spreadsheets take the text for another encoding than
    /// UTF-8.
    private static func csv(_ rows: [[String]]) -> String {
        "\u{FEFF}" + rows.map { $0.map(quoted).joined(separator: ",") + "\r\n" }.joined()
    }

    private static func quoted(_ cell: String) -> String {
        let needsQuotes = cell.utf8.contains { byte in
            [UInt8(ascii: ","), UInt8(ascii: "\""), 0x0A, 0x0D].contains(byte)
        }
        return needsQuotes ? "\"" + cell.replacing("\"", with: "\"\"") + "\"" : cell
    }

    /// A text that a spreadsheet would take for a formula, marked as text by an apostrophe.
    private static func inert(_ text: String) -> String { isFormula(text) ? "'" + text : text }

    private static func isFormula(_ text: some StringProtocol) -> Bool {
        guard let first = text.unicodeScalars.first else { return false }
        return "=+-@\t\r".unicodeScalars.contains(first)
    }

    /// The text that `inert` marked.
    fileprivate static func unmarked(_ text: String) -> String {
        text.first == "'" && isFormula(text.dropFirst()) ? String(text.dropFirst()) : text
    }
}

/// Reads the rows of a table one by one.
private struct SheetReader {
    let path: String
    let items: RatingItems
    private(set) var rowCount = 0
    private var entries: [Entry] = []
    private var lines: [String: Int] = [:]

    /// What a line says of an output, and the other systems that gave the same one, if a letter names it.
    private struct Entry {
        let rater: Rater
        let item: Int
        let system: Int
        let others: [Int]
        let judgements: [(Criterion, Judgement)]
        let comment: String?
    }

    init(path: String, items: RatingItems) { (self.path, self.items) = (path, items) }

    /// Takes the ratings of a row. Returns what is wrong with it. Throws when the table lacks a column.
    mutating func read(_ row: Row) throws(RatingsError) -> [String] {
        if rowCount == 0 { try checkColumns(row) }
        rowCount += 1
        do {
            try take(row)
            return []
        } catch {
            let reason = error.description
            return ["\(row.source): \(reason)" + (reason.hasSuffix(".") ? "" : ".")]
        }
    }

    private func checkColumns(_ row: Row) throws(RatingsError) {
        let names = row.fields.names
        for column in ["rater", "item"] where !names.contains(column) {
            throw .missingSheetColumn(path, "\"\(column)\"", columns: names)
        }
        guard names.contains("system") || names.contains("letter") else {
            throw .missingSheetColumn(path, "\"system\" or \"letter\"", columns: names)
        }
        guard Criterion.allCases.contains(where: { names.contains($0.rawValue) }) else {
            throw .missingSheetColumn(
                path, Criterion.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: " or "),
                columns: names)
        }
    }

    private mutating func take(_ row: Row) throws(RatingsError) {
        let rater = try Rater(cell(row, "rater"))
        guard let item = number(cell(row, "item")).flatMap(items.index(ofRow:)) else {
            throw .unknownItem(cell(row, "item"))
        }
        let system: Int
        var others: [Int] = []
        if row["system"] != nil {
            let name = cell(row, "system")
            guard let index = items.systems.firstIndex(of: name) else {
                throw .unknownSystem(name, known: items.systems)
            }
            system = index
        } else {
            let systems = try items.blinding.allSystems(behind: cell(row, "letter"), for: rater, item: item)
            (system, others) = (systems[0], Array(systems.dropFirst()))
        }
        let key = Self.key(rater, item, system)
        if let line = lines[key] {
            throw RatingsError("this output was rated by \(rater) in line \(line) already")
        }
        lines[key] = row.source.line
        var judgements: [(Criterion, Judgement)] = []
        for criterion in Criterion.allCases {
            let text = cell(row, criterion.rawValue)
            if text.isEmpty { continue }
            guard let judgement = Judgement(number(text).map(JSONValue.integer) ?? .string(text)) else {
                throw .badScore(text, criterion)
            }
            judgements.append((criterion, judgement))
        }
        let comment = RatingSheet.unmarked(cell(row, "comment"))
        // Its length is looked at while the line is known.
        _ = try RatingComment(rater: rater, item: item, system: system, text: comment)
        entries.append(
            Entry(
                rater: rater, item: item, system: system, others: others, judgements: judgements,
                comment: comment.isEmpty ? nil : comment))
    }

    private static func key(_ rater: Rater, _ item: Int, _ system: Int) -> String {
        "\(item) \(system) \(rater.name)"
    }

    /// What all lines say.
    var records: [RatingRecord] {
        get throws(RatingsError) {
            var records: [RatingRecord] = []
            for entry in entries {
                let others = entry.others.filter { lines[Self.key(entry.rater, entry.item, $0)] == nil }
                for system in [entry.system] + others {
                    records += entry.judgements.map { criterion, judgement in
                        .rating(
                            Rating(
                                rater: entry.rater, item: entry.item, system: system, criterion: criterion,
                                judgement: judgement))
                    }
                    guard let comment = entry.comment else { continue }
                    records.append(
                        .comment(
                            try RatingComment(
                                rater: entry.rater, item: entry.item, system: system, text: comment)))
                }
            }
            return records
        }
    }

    private func cell(_ row: Row, _ column: String) -> String {
        guard let value = row[column] else { return "" }
        switch value {
        case .string(let text): return text.trimmingCharacters(in: .whitespacesAndNewlines)
        case .null: return ""
        default: return value.json
        }
    }

    /// A whole number, which some spreadsheets write as 4.0.
    private func number(_ text: String) -> Int? {
        if let number = Int(text) { return number }
        return Double(text).flatMap { Int(exactly: $0) }
    }
}
