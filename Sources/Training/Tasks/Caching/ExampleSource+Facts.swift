// What is found out of all rows before a run: labels, and which rows are learnt from.

package import Arguments
package import DataParallel
internal import Datasets
internal import Evaluation
internal import Files
internal import JSON
internal import Models

extension ExampleSource {
    /// The labels of all rows, and what is to be said of them. Collective with a cache.
    func labels(_ data: DataArguments) throws -> (labels: LabelMap, remarks: [String]) {
        let rows = try data.labelledRows()
        let settings: JSONObject = [
            "label_column": .string(data.labelColumn),
            "problem_type": data.problemType.map { .string($0.rawValue) } ?? .null,
            // Remarks name places.
            "files": .array(rows.files.map { .string($0) }),
        ]
        let found = try fact("labels", [rows], settings) {
            let (labels, remarks) = try labels(rows, data)
            return ["labels": labels.json, "remarks": .array(remarks.map { .string($0) })]
        }
        guard let labels = try LabelMap(found["labels"]) else {
            preconditionFailure("the labels of a sealed document are none")
        }
        return (labels, (found["remarks"]?.array ?? []).compactMap(\.string))
    }

    /// Looks at the labels of all rows; with a cache, each rank at those of its stretches.
    private func labels(
        _ rows: RowReader, _ data: DataArguments
    ) throws -> (labels: LabelMap, remarks: [String]) {
        let column = data.labelColumn
        if let cache, rows.readsWholeFiles, !rows.hasSelection {
            let parts = try cache.work(rows).looks("looking at the labels") { visit in
                var digest = LabelDigest(column: column)
                try visit { try digest.add($0) }
                return digest.json(files: rows.files)
            }
            var digest = LabelDigest(column: column)
            for part in parts {
                guard let found = LabelDigest(column: column, part, files: rows.files) else {
                    preconditionFailure("a rank's labels are none")
                }
                digest.merge(found)
            }
            if !digest.isOverfull {
                let found = try digest.labels(data.problemType)
                return (found.map, found.remarks)
            }
        }
        var remarks: [String] = []
        let labels = try LabelMap(
            of: rows, column: column, problemType: data.problemType, remarks: { remarks = $0 })
        return (labels, remarks)
    }

    /// The tags of all rows. Collective with a cache.
    func tags(_ data: DataArguments) throws -> TagSet {
        let rows = try data.labelledRows()
        let columns = TagColumns(data)
        let found = try fact("tags", [rows], ["columns": .string("\(columns)"), "names": try tagNames(rows)])
        {
            .array(try TagSet(of: rows, columns, TagNames()).tags.map { .string($0.name) })
        }
        return TagSet((found.array ?? []).compactMap(\.string))
    }
}

extension ExampleSource {
    /// The checksums of the files that name numbered tags beside the rows' files.
    func tagNames(_ rows: RowReader) throws -> JSONValue {
        .array(
            try Set(rows.files.map(FileSystem.folder(of:))).sorted().map { folder in
                let bytes = try FileSystem.bytesIfPresent(of: "\(folder)/\(TagNames.file)")
                return bytes.map { .string(XXHash64.text(of: $0)) } ?? .null
            })
    }
}

extension RunArguments {
    /// As `choosingTrainingRows()`; with a cache folder what was found is remembered there. Collective.
    package func choosingTrainingRows(
        group: any ProcessGroup
    ) throws -> (run: RunArguments, notes: [String]) {
        let source = try ExampleSource(self, group: group)
        guard source.cache != nil else { return try choosingTrainingRows() }
        let train = try data.rows(of: data.trainFiles, data.trainSelection)
        let readers = try [train] + (data.validationRows().map { [$0] } ?? [])
        let found = try source.fact("chosen rows", readers, surveySettings) {
            let (run, notes) = try choosingTrainingRows { rows, needs in
                guard let cache = source.cache, rows.readsWholeFiles, !rows.hasSelection else { return nil }
                let parts = try cache.work(rows).looks("looking at the rows") { visit in
                    var survey = RowSurvey()
                    try visit { survey.add($0, needs: needs) }
                    return survey.json(files: rows.files)
                }
                return RowSurvey(parts, files: rows.files)
            }
            return .object([
                "train": run.data.trainSelection?.json ?? .null,
                "usable": run.data.usableTrainSelection?.json ?? .null,
                "validation": run.data.validationSelection?.json ?? .null,
                "notes": .array(notes.map { .string($0) }),
            ])
        }
        var run = self
        run.data.trainSelection = RowSelection(found["train"])
        run.data.usableTrainSelection = RowSelection(found["usable"])
        run.data.validationSelection = RowSelection(found["validation"])
        if data.validationSplit != nil, data.validationFiles.isEmpty {
            run.data.validationFiles = data.trainFiles
        }
        return (run, (found["notes"]?.array ?? []).compactMap(\.string))
    }

    /// All of the recipe that says which rows are learnt from. What it holds besides costs no more than
    /// another look at the rows when it changes.
    private var surveySettings: JSONObject {
        var data = data
        let usable = data.usableTrainSelection?.checksum ?? ""
        (data.cacheDir, data.verifyCache) = (nil, false)
        (data.trainSelection, data.usableTrainSelection, data.validationSelection) = (nil, nil, nil)
        return [
            "task": .string(task.rawValue), "seed": .string("\(training.seed)"), "usable": .string(usable),
            "data": .string("\(data)"), "columns": .string("\(model.questionAnswering)"),
        ]
    }
}
