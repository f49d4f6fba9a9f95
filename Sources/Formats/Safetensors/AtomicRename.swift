// rename(2): the one way to replace a file so that its name always leads to a whole one.

public import Foundation

/// Renames files inside one file system.
public enum AtomicRename {
    /// Gives the file `source` the name `target`, replacing a file of that name in one instant (POSIX rename).
    /// Throws the system's error.
    public static func run(_ source: String, to target: String) throws(POSIXError) {
        guard unsafe rename(source, target) == 0 else {
            throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
        }
    }
}
