// The words of a text as numbers, in one pass over its bytes: for languages, word lists and near-duplicates.

/// Cuts texts into words: runs of letters, digits and marks, ASCII letters as small ones. An ideograph, and a
/// character of kana, Hangul or Thai, is a word of its own.
package enum WordHashes {
    private static let start: UInt64 = 0xCBF2_9CE4_8422_2325
    private static let factor: UInt64 = 0x100_0000_01B3

    /// A hash (FNV-1a) of each word, in order.
    package static func words(of text: [UInt8], limit: Int = .max) -> [UInt64] {
        var words: [UInt64] = []
        words.reserveCapacity(min(limit, text.count / 5 + 1))
        var hash = start
        var isOpen = false
        var index = 0
        while index < text.count {
            let byte = text[index]
            if byte < 0x80 {
                let isLetter = (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A
                if isLetter || byte >= 0x30 && byte <= 0x39 {
                    hash = (hash ^ UInt64(isLetter ? byte | 0x20 : byte)) &* factor
                    isOpen = true
                    index += 1
                    continue
                }
                index += 1
            } else {
                let width = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2
                let end = min(text.count, index + width)
                switch kind(byte, end > index + 1 ? text[index + 1] : 0) {
                case .letter:
                    for place in index..<end { hash = (hash ^ UInt64(text[place])) &* factor }
                    isOpen = true
                    index = end
                    continue
                case .word:
                    if isOpen { words.append(hash) }
                    hash = start
                    for place in index..<end { hash = (hash ^ UInt64(text[place])) &* factor }
                    isOpen = true
                case .separator: break
                }
                index = end
            }
            if isOpen {
                words.append(hash)
                if words.count >= limit { return words }
            }
            (hash, isOpen) = (start, false)
        }
        if isOpen { words.append(hash) }
        return words
    }

    /// The hash of one word.
    static func hash(of word: String) -> UInt64 { words(of: Array(word.utf8)).first ?? start }

    private enum Kind { case letter, word, separator }

    /// What a character is by its first two bytes.
    private static func kind(_ first: UInt8, _ second: UInt8) -> Kind {
        switch first {
        case 0xC2: second == 0xAA || second == 0xB5 || second == 0xBA ? .letter : .separator
        // U+2000 to U+2BFF: punctuation, arrows, symbols; U+2E00 on, U+3000 on.
        case 0xE2: second < 0xB0 || second == 0xB8 ? .separator : .letter
        case 0xE3: second == 0x80 ? .separator : .word
        case 0xE0: second == 0xB8 || second == 0xB9 ? .word : .letter
        case 0xE4...0xED: .word
        case 0xEF: second == 0xBC || second == 0xBD || second == 0xBF ? .separator : .letter
        case 0xF0: second == 0x9F ? .separator : second >= 0xA0 ? .word : .letter
        default: .letter
        }
    }
}
