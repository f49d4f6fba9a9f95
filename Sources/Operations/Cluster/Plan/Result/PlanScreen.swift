// A plan on one screen.

internal import Reporting

/// The lines that people read.
package struct PlanScreen: Sendable {
    private let result: PlanResult

    package init(_ result: PlanResult) { self.result = result }

    package var text: String {
        let table = PlanTable(result)
        var parts = ["\(result.title)\n\(table.source)\n"]
        parts.append("best shapes\n" + Table(header: table.header, rows: table.best, alignments: []).text)
        let given = table.given
        if !given.isEmpty {
            parts.append(
                "as recipe and cluster file say\n"
                    + Table(header: table.header, rows: given, alignments: []).text)
        }
        if given.count < result.rows.count {
            parts.append(
                "the shape of recipe and cluster file does not fit everywhere: by memory, or by rows\n")
        }
        parts.append(table.advice.map { $0 + "\n" }.joined())
        parts.append(result.notes.map { "- \($0)\n" }.joined())
        return parts.joined(separator: "\n")
    }
}
