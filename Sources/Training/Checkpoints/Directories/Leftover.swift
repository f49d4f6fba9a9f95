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

    /// Takes a name apart; nil when it is none that this module makes.
    init?(name: String) {
        guard name.hasPrefix("."), let dash = name.lastIndex(of: "-"),
            let process = Int32(name[name.index(after: dash)...]), process > 0,
            let dot = name[..<dash].lastIndex(of: "."), dot > name.startIndex,
            let kind = Kind(rawValue: String(name[name.index(after: dot)..<dash]))
        else { return nil }
        target = String(name[name.index(after: name.startIndex)..<dot])
        self.kind = kind
        self.process = process
        guard Self.isWritten(target) || CheckpointStore.step(ofName: target) != nil else { return nil }
    }

    /// Whether a run writes a file of this name.
    private static func isWritten(_ name: String) -> Bool {
        OutputDirectory.runFiles.contains(name) || name.hasPrefix("events.out.tfevents.")
    }

    /// Whether Foundation, which earlier versions wrote files by, gives such names to files that are not
    /// finished.
    static func isOfFoundation(_ name: String) -> Bool { name.hasPrefix(".dat.nosync") }

    package var name: String { ".\(target).\(kind.rawValue)-\(process)" }

    /// Whether another process that is alive made it.
    var isInUse: Bool {
        process != ProcessInfo.processInfo.processIdentifier && (kill(process, 0) == 0 || errno == EPERM)
    }
}
