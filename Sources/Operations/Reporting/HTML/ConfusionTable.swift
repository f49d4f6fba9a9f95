// The confusion matrix of a report, shaded by the share of each true label; long lists as their worst
// confusions.

/// How often each label was predicted for each true label.
package struct ConfusionTable: Sendable, Equatable {
    /// With more labels than this the most frequent confusions are listed instead of a matrix.
    static let widestMatrix = 24
    private static let listedConfusions = 20

    package let labels: [String]
    /// A list of counts a true label.
    package let counts: [[Int]]

    package init(labels: [String], counts: [[Int]]) {
        precondition(counts.count == labels.count && counts.allSatisfy { $0.count == labels.count })
        (self.labels, self.counts) = (labels, counts)
    }

    var html: HTML { labels.count > Self.widestMatrix ? list.html : matrix }

    private var matrix: HTML {
        let head = [HTML.element("th", "true ↓ predicted →")]
        let columns = labels.map { HTML.element("th", ["scope": "col", "dir": "auto"], $0) }
        let rows = labels.indices.map { truth in
            let total = counts[truth].reduce(0, +)
            let cells = labels.indices.map { prediction in
                let count = counts[truth][prediction]
                let share = total == 0 ? 0 : 60 * Double(count) / Double(total)
                return HTML.element(
                    "td",
                    [
                        "class": truth == prediction ? "right" : "wrong",
                        "style": "--share:\(NumberFormat.fixed(share, decimals: 1))%",
                        "title": "\(labels[truth]) → \(labels[prediction])",
                    ], "\(count)")
            }
            return HTML.element(
                "tr", [.element("th", ["scope": "row", "dir": "auto"], labels[truth])] + cells)
        }
        let table = HTML.element("table", ["class": "matrix"], [.element("tr", head + columns)] + rows)
        return .element(
            "div", ["class": "card", "style": "margin:1rem 0"],
            [.element("h3", "Confusion matrix"), .element("div", ["class": "scroll"], [table])])
    }

    private var list: ReportTable {
        var confusions: [(count: Int, truth: Int, prediction: Int)] = []
        for truth in labels.indices {
            for prediction in labels.indices where prediction != truth && counts[truth][prediction] > 0 {
                confusions.append((counts[truth][prediction], truth, prediction))
            }
        }
        confusions.sort { ($1.count, $0.truth, $0.prediction) < ($0.count, $1.truth, $1.prediction) }
        return ReportTable(
            caption: "Most frequent confusions of \(labels.count) labels",
            header: ["true label", "predicted", "rows", "of the true label's"],
            rows: confusions.prefix(Self.listedConfusions).map { confusion in
                let total = counts[confusion.truth].reduce(0, +)
                let share = 100 * Double(confusion.count) / Double(total)
                return [
                    labels[confusion.truth], labels[confusion.prediction], "\(confusion.count)",
                    NumberFormat.fixed(share, decimals: 1) + "%",
                ]
            })
    }
}
