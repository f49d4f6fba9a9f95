// The folder that an import writes: new, empty, or a model's that may be replaced.

internal import Checkpoints
internal import Files

/// Rules for the output folder of an import.
enum GGUFOutput {
    /// What may be replaced with `--overwrite_output_dir`: the files of a model directory.
    private static let modelFiles: Set<String> = Set(
        ModelDirectory.tokenizerFiles + [
            ModelDirectory.weightsFile, ModelDirectory.configurationFile, GGUFImport.generationFile,
            GGUFImport.tokenizerFile, GGUFImport.tokenizerConfigurationFile,
        ])

    /// Throws unless `path` may become the result of an import.
    static func check(_ path: String, overwrite: Bool) throws(GGUFImportError) {
        guard DurableFiles.exists(path) else { return }
        guard DurableFiles.isDirectory(path) else { throw .files(.outputIsFile(path)) }
        let names: [String]
        do { names = try DurableFiles.names(in: path) } catch { throw .files(error) }
        guard !names.isEmpty else { return }
        guard overwrite else { throw .outputInUse(path, found: names) }
        let foreign = names.filter { !modelFiles.contains($0) }
        guard foreign.isEmpty else { throw .outputHoldsOthers(path, found: foreign) }
    }

    /// Names and sizes of the files in a folder.
    static func files(in folder: String) throws(CheckpointError) -> [(name: String, byteCount: Int)] {
        var files: [(name: String, byteCount: Int)] = []
        for name in try DurableFiles.names(in: folder) {
            let path = folder + "/" + name
            let size = try CheckpointError.rethrowing { () throws(FilesError) in
                try FileSystem.byteCount(of: path)
            }
            files.append((name, size))
        }
        return files
    }
}
