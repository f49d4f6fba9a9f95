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
}
