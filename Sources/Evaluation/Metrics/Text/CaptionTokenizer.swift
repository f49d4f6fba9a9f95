// Tokens of captions for CIDEr: the rules of the Penn Treebank tokenizer that matter for captions.

/// Cuts captions into words and symbols.
///
/// pycocoevalcap runs Stanford's PTBTokenizer (Java), then drops punctuation. These rules give the same
/// tokens for all but 3 of the 1,097 names of emoji that a captioning set was made of; what differs are
/// brackets, which end up there as words like `-lrb-`, and abbreviations, whose full stop stays on there:
/// - Text is lower-cased as `str.lower` does, and `’` becomes `'`.
/// - A word starts with a letter or number (Unicode categories L, N) and goes on with these and marks (M).
/// - `'` and `-` between parts of a word belong to it; `.`, `,` and `:` do between ASCII digits.
/// - The endings n't, 's, 'm, 'd, 're, 've, 'll are tokens of their own.
/// - Symbols (S, but the backtick, and `%&#@*/`) are tokens of one scalar each; all else is dropped.
package enum CaptionTokenizer {
    /// The tokens of `text`.
    package static func tokens(_ text: String) -> [String] {
        let lowered = String(decoding: LowerCase.bytes(of: text), as: UTF8.self)
        let scalars = Array(lowered.unicodeScalars).map { $0 == "’" ? "'" : $0 }
        var tokens: [String] = []
        var index = 0
        while index < scalars.count {
            if isWordStart(scalars[index]) {
                let end = wordEnd(scalars, from: index)
                appendWord(scalars[index..<end], to: &tokens)
                index = end
            } else {
                if isSymbol(scalars[index]) { tokens.append(String(scalars[index])) }
                index += 1
            }
        }
        return tokens
    }

    /// Letters and numbers.
    private static func isWordStart(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return isDigit(scalar) || (scalar.value >= 0x61 && scalar.value <= 0x7A) }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
            .decimalNumber, .letterNumber, .otherNumber:
            return true
        default: return false
        }
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: true
        default: false
        }
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value >= 0x30 && scalar.value <= 0x39
    }

    private static func isSymbol(_ scalar: Unicode.Scalar) -> Bool {
        if "%&#@*/".unicodeScalars.contains(scalar) { return true }
        switch scalar.properties.generalCategory {
        case .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol: return scalar != "`"
        default: return false
        }
    }

    private static func wordEnd(_ scalars: [Unicode.Scalar], from start: Int) -> Int {
        var index = start + 1
        while index < scalars.count {
            if isWordStart(scalars[index]) || isMark(scalars[index]) {
                index += 1
            } else if index + 1 < scalars.count && isWordStart(scalars[index + 1])
                && joins(scalars[index], scalars[index - 1], scalars[index + 1])
            {
                index += 2
            } else {
                break
            }
        }
        return index
    }

    private static func joins(
        _ scalar: Unicode.Scalar, _ before: Unicode.Scalar, _ after: Unicode.Scalar
    ) -> Bool {
        switch scalar {
        case "'", "-": true
        case ".", ",", ":": isDigit(before) && isDigit(after)
        default: false
        }
    }

    private static let endings = ["n't", "'s", "'m", "'d", "'re", "'ve", "'ll"].map {
        Array($0.unicodeScalars)
    }

    private static func appendWord(_ word: ArraySlice<Unicode.Scalar>, to tokens: inout [String]) {
        func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
            var view = String.UnicodeScalarView()
            view.append(contentsOf: scalars)
            return String(view)
        }
        for ending in endings
        where word.count > ending.count && word.suffix(ending.count).elementsEqual(ending) {
            tokens.append(string(word.dropLast(ending.count)))
            tokens.append(string(word.suffix(ending.count)))
            return
        }
        tokens.append(string(word))
    }
}
