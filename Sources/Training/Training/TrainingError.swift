// What can go wrong in a run, beyond the errors of the modules that it uses.

internal import Phrases

/// An error of a run; the message says what to do.
package struct TrainingError: Error, CustomStringConvertible, Sendable, Equatable {
    package let description: String
    /// Whether the run has diverged: loss, gradient or weights are not finite numbers.
    package let isDivergence: Bool

    package init(_ description: String) { self.init(description, isDivergence: false) }

    private init(_ description: String, isDivergence: Bool) {
        (self.description, self.isDivergence) = (description, isDivergence)
    }

    package static func notFinite(_ step: NotFiniteStep, skipped: Int) -> TrainingError {
        let before = skipped == 0 ? "" : ", after \(skipped) steps that were left out (max_skipped_updates)"
        return TrainingError(
            "\(step.description)\(before): the run has diverged, and nothing of this step was saved; lower "
                + "learning_rate or set max_grad_norm, and look at these rows", isDivergence: true)
    }

    package static func notFiniteState(_ what: String, of slot: String?, step: Int) -> TrainingError {
        TrainingError(
            "the \(what) \(slot.map { "(the first are those of \($0)) " } ?? "")are not finite, or too large "
                + "to compute with, after step \(step): the run has diverged, they are not saved, and "
                + "earlier checkpoints stay; lower learning_rate or set max_grad_norm", isDivergence: true)
    }

    /// The optimiser's state is that of another step than the rest of the checkpoint.
    package static func otherUpdates(_ path: String, _ found: Int, expected: Int) -> TrainingError {
        TrainingError(
            "\(path) is damaged: its optimizer.safetensors is that of \(found) updates, and its "
                + "trainer_state.json that of \(expected); choose another checkpoint")
    }

    package static func tooLong(_ source: String, length: Int, positions: Int) -> TrainingError {
        TrainingError(
            "\(source): the row has \(length, "token"), the model has \(positions) positions; set "
                + "max_seq_length "
                + "to \(positions) or less")
    }

    package static func badTokens(_ source: String, _ reason: String) -> TrainingError {
        TrainingError("\(source): \(reason)")
    }

    package static func nothingToPredict(_ source: String) -> TrainingError {
        TrainingError(
            "\(source): the row has no token to learn from: nothing of an answer is left within max_seq_length; raise "
                + "max_seq_length, or correct or remove the row")
    }

    package static func cannotResume(_ path: String, key: String, saved: String, now: String) -> TrainingError
    {
        TrainingError(
            "\(path) was saved with \(key) \(saved), but this run has \(now), so its position in the data "
                + "means something else; use the same value, or start a new run from the model in that folder"
        )
    }

    package static func unknownMetric(_ name: String, known: [String]) -> TrainingError {
        TrainingError(
            "metric_for_best_model: the evaluation has no \"\(name)\"; it has \(known.joined(separator: ", "))"
        )
    }

    package static func needsValidation(_ key: String) -> TrainingError {
        TrainingError("\(key) needs rows to evaluate on: set validation_file")
    }
}
