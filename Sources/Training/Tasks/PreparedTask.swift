// A task with its model and rows, ready to train.

package import Arguments
package import Checkpoints
package import DataParallel
internal import Datasets
internal import Logging
package import Models
internal import Phrases
internal import Tensors
package import Training

/// A task with what is worth telling about it.
package struct PreparedTask {
    package let task: any TrainingTask
    /// Sentences for the log; the same facts on every rank, but for what only rank 0 has read.
    package let notes: [String]
    /// Directory of the tokenizer, and what else is copied beside the model; nil for the directory of the
    /// model.
    package var tokenizerSource: String?
    package var companions: [CompanionFiles] = []
    /// The generation_config.json that is written beside the model; nil for a copy of the one that it has.
    package var generationConfiguration: [UInt8]?

    /// Adapters, frozen parameters, learning rates and number format, as the recipe says. Collective.
    static func adapt(
        _ model: any TrainableModel, _ report: LoadReport?, _ arguments: TrainingArguments,
        _ group: any ProcessGroup
    ) throws {
        let fallback = try Replica.adapt(
            model, arguments.adaptation, learningRate: arguments.learningRate,
            newParameters: ModelBroadcast.share(report?.newPooler ?? [], through: group),
            adapterSeed: arguments.seed, bf16: arguments.bf16, group: group)
        if group.rank == 0, let fallback { Logger.run.warning("\(fallback)") }
    }

    /// A sentence about the sizes of both sets of rows.
    static func rows(_ training: TokenizedDataset, _ validation: TokenizedDataset?) -> String {
        let rest = validation.map { " and \($0.count, "validation row")" } ?? ""
        return "\(training.count, "training row") (\(training.tokenCount, "token"))\(rest)"
    }
}

extension PreparedTask {
    /// What is to be said of texts that are longer than the limit which `key` sets: a warning if that is half
    /// of them or more.
    static func cuts(_ rows: TokenizedDataset, _ key: String, _ limit: Int) -> [String] {
        guard rows.cutCount > 0 else { return [] }
        let isMost = 2 * rows.cutCount >= rows.count
        let share = (100 * Double(rows.cutCount) / Double(rows.count)).rounded()
        let which =
            rows.cutCount == rows.count
            ? "all \(rows.count) training rows are"
            : "\(rows.cutCount) of \(rows.count) training rows (\(Int(share))%) are"
        return [
            (isMost ? "warning: " : "") + "\(which) longer than \(key) \(limit) and lose their ends"
                + (isMost ? "; raise it, if the model has the positions" : "")
        ]
    }
}

/// What a process sets up before its model runs.
package enum InferenceSetup {
    /// Takes the threads that the arguments ask for.
    package static func applyThreadPlan(_ arguments: TrainingArguments, _ group: any ProcessGroup) {
        let plan = ThreadPlan.apply(requested: arguments.threadsPerRank)
        if group.rank == 0 { for warning in plan.warnings { Logger.run.warning("\(warning)") } }
    }

    /// Takes the number format that the arguments ask for. Collective. A causal model that only `decodes`
    /// takes bfloat16 on every processor: its products widen weights as they read them, half as many bytes.
    package static func applyPrecision(
        _ arguments: TrainingArguments, to model: any TrainableModel, _ group: any ProcessGroup,
        decodes: Bool = false
    ) throws {
        let fallback = try ComputePrecision.apply(
            bf16: arguments.bf16, to: model.parameters, group: group, isSupported: decodes ? true : nil)
        if group.rank == 0, let fallback { Logger.run.warning("\(fallback)") }
    }
}
