// Whether the files of a folder are those of its manifest.

internal import Files

extension ManifestFault {
    /// A file that could not be looked at.
    init(_ name: String, _ error: FilesError) {
        switch error {
        case .missing, .notADirectory: self = .missing(file: name)
        default: self = .unreadable(file: name, reason: error.reason)
        }
    }
}

extension Manifest.Entry {
    /// Throws unless the file has the size and the bytes of the manifest.
    func check(in folder: String, fromDisk: Bool = false) throws(ManifestFault) {
        let path = folder + "/" + name
        let found: FileSystem.Fingerprint
        do {
            let byteCount = try FileSystem.byteCount(of: path)
            guard byteCount == content.byteCount else {
                throw ManifestFault.wrongSize(file: name, written: content.byteCount, found: byteCount)
            }
            found = try FileSystem.fingerprint(of: path, fromDisk: fromDisk)
        } catch let fault as ManifestFault {
            throw fault
        } catch let error as FilesError {
            throw ManifestFault(name, error)
        } catch { throw .unreadable(file: name, reason: "\(error)") }
        guard found == content else { throw .wrongContent(file: name) }
    }
}

extension Manifest {
    /// What a training run adds to a model, which nothing but a resumption reads.
    private static let stateFiles = [
        TrainerState.fileName, OptimizerFile.fileName, TrainingCheckpoint.recipeFile,
    ]

    /// Checks the model in a folder that has a manifest. Every byte is read anyway to load it; the checksum
    /// takes 0.12 s a GB beside that, so no file is left out.
    ///
    /// Returns the files beside the weights that were changed or removed since, as users do with
    /// configurations. Throws when weights are not those that were written.
    static func changedFiles(ofModelIn folder: String) throws(CheckpointError) -> [String] {
        var changed: [String] = []
        do throws(ManifestFault) {
            guard FileSystem.exists(folder + "/" + fileName) else { return [] }
            for file in try Manifest(reading: folder).files where !stateFiles.contains(file.name) {
                do throws(ManifestFault) { try file.check(in: folder) } catch {
                    if file.name.hasSuffix(".safetensors") { throw error }
                    changed.append(file.name)
                }
            }
        } catch { throw .damagedModel(folder, error) }
        return changed
    }

    /// What is wrong with the finished model of a run and its state; nil when they are what was written, or
    /// an older version wrote them.
    package static func fault(ofFinalModelIn folder: String) -> ManifestFault? {
        do throws(ManifestFault) {
            guard FileSystem.exists(folder + "/" + fileName) else {
                let weights = [ModelDirectory.weightsFile, AdapterDirectory.weightsFile]
                guard weights.contains(where: { FileSystem.exists(folder + "/" + $0) }) else {
                    return .missing(file: ModelDirectory.weightsFile)
                }
                let state: TrainerState
                do { state = try TrainerState(path: folder + "/" + TrainerState.fileName) } catch {
                    return .badState(error.description)
                }
                return state.position.hasManifest ? .missing(file: fileName) : nil
            }
            for file in try Manifest(reading: folder).files
            where file.name.hasSuffix(".safetensors") || file.name == TrainerState.fileName {
                try file.check(in: folder)
            }
            return nil
        } catch { return error }
    }
}
