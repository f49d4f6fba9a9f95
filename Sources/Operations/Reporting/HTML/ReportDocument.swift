// A report as values: sections of charts, tables, figures and samples, and the one page that they make.

/// One self-contained page; it loads nothing from elsewhere.
package struct ReportDocument: Sendable {
    package var title: String
    package var subtitle: String
    /// What stands above the sections.
    package var overview: [ReportBlock]
    package var sections: [ReportSection]

    package init(
        title: String, subtitle: String, overview: [ReportBlock] = [], sections: [ReportSection] = []
    ) {
        (self.title, self.subtitle, self.overview, self.sections) = (title, subtitle, overview, sections)
    }

    /// The whole file.
    package var html: String {
        let head = HTML.element(
            "head",
            [
                .literal("<meta charset=\"utf-8\">"),
                .literal("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"),
                .element("title", title), .element("style", [ReportStyle.sheet]),
            ])
        let heading =
            [HTML.element("h1", title), .element("p", ["class": "soft"], subtitle)] + overview.map(\.html)
        let body = HTML.element(
            "body", [.element("main", heading + sections.filter { !$0.blocks.isEmpty }.map(\.html))])
        return "<!doctype html>\n" + HTML.element("html", ["lang": "en"], [head, body]).source + "\n"
    }
}

/// A titled part of a report.
package struct ReportSection: Sendable {
    package var title: String
    package var blocks: [ReportBlock]

    package init(_ title: String, _ blocks: [ReportBlock] = []) {
        (self.title, self.blocks) = (title, blocks)
    }

    var html: HTML { .element("section", [.element("h2", title)] + blocks.map(\.html)) }
}

/// What a section is made of.
package enum ReportBlock: Sendable {
    case paragraph(String)
    /// A sentence that must not be missed.
    case notice(String)
    /// Findings, a sentence each.
    case findings([String])
    /// A few figures in large type.
    case figures([ReportFigure])
    /// Charts side by side, where there is room.
    case charts([any ReportChart])
    /// What a run is, a name and words a line.
    case facts([ReportFact])
    case table(ReportTable)
    /// Rows of the data beside what the model said.
    case rows(RowTable)
    case confusion(ConfusionTable)
    case samples([ReportSample])
    /// Text that is folded away until it is asked for.
    case details(summary: String, text: String)

    var html: HTML {
        switch self {
        case .paragraph(let text): .element("p", text)
        case .notice(let text): .element("p", ["class": "notice", "role": "note"], text)
        case .findings(let sentences):
            .element("ul", ["class": "card findings"], sentences.map { .element("li", $0) })
        case .figures(let figures): .element("div", ["class": "figures"], figures.map(\.html))
        case .charts(let charts): .element("div", ["class": "grid"], charts.map(\.card))
        case .facts(let facts):
            .element(
                "dl", ["class": "card facts"],
                facts.flatMap { [.element("dt", $0.name), .element("dd", ["dir": "auto"], $0.words)] })
        case .table(let table): table.html
        case .rows(let table): table.html
        case .confusion(let table): table.html
        case .samples(let samples): HTML(samples.map(\.html))
        case .details(let summary, let text):
            .element("details", [.element("summary", summary), .element("pre", text)])
        }
    }
}

/// One line of what a run is.
package struct ReportFact: Sendable, Equatable {
    package var name: String
    package var words: String

    package init(name: String, words: String) { (self.name, self.words) = (name, words) }
}

/// A figure with its name and a note such as its interval.
package struct ReportFigure: Sendable, Equatable {
    package var name: String
    package var value: String
    package var note: String?

    package init(name: String, value: String, note: String? = nil) {
        (self.name, self.value, self.note) = (name, value, note)
    }

    var html: HTML {
        .element(
            "div", ["class": "card"],
            [
                .element("span", name), .element("b", value),
                note.map { .element("span", $0) } ?? HTML(""),
            ])
    }
}

/// A table of short cells; with `isText` all columns are aligned to the left.
package struct ReportTable: Sendable, Equatable {
    package var caption: String?
    package var header: [String]
    package var rows: [[String]]
    package var isText: Bool

    package init(caption: String? = nil, header: [String], rows: [[String]], isText: Bool = false) {
        (self.caption, self.header, self.rows, self.isText) = (caption, header, rows, isText)
    }

    var html: HTML {
        let head = HTML.element("tr", header.map { .element("th", ["scope": "col"], $0) })
        let body = rows.map { row in HTML.element("tr", row.map { .element("td", ["dir": "auto"], $0) }) }
        let table = HTML.element(
            "table", ["class": isText ? "texts" : "plain"],
            [.element("thead", [head]), .element("tbody", body)])
        return .element(
            "div", ["class": "card", "style": "margin:1rem 0"],
            [caption.map { .element("h3", $0) } ?? HTML(""), .element("div", ["class": "scroll"], [table])])
    }
}

/// One row of the data: what went in, what came out, what a person says.
package struct ReportSample: Sendable, Equatable {
    /// Names and texts in their order, such as input, prediction, reference.
    package var parts: [(name: String, text: String)]
    /// A last line in small type: scores and the row's number.
    package var note: String?

    package init(parts: [(name: String, text: String)], note: String? = nil) {
        (self.parts, self.note) = (parts, note)
    }

    package static func == (left: ReportSample, right: ReportSample) -> Bool {
        left.note == right.note && left.parts.elementsEqual(right.parts, by: ==)
    }

    var html: HTML {
        let list = parts.flatMap { part in
            [HTML.element("dt", part.name), .element("dd", ["dir": "auto"], part.text)]
        }
        return .element(
            "div", ["class": "sample"],
            [
                .element("dl", list),
                note.map { .element("p", ["class": "tail"], $0) } ?? HTML(""),
            ])
    }
}
