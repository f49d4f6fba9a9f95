// What every tokenizer family offers: text to ids and back.

/// Turns text into vocabulary ids and ids into text. Values are immutable and may be shared between threads.
package protocol Tokenizer: Sendable {
    /// Highest id + 1: the least number of rows of an embedding that fits.
    var vocabularySize: Int { get }

    /// Id of the padding token, if the vocabulary has one.
    var padID: Int32? { get }
    /// Id that stands for words outside the vocabulary.
    var unknownID: Int32? { get }
    /// Id of the token whose state classifies the sequence, BERT's `[CLS]`.
    var classifierID: Int32? { get }
    /// Id of the token that ends a text, BERT's `[SEP]`.
    var separatorID: Int32? { get }
    /// Id of the token that hides a word in masked language modelling.
    var maskID: Int32? { get }
    /// Id of the token that begins a text for a language model, such as Llama's `<s>`.
    var beginningOfSequenceID: Int32? { get }
    /// Id of the token that ends what a language model writes, such as GPT-2's `<|endoftext|>`.
    var endOfSequenceID: Int32? { get }

    /// Number of tokens that `encode` adds to one text or to a pair.
    func specialTokenCount(isPair: Bool) -> Int

    /// Tokenises one text or a pair.
    ///
    /// - Parameters:
    ///   - text: the first text.
    ///   - pair: the second text, or nil.
    ///   - addingSpecialTokens: whether the special tokens of the template are added.
    ///   - maximumLength: most tokens of the result, special ones included. A single text is cut at the side
    ///     that its files name (`truncation_side`, the right one by default), of a pair the longer text first
    ///     (Hugging Face's `longest_first`). With special tokens it must be
    ///     at least `specialTokenCount(isPair:)`. Nil cuts nothing.
    func encode(
        _ text: String, pair: String?, addingSpecialTokens: Bool, maximumLength: Int?
    ) -> Encoding

    /// Text of `ids`, joined and tidied as Hugging Face's decoder does. Ids outside the vocabulary are left
    /// out.
    func decode(_ ids: [Int32], skippingSpecialTokens: Bool) -> String

    /// Id of a token of the vocabulary or of an added token; nil if there is none.
    func id(of token: String) -> Int32?

    /// Whether an id is that of a special token, which `decode(skippingSpecialTokens: true)` leaves out.
    func isSpecialToken(_ id: Int32) -> Bool

    /// Token of an id; nil if the id is unused.
    func token(of id: Int32) -> String?
}

extension Tokenizer {
    /// Tokenises a text or a pair with its special tokens, cutting nothing.
    package func encode(_ text: String, pair: String? = nil) -> Encoding {
        encode(text, pair: pair, addingSpecialTokens: true, maximumLength: nil)
    }
}
