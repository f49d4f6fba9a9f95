// What a recipe says about documents that are longer than a writer reads.

internal import Arguments
internal import DataParallel
internal import Datasets
internal import Evaluation
internal import JSON
internal import Training

/// Windows, a choice of sentences, or neither.
struct LongDocuments {
    /// The name under which training documents are counted of which sentences were chosen.
    static let chosen = "extracted"

    /// nil unless an extractive summarizer chooses.
    let choice: SentenceChoice?
    private let rule: LongDocumentRule
    private let overlap: Int
    private let seed: UInt64

    /// Their ends are cut.
    init() { (choice, rule, overlap, seed) = (nil, .cut, 0, 0) }

    /// Loads the summarizer that the recipe names. Collective.
    init(_ run: RunArguments, group: any ProcessGroup) throws {
        (rule, overlap, seed) = (run.data.longDocuments, run.data.windowOverlap, run.training.seed)
        guard overlap == 0 || rule == .windows else {
            throw TrainingError(
                "window_overlap is \(overlap), but documents are not read in windows; set long_documents: windows, or leave "
                    + "it out")
        }
        guard let directory = run.model.extractorNameOrPath else {
            choice = nil
            return
        }
        guard rule == .cut else {
            throw TrainingError(
                "extractor_name_or_path chooses sentences that fit, which leaves nothing for long_documents: windows; set "
                    + "one of both")
        }
        choice = try SentenceChoice(directory, run, group: group)
    }

    /// What answers rows, long ones among them, where `predictor` answers those that fit.
    func answering(_ predictor: any Predictor, _ reading: any DocumentReading) -> TaskPredictor {
        guard choice != nil || rule == .windows else { return TaskPredictor(predictor: predictor) }
        var (wrapped, field, prefix) = (predictor, WindowedPredictor.windowsField, "windowed")
        if let choice {
            wrapped = ChosenPredictor(predictor, choice, reading)
            (field, prefix) = (ChosenPredictor.sentencesField, "extracted")
        } else {
            wrapped = WindowedPredictor(predictor, DocumentWindows(reading: reading, overlap: overlap))
        }
        var answering = TaskPredictor(predictor: wrapped)
        answering.baselineScores = LongDocumentScores(field: field, prefix: prefix, seed: seed)
        return answering
    }

    /// How many training documents are read as chosen sentences.
    func remarks(_ rows: TokenizedDataset, _ limit: (key: String, tokens: Int)) -> [String] {
        let count = rows.tallies[Self.chosen]
        guard let choice, count > 0 else { return [] }
        return [
            "\(count) of \(rows.count) training documents are longer than \(limit.key) \(limit.tokens) and are read as the "
                + "sentences that \(choice.directory) chooses"
        ]
    }
}
