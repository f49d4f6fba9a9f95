// report.html: one page of whatever a run's output folder holds.

internal import Files
import Foundation
internal import JSON

/// Makes `report.html` from the files of an output folder: `metrics.jsonl` of training, `eval_results.json`
/// and `eval_predictions.jsonl` of an evaluation, `cross_validation.json`, `ratings.json`, `recipe.yaml`,
/// `versions.json`, and the results in folders within it, such as `evaluation/`.
///
/// Each part is there when its file is, so every command that adds a file may make the page anew.
package enum ReportPage {
    package static let fileName = "report.html"

    /// Writes the page of `directory` and returns its path. The old page stays whole until the new one
    /// replaces it.
    @discardableResult
    package static func write(directory: String) throws(ReportingError) -> String {
        let document = try document(directory: directory)
        let path = directory + "/" + fileName
        do {
            try FileSystem.write(document.html, to: path)
        } catch {
            throw .unwritable(path, error)
        }
        return path
    }

    /// The page of `directory` as values.
    ///
    /// - Throws: when the folder holds nothing to report, or a file is damaged.
    package static func document(directory: String) throws(ReportingError) -> ReportDocument {
        let folder = RunFolder(path: directory)
        let history = try TrainingHistory(folder)
        var sections = history.map(TrainingSection.sections) ?? []
        for (name, part) in try folder.parts(with: EvaluationSection.resultsName) {
            sections += titled(try EvaluationSection.sections(part), name)
        }
        for (name, part) in try folder.parts(with: CrossValidationSection.fileName) {
            sections += titled(try CrossValidationSection.sections(part), name)
        }
        for (name, part) in try folder.parts(with: RatingsSection.fileName) {
            sections += titled(try RatingsSection.sections(part), name)
        }
        guard !sections.isEmpty else {
            throw ReportingError(
                path: directory, line: nil,
                reason: "The folder holds nothing to report: no metrics.jsonl, eval_results.json, "
                    + "cross_validation.json or ratings.json. Give the output_dir of a run.")
        }
        let name = URL(fileURLWithPath: directory).standardizedFileURL.lastPathComponent
        return ReportDocument(
            title: name, subtitle: "Report of a Lockstep run",
            overview: try OverviewSection.blocks(folder, history),
            sections: sections + (try background(folder, history)))
    }

    /// Titles that say which folder their results are from, when it is one in the run's.
    private static func titled(_ sections: [ReportSection], _ name: String?) -> [ReportSection] {
        guard let name else { return sections }
        return sections.map { section in
            var section = section
            if section.title.lowercased() != name { section.title += " (\(name))" }
            return section
        }
    }

    /// How the run was made.
    private static func background(
        _ folder: RunFolder, _ history: TrainingHistory?
    ) throws(ReportingError) -> [ReportSection] {
        var blocks: [ReportBlock] = []
        let settings = try RunSettings(folder)
        let data = try preparedData(settings)
        let changed = history?.summary?["changed_settings"]?.string?.split(separator: " ").map(String.init)
        if let settings, let changed, !changed.isEmpty {
            blocks.append(
                .table(
                    ReportTable(
                        caption: "Settings that differ from the defaults", header: ["key", "value"],
                        rows: settings.rows(Set(changed)), isText: true)))
        }
        if let versions = try folder.document(RunVersions.fileName) {
            let names = [("lockstep", "Lockstep"), ("cpu", "Processor"), ("operating_system", "System")]
            let rows = names.compactMap { key, name in versions[key]?.string.map { [name, $0] } }
            let libraries = (versions["libraries"]?.object ?? [:]).sorted
            blocks.append(
                .table(
                    ReportTable(
                        caption: "Made with", header: ["what", "version"],
                        rows: rows + libraries.map { [$0.key, $0.value.words] },
                        isText: true)))
        }
        if let settings {
            blocks.append(
                .details(
                    summary: "The whole recipe: \(settings.count) keys, defaults included",
                    text: settings.text))
        }
        return data + (blocks.isEmpty ? [] : [ReportSection("How it was made", blocks)])
    }
}
