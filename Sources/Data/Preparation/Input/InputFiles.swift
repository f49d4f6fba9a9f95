// The raw files that settings name, in the order in which their records count.

internal import Datasets
internal import Files

/// A raw file and where its rows go.
struct InputFileEntry: Equatable, Sendable {
    let path: String
    let origin: Origin
    /// Whether it holds the captions of a folder of images.
    var isCaptions = false
}

/// Finds raw files.
enum InputFiles {
    private static let captionFiles = ["metadata", "captions"].flatMap { name in
        ["jsonl", "csv", "tsv", "json"].map { "\(name).\($0)" }
    }

    /// Test files first, then validation files: of equal records the first stays, and those that are held out
    /// must not lose theirs to the training rows.
    ///
    /// - Throws: if a pattern matches nothing, a file is named twice, or is another program's.
    static func files(_ settings: PreparationSettings) throws(PreparationError) -> [InputFileEntry] {
        var entries: [InputFileEntry] = []
        var known: Set<String> = []
        let lists: [(Origin, [String])] = [
            (.test, settings.rawTestFiles), (.validation, settings.rawValidationFiles),
            (.raw, settings.rawFiles),
        ]
        guard lists.contains(where: { !$0.1.isEmpty }) else {
            throw .contradiction("No raw file is given; name at least one path or pattern by raw_files.")
        }
        for (origin, patterns) in lists {
            for pattern in patterns {
                for entry in try self.entries(pattern, origin) {
                    guard known.insert(entry.path).inserted else {
                        throw .contradiction(
                            "The raw file \(entry.path) is named twice, so its records would count twice; name it "
                                + "once.")
                    }
                    entries.append(entry)
                }
            }
        }
        guard entries.count <= RawRecord.mostFiles else {
            throw .tooManyFiles(entries.count, limit: RawRecord.mostFiles)
        }
        return entries
    }

    private static func entries(
        _ pattern: String, _ origin: Origin
    ) throws(PreparationError) -> [InputFileEntry] {
        if FileSystem.isDirectory(pattern) { return [try folder(pattern, origin)] }
        return try PreparationError.reading { () throws(DatasetsError) in try PathPattern(pattern).files() }
            .map { InputFileEntry(path: $0, origin: origin) }
    }

    /// The file of captions in a folder of images.
    private static func folder(_ path: String, _ origin: Origin) throws(PreparationError) -> InputFileEntry {
        let names = try PreparationError.rethrowing { () throws(FilesError) in try FileSystem.names(in: path)
        }
        let folder = path.hasSuffix("/") ? String(path.dropLast()) : path
        if names.contains("dataset_info.json") || names.contains("dataset_dict.json") {
            throw .convert(
                path: folder, kind: "a folder of save_to_disk of Python's datasets",
                python:
                    #"from datasets import load_from_disk; load_from_disk("\#(folder)").to_json("\#(folder).jsonl")"#
            )
        }
        guard let name = captionFiles.first(where: names.contains) else {
            throw .data(.file(.isDirectory(path: folder, .read)))
        }
        return InputFileEntry(path: "\(folder)/\(name)", origin: origin, isCaptions: true)
    }
}
