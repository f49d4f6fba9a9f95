// The directory that receives a run: created, and never mixed with another run's files.

internal import Files
internal import Foundation

/// Rules for output_dir.
package enum OutputDirectory {
    /// Single files that a run writes to its output directory. Beside them come `checkpoint-<step>`
    /// directories and TensorBoard's `events.out.tfevents.*`.
    package static let runFiles =
        modelFiles + runSigns + ModelDirectory.tokenizerFiles + [
            TrainingCheckpoint.recipeFile, "versions.json", "report.html", "train_results.json",
            "eval_results.json",
            "all_results.json", "job.json", adapterFolder, CompanionFiles.decoderFolder, Manifest.fileName,
        ]

    /// Folder of the adapters beside a final model that they were merged into.
    package static let adapterFolder = "adapter"

    /// Files that only a run writes.
    private static let runSigns = [TrainerState.fileName, "metrics.jsonl"]
    private static let modelFiles = [
        ModelDirectory.weightsFile, ModelDirectory.configurationFile, AdapterDirectory.weightsFile,
        AdapterDirectory.configurationFile,
    ]
    private static let otherWeights = [
        "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json",
    ]

    /// Throws what `prepare` would refuse, and changes nothing.
    package static func check(
        path: String, overwrite: Bool, resuming: Bool, inputs: [String] = []
    ) throws(CheckpointError) {
        _ = try namesToRemove(path: path, overwrite: overwrite, resuming: resuming, inputs: inputs)
    }

    /// Makes `path` ready for a run: creates it, or checks what it holds.
    ///
    /// A directory with another run is refused, unless the run goes on (`resuming`) or starts afresh
    /// (`overwrite`): then the files of the old run are removed, and no others. A model that is not the
    /// result of a run is never replaced. `inputs` are files and directories that the run reads; with
    /// `overwrite` none of them may be removed. Throws these refusals, and when the directory cannot be
    /// created or written to.
    package static func prepare(
        path: String, overwrite: Bool, resuming: Bool, inputs: [String] = []
    ) throws(CheckpointError) {
        let names = try namesToRemove(path: path, overwrite: overwrite, resuming: resuming, inputs: inputs)
        try create(path)
        for name in names { try DurableFiles.remove(path + "/" + name) }
    }

    /// Makes sure that `path` is a directory that can be written to, whatever it holds.
    package static func create(_ path: String) throws(CheckpointError) {
        if !DurableFiles.exists(path) {
            do {
                try FileSystem.createDirectory(path)
            } catch { throw .outputNotCreated(path, error) }
        }
        try checkAccess(path)
    }

    private static func checkAccess(_ path: String) throws(CheckpointError) {
        guard DurableFiles.isDirectory(path) else { throw .outputIsFile(path) }
        guard FileSystem.isWritable(path) else { throw .outputNotWritable(path) }
    }

    private static func namesToRemove(
        path: String, overwrite: Bool, resuming: Bool, inputs: [String]
    ) throws(CheckpointError) -> [String] {
        precondition(!(overwrite && resuming), "a run either starts afresh or goes on")
        guard DurableFiles.exists(path) else { return [] }
        try checkAccess(path)
        let names = try DurableFiles.names(in: path)
        let signs = names.filter(isSign)
        let models = names.filter { (modelFiles + otherWeights).contains($0) }
        if signs.isEmpty {
            guard models.isEmpty else { throw .outputHoldsModel(path, found: models) }
            return []
        }
        if resuming { return [] }
        guard overwrite else { throw .outputInUse(path, found: signs + models) }
        return try namesOfRun(in: path, names: names, inputs: inputs)
    }

    /// The files in the folder that are the final model and its state, by their paths in it.
    package static func filesOfModel(in folder: String) throws(CheckpointError) -> [String] {
        let wanted = modelFiles + ModelDirectory.tokenizerFiles + [TrainerState.fileName]
        let decoder = CompanionFiles.decoderFolder
        var names = try DurableFiles.names(in: folder).filter(wanted.contains)
        if DurableFiles.isDirectory(folder + "/" + decoder) {
            names += try Manifest.names(in: folder + "/" + decoder).map { decoder + "/" + $0 }
        }
        return names
    }

    private static func isSign(_ name: String) -> Bool {
        runSigns.contains(name) || CheckpointStore.step(ofName: name) != nil
    }

    /// The files of the old run in `path`. What shows that a run wrote the rest comes last, so that a removal
    /// cut short can be repeated.
    private static func namesOfRun(
        in path: String, names: [String], inputs: [String]
    ) throws(CheckpointError) -> [String] {
        let doomed = names.filter { name in
            runFiles.contains(name) || isSign(name)
                || Leftover(name: name).map { !$0.isInUse } ?? name.hasPrefix("events.out.tfevents.")
        }
        func standardized(_ path: String) -> String {
            URL(fileURLWithPath: path).resolvingSymlinksInPath().standardizedFileURL.path
        }
        let folder = standardized(path)
        for input in inputs {
            let place = standardized(input)
            let isLost = doomed.contains { name in
                place == folder + "/" + name || place.hasPrefix(folder + "/" + name + "/")
            }
            if place == folder || isLost { throw .outputHoldsInput(path, input: input) }
        }
        return doomed.filter { !isSign($0) } + doomed.filter(isSign)
    }
}
