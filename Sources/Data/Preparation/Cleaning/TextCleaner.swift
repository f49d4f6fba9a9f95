// The rules that change texts, one after the other, each counted and with its first examples.

internal import JSON

/// Cleans texts by the rules that are on.
struct TextCleaner: Sendable {
    let rules: Set<CleaningRule>
    private let maxRepeats: Int
    /// Nil where the rule for personal data is off.
    let personalData: PersonalDataCleaner?

    init(_ settings: PreparationSettings, _ rules: Set<CleaningRule>) throws(PreparationError) {
        self.rules = rules
        maxRepeats = settings.maxRepeats
        personalData =
            rules.contains(.personalData)
            ? PersonalDataCleaner(types: try Self.types(settings.personalData)) : nil
    }

    private static func types(_ names: [String]?) throws(PreparationError) -> Set<PersonalDataType> {
        guard let names else { return .all }
        var types: Set<PersonalDataType> = []
        for name in names {
            guard let type = PersonalDataType(rawValue: name.uppercased()) else {
                throw .unknownName(
                    name, key: "personal_data", known: PersonalDataType.allCases.map(\.rawValue))
            }
            types.insert(type)
        }
        return types
    }

    /// The text as the rules leave it.
    ///
    /// - Parameters:
    ///   - session: the placeholders of the conversation or row that the text is part of.
    ///   - position: the record's, for examples.
    func clean(
        _ text: String, _ session: inout PlaceholderSession, _ tally: inout PreparationTally,
        _ position: UInt64
    ) -> [UInt8] {
        var bytes = Array(text.utf8)
        tally.texts += 1
        tally.bytes += bytes.count
        let facts = TextFacts(bytes)
        func apply(_ rule: CleaningRule, _ result: [UInt8]?) {
            guard let result, result != bytes else { return }
            tally.count(rule, example(rule, bytes, result, position))
            bytes = result
        }
        if facts.hasOthers, rules.contains(.mojibake) { apply(.mojibake, Mojibake.fixed(bytes)) }
        if facts.hasOthers, rules.contains(.unicode) { apply(.unicode, CharacterRules.composed(bytes)) }
        if facts.hasAngle || facts.hasAmpersand, rules.contains(.html) { apply(.html, HTMLText.plain(bytes)) }
        if facts.hasOthers || facts.hasControls || facts.hasReturns || facts.hasAmpersand,
            rules.contains(.controlCharacters)
        {
            apply(.controlCharacters, CharacterRules.withoutControls(bytes))
        }
        if rules.contains(.boilerplate) { apply(.boilerplate, Boilerplate.removed(from: bytes)) }
        if facts.longestRun > maxRepeats, rules.contains(.repeatedCharacters) {
            apply(.repeatedCharacters, CharacterRules.withoutLongRuns(bytes, limit: maxRepeats))
        }
        if rules.contains(.whiteSpace), facts.hasLooseSpace || facts.hasAngle || facts.hasAmpersand {
            apply(.whiteSpace, CodeFences.outside(bytes, CharacterRules.withOneSpace))
        }
        if let personalData {
            let cleaned = personalData.clean(String(decoding: bytes, as: UTF8.self), session: &session)
            if !cleaned.counts.isEmpty {
                for (type, count) in cleaned.counts { tally.personalData[type.rawValue, default: 0] += count }
                apply(.personalData, Array(cleaned.text.utf8))
            }
        }
        return bytes
    }

    /// An example of a rule, around the first change. What a card shows has no personal data where the rule
    /// for them is on, also not in the text before.
    private func example(
        _ rule: CleaningRule, _ before: [UInt8], _ after: [UInt8], _ position: UInt64
    ) -> PreparationTally.Example {
        let change = zip(before, after).prefix { $0 == $1 }.count
        guard rule != .personalData else {
            return .init(
                position: position, before: Self.excerpt(masked(before), around: 0),
                after: Self.excerpt(after, around: change))
        }
        // The text is masked whole: a piece of it may no longer tell what a number is.
        return .init(
            position: position, before: Self.excerpt(masked(before), around: change),
            after: Self.excerpt(masked(after), around: change))
    }

    /// The text of a record that is removed, for an example.
    func shown(_ text: [UInt8]) -> String { Self.excerpt(masked(text), around: 0) }

    private func masked(_ text: [UInt8]) -> [UInt8] {
        guard let personalData else { return text }
        var session = PlaceholderSession(isNumbered: false)
        return Array(personalData.clean(String(decoding: text, as: UTF8.self), session: &session).text.utf8)
    }

    private static let excerptBytes = 240

    /// A piece of text of whole characters, with an ellipsis where it goes on.
    private static func excerpt(_ text: [UInt8], around place: Int) -> String {
        var start = max(0, min(place - 60, text.count - excerptBytes))
        while start > 0, text[start] & 0xC0 == 0x80 { start -= 1 }
        var end = min(text.count, start + excerptBytes)
        while end < text.count, text[end] & 0xC0 == 0x80 { end += 1 }
        return (start > 0 ? "…" : "") + String(decoding: text[start..<end], as: UTF8.self)
            + (end < text.count ? "…" : "")
    }
}
