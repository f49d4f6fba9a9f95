// A format as fuzzing sees it: samples, its words, and how it is read.

/// What is read, and what must hold of every input.
package struct FuzzedFormat {
    /// Names the format in file names.
    package let name: String
    /// Valid files; inputs are made of them by damage.
    let samples: [[UInt8]]
    /// Words and signs of the format.
    let words: [[UInt8]]
    /// What every error must name: the path or the name by which the input is read.
    let place: String
    /// No input is longer.
    let byteLimit: Int
    /// Bytes by which the process may grow.
    let memoryGrowth: UInt64
    let read: ([UInt8]) throws -> Void

    /// - Parameters:
    ///   - words: words and signs of the format, separated by spaces.
    ///   - place: what the sentence of every error must contain.
    ///   - read: reads an input to its end and uses what it read; may throw the reader's errors alone.
    package init(
        _ name: String, samples: [[UInt8]], words: String, place: String, byteLimit: Int = 1 << 16,
        memoryGrowth: UInt64 = 1 << 30, read: @escaping ([UInt8]) throws -> Void
    ) {
        precondition(!samples.isEmpty, "\(name) has no sample")
        self.name = name
        self.samples = samples
        self.words = words.split(separator: " ").map { Array($0.utf8) }
        self.place = place
        self.byteLimit = byteLimit
        self.memoryGrowth = memoryGrowth
        self.read = read
    }
}

/// An input that a reader did wrong by, without a crash.
package struct FuzzFailure: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
