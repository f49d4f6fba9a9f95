// Lines for people on standard error.

import Foundation

/// Notices and warnings of rank 0.
enum Messages {
    static func note(_ text: String) { write(text) }
    static func warn(_ text: String) { write("warning: " + text) }

    private static func write(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }
}
