// Tokens that are found in the text before it is split, such as [MASK].

/// An entry of `added_tokens`.
struct AddedToken: Sendable {
    var content: String
    var id: Int32
    /// Left out by `decode(skippingSpecialTokens: true)`.
    var isSpecial = false
    /// Matches only where no word character stands next to it.
    var isSingleWord = false
    /// Takes the whitespace before it along.
    var stripsLeft = false
    /// Takes the whitespace after it along.
    var stripsRight = false
    /// Is searched in the normalised text, in its own normal form.
    var isNormalized = false
}
