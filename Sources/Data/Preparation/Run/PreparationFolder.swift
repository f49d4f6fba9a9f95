// The folder that a preparation writes, kept from other preparations while it runs.

internal import Files

/// An output folder with its scratch folder.
final class PreparationFolder {
    static let manifestName = "manifest.json"
    static let cardName = "data_card.json"
    private static let lockName = ".lockstep-prepare.lock"
    private static let scratchName = ".prepare-scratch"

    let path: String
    /// Where the ranks keep files until the end.
    let scratch: String
    private let lock: FileLock
    /// Whether what stands in the folder is this preparation's, and not whole yet.
    private var isUnfinished = false

    /// The names that a preparation gives to files.
    static let fileNames =
        Split.allCases.map { "\($0.rawValue).jsonl" } + [
            manifestName, cardName, "data_card.html", lockName, scratchName,
        ]

    /// Makes the folder, or takes one over that has nothing but what an earlier preparation wrote.
    ///
    /// - Throws: `outputInUse` while another preparation has it, `outputNotEmpty`.
    init(_ path: String, overwrite: Bool) throws(PreparationError) {
        self.path = path
        scratch = Self.scratchPath(of: path)
        let scratch = scratch
        let (lock, names) = try PreparationError.rethrowing {
            () throws(FilesError) -> (FileLock?, [String]) in
            try FileSystem.createDirectory(path)
            return (try FileLock(path: "\(path)/\(Self.lockName)"), try FileSystem.names(in: path))
        }
        guard let lock else { throw .outputInUse(path) }
        self.lock = lock
        let others = names.filter { $0 != Self.lockName && $0 != Self.scratchName }
        let foreign = others.filter { !Self.fileNames.contains($0) }
        guard foreign.isEmpty, others.isEmpty || overwrite else {
            throw .outputNotEmpty(path, found: foreign.isEmpty ? others : foreign)
        }
        try PreparationError.rethrowing { () throws(FilesError) in
            if FileSystem.exists(scratch) { try FileSystem.remove(scratch) }
            try FileSystem.createDirectory(scratch)
            // What is left of an earlier run must not stand beside a half of this one.
            for name in others { try FileSystem.remove("\(path)/\(name)") }
        }
        isUnfinished = true
    }

    static func scratchPath(of path: String) -> String { "\(path)/\(scratchName)" }

    /// A preparation that failed leaves nothing, least of all records whose personal data still stand in
    /// them. What cannot be removed here, or is left by a kill, the next preparation removes.
    deinit {
        guard isUnfinished else { return }
        for name in Self.fileNames where name != Self.lockName { try? FileSystem.remove("\(path)/\(name)") }
        try? FileSystem.remove("\(path)/\(Self.lockName)")
    }

    /// Removes the scratch folder and lets go.
    func close() throws(PreparationError) {
        isUnfinished = false
        let paths = [scratch, "\(path)/\(Self.lockName)"]
        try PreparationError.rethrowing { () throws(FilesError) in
            for path in paths { try FileSystem.remove(path) }
        }
    }
}
