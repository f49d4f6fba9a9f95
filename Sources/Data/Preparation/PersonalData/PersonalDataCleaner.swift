// Finds personal data in texts and puts placeholders in its place.

/// Finds personal data by rules, and replaces it.
///
/// A value of its own for each thread is not needed: the cleaner has no state, and a text costs memory of a
/// few
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
        return wanted(scanner.scan())
    }

    private func wanted(_ spans: [PersonalDataSpan]) -> [PersonalDataSpan] {
        types.count == PersonalDataType.allCases.count ? spans : spans.filter { types.contains($0.type) }
    }

    /// The text with placeholders in the place of its personal data.
    package func clean(_ text: String, session: inout PlaceholderSession) -> CleanedText {
        var scanner = PersonalDataScanner(text)
        let spans = wanted(scanner.scan())
        guard !spans.isEmpty else { return CleanedText(text: text, counts: [:]) }
        let bytes = scanner.bytes
        var cleaned: [UInt8] = []
        cleaned.reserveCapacity(bytes.count + 16 * spans.count)
        var counts: [PersonalDataType: Int] = [:]
        var end = 0
        for span in spans {
            cleaned += bytes[end..<span.range.lowerBound]
            end = span.range.upperBound
            cleaned += session.placeholder(for: bytes[span.range], type: span.type).utf8
            counts[span.type, default: 0] += 1
        }
        cleaned += bytes[end...]
        return CleanedText(text: String(decoding: cleaned, as: UTF8.self), counts: counts)
    }
}
