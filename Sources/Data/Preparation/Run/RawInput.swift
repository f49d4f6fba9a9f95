// A raw file with what is known of it before its records are read.

internal import Datasets
internal import Files
internal import JSON

/// A file, its survey and the form of its records.
struct RawInput {
    let entry: InputFileEntry
    let survey: FileSurvey
    let form: RecordForm
    /// What stands between the fields of a table.
    let separator: UInt8?

    /// Reads the first row.
    init(
        _ entry: InputFileEntry, _ survey: FileSurvey, _ settings: PreparationSettings
    ) throws(PreparationError) {
        (self.entry, self.survey) = (entry, survey)
        let rows = try RawRows.open(entry, survey, settings)
        let row = try PreparationError.reading { () throws(DatasetsError) in try rows.next() }
        guard let row else { throw .contradiction(RawRows.noRows(entry.path)) }
        separator = rows.separator
        var settings = settings
        if entry.isCaptions, settings.format == .auto { settings.format = .images }
        form = try RecordForm(row, settings, isTable: separator != nil)
    }

    /// What users should know of a file, a sentence each.
    var remarks: [String] {
        var remarks: [String] = []
        if survey.isFound, let encoding = survey.encoding {
            remarks.append(
                "\(entry.path): read as \(encoding.rawValue), as its bytes look; raw_encoding says otherwise."
            )
        }
        if let separator, separator != UInt8(ascii: ","),
            !pathWithoutCompression(entry.path.lowercased()).hasSuffix(".tsv")
        {
            remarks.append("\(entry.path): fields are separated by \(DelimitedForm.name(of: separator)).")
        }
        return remarks
    }

    var json: JSONValue {
        var members: JSONObject = [
            "file": .string(entry.path), "bytes": .integer(survey.byteCount),
            "xxh64": .string(survey.checksum),
            "split": .string(entry.origin.split?.rawValue ?? "divided"),
            "format": .string(form.format.rawValue),
            "encoding": .string((survey.encoding ?? .utf8).rawValue), "encoding_found": .bool(survey.isFound),
        ]
        if !form.columns.isEmpty { members.set("columns", to: .array(form.columns.map(JSONValue.string))) }
        if let separator { members.set("separator", to: .string(DelimitedForm.name(of: separator))) }
        return .object(members)
    }
}
