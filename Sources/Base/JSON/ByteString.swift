// Strings that are compared by their bytes.

extension String {
    /// Equality of the UTF-8 bytes. `==` also equates different spellings of one character, which JSON,
    /// Python and the tokenizers keep apart.
    package func hasSameBytes(as other: String) -> Bool {
        self == other && utf8.elementsEqual(other.utf8)
    }
}

/// A string that is compared, hashed and ordered by its UTF-8 bytes, which is also the order of code points.
package struct ByteString: Hashable, Comparable, Sendable {
    package let text: String

    package init(_ text: String) { self.text = text }

    package static func == (first: Self, second: Self) -> Bool { first.text.hasSameBytes(as: second.text) }

    package static func < (first: Self, second: Self) -> Bool {
        first.text.utf8.lexicographicallyPrecedes(second.text.utf8)
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(text) }
}
