// A place in a text that holds personal data.

/// Where personal data stands in a text, what it is, and why it was taken for that.
package struct PersonalDataSpan: Sendable, Hashable {
    /// Offsets of UTF-8 bytes.
    package let range: Range<Int>
    package let type: PersonalDataType
    /// The rule that decided, in a few words: `Luhn and issuer`.
    package let rule: String

    package init(range: Range<Int>, type: PersonalDataType, rule: String) {
        (self.range, self.type, self.rule) = (range, type, rule)
    }
}

/// A text without its personal data.
package struct CleanedText: Sendable, Hashable {
    package let text: String
    /// How many values of each type were replaced; types without any are absent.
    package let counts: [PersonalDataType: Int]

    package init(text: String, counts: [PersonalDataType: Int]) {
        (self.text, self.counts) = (text, counts)
    }
}
