// Strings that are compared by their bytes.

extension String {
    /// Equality of the UTF-8 bytes. `==` also equates different spellings of one character, which JSON,
    /// Python and the tokenizers keep apart.
    package func hasSameBytes(as other: String) -> Bool {
        utf8.count == other.utf8.count && utf8.elementsEqual(other.utf8)
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

    /// Over the bytes (Fowler, Noll and Vo), because a string's own hash first normalises what is not ASCII.
    package func hash(into hasher: inout Hasher) {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        hasher.combine(hash)
    }
}
