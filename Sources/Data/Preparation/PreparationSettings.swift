// What a preparation is told: the files, which rules clean them, how pairs are made, and how rows are split.

package import Files

/// The settings of `lockstep prepare`; each is a key of a recipe, where its meaning is explained.
package struct PreparationSettings: Sendable, Equatable {
    // MARK: Input and output

    /// Paths and patterns of the raw files that are split into training, validation and test rows.
    package var rawFiles: [String] = []
    /// Raw files whose rows are all validation rows, or test rows.
    package var rawValidationFiles: [String] = []
    package var rawTestFiles: [String] = []
    package var preparedDir = ""
    package var overwritePreparedDir = false
    package var format = RecordFormat.auto
    /// Nil to find it for each file.
    package var encoding: TextEncoding?
    /// The character between fields of CSV files; nil to find it.
    package var separator: UInt8?
    /// Names of the columns of CSV files without a header.
    package var columnNames: [String] = []
    package var columns = RecordColumns()

    // MARK: Cleaning

    /// Names of the rules; nil for those that are on by default.
    package var rules: [String]?
    /// Names of rules that are left out.
    package var skippedRules: [String] = []
    /// Characters (code points) of a row's texts.
    package var minChars = 1
    package var maxChars: Int?
    /// The most equal characters in a row that stay.
    package var maxRepeats = 8
    /// Codes of the languages that stay; empty for all.
    package var languages: [String] = []
    /// Files with a word or phrase a line; rows that hold one are removed.
    package var wordLists: [String] = []
    /// Names of the types of personal data that are replaced; nil for all.
    package var personalData: [String]?
    /// Whether placeholders are numbered within a conversation or row.
    package var numberedPlaceholders = true
    /// Whether invented values are planted into copies of the prepared records, and those that are found
    /// counted.
    package var provePrivacy = false

    // MARK: Pairs

    package var systemPrompt: String?
    package var answers = AnswerChoice.whole
    /// Turns before an answer that stay; nil for all.
    package var historyTurns: Int?
    package var mergeTurns = true
    package var pairForm = PairForm.messages

    // MARK: Duplicates and splits

    package var splitBy = SplitMethod.hash
    /// Shares of the raw rows; nil for a tenth, or for none where files are held out.
    package var validationShare: Double?
    package var testShare: Double?
    package var groupColumn: String?
    package var splitTimeColumn: String?
    package var seed: UInt64 = 42

    package init() {}
}

/// Names of columns; those of conversations are used by the forms that have them.
package struct RecordColumns: Sendable, Equatable {
    /// Columns whose texts are cleaned; empty to find them.
    package var texts: [String] = []
    package var label = "label"
    package var messages = "messages"
    package var prompt = "prompt"
    package var completion = "completion"
    package var image = "image"
    package var caption = "caption"
    package var conversation = "conversation_id"
    package var role = "role"
    package var content = "content"
    package var time = "timestamp"

    package init() {}
}

/// The forms in which raw records come.
package enum RecordFormat: String, Sendable, CaseIterable {
    /// Found from the columns of each file's first row.
    case auto
    /// Rows of columns, such as texts with a label.
    case rows
    case messages
    /// `conversations` of `from` and `value`.
    case sharegpt
    /// `instruction`, `input`, `output`.
    case alpaca
    /// `prompt` and `completion`.
    case prompt
    /// `chosen` and `rejected`; the chosen answer stays.
    case preference
    /// Tables of two columns: what is asked and what is answered.
    case table
    /// A message a row, with a conversation's id, a role and a time.
    case threads
    /// Images with captions.
    case images
}

/// Which answers of a conversation become pairs.
package enum AnswerChoice: String, Sendable, CaseIterable {
    /// The conversation as a whole, up to its last answer.
    case whole
    /// The conversation up to its first answer.
    case first
    /// A pair for each answer, with the turns before it.
    case every
}

/// How pairs are written.
package enum PairForm: String, Sendable, CaseIterable {
    case messages
    case prompt = "prompt_completion"
}

/// How rows come to be training, validation or test rows.
package enum SplitMethod: String, Sendable, CaseIterable {
    /// By a hash of the row's text: a row stays where it is when others come.
    case hash
    /// Exact shares of all rows.
    case random
    /// Exact shares of each label's rows.
    case stratified
    /// By a hash of the value of `split_group_column`: rows of one group stay together.
    case group
    /// The latest rows by `split_time_column` are test rows, those before them validation rows.
    case time
}
