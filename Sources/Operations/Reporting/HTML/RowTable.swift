// Rows of the data as a table: what went in, what came out, what is right, in colours and with a filter.

/// Rows of a data set with the model's answers; a filter shows those of one kind alone, without a script.
package struct RowTable: Sendable, Equatable {
    package struct Row: Sendable, Equatable {
        package var number: String
        package var input: String
        package var prediction: String
        package var reference: String
        package var scores: [String]
        package var isRight: Bool

        package init(
            number: String, input: String, prediction: String, reference: String, scores: [String],
            isRight: Bool
        ) {
            (self.number, self.input, self.prediction) = (number, input, prediction)
            (self.reference, self.scores, self.isRight) = (reference, scores, isRight)
        }

        /// What the filter calls it.
        var kind: String { isRight ? "right" : "\(reference) → \(prediction)" }
    }

    /// The most kinds that the filter offers, the most frequent ones.
    static let mostKinds = 8
    package var caption: String
    /// Tells the filters of a page apart.
    package var name: String
    package var scoreNames: [String]
    package var rows: [Row]

    package init(caption: String, name: String, scoreNames: [String], rows: [Row]) {
        (self.caption, self.name, self.scoreNames, self.rows) = (caption, name, scoreNames, rows)
    }

    /// Kinds with their numbers of rows, the most frequent first.
    var kinds: [(name: String, count: Int)] {
        var counts: [String: Int] = [:]
        for row in rows { counts[row.kind, default: 0] += 1 }
        let ordered = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        return ordered.prefix(Self.mostKinds).map { ($0.key, $0.value) }
    }

    var html: HTML {
        let kinds = kinds
        let places = Dictionary(uniqueKeysWithValues: kinds.enumerated().map { ($1.name, $0) })
        let names = ["row", "input", "prediction", "reference"] + scoreNames
        let head = HTML.element("tr", names.map { .element("th", ["scope": "col"], $0) })
        let body = rows.map { row in
            let kind = places[row.kind].map { "k\($0)" } ?? "other"
            let mark = row.isRight ? "hit" : "miss"
            return HTML.element(
                "tr", ["class": kind],
                [
                    .element("td", ["class": "number"], row.number),
                    .element("td", ["dir": "auto", "class": "long"], row.input),
                    .element("td", ["dir": "auto"], [.element("span", ["class": mark], row.prediction)]),
                    .element("td", ["dir": "auto"], row.reference),
                ] + row.scores.map { .element("td", ["class": "number"], $0) })
        }
        let table = HTML.element(
            "table", ["class": "texts"], [.element("thead", [head]), .element("tbody", body)])
        return .element(
            "div", ["class": "card filtered", "style": "margin:1rem 0"],
            [.element("h3", caption), kinds.count > 1 ? filter(kinds) : HTML("")]
                + [.element("div", ["class": "scroll"], [table])])
    }

    private func filter(_ kinds: [(name: String, count: Int)]) -> HTML {
        let all = choice("all", "all (\(rows.count))", isChosen: true)
        let others = kinds.enumerated().map { index, kind in
            choice("k\(index)", "\(kind.name) (\(kind.count))", isChosen: false)
        }
        return .element(
            "div", ["class": "filter", "role": "radiogroup", "aria-label": "Rows shown"], [all] + others)
    }

    private func choice(_ value: String, _ words: String, isChosen: Bool) -> HTML {
        let input =
            isChosen
            ? HTML.element("input", ["type": "radio", "name": name, "value": value, "checked": ""], [])
            : HTML.element("input", ["type": "radio", "name": name, "value": value], [])
        return .element("label", ["dir": "auto"], [input, HTML(words)])
    }
}
