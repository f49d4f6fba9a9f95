// How many columns of a terminal a text takes.

extension String {
    /// Columns of the text in a fixed-width font: 2 for East Asian wide characters and emoji, 0 for
    /// controls and marks that stand alone, 1 for all others (after UAX #11).
    package var displayWidth: Int { reduce(0) { $0 + $1.displayWidth } }

    /// The longest beginning that fits into `columns`.
    package func fitting(columns: Int) -> String {
        var width = 0
        return String(
            prefix { character in
                width += character.displayWidth
                return width <= columns
            })
    }

    /// The text on one line: control characters appear as their escapes.
    package var withoutControls: String {
        guard unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            return self
        }
        return unicodeScalars.map { scalar in
            guard scalar.properties.generalCategory == .control else { return String(scalar) }
            return scalar.escaped(asASCII: true)
        }.joined()
    }
}

extension Character {
    fileprivate var displayWidth: Int {
        guard let first = unicodeScalars.first else { return 0 }
        switch first.properties.generalCategory {
        case .control, .format, .nonspacingMark, .enclosingMark: return 0
        default: break
        }
        let hasEmojiStyle = first.properties.isEmojiPresentation || unicodeScalars.contains("\u{FE0F}")
        let isWide = Self.wideRanges.contains { $0.contains(first.value) }
        return hasEmojiStyle || isWide ? 2 : 1
    }

    /// Blocks of East Asian Width W and F.
    private static let wideRanges: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
        0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
        0x17000...0x18CFF, 0x1B000...0x1B2FF, 0x20000...0x2FFFD, 0x30000...0x3FFFD,
    ]
}
