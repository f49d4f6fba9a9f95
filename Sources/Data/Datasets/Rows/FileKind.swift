// Tells files from folders, symbolic links followed.

import Foundation

/// What a path names.
enum FileKind {
    case file, folder

    /// Nil if nothing is there.
    init?(path: String) {
        let resolved = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: resolved) else { return nil }
        self = attributes[.type] as? FileAttributeType == .typeDirectory ? .folder : .file
    }

    /// Checks that a file is at `path`.
    static func checkFile(_ path: String) throws(DatasetsError) {
        switch FileKind(path: path) {
        case .file: return
        case .folder: throw .isFolder(path)
        case nil: throw .noSuchFile(path)
        }
    }
}
