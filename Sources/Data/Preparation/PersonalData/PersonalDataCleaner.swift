// Finds personal data in texts and puts placeholders in its place.

/// Finds personal data by rules, and replaces it.
///
/// A value of its own for each thread is not needed: the cleaner has no state, and a text costs memory of a few
/// times its own length.
package struct PersonalDataCleaner: Sendable {
    /// The types that are looked for.
    package let types: Set<PersonalDataType>

    package init(types: Set<PersonalDataType> = .all) { self.types = types }

    /// The personal data in one text, in the order of the text and without overlaps.
    ///
    /// A type that is switched off is still recognised, so that its values are taken for no other type's.
    package func spans(in text: String) -> [PersonalDataSpan] {
        var scanner = PersonalDataScanner(text)
        let found = scanner.scan()
        return types.count == PersonalDataType.allCases.count
            ? found : found.filter { types.contains($0.type) }
    }

    /// The text with placeholders in the place of its personal data.
    package func clean(_ text: String, session: inout PlaceholderSession) -> CleanedText {
        let spans = spans(in: text)
        guard !spans.isEmpty else { return CleanedText(text: text, counts: [:]) }
        let bytes = text.utf8
        var cleaned = ""
        cleaned.reserveCapacity(bytes.count)
        var counts: [PersonalDataType: Int] = [:]
        var end = bytes.startIndex
        for span in spans {
            let start = bytes.index(bytes.startIndex, offsetBy: span.range.lowerBound)
            cleaned += text[end..<start]
            end = bytes.index(start, offsetBy: span.range.count)
            cleaned += session.placeholder(for: text[start..<end], type: span.type)
            counts[span.type, default: 0] += 1
        }
        cleaned += text[end...]
        return CleanedText(text: cleaned, counts: counts)
    }
}
