// Lines of a file, one at a time.

import Foundation
import Training

/// Reads a text file line by line; holds one chunk of it in memory.
final class LineSource {
    private let path: String
    private let file: FileHandle
    private var buffer = Data()
    private var isAtEnd = false

    init(path: String) throws(TrainingError) {
        self.path = path
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw TrainingError("\(path) cannot be read")
        }
        self.file = file
    }

    /// The next line without its line feed; nil after the last.
    func next() throws -> String? {
        while true {
            if let end = buffer.firstIndex(of: 0x0A) {
                let line = String(decoding: buffer[..<end], as: UTF8.self)
                buffer = buffer[(end + 1)...]
                return line
            }
            guard !isAtEnd else { return nil }
            let chunk = try file.read(upToCount: 1 << 16) ?? Data()
            isAtEnd = chunk.isEmpty
            buffer = Data(buffer) + chunk
        }
    }
}
