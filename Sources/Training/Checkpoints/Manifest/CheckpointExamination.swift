// Whether a checkpoint is what was written: asked before a run goes on from it.

internal import Files
internal import JSON

/// What a look at all bytes of a checkpoint found.
package enum CheckpointExamination: Equatable, Sendable {
    /// It is what was written.
    case good
    /// It was written by a version of lockstep that made no manifests; nothing can be said.
    case unverified
    case damaged(ManifestFault)

    /// Reads the whole checkpoint at `path`.
    package init(of path: String) {
        do throws(ManifestFault) {
            self = try Self.examine(path)
        } catch { self = .damaged(error) }
    }

    private static func examine(_ path: String) throws(ManifestFault) -> CheckpointExamination {
        guard FileSystem.exists(path + "/" + Manifest.fileName) else { return try examineBare(path) }
        let manifest = try Manifest(reading: path)
        // A checkpoint may be copied to any name, but not to that of another step.
        let name = String(path.split(separator: "/").last ?? "")
        if let step = CheckpointStore.step(ofName: name), step != manifest.step {
            throw .otherStep(written: manifest.step)
        }
        for file in manifest.files { try file.check(in: path) }
        return .good
    }

    /// A checkpoint without manifest, whose state says whether it had one.
    private static func examineBare(_ path: String) throws(ManifestFault) -> CheckpointExamination {
        for name in [TrainerState.fileName, OptimizerFile.fileName]
        where !FileSystem.exists(path + "/" + name) {
            throw .missing(file: name)
        }
        let state: TrainerState
        do { state = try TrainerState(path: path + "/" + TrainerState.fileName) } catch {
            throw .badState(error.description)
        }
        guard !state.position.hasManifest else { throw .missing(file: Manifest.fileName) }
        return .unverified
    }
}

/// A checkpoint that a run does not go on from, although it is the newer one.
package struct RefusedCheckpoint: Equatable, Sendable {
    package let path: String
    package let fault: ManifestFault

    package init(path: String, fault: ManifestFault) { (self.path, self.fault) = (path, fault) }

    var name: String { path.split(separator: "/").last.map(String.init) ?? path }
}

/// The checkpoint that a run goes on from.
package struct CheckpointChoice: Equatable, Sendable {
    package let path: String
    package let step: Int
    /// Whether its bytes are known to be those that were written.
    package let isVerified: Bool
    /// Newer ones that are damaged.
    package let refused: [RefusedCheckpoint]
}

extension CheckpointStore {
    /// The newest checkpoint that is what was written, or that an older version wrote; nil without any
    /// checkpoint. Throws when there are some and all are damaged.
    package func newestGood() throws(CheckpointError) -> CheckpointChoice? {
        guard DurableFiles.isDirectory(outputDirectory) else { return nil }
        let steps = try DurableFiles.names(in: outputDirectory).filter {
            DurableFiles.isDirectory(path($0))
        }.compactMap(Self.step(ofName:)).sorted()
        var refused: [RefusedCheckpoint] = []
        for step in steps.reversed() {
            let path = path(Self.name(step: step))
            switch CheckpointExamination(of: path) {
            case .damaged(let fault): refused.append(RefusedCheckpoint(path: path, fault: fault))
            case .good:
                return CheckpointChoice(path: path, step: step, isVerified: true, refused: refused)
            case .unverified:
                return CheckpointChoice(path: path, step: step, isVerified: false, refused: refused)
            }
        }
        guard refused.isEmpty else { throw .nothingGood(outputDirectory, refused) }
        return nil
    }
}

extension ResumeState {
    private static let manifestKey = "manifest"

    /// Whether a manifest was written behind this state: one that is missing is missed.
    package var hasManifest: Bool {
        get { counters[Self.manifestKey] == .bool(true) }
        set { counters[Self.manifestKey] = newValue ? .bool(true) : nil }
    }
}
