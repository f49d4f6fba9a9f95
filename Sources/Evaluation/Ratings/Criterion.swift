// What a rater judges an output by.

/// A question about an output that is answered by a rating from 1 to 5.
package enum Criterion: String, Sendable, CaseIterable {
    case naturalness, correctness, helpfulness

    /// What a rating may be.
    package static let scale = 1...5

    /// The question as raters read it.
    package var question: String {
        switch self {
        case .naturalness: "Does it read like fluent text that a person wrote?"
        case .correctness: "Is it true, and true to the prompt?"
        case .helpfulness: "Does it give what was asked for?"
        }
    }

    /// Its place in `allCases`.
    var index: Int {
        switch self {
        case .naturalness: 0
        case .correctness: 1
        case .helpfulness: 2
        }
    }
}
