// Loads a Hugging Face directory into an extractive summarizer.

public import Models

extension PretrainedModel {
    /// Reads the BERT or RoBERTa in `directory` as an extractive summarizer. A directory without the layers over the
    /// sentences gets new ones, initialised from `headSeed`; `overrides` replace keys of config.json.
    public static func extractiveSummarizer(
        directory: String, headSeed: UInt64, overrides: [String: JSONValue] = [:]
    ) throws(CheckpointError) -> (model: ExtractiveSummarizer, report: LoadReport) {
        let file = try ModelConfigurationFile(directory: directory, overrides: overrides)
        let model = try emptyExtractiveSummarizer(file.json, file: file.path)
        let report = try fill(model, from: directory, seed: headSeed) { assignment in
            guard !assignment.matches.contains(where: { model.isHead($0.slot) }) else { return nil }
            return "the directory holds an encoder without layers over sentences"
        }
        return (model, report)
    }

    /// What the config.json in `directory` says about extractive summaries.
    public static func extractiveConfiguration(
        directory: String
    ) throws(CheckpointError) -> ExtractiveConfiguration {
        let file = try ModelConfigurationFile(directory: directory)
        do { return try ExtractiveConfiguration(file.json, file: file.path) } catch {
            throw CheckpointError(error)
        }
    }

    /// The extractive summarizer that a config.json describes, with zero parameters. `file` is named in errors.
    public static func emptyExtractiveSummarizer(
        _ configuration: JSONValue, file: String
    ) throws(CheckpointError) -> ExtractiveSummarizer {
        try require(
            configuration, file: file, in: ["bert", "roberta", "xlm-roberta"],
            purpose: "an extractive summarizer")
        do { return try ExtractiveSummarizer(configuration, file: file) } catch {
            throw CheckpointError(error)
        }
    }
}
