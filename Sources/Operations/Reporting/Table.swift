// Plain-text tables for a terminal: metrics, rows a class, confusion matrices.

package import JSON

/// A table whose columns are aligned with spaces.
package struct Table: Equatable, Sendable {
    package enum Alignment: Equatable, Sendable {
        case left, right
    }

    /// Titles of the columns; an empty list prints no title line.
    package let header: [String]
    package let rows: [[String]]
    /// Of each column; columns beyond the list are right-aligned.
    package let alignments: [Alignment]

    /// - Parameter alignments: by default names on the left, figures on the right.
    package init(header: [String] = [], rows: [[String]], alignments: [Alignment] = [.left]) {
        (self.header, self.rows, self.alignments) = (header, rows, alignments)
    }

    /// Lines of the table, each ended by a newline and without trailing spaces.
    package var text: String {
        let lines = (header.isEmpty ? [] : [header]) + rows
        let cells = lines.map { $0.map(\.withoutControls) }
        let columns = cells.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            cells.map { column < $0.count ? $0[column].displayWidth : 0 }.max() ?? 0
        }
        var result = cells.map { line(of: $0, widths) }
        if !header.isEmpty {
            result.insert(widths.map { String(repeating: "-", count: $0) }.joined(separator: "  "), at: 1)
        }
        return result.map { $0 + "\n" }.joined()
    }

    private func line(of cells: [String], _ widths: [Int]) -> String {
        let padded = cells.enumerated().map { column, cell in
            let padding = String(repeating: " ", count: widths[column] - cell.displayWidth)
            let alignment = column < alignments.count ? alignments[column] : .right
            return alignment == .left ? cell + padding : padding + cell
        }
        let line = padded.joined(separator: "  ")
        return String(line.reversed().drop { $0 == " " }.reversed())
    }
}

extension Table {
    /// A table of names and figures.
    package static func metrics(_ values: [(name: String, value: JSONNumber)]) -> Table {
        Table(
            header: ["metric", "value"],
            rows: values.map { [$0.name, NumberFormat.metric($0.value)] })
    }

    /// A confusion matrix: `counts[i][j]` rows of true label `i` were predicted as label `j`.
    package static func confusion(labels: [String], counts: [[Int]]) -> Table {
        precondition(counts.count == labels.count && counts.allSatisfy { $0.count == labels.count })
        return Table(
            header: ["true \\ predicted"] + labels,
            rows: zip(labels, counts).map { [$0] + $1.map(String.init) })
    }
}
