// What question answering is told beside model and files. Names and defaults are those of Hugging Face's
// run_qa.

/// Where questions stand in rows, how contexts are cut, and how an answer is chosen.
package struct QuestionAnsweringArguments: Sendable, Equatable {
    package var questionColumn = "question"
    /// Column of the text that holds the answer.
    package var contextColumn = "context"
    /// Column of the answers: an object of the lists `text` and `answer_start`.
    package var answersColumn = "answers"
    /// Tokens of the context that two windows in a row share.
    package var docStride = 128
    /// Most tokens of an answer.
    package var maxAnswerLength = 30
    /// Starts and ends that are combined, and combinations that are kept.
    package var nBestSize = 20
    /// How far the score of "no answer" must lie above that of the best answer to be chosen.
    package var nullScoreDiffThreshold = 0.0
    /// Whether questions may have no answer, as in SQuAD 2.0.
    package var version2WithNegative = false
    /// Whether predictions hold the best answers beside the chosen one.
    package var writeNBest = false

    package init() {}
}
