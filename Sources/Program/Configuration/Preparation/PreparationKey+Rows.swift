// The table of the keys of `lockstep prepare`.

internal import Preparation

extension PreparationKey {
    static let inputKeys: [PreparationKey] = [
        .texts(
            "raw_files", .input, \.rawFiles,
            "Raw records that are split: .jsonl, .json, .csv, .tsv, .txt, plain, .gz or .zst, patterns, or folders of images.",
            arePaths: true),
        .texts(
            "raw_validation_files", .input, \.rawValidationFiles, "Raw records that are all for validation.",
            arePaths: true),
        .texts(
            "raw_test_files", .input, \.rawTestFiles, "Raw records that are all for tests.", arePaths: true),
        .key(
            "prepared_dir", .input, \.preparedDir, .path,
            "Folder for the clean files, the data card and the manifest."),
        .key(
            "overwrite_prepared_dir", .input, \.overwritePreparedDir, .boolean,
            "Replace what an earlier prepare wrote to prepared_dir."),
        .key(
            "raw_format", .input, \.format, .choice(),
            "Form of the records; auto tells it from each file's columns."),
        .optional(
            "raw_encoding", .input, \.encoding, .encoding,
            "Encoding of the raw files; found from each file's bytes if not set."),
        .optional(
            "csv_delimiter", .input, \.separator, .separator,
            "Character between the fields of .csv and .tsv files, or tab; found from the header if not set."),
        .texts(
            "csv_columns", .input, \.columnNames,
            "Names of the columns of .csv and .tsv files without a header."),
        .texts(
            "text_columns", .input, \.columns.texts,
            "Columns whose texts are cleaned and compared; those of usual names, such as text, if not set."),
        .key("label_column", .input, \.columns.label, .text, "Column that holds the label."),
        .key("messages_column", .input, \.columns.messages, .text, "Column that holds a list of messages."),
        .key("prompt_column", .input, \.columns.prompt, .text, "Column that holds what is asked."),
        .key("completion_column", .input, \.columns.completion, .text, "Column that holds what is answered."),
        .key("image_column", .input, \.columns.image, .text, "Column that holds the path of an image."),
        .key("caption_column", .input, \.columns.caption, .text, "Column that holds the image's caption."),
        .key(
            "conversation_column", .input, \.columns.conversation, .text,
            "Column that names the conversation of a message, in logs with a message a row."),
        .key("role_column", .input, \.columns.role, .text, "Column that says who wrote a message of a log."),
        .key("content_column", .input, \.columns.content, .text, "Column that holds a message of a log."),
        .key(
            "time_column", .input, \.columns.time, .text,
            "Column that says when a message of a log was written; without it their order counts."),
    ]

    static let cleaningKeys: [PreparationKey] = [
        .optionalTexts(
            "cleaning_rules", .cleaning, \.rules,
            "Rules that are applied, of \(CleaningRule.names.joined(separator: ", ")); all if not set."),
        .texts("skip_rules", .cleaning, \.skippedRules, "Rules that are left out."),
        .key(
            "min_chars", .cleaning, \.minChars, .integer(atLeast: 0),
            "Least characters of a record that stays."),
        .optional(
            "max_chars", .cleaning, \.maxChars, .integer(atLeast: 1),
            "Most characters of a record that stays."),
        .key(
            "max_repeats", .cleaning, \.maxRepeats, .integer(atLeast: 1),
            "Most equal characters in a row that stay."),
        .texts(
            "languages", .cleaning, \.languages,
            "Codes of the languages that stay, such as en,de; all if not set."),
        .texts(
            "unsafe_word_files", .cleaning, \.wordLists,
            "Files with a word or phrase a line; records that have one are removed.", arePaths: true),
        .optionalTexts(
            "personal_data", .cleaning, \.personalData,
            "Types of personal data that become placeholders, such as EMAIL_ADDRESS; all if not set."),
        .key(
            "numbered_placeholders", .cleaning, \.numberedPlaceholders, .boolean,
            "Number the placeholders within a conversation: <PERSON_1>."),
        .key(
            "prove_privacy", .cleaning, \.provePrivacy, .boolean,
            "Plant invented personal data into copies of the prepared records, and say in the card how many were found."
        ),
    ]

    static let pairKeys: [PreparationKey] = [
        .optional(
            "system_prompt", .pairs, \.systemPrompt, .text,
            "Text of the system's message, in place of any that a conversation has."),
        .key(
            "answers", .pairs, \.answers, .choice(),
            "Rows of a conversation: the whole of it, up to its first answer, or one for every answer."),
        .optional(
            "history_turns", .pairs, \.historyTurns, .integer(atLeast: 1),
            "Most turns before an answer that stay; all if not set."),
        .key(
            "merge_turns", .pairs, \.mergeTurns, .boolean,
            "Join consecutive messages of one person by a line break."),
        .key("pair_format", .pairs, \.pairForm, .choice(), "Columns of the rows that are written."),
    ]

    static let splitKeys: [PreparationKey] = [
        .key(
            "split_by", .splits, \.splitBy, .choice(),
            "How rows are split; by hash a row stays in its split when the data grow."),
        .optional(
            "validation_share", .splits, \.validationShare, .share,
            "Share of the raw records for validation; 0.1, or 0 where files are held out, if not set."),
        .optional(
            "test_share", .splits, \.testShare, .share,
            "Share of the raw records for tests; 0.1, or 0 where files are held out, if not set."),
        .optional(
            "split_group_column", .splits, \.groupColumn, .text,
            "Column whose equal values stay in one split, with split_by: group."),
        .optional(
            "split_time_column", .splits, \.splitTimeColumn, .text,
            "Column with a time, with split_by: time; time_column if not set."),
        .key("seed", .splits, \.seed, .integer(atLeast: 0), "Seed of the hashes by which rows are split."),
    ]
}
