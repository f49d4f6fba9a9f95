// What the outputs of a classifier or a regression say of a row.

package import Datasets
internal import Foundation
package import Models

/// The labels or numbers that logits choose, with the probabilities of labels.
package struct ClassificationOutput: Sendable, Equatable {
    /// The most likely label, the labels above one half, or the numbers.
    package let predicted: Target
    /// Of each label; empty for a regression.
    package let probabilities: [Double]

    /// - Parameter logits: the outputs for a row, `[K]`.
    package init(logits: [Float], problemType: ProblemType) {
        switch problemType {
        case .singleLabel:
            let maximum = Double(logits.max() ?? 0)
            let exponentials = logits.map { exp(Double($0) - maximum) }
            let total = exponentials.reduce(0, +)
            predicted = .label(ClassificationSums.argmax(logits))
            probabilities = exponentials.map { $0 / total }
        case .multiLabel:
            predicted = .labels(logits.indices.filter { logits[$0] > 0 })
            probabilities = logits.map { 1 / (1 + exp(-Double($0))) }
        case .regression:
            predicted = .values(logits)
            probabilities = []
        }
    }
}

extension LabelMap {
    /// The names of a target's labels, or its numbers as text.
    package func texts(of target: Target) -> [String] {
        switch target {
        case .label(let label): [labels[label]]
        case .labels(let chosen): chosen.map { labels[$0] }
        case .values(let values): values.map(\.description)
        case .none, .spans: preconditionFailure("a label became no label")
        }
    }
}
