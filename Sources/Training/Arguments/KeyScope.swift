// Groups of recipe keys by the tasks that read them.

/// What a recipe key is about, so that it is read by some tasks and not by others. A task says in `keyScopes`
/// which it reads.
package enum KeyScope: Sendable, CaseIterable {
    /// Read by every task.
    case all
    /// One text a row.
    case text
    /// Texts that a classifier reads, alone or in pairs.
    case textClassifiers
    /// Labels or numbers, the classifier that predicts them, and how its loss weighs them.
    case labels
    /// Words that have a tag each.
    case tags
    /// What is predicted of whole rows.
    case classifiers
    /// Questions about a text, and the windows in which answers are looked for.
    case questions
    /// Texts that stand in one sequence of tokens with an upper length.
    case sequences
    /// Texts that are joined and cut into blocks.
    case blocks
    /// Tokens that are hidden.
    case masking
    /// A prompt with its answer.
    case prompts
    /// Lists of messages.
    case conversations
    /// Variables of chat templates.
    case templates
    /// Documents with their summary.
    case documents
    /// Sentences that are chosen for a summary.
    case sentences
    /// Texts that an encoder reads for a decoder.
    case sources
    /// Models with an encoder of BERT's kind, whose config.json has names of its own for dropout.
    case encoders
    /// Models of an encoder and a decoder, and the texts that the decoder learns.
    case encoderDecoders
    case images
    case captions
    /// A cross-entropy over labels or over the tokens of a vocabulary, whose targets can be smoothed.
    case crossEntropy
    /// Texts that a model writes.
    case generation
}
