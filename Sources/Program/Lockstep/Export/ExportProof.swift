// The proof of an export: the validation rows through Lockstep and through every exported model.

import Arguments
import Configuration
import Evaluation
import Export
import JSON
import Metrics
import Models
import Training

/// An exported model with what was measured of it.
struct MeasuredModel {
    let precision: ModelPrecision
    let folder: ModelFolder
    /// Seconds that the rows took in ONNX Runtime.
    let seconds: Double
    let comparison: LogitComparison
    let outcome: EvaluationOutcome
    /// A decoder's text; nil for other models.
    var greedy: GreedyComparison?
}

/// The steps of an evaluation by Lockstep, and what exported models make of the same.
struct ExportProof {
    private let job: ExportJob
    private let model: any GraphModel
    private let runtime: Runtime
    private let files: StepFiles
    private let firstStep: ModelStep
    private let folder: ModelFolder
    /// Lockstep's own figures.
    let reference: EvaluationOutcome
    private var proved: MeasuredModel?

    /// Evaluates the rows by Lockstep and keeps every step.
    init(
        _ job: ExportJob, _ model: any GraphModel, _ folder: ModelFolder, _ runtime: Runtime
    ) throws {
        (self.job, self.model, self.folder, self.runtime) = (job, model, folder, runtime)
        files = try StepFiles(folder: job.work + "/steps")
        let json = model.configurationJSON
        let padding = [json["pad_token_id"], json["encoder"]?["pad_token_id"]].compactMap { $0?.integer }
            .first
        let recorder = StepRecorder(files, padding: padding ?? 0, inputs: folder.inputs)
        reference = try Self.evaluate(job, Self.referenceName, against: nil, recorder)
        firstStep = try recorder.finish()
    }

    private static let referenceName = "lockstep"

    /// The model in fp32, once it is proved.
    var float32: MeasuredModel {
        guard let proved else { preconditionFailure("the model in fp32 comes first") }
        return proved
    }

    /// Throws unless the model in fp32 gives Lockstep's logits and answers.
    mutating func proveFloat32() throws {
        let seconds = try folder.run(files, as: ModelPrecision.fp32.rawValue, runtime)
        let comparison = try LogitComparison(files, of: ModelPrecision.fp32.rawValue)
        try comparison.require("model", within: Float(job.request.largestDifference))
        var measured = MeasuredModel(
            precision: .fp32, folder: folder, seconds: seconds, comparison: comparison,
            outcome: try figures(.fp32))
        measured.greedy = try GreedyComparison(
            model, after: firstStep, count: 256, in: folder.path, runtime: runtime, folder: job.work)
        if let greedy = measured.greedy, let place = greedy.firstDifference {
            throw ExportError.otherTokens("model", at: place, count: greedy.tokenCount)
        }
        proved = measured
    }

    /// The variants that were asked for. Throws when one loses more than it may.
    func variants() throws -> [MeasuredModel] {
        var found = [float32]
        for precision in job.request.variants {
            let variant = try precision.make(
                from: folder, in: "\(job.work)/\(precision.rawValue)", runtime)
            let seconds = try variant.run(files, as: precision.rawValue, runtime)
            let measured = MeasuredModel(
                precision: precision, folder: variant, seconds: seconds,
                comparison: try LogitComparison(files, of: precision.rawValue),
                outcome: try figures(precision))
            try require(measured)
            found.append(measured)
        }
        return found
    }

    private func require(_ model: MeasuredModel) throws {
        guard let bound = job.request.maxMetricLoss else { return }
        for (reference, found) in zip(reference.estimates, model.outcome.estimates) {
            let difference = found.value - reference.value
            let loss = found.direction == .higherIsBetter ? -difference : difference
            guard loss <= bound else {
                throw ExportError.losesTooMuch(
                    model.precision.rawValue, metric: found.name, loss: loss, bound: bound)
            }
        }
    }

    /// The figures of a model's outputs, compared with Lockstep's row by row.
    private func figures(_ precision: ModelPrecision) throws -> EvaluationOutcome {
        let replay = StepReplay(files, of: precision.rawValue)
        let outcome = try Self.evaluate(
            job, precision.rawValue, against: "\(job.work)/figures/\(Self.referenceName)", replay)
        try replay.finish()
        return outcome
    }

    private static func evaluate(
        _ job: ExportJob, _ name: String, against other: String?, _ observer: any OutputObserver
    ) throws -> EvaluationOutcome {
        var configuration = job.configuration
        configuration.model.outputDir = "\(job.work)/figures/\(name)"
        configuration.training.bf16 = false
        // Texts are compared token by token; what is measured over the rows are the losses of theirs.
        configuration.training.generation.predictWithGenerate = false
        let none = PredictionFiles(
            predictionsFile: [], referencesFile: [], predictionColumn: "", referenceColumn: nil, labels: nil)
        let outcome = try OutputObservation.$observer.withValue(observer) {
            try EvaluationJob(configuration, files: none, compare: other, group: job.group).run()
        }
        guard let outcome else { preconditionFailure("the only rank is the first") }
        return outcome
    }
}
