// What question answering is told beside model and files. Names and defaults are those of Hugging Face's
// run_qa.

/// Where questions stand in rows, how contexts are cut, and how an answer is chosen.
public struct QuestionAnsweringArguments: Sendable, Equatable {
    public var questionColumn = "question"
    /// Column of the text that holds the answer.
    public var contextColumn = "context"
    /// Column of the answers: an object of the lists `text` and `answer_start`.
    public var answersColumn = "answers"
    /// Tokens of the context that two windows in a row share.
    public var docStride = 128
    /// Most tokens of an answer.
    public var maxAnswerLength = 30
    /// Starts and ends that are combined, and combinations that are kept.
    public var nBestSize = 20
    /// How far the score of "no answer" must lie above that of the best answer to be chosen.
    public var nullScoreDiffThreshold = 0.0
    /// Whether questions may have no answer, as in SQuAD 2.0.
    public var version2WithNegative = false
    /// Whether predictions hold the best answers beside the chosen one.
    public var writeNBest = false

    public init() {}
}
