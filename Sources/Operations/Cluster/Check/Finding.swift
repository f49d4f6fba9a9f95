// What a check has found: a sentence, how bad it is, and where.

/// Something that a user should know before a job starts.
package struct Finding: Sendable, Equatable {
    /// How bad it is, the worst first.
    package enum Severity: Int, Sendable, Comparable, CaseIterable {
        /// The job would fail, or be wrong.
        case error
        /// It would run, and likely not as is wanted.
        case warning
        /// Worth knowing.
        case note

        package static func < (one: Self, other: Self) -> Bool { one.rawValue < other.rawValue }

        /// The word that stands before the sentence.
        package var word: String {
            switch self {
            case .error: "error"
            case .warning: "warning"
            case .note: "note"
            }
        }
    }

    /// What it is about.
    package enum Topic: String, Sendable, CaseIterable {
        case launch, program, files, processors, placement, memory, clocks, network, data, model, output
    }

    package let severity: Severity
    package let topic: Topic
    /// What was found and what to do, with the ranks and hosts where it holds for some alone.
    package let text: String
    /// The ranks that it concerns, ascending; empty where it concerns all.
    package let ranks: [Int]

    package init(_ severity: Severity, _ topic: Topic, _ text: String, ranks: [Int] = []) {
        (self.severity, self.topic, self.text, self.ranks) = (severity, topic, text, ranks)
    }
}

extension Sequence<Finding> {
    /// The worst first; those of one severity in the order of topics.
    package var worstFirst: [Finding] {
        let order = Finding.Topic.allCases
        func place(_ topic: Finding.Topic) -> Int { order.firstIndex(of: topic) ?? order.count }
        return enumerated().sorted { one, other in
            (one.element.severity.rawValue, place(one.element.topic), one.offset)
                < (other.element.severity.rawValue, place(other.element.topic), other.offset)
        }.map(\.element)
    }
}
