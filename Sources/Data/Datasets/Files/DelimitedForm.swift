// How the fields of CSV and TSV files are separated and encoded: as a user says, or as the file looks.

package import Files
internal import JSON

/// The form of CSV and TSV files; what is nil is found from each file.
package struct DelimitedForm: Sendable, Equatable {
    /// An ASCII character between fields.
    package var separator: UInt8?
    package var encoding: TextEncoding?
    /// Names of the columns of files without a header row; nil where the first row has them.
    package var columns: [String]?

    package init(separator: UInt8? = nil, encoding: TextEncoding? = nil, columns: [String]? = nil) {
        (self.separator, self.encoding, self.columns) = (separator, encoding, columns)
    }

    /// Found from each file.
    package static let detected = DelimitedForm()

    package static let candidates = [UInt8(ascii: ","), UInt8(ascii: ";"), 0x09, UInt8(ascii: "|")]

    /// The separator of a CSV file by its header: the candidate that stands in it most often outside of
    /// quotes, a comma where none does.
    static func separator(ofHeader line: some Sequence<UInt8>) -> UInt8 {
        var counts = [Int](repeating: 0, count: candidates.count)
        var isQuoted = false
        for byte in line {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if !isQuoted, let index = candidates.firstIndex(of: byte) { counts[index] += 1 }
        }
        let most = counts.max() ?? 0
        return most == 0 ? candidates[0] : candidates[counts.firstIndex(of: most) ?? 0]
    }

    /// What a separator is called.
    package static func name(of separator: UInt8) -> String {
        separator == 0x09 ? "tabs" : "'\(Character(Unicode.Scalar(separator)))'"
    }
}

/// What the first letters of a file that are no ASCII have told of all of them.
package enum ForeignLetters: Equatable, Sendable {
    case unknown, utf8, windows1252
}

/// Bytes of fields as text. A file that is no UTF-8 from its first character on that is not ASCII is
/// Windows-1252.
struct FieldDecoder {
    private let isDetecting: Bool
    private(set) var letters: ForeignLetters
    var isWindows1252: Bool { letters == .windows1252 }

    /// - Parameters:
    ///   - encoding: what the user says; nil to find it.
    ///   - letters: what was found of the rows before.
    init(_ encoding: TextEncoding?, letters: ForeignLetters = .unknown) {
        (isDetecting, self.letters) = (encoding == nil, letters)
    }

    /// nil if the bytes are no UTF-8 and the file was before.
    mutating func text(_ bytes: [UInt8], in range: Range<Int>) -> String? {
        let isPlain = bytes[range].allSatisfy { $0 < 0x80 }
        if isWindows1252, !isPlain { return TextEncoding.windows1252Text(bytes[range]) }
        if let text = bytes.text(in: range) {
            if !isPlain { letters = .utf8 }
            return text
        }
        guard isDetecting, letters != .utf8 else { return nil }
        letters = .windows1252
        return TextEncoding.windows1252Text(bytes[range])
    }
}
