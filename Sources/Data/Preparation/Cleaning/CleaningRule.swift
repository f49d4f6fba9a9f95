// The rules of a preparation by name: what each does, and which are on.

/// A rule that changes texts or removes records.
package enum CleaningRule: String, Sendable, CaseIterable {
    case mojibake
    case unicode
    case controlCharacters = "control_characters"
    case html
    case boilerplate
    case repeatedCharacters = "repeated_characters"
    case whiteSpace = "white_space"
    case personalData = "personal_data"
    case tooShort = "too_short"
    case tooLong = "too_long"
    case language
    case unsafeWords = "unsafe_words"
    case exactDuplicates = "exact_duplicates"
    case nearDuplicates = "near_duplicates"

    /// What it does, as the data card says.
    package var words: String {
        switch self {
        case .mojibake: "UTF-8 that was read as Windows-1252 or Latin-1 is put right"
        case .unicode: "Characters are composed (NFC)"
        case .controlCharacters: "Control characters and invisible marks are taken out"
        case .html: "Tags are taken out, and character references become characters"
        case .boilerplate: "Signatures, quoted replies and disclaimers of e-mails are taken out"
        case .repeatedCharacters: "Long runs of one character are cut"
        case .whiteSpace: "Runs of white space become one space, or one empty line"
        case .personalData: "Personal data become placeholders"
        case .tooShort: "Records with too few characters are removed"
        case .tooLong: "Records with too many characters are removed"
        case .language: "Records in other languages are removed"
        case .unsafeWords: "Records with a word of the lists are removed"
        case .exactDuplicates: "Records with the text of an earlier one are removed"
        case .nearDuplicates: "Records with nearly the text of an earlier one are removed"
        }
    }

    /// Whether it removes whole records.
    package var removes: Bool {
        switch self {
        case .tooShort, .tooLong, .language, .unsafeWords, .exactDuplicates, .nearDuplicates: true
        default: false
        }
    }

    package static let names = allCases.map(\.rawValue)

    /// The rules that settings ask for.
    ///
    /// - Throws: `unknownRule`.
    static func chosen(by settings: PreparationSettings) throws(PreparationError) -> Set<CleaningRule> {
        let wanted = try settings.rules.map { (names) throws(PreparationError) in
            try rules(names, key: "cleaning_rules")
        }
        let skipped = try rules(settings.skippedRules, key: "skip_rules")
        return Set(wanted ?? allCases).subtracting(skipped)
    }

    private static func rules(_ names: [String], key: String) throws(PreparationError) -> [CleaningRule] {
        var rules: [CleaningRule] = []
        for name in names {
            guard let rule = CleaningRule(rawValue: name) else {
                throw .unknownRule(name, key: key, known: Self.names)
            }
            rules.append(rule)
        }
        return rules
    }
}
