// Logits as the scores that `/predict` answers with.

internal import Evaluation
package import JSON
package import Models

/// The scores of one input, the highest first.
package enum LabelScores {
    /// `[{"score": …, "label": …}]`. Probabilities are those of a softmax for one label of several and of
    /// sigmoids for several labels; numbers of a regression are what they are. `isRaw` leaves logits alone.
    package static func json(_ logits: [Float], head: ClassificationHead, isRaw: Bool) -> JSONValue {
        let found = ClassificationOutput(logits: logits, problemType: head.problemType).probabilities
        let scores = isRaw || found.isEmpty ? logits : found.map { Float($0) }
        // Of equal scores the label of the lower number comes first.
        let order = scores.indices.sorted { scores[$0] == scores[$1] ? $0 < $1 : scores[$0] > scores[$1] }
        return .array(
            order.map { ["score": .real(scores[$0]), "label": .string(head.labels[$0])] })
    }
}
