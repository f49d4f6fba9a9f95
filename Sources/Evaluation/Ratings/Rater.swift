// Who rates.

import Foundation

/// The name of a rater: 1 to 64 characters, starting with a letter or a digit, in composed form, so that the
/// same name has the same bytes from every keyboard.
package struct Rater: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let name: String

    /// White space around the name does not count.
    /// - Throws: if the name is empty, too long, or has a first or a control character that is not allowed. A
    ///   first character such as `=` would make a spreadsheet compute it.
    package init(_ name: String) throws(RatingsError) {
        let trimmed = name.trimmingCharacters(in: .whitespacesAndNewlines)
            .precomposedStringWithCanonicalMapping
        guard RatingName.isValid(trimmed) else { throw .badName("rater", name) }
        self.name = trimmed
    }

    package var description: String { name }

    package static func < (first: Rater, second: Rater) -> Bool { first.name < second.name }
}

/// What names of raters and systems may be.
enum RatingName {
    static func isValid(_ name: String) -> Bool {
        guard let first = name.first, first.isLetter || first.isNumber, name.count <= 64 else { return false }
        return name.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator, .surrogate, .format: false
            default: true
            }
        }
    }
}
