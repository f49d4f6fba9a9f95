// Models of true size with random weights, for benchmarks: those that the model families name.

import ArgumentParser
import Arguments
import DataParallel
import JSON
import Models

/// A model of `lockstep bench step`.
struct BenchModel: ExpressibleByArgument {
    let name: String
    private let configuration: JSONValue
    private let family: ModelFamily

    private static let all = ModelFamily.all.flatMap { family in
        family.benchModels.map {
            BenchModel(name: $0.name, configuration: $0.configuration, family: family)
        }
    }

    /// The first family's first: BERT of base size.
    static let standard = all[0]
    static var allValueStrings: [String] { all.map(\.name) }
    static var defaultCompletionKind: CompletionKind { .list(allValueStrings) }
    static var names: String { allValueStrings.joined(separator: ", ") }
    var defaultValueDescription: String { name }

    init?(argument: String) {
        guard let model = Self.all.first(where: { $0.name == argument }) else { return nil }
        self = model
    }

    private init(name: String, configuration: JSONValue, family: ModelFamily) {
        self.name = name
        self.configuration = configuration
        self.family = family
    }

    /// The model as a causal language model, its weights zero; nil when its family has none.
    func languageModel() throws -> (any LanguageModel)? {
        guard family.architectures[.causalLanguageModel] != nil, family.architectures[.encoderDecoder] == nil
        else { return nil }
        return try CausalLanguageModel(configuration, file: name)
    }

    /// A training job over a rank's rows.
    func job(
        _ workload: BenchWorkload, type: BenchType, adaptation: AdaptationArguments,
        group: any ProcessGroup, reduction: ReductionOptions
    ) throws -> BenchJob {
        let heads = family.architectures
        let work: BenchJob.Work
        if heads[.encoderDecoder] != nil {
            work = try workload.pairs(EncoderDecoder(configuration, file: name))
        } else if heads[.conditionalGeneration] != nil {
            work = try workload.pairs(ConditionalGenerator(configuration, file: name))
        } else if heads[.causalLanguageModel] != nil {
            work = try workload.languageModel(CausalLanguageModel(configuration, file: name))
        } else {
            work = try workload.classifier(
                EncoderClassifier(configuration, head: workload.head, file: name))
        }
        return try BenchJob(
            work, type: type, adaptation: adaptation, group: group, reduction: reduction)
    }
}
