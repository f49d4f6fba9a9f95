// What recipe keys are about: the titles under which help lists them.

/// The part of a run that a recipe key belongs to. The order is that of help and of a written configuration.
package enum KeyGroup: String, Sendable, CaseIterable {
    case model, data, adapters, optimizer, schedule, evaluation, checkpoints, generation, cluster

    /// The heading of its keys.
    package var title: String {
        switch self {
        case .model: "Model"
        case .data: "Data"
        case .adapters: "Trained parameters and adapters"
        case .optimizer: "Optimiser"
        case .schedule: "Batches and schedule"
        case .evaluation: "Evaluation"
        case .checkpoints: "Checkpoints"
        case .generation: "Generated text"
        case .cluster: "Ranks and threads"
        }
    }
}
