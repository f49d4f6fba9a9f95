// The recipe keys of question answering.
internal import Arguments

extension RecipeKey {
    static let questionAnsweringKeys: [RecipeKey] = [
        .key(
            "question_column", \.model.questionAnswering.questionColumn, .text,
            "Column that holds the question.", for: .questions, in: .rows),
        .key(
            "context_column", \.model.questionAnswering.contextColumn, .text,
            "Column that holds the text in which the answer stands.", for: .questions, in: .rows),
        .key(
            "answers_column", \.model.questionAnswering.answersColumn, .text,
            "Column that holds the answers: an object of the lists text and answer_start.", for: .questions,
            in: .rows),
        .key(
            "doc_stride", \.model.questionAnswering.docStride, .integer(atLeast: 0),
            "Tokens that two windows of a long context share.", for: .questions, in: .rows),
        .key(
            "max_answer_length", \.model.questionAnswering.maxAnswerLength, .integer(atLeast: 1),
            "Most tokens of an answer.", for: .questions, in: .rows),
        .key(
            "n_best_size", \.model.questionAnswering.nBestSize, .integer(atLeast: 1, upTo: 65_536),
            "Starts and ends of an answer that are combined, and answers that are kept.", for: .questions,
            in: .rows),
        .key(
            "null_score_diff_threshold", \.model.questionAnswering.nullScoreDiffThreshold,
            .number("a number") { $0.isFinite },
            "How far the score of no answer must lie above that of the best answer to be chosen.",
            for: .questions, in: .rows),
        .key(
            "version_2_with_negative", \.model.questionAnswering.version2WithNegative, .boolean,
            "Questions may have no answer, as in SQuAD's second version.", for: .questions, in: .rows),
        .key(
            "write_nbest", \.model.questionAnswering.writeNBest, .boolean,
            "Let predict write the n_best_size best answers, with their logits, into the field score.",
            for: .questions, in: .rows),
    ]
}
