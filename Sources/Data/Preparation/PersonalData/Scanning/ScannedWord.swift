// A run of letters and digits, with what the scanner learns on its way through it.

/// A word of the text.
struct ScannedWord {
    let start: Int
    let end: Int
    /// FNV-1a of its bytes, ASCII letters in lower case.
    let hash: UInt64
    let hasDigit: Bool
    let hasLetter: Bool

    var count: Int { end - start }
}
