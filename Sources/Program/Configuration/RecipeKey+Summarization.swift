// The recipe keys of both kinds of summarization.
import Arguments

extension RecipeKey {
    static let summarizationKeys: [RecipeKey] = [
        .key(
            "document_column", \.data.documentColumn, .text,
            "Column that holds the text to summarize, or a list of its sentences."),
        .key("summary_column", \.data.summaryColumn, .text, "Column that holds the summary."),
        .optional(
            "max_source_length", \.data.maxSourceLength, .integer(atLeast: 3),
            "Most tokens that summarization reads of a document; 1024 or the model's positions if not set."),
        .key(
            "max_target_length", \.data.maxTargetLength, .integer(atLeast: 2),
            "Most tokens of a summary or caption to learn from, its end token included; longer ones are cut."),
        .optional(
            "summary_sentences", \.data.summarySentences, .integer(atLeast: 1),
            "Most sentences of an extractive summary; what the model was trained for, or 3, if not set."),
        .optional(
            "trigram_blocking", \.data.trigramBlocking, .boolean,
            "Leave out sentences that repeat three words in a row of an extractive summary; true if not set."),
        .optional(
            "extractive_layers", \.model.extractiveLayers, .integer(atLeast: 1),
            "Layers over the sentences of a new extractive summarizer; the model's, or 2, if not set."),
        .optional(
            "sentence_pooling", \.model.sentencePooling, .choice(),
            "What stands for a sentence to be chosen: cls or mean; the model's, or cls, if not set."),
    ]
}
