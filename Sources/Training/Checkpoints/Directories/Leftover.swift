// Names of files and folders that are under way, and what a dead process left of them.

internal import Foundation

/// A hidden name `.<target>.<kind>-<process>` beside the target in an output directory.
package struct Leftover: Equatable {
    package enum Kind: String, CaseIterable {
        /// Being written; incomplete.
        case partial
        /// The old content of the target, renamed while the new one takes its place.
        case replaced
        /// Being removed.
        case removed
    }

    /// The name that the content gets or had.
    let target: String
    let kind: Kind
    let process: Int32

    /// A name of this process.
    package init(of target: String, kind: Kind) {
        self.target = target
        self.kind = kind
        process = ProcessInfo.processInfo.processIdentifier
    }

    /// Takes a name apart; nil when it is none of a file or checkpoint that a run writes.
    init?(name: String) {
        self.init(parsing: name)
        guard Self.isWritten(target) || CheckpointStore.step(ofName: target) != nil else { return nil }
    }

    private init?(parsing name: String) {
        guard name.hasPrefix("."), let dash = name.lastIndex(of: "-"),
            let process = Int32(name[name.index(after: dash)...]), process > 0,
            let dot = name[..<dash].lastIndex(of: "."), dot > name.startIndex,
            let kind = Kind(rawValue: String(name[name.index(after: dot)..<dash]))
        else { return nil }
        target = String(name[name.index(after: name.startIndex)..<dot])
        self.kind = kind
        self.process = process
    }

    /// Whether a run writes a file of this name.
    private static func isWritten(_ name: String) -> Bool {
        OutputDirectory.runFiles.contains(name) || name.hasPrefix("events.out.tfevents.")
    }

    /// Whether Foundation, which earlier versions wrote files by, gives such names to files that are not
    /// finished.
    static func isOfFoundation(_ name: String) -> Bool { name.hasPrefix(".dat.nosync") }

    package var name: String { ".\(target).\(kind.rawValue)-\(process)" }

    /// Removes what processes left beside `target` that died while they wrote it; one that was just being
    /// replaced gets its name back.
    package static func clear(of target: String, in folder: String) throws(CheckpointError) {
        for name in try DurableFiles.names(in: folder) {
            guard let leftover = Self(parsing: name), leftover.target == target, !leftover.isInUse else {
                continue
            }
            try leftover.settle(in: folder)
        }
    }

    /// Gives what was being replaced its name back where nothing has it; removes anything else, and says so.
    @discardableResult
    func settle(in folder: String) throws(CheckpointError) -> Bool {
        let (path, goal) = (folder + "/" + name, folder + "/" + target)
        if kind == .replaced, !DurableFiles.exists(goal) {
            try DurableFiles.move(path, to: goal)
            return false
        }
        try DurableFiles.remove(path)
        return true
    }

    /// Whether another process that is alive made it.
    var isInUse: Bool {
        process != ProcessInfo.processInfo.processIdentifier && (kill(process, 0) == 0 || errno == EPERM)
    }
}
