// The rules of `prepare`, for texts of training rows and of requests alike.

package import Monitoring
internal import Preparation

extension TextRules {
    /// The guess of a language, and placeholders in the place of personal data, as `prepare` makes them.
    package static let preparation = TextRules(
        language: { text in
            let bytes = Array(text.utf8.prefix(4_000))
            return LanguageGuess.codes[LanguageGuess.index(of: bytes, words: WordHashes.words(of: bytes))]
        },
        withoutPersonalData: { text in
            var session = PlaceholderSession()
            return PersonalDataCleaner().clean(text, session: &session).text
        })
}
