// data_card.html: what `prepare` did to raw records, from the card's JSON.

internal import Files
package import JSON

/// Makes the page and the summary of a data card.
package enum DataCardPage {
    package static let fileName = "data_card.html"
    static let sourceName = "data_card.json"

    /// Writes the page into `directory` and returns its path.
    @discardableResult
    package static func write(_ card: JSONValue, directory: String) throws(ReportingError) -> String {
        let path = directory + "/" + fileName
        let document = ReportDocument(
            title: "Data card", subtitle: "Data that Lockstep prepared",
            overview: [.figures(figures(card))] + findings(card), sections: sections(card))
        do { try FileSystem.write(document.html, to: path) } catch { throw .unwritable(path, error) }
        return path
    }

    /// What became of the records, a line each, for a terminal.
    package static func summary(_ card: JSONValue) -> [String] {
        let splits = (card["splits"]?.object ?? [:]).map { "\($0.key) \(number($0.value["rows"]))" }
        var lines = ["\(number(card["records"])) records → \(splits.joined(separator: ", ")) rows"]
        for rule in card["rules"]?.list ?? [] where (rule["count"]?.integer ?? 0) > 0 {
            let unit = rule["removes"]?.bool == true ? "records removed" : "texts changed"
            lines.append("  \(rule["rule"]?.string ?? ""): \(number(rule["count"])) \(unit)")
        }
        for (reason, count) in card["unusable"]?.object ?? [:] {
            lines.append("  \(reason): \(number(count)) records removed")
        }
        lines += findings(card).flatMap { block -> [String] in
            if case .findings(let sentences) = block { sentences.map { "  " + $0 } } else { [] }
        }
        return lines
    }

    private static func number(_ value: JSONValue?) -> String { value?.words ?? "0" }

    private static func figures(_ card: JSONValue) -> [ReportFigure] {
        let splits = (card["splits"]?.object ?? [:]).map { name, split in
            ReportFigure(
                name: name, value: number(split["rows"]),
                note: split["rows"]?.integer == split["records"]?.integer
                    ? nil : "of \(number(split["records"])) records")
        }
        return [ReportFigure(name: "raw records", value: number(card["records"]))] + splits
    }

    /// What must not be overlooked.
    private static func findings(_ card: JSONValue) -> [ReportBlock] {
        let duplicates = card["duplicates"]
        func count(_ name: String) -> Int { duplicates?[name]?.integer ?? 0 }
        var sentences: [String] = []
        if count("leakage") > 0 {
            sentences.append(
                "\(count("leakage")) records would have stood on both sides of a split, and were removed.")
        }
        if count("moved") > 0 {
            sentences.append(
                "\(count("moved")) records were put into the split of a record that they are like.")
        }
        if count("conflicting_labels") > 0 {
            sentences.append(
                "\(count("conflicting_labels")) records had the text of an earlier one and another label; the earlier stays."
            )
        }
        return sentences.isEmpty ? [] : [.findings(sentences)]
    }

    /// The sections of a card; also for the page of a run that used the data.
    static func sections(_ card: JSONValue) -> [ReportSection] {
        [
            ReportSection("Splits", splits(card)), ReportSection("Rules", rules(card)),
            ReportSection("Personal data", personalData(card)), ReportSection("Examples", examples(card)),
            ReportSection("Files", files(card)),
        ]
    }

    private static func splits(_ card: JSONValue) -> [ReportBlock] {
        let splits = card["splits"]?.object ?? [:]
        let lengths = ["characters", "tokens"].flatMap { unit in
            splits.compactMap { name, split -> [String]? in
                guard let values = split[unit] else { return nil }
                return [name, unit]
                    + ["sum", "mean", "min", "median", "p95", "max"].map { number(values[$0]) }
            }
        }
        var blocks: [ReportBlock] = [
            .table(
                ReportTable(
                    caption: "Lengths of records",
                    header: ["split", "of", "sum", "mean", "least", "median", "95 in 100 up to", "most"],
                    rows: lengths))
        ]
        for (caption, key) in [("Labels", "labels"), ("Languages", "languages")] {
            var names: [String] = []
            for (_, split) in splits {
                for name in split[key]?.object?.names ?? [] where !names.contains(name) { names.append(name) }
            }
            guard !names.isEmpty else { continue }
            blocks.append(
                .table(
                    ReportTable(
                        caption: caption, header: [""] + splits.names,
                        rows: names.map { name in [name] + splits.values.map { number($0[key]?[name]) } })))
        }
        return blocks
    }

    private static func rules(_ card: JSONValue) -> [ReportBlock] {
        let rows = (card["rules"]?.list ?? []).map { rule in
            [
                rule["rule"]?.string ?? "", rule["does"]?.string ?? "",
                rule["on"]?.bool == true ? "on" : "off",
                number(rule["count"]), rule["removes"]?.bool == true ? "records" : "texts",
            ]
        }
        let unusable = (card["unusable"]?.object ?? [:]).map { name, count in
            [name, "Records that are no row of this kind", "always", number(count), "records"]
        }
        return [
            .table(
                ReportTable(
                    caption: "What each rule did", header: ["rule", "what it does", "", "count", "of"],
                    rows: rows + unusable, isText: true))
        ]
    }

    private static func personalData(_ card: JSONValue) -> [ReportBlock] {
        let counts = card["personal_data"]?.object ?? [:]
        var blocks: [ReportBlock] = []
        if !counts.isEmpty {
            blocks.append(
                .table(
                    ReportTable(
                        caption: "Replaced by placeholders", header: ["type", "count"],
                        rows: counts.map { [$0.key, number($0.value)] })))
        }
        let types = card["privacy_proof"]?["types"]?.list ?? []
        if !types.isEmpty {
            let columns = ["type", "planted", "found", "leaked", "mistaken"]
            blocks.append(
                .table(
                    ReportTable(
                        caption: "Invented values planted into copies of the records", header: columns,
                        rows: types.map { type in columns.map { type[$0]?.words ?? "" } })))
        }
        return blocks
    }

    private static func examples(_ card: JSONValue) -> [ReportBlock] {
        let samples = (card["rules"]?.list ?? []).flatMap { rule in
            (rule["examples"]?.list ?? []).map { example in
                let after = example["after"]?.string
                return ReportSample(
                    parts: [
                        ("rule", rule["rule"]?.string ?? ""), ("before", example["before"]?.string ?? ""),
                        ("after", after ?? "(removed)"),
                    ], note: "\(example["file"]?.string ?? ""), record \(number(example["record"]))")
            }
        }
        return samples.isEmpty ? [] : [.samples(samples)]
    }

    private static func files(_ card: JSONValue) -> [ReportBlock] {
        let inputs = (card["inputs"]?.list ?? []).map { input in
            ["file", "split", "format", "encoding", "bytes", "xxh64"].map { input[$0]?.words ?? "" }
        }
        let outputs = (card["outputs"]?.list ?? []).map { output in
            ["file", "bytes", "xxh64"].map { output[$0]?.words ?? "" }
        }
        let settings = (card["settings"]?.object ?? [:]).map { "\($0.key): \($0.value.words)" }
        return [
            .table(
                ReportTable(
                    caption: "Raw files", header: ["file", "split", "form", "encoding", "bytes", "XXH64"],
                    rows: inputs,
                    isText: true)),
            .table(
                ReportTable(
                    caption: "Prepared files", header: ["file", "bytes", "XXH64"], rows: outputs, isText: true
                )),
        ]
            + (settings.isEmpty
                ? [] : [.details(summary: "The settings", text: settings.joined(separator: "\n"))])
    }
}

extension ReportPage {
    /// The card of the data that the run learnt from, where `prepare` made them.
    static func preparedData(_ settings: RunSettings?) throws(ReportingError) -> [ReportSection] {
        guard let file = settings?["train_file"]?.split(separator: ",").first.map(String.init) else {
            return []
        }
        let folder = RunFolder(path: FileSystem.folder(of: file))
        guard let card = try folder.document(DataCardPage.sourceName) else { return [] }
        return DataCardPage.sections(card).map { section in
            var section = section
            section.title = "Data: " + section.title.lowercased()
            return section
        }
    }
}
