// Pegasus (Zhang et al. 2020): its row in the table of model families.

internal import JSON

extension ModelFamily {
    /// Pegasus, whose keys are BART's.
    static let pegasus = ModelFamily(
        "pegasus",
        architectures: [.conditionalGeneration: "PegasusForConditionalGeneration"], prefix: "model.",
        sequenceToSequence: { (json, file) throws(ModelError) in
            try BARTConfiguration(json, file: file, kind: .pegasus)
        },
        dropoutKeys: DropoutKeys(hidden: ["dropout"], attention: ["attention_dropout"]),
        adapterTargets: ["q_proj", "v_proj"], ignoredTensors: sharedWordCopies)
}
