// The recipe keys that say which rows a run reads, and what becomes of their columns.
internal import Arguments

extension RecipeKey {
    static let dataKeys: [RecipeKey] = [
        .paths(
            "train_file", \.data.trainFiles,
            "Training rows: a .jsonl, .json, .csv, .tsv or .txt file, plain, .gz or .zst, or a list of them.",
            in: .measuring),
        .paths(
            "validation_file", \.data.validationFiles,
            "Rows for evaluation, in the same forms as train_file.", in: [.train, .evaluate]),
        .optional(
            "cache_dir", \.data.cacheDir, .text,
            "Folder of tokenised rows, built once by all ranks; without it each rank holds all rows in memory.",
            in: [.train, .evaluate, .crossValidate]),
        .key(
            "verify_cache", \.data.verifyCache, .boolean,
            "Read the data files and their cache again and check every byte, whatever is remembered of them.",
            in: [.train, .evaluate, .crossValidate]),
        .optional(
            "csv_delimiter", \.data.csvSeparator, .separator,
            "Character between the fields of .csv and .tsv files, or tab; found from the header if not set.",
            in: .rows),
        .optional(
            "csv_encoding", \.data.csvEncoding, .encoding,
            "Encoding of .csv and .tsv files; found from each file if not set.", in: .rows),
        .key(
            "on_empty_row", \.data.onEmptyRow, .choice(),
            "What becomes of rows with an empty text, label or reference: skip leaves them out, error lists them.",
            in: .rows),
        .optional(
            "validation_split", \.data.validationSplit,
            .number("a share above 0 and at most 0.5") { $0 > 0 && $0 <= 0.5 },
            "Share of the training rows to evaluate on if there is no validation_file, drawn with the seed.",
            in: [.train]),
        .optional(
            "group_column", \.data.groupColumn, .text,
            "Column that names a row's group: rows of one are never on both sides of a split, or in two folds."
        ),
        .optional(
            "max_train_samples", \.data.maxTrainSamples, .integer(atLeast: 1),
            "Most rows to learn from, the first ones."),
        .optional(
            "max_eval_samples", \.data.maxEvalSamples, .integer(atLeast: 1),
            "Most rows to evaluate on, the first ones.", in: [.train, .evaluate]),
        .optional(
            "max_predict_samples", \.data.maxPredictSamples, .integer(atLeast: 1),
            "Most rows to predict, the first ones.", in: [.predict]),
        .key("text_column", \.data.textColumn, .text, "Column that holds the text.", for: .text, in: .rows),
        .optional(
            "text_pair_column", \.data.textPairColumn, .text, "Column that holds the second text of a pair.",
            for: .textClassifiers, in: .rows),
        .key(
            "label_column", \.data.labelColumn, .text, "Column that holds the label.", for: .labels,
            in: .measuring),
        .optional(
            "positive_label", \.data.positiveLabel, .text,
            "Of two labels the one that precision, recall and f1 are of; the second in their order if not set.",
            for: .classifiers, in: .measuring),
        .key(
            "label_all_tokens", \.data.labelAllTokens, .boolean,
            "Learn the tag of a word from all its tokens, not from the first alone.", for: .tags,
            in: .measuring),
        .optional(
            "problem_type", \.data.problemType, .choice(),
            "Kind of label; decided from the training file if not set.", for: .classifiers, in: .measuring),
        .key(
            "messages_column", \.data.messagesColumn, .text,
            "Column that holds a conversation: a list of messages with role and content.",
            for: .conversations, in: .rows),
        .key(
            "prompt_column", \.data.promptColumn, .text,
            "Column that holds the prompt of rows that are a prompt with its answer.", for: .prompts,
            in: .rows),
        .key(
            "completion_column", \.data.completionColumn, .text,
            "Column that holds the answer to the prompt.", for: .prompts, in: .rows),
        .key(
            "line_by_line", \.data.lineByLine, .boolean,
            "Make each row an example of its own instead of cutting the joined texts into blocks.",
            for: .blocks, in: .measuring),
        .key(
            "mlm_probability", \.data.mlmProbability,
            .number("a number above 0 and below 1") { $0 > 0 && $0 < 1 },
            "Share of tokens that masked-lm hides and lets the model guess.", for: .masking, in: .measuring),
        .optional(
            "max_seq_length", \.data.maxSeqLength, .integer(atLeast: 3),
            "Longest sequence in tokens; 128 if not set, for chat the model's length up to 2,048.",
            for: .sequences, in: .rows),
        .key(
            "on_long_row", \.data.onLongRow, .choice(),
            "What becomes of a conversation or prompt that is too long: error, truncate (its end) or skip.",
            for: .prompts, in: .rows),
        .templateArguments(
            "chat_template_kwargs", \.data.chatTemplateArguments,
            "Variables of the chat template, such as enable_thinking=false; those of a row win.",
            for: .templates, in: .all),
        .key(
            "document_column", \.data.documentColumn, .text,
            "Column that holds the text to summarize, or a list of its sentences.", for: .documents, in: .rows
        ),
        .key(
            "summary_column", \.data.summaryColumn, .text, "Column that holds the summary.", for: .documents,
            in: .measuring),
        .optional(
            "source_prefix", \.data.sourcePrefix, .text,
            "Text that summarization reads before each document, such as T5's 'summarize: '.", for: .sources,
            in: .rows),
        .optional(
            "summary_prompt", \.data.summaryPrompt, .text,
            "Text that asks a causal model for the summary of {document}, which stands where the text belongs.",
            for: .sources, in: .rows),
        .optional(
            "max_source_length", \.data.maxSourceLength, .integer(atLeast: 3),
            "Most tokens that are read of a document, prompt included; 1024 or the model's positions if not set.",
            for: .sources, in: .rows),
        .key(
            "long_documents", \.data.longDocuments, .choice(),
            "Documents beyond max_source_length: cut their ends, or write of windows and join the summaries.",
            for: .sources, in: .rows),
        .key(
            "window_overlap", \.data.windowOverlap, .integer(atLeast: 0),
            "Sentences that a window of a long document repeats of the one before.", for: .sources,
            in: .rows),
        .key(
            "max_target_length", \.data.maxTargetLength, .integer(atLeast: 2),
            "Most tokens of a summary or caption to learn from, its end included; an encoder–decoder cuts others.",
            for: .encoderDecoders, in: .rows),
        .optional(
            "summary_sentences", \.data.summarySentences, .integer(atLeast: 1),
            "Most sentences of an extractive summary; what the model was trained for, or 3, if not set.",
            for: .sentences, in: .rows),
        .optional(
            "trigram_blocking", \.data.trigramBlocking, .boolean,
            "Leave out sentences that repeat three words in a row of an extractive summary; true if not set.",
            for: .sentences, in: .rows),
        .key(
            "image_column", \.data.imageColumn, .text,
            "Column that holds the path of an image, relative to the folder of the row's file.", for: .images,
            in: .rows),
        .key(
            "caption_column", \.data.captionColumn, .text, "Column that holds the image's caption.",
            for: .captions, in: .measuring),
        .key(
            "random_horizontal_flip", \.data.randomHorizontalFlip, .share,
            "Chance that a training image is mirrored left to right.", for: .images),
        .key(
            "random_vertical_flip", \.data.randomVerticalFlip, .share,
            "Chance that a training image is turned upside down.", for: .images),
        .optional(
            "random_resized_crop", \.data.randomResizedCrop,
            .number("a number above 0 and at most 1") { $0 > 0 && $0 <= 1 },
            "Smallest share of a training image that a random crop keeps; no crop if not set.", for: .images),
        .key(
            "interpolate_pos_encoding", \.data.interpolatePosEncoding, .boolean,
            "Take images of another size than the model's and interpolate its position embeddings.",
            for: .images, in: .rows),
    ]
}
