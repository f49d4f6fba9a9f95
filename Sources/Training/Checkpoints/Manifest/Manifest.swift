// manifest.json: what a checkpoint or a model consists of, so that damage is noticed before it is used.

internal import Files
internal import JSON

/// Name, size and checksum of every file of a folder, with the step that they belong to.
///
/// The file is written after all others are on the disk. It has one text only, which ends with a checksum of
/// the rest of it: a manifest that was changed in a single bit is no manifest any more.
package struct Manifest: Equatable, Sendable {
    package static let fileName = "manifest.json"
    static let version = 1

    /// A file of the folder, by its path in it.
    struct Entry: Equatable, Sendable {
        let name: String
        let content: FileSystem.Fingerprint
    }

    /// Optimiser steps made when it was written.
    package let step: Int
    /// The run that wrote it: the same through all its resumptions. nil where nobody named one.
    package let run: String?
    let files: [Entry]

    /// The manifest of files that are in `folder`, by their paths in it.
    ///
    /// - Parameter names: nil stands for everything in the folder and the folders in it.
    init(of folder: String, names: [String]? = nil, step: Int, run: String?) throws(CheckpointError) {
        self.step = step
        self.run = run
        var files: [Entry] = []
        let found: [String]
        if let names { found = names } else { found = try Self.names(in: folder) }
        for name in found where name != Self.fileName {
            do throws(FilesError) {
                files.append(
                    Entry(name: name, content: try FileSystem.fingerprint(of: folder + "/" + name)))
            } catch { throw .file(error) }
        }
        self.files = files
    }

    /// A name for the run that begins with this recipe.
    package static func identity(ofRunBy recipe: [UInt8]) -> String { XXHash64.text(of: recipe) }

    /// Paths of all files in a folder and those in it, sorted.
    static func names(in folder: String) throws(CheckpointError) -> [String] {
        var names: [String] = []
        for name in try DurableFiles.names(in: folder) {
            if DurableFiles.isDirectory(folder + "/" + name) {
                names += try Self.names(in: folder + "/" + name).map { name + "/" + $0 }
            } else {
                names.append(name)
            }
        }
        return names
    }

    /// Writes a manifest of files that are on the disk, and reads them back from there: throws when they are
    /// not what was written.
    @discardableResult
    package static func seal(
        _ folder: String, names: [String]? = nil, step: Int, run: String?
    ) throws(CheckpointError) -> Manifest {
        let manifest = try Manifest(of: folder, names: names, step: step, run: run)
        try DurableFiles.write(manifest.serialized, to: folder + "/" + fileName)
        do throws(ManifestFault) {
            guard try Manifest(reading: folder) == manifest else { throw .changed }
            for file in manifest.files { try file.check(in: folder, fromDisk: true) }
        } catch { throw .notKept(folder, error) }
        return manifest
    }
}

// MARK: Text

extension Manifest {
    var serialized: [UInt8] {
        let entries = files.map { file -> JSONValue in
            [
                "name": .string(file.name), "size": .integer(file.content.byteCount),
                "xxh64": .string(file.content.checksum),
            ]
        }
        var members: JSONObject = [
            "lockstep_manifest": .integer(Self.version), "step": .integer(step),
            "run": run.map { .string($0) } ?? .null, "files": .array(entries),
        ]
        members["xxh64"] = .string(XXHash64.text(of: Self.text(members)))
        return Self.text(members)
    }

    private static func text(_ members: JSONObject) -> [UInt8] {
        JSONValue.object(members).serialized(sortingNames: false)
    }

    /// Reads the manifest of a folder. Throws `missing` when there is none.
    package init(reading folder: String) throws(ManifestFault) {
        let path = folder + "/" + Self.fileName
        let bytes: [UInt8]
        do throws(FilesError) { bytes = try FileSystem.bytes(of: path, limit: 1 << 24) } catch {
            throw ManifestFault(Self.fileName, error)
        }
        guard let json = try? JSONValue(parsing: bytes) else { throw .changed }
        if let version = json["lockstep_manifest"]?.integer, version > Self.version {
            throw .newerVersion(version)
        }
        guard let step = json["step"]?.integer, let entries = json["files"]?.array else { throw .changed }
        self.step = step
        run = json["run"]?.string
        var files: [Entry] = []
        for entry in entries {
            guard let name = entry["name"]?.string, let size = entry["size"]?.integer,
                let checksum = entry["xxh64"]?.string, !name.split(separator: "/").contains("..")
            else { throw .changed }
            files.append(
                Entry(name: name, content: FileSystem.Fingerprint(byteCount: size, checksum: checksum)))
        }
        self.files = files
        guard serialized == bytes else { throw .changed }
    }
}
