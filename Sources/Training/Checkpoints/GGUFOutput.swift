// The folder that an import writes: new, empty, or a model's that may be replaced.

internal import Foundation

/// Rules for the output folder of an import.
enum GGUFOutput {
    /// What may be replaced with `--overwrite_output_dir`: the files of a model directory.
    private static let modelFiles: Set<String> = Set(
        ModelDirectory.tokenizerFiles + [
            ModelDirectory.weightsFile, ModelDirectory.configurationFile, GGUFImport.generationFile,
            GGUFImport.tokenizerFile, GGUFImport.tokenizerConfigurationFile,
        ])

    /// Throws unless `path` may become the result of importing `input`.
    static func check(_ path: String, overwrite: Bool, input: String) throws(CheckpointError) {
        guard DurableFiles.exists(path) else { return }
        guard DurableFiles.isDirectory(path) else { throw .outputIsFile(path) }
        let names = try DurableFiles.names(in: path)
        guard !names.isEmpty else { return }
        guard overwrite else { throw .importOutputInUse(path, found: names) }
        let foreign = names.filter { !modelFiles.contains($0) }
        guard foreign.isEmpty else { throw .importOutputHoldsOthers(path, found: foreign) }
    }

    /// Names and sizes of the files in a folder.
    static func files(in folder: String) throws(CheckpointError) -> [(name: String, byteCount: Int)] {
        var files: [(name: String, byteCount: Int)] = []
        for name in try DurableFiles.names(in: folder) {
            let path = folder + "/" + name
            do {
                let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? NSNumber
                files.append((name, size?.intValue ?? 0))
            } catch { throw .cannot("examined", path, error) }
        }
        return files
    }
}
