// Whether the ranks of a job see the same folder, found out by a file.

internal import DataParallel
internal import Files
internal import Foundation

enum SharedFolder {
    private static let prefix = ".seen-"

    /// Removes the files of jobs that were killed while they looked.
    private static func removeOld(in folder: String) throws(FilesError) {
        for name in try FileSystem.names(in: folder) where name.hasPrefix(prefix) {
            let path = "\(folder)/\(name)"
            guard let time = FileSystem.changeTime(of: path), Date().timeIntervalSince1970 - time > 300
            else { continue }
            try FileSystem.remove(path)
        }
    }

    /// Whether every rank sees what rank 0 writes below `folder`. Collective.
    static func isShared(_ folder: String, by group: any ProcessGroup) throws -> Bool {
        guard group.size > 1 else { return true }
        var name: [UInt8] = []
        if group.rank == 0 {
            try removeOld(in: folder)
            let text = "\(prefix)\(UInt64.random(in: .min ... .max))"
            try FileSystem.write("", to: "\(folder)/\(text)")
            name = Array(text.utf8)
        }
        try group.broadcast(&name, from: 0)
        let path = "\(folder)/\(String(decoding: name, as: UTF8.self))"
        var unseen: [Int64] = [FileSystem.exists(path) ? 0 : 1]
        try group.allReduceSum(&unseen)
        if group.rank == 0 { try FileSystem.remove(path) }
        return unseen[0] == 0
    }
}
