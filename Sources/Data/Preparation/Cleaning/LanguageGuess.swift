// Which of a handful of languages a text is in, by its script and its commonest words.

/// Guesses languages. Texts of a few words, or of languages that are not known, are `und`.
package struct LanguageGuess: Sendable {
    /// Codes of ISO 639-1 of all languages that are told apart, then `und`.
    package static let codes =
        latinWords.map(\.code) + ["ru", "uk", "el", "he", "ar", "fa", "hi", "th", "zh", "ja", "ko", unknown]
    static let unknown = "und"

    /// Words that are common in one language and rare in the others.
    private static let latinWords: [(code: String, words: String)] = [
        (
            "en",
            "the of and to is that it for was with as this are be have from not but they you what his her an which"
        ),
        (
            "de",
            "der die das und ist nicht ein eine zu den von mit sich auf für dem ich auch es wird bei wie oder aber"
        ),
        (
            "fr",
            "le les des et est une du que qui dans pour pas sur au avec ce il elle nous vous ne sont mais je"
        ),
        ("es", "el los las del y es una que por con para no se su al lo como más pero sus ha muy está yo"),
        (
            "it",
            "il di che è la per una del non con sono della gli dei anche più le ha nel alla ma questo io mi"
        ),
        ("pt", "o os as do da e é uma não que para com em dos na no por mais um como mas ao foi você eu"),
        (
            "nl",
            "de het een van en is dat niet op te zijn voor met die aan er maar ook om je ik naar heeft wordt"
        ),
        ("pl", "i w nie na się jest to z do że jak ale po co tak za od przez czy dla jego ma być są"),
        ("sv", "och att det som en är på för inte av den jag med har till ett om men var han vi kan så från"),
        (
            "tr",
            "ve bir bu için de da ile ne daha çok gibi ama olarak değil ben var olan sonra kadar o ki mi en"
        ),
    ]
    private static let masks: [UInt64: UInt32] = {
        var masks: [UInt64: UInt32] = [:]
        for (index, language) in latinWords.enumerated() {
            for word in language.words.split(separator: " ") {
                masks[WordHashes.hash(of: String(word)), default: 0] |= 1 << UInt32(index)
            }
        }
        return masks
    }()
    private static let wordLimit = 300

    /// The place in `codes` of the text's language.
    package static func index(of text: [UInt8], words: [UInt64]) -> Int {
        let scripts = ScriptCounts(text)
        if let code = scripts.code { return codes.firstIndex(of: code) ?? codes.count - 1 }
        var counts = [Int](repeating: 0, count: latinWords.count)
        for word in words.prefix(wordLimit) {
            guard var mask = masks[word] else { continue }
            // A word of several languages tells less.
            let weight = 12 / mask.nonzeroBitCount
            while mask != 0 {
                counts[mask.trailingZeroBitCount] += weight
                mask &= mask - 1
            }
        }
        let order = counts.indices.sorted { (-counts[$0], $0) < (-counts[$1], $1) }
        let (first, second) = (counts[order[0]], counts[order[1]])
        let share = Double(first) / Double(12 * max(1, min(words.count, wordLimit)))
        guard first >= 12, first > second, share >= 0.06 else { return codes.count - 1 }
        return order[0]
    }
}

/// Letters of a text by script.
private struct ScriptCounts {
    private var latin = 0, cyrillic = 0, greek = 0, hebrew = 0, arabic = 0, indic = 0, thai = 0
    private var kana = 0, ideographs = 0, hangul = 0
    private var ukrainian = 0, persian = 0

    private static let byteLimit = 4_000

    init(_ text: [UInt8]) {
        var index = 0
        let end = min(text.count, Self.byteLimit)
        while index < end {
            let byte = text[index]
            if byte < 0x80 {
                if (byte | 0x20) >= 0x61, (byte | 0x20) <= 0x7A { latin += 1 }
                index += 1
                continue
            }
            let second = index + 1 < text.count ? text[index + 1] : 0
            switch byte {
            case 0xC3...0xC9: latin += 1
            case 0xCE, 0xCF: greek += 1
            case 0xD0...0xD3:
                cyrillic += 1
                // і, ї, є and ґ.
                if byte == 0xD1, [0x96, 0x97, 0x94].contains(second) || byte == 0xD2 && second == 0x91 {
                    ukrainian += 1
                }
            case 0xD6, 0xD7: hebrew += 1
            case 0xD8...0xDB:
                arabic += 1
                // پ, چ, ژ, گ, ی and ک.
                if byte == 0xD9 && second == 0xBE
                    || byte == 0xDA && [0x86, 0x98, 0xAF, 0xA9].contains(second)
                    || byte == 0xDB && second == 0x8C
                {
                    persian += 1
                }
            case 0xE0:
                if second == 0xA4 || second == 0xA5 { indic += 1 }
                if second == 0xB8 || second == 0xB9 { thai += 1 }
            case 0xE3:
                if second >= 0x81, second <= 0x83 { kana += 1 } else if second >= 0x90 { ideographs += 1 }
            case 0xE4...0xE9: ideographs += 1
            case 0xEA...0xED: hangul += 1
            default: break
            }
            index += byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2
        }
    }

    /// The language that the script alone tells; nil where it is Latin, or there are too few letters.
    var code: String? {
        let asian = kana + ideographs + hangul
        let others = [cyrillic, greek, hebrew, arabic, indic, thai, asian]
        guard let most = others.max(), most * 2 > latin, most >= 2 else { return nil }
        if asian == most {
            if hangul * 2 > asian { return "ko" }
            return kana * 10 > asian ? "ja" : "zh"
        }
        if cyrillic == most { return ukrainian * 40 > cyrillic ? "uk" : "ru" }
        if greek == most { return "el" }
        if hebrew == most { return "he" }
        if arabic == most { return persian * 12 > arabic ? "fa" : "ar" }
        return indic == most ? "hi" : "th"
    }
}
