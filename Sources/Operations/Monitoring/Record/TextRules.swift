// What is found out of a text before it is forgotten; `prepare` has the rules, which a program hands over.

/// The rules by which texts of requests are looked at, the same for training rows and for requests.
package struct TextRules: Sendable {
    /// The code of ISO 639-1 of a text's language, `und` where it cannot be told.
    package let language: @Sendable (String) -> String
    /// The text with placeholders in the place of personal data.
    package let withoutPersonalData: @Sendable (String) -> String

    package init(
        language: @escaping @Sendable (String) -> String,
        withoutPersonalData: @escaping @Sendable (String) -> String
    ) {
        (self.language, self.withoutPersonalData) = (language, withoutPersonalData)
    }

    /// A record with the language of its input, and with the input itself, without personal data, where
    /// that is asked for.
    ///
    /// - Parameter text: nil for an input that is no text or is missing.
    package func completed(_ record: RequestRecord, text: String?, keepsText: Bool) -> RequestRecord {
        var record = record
        record.text = nil
        if let text {
            record.language = language(text)
            if keepsText { record.text = withoutPersonalData(text) }
        }
        return record
    }
}
