// What of a model is initialised instead of read from a directory, and why.

internal import Layers
internal import Models
internal import Safetensors

/// The parameters that a load makes new.
struct NewParameters {
    var head: [ParameterSlot] = []
    /// Why the head is new; nil when it is read.
    var headReason: String?
    var pooler: [ParameterSlot] = []
    /// Slots that are never trained and that the directory lacks: they are what they start as.
    var constants: [ParameterSlot] = []
    /// Output i of the model is output `outputOrder[i]` of the file's head; nil where the head is no
    /// classifier's or new.
    var outputOrder: [Int]?
    /// What became of the outputs of the file's head.
    var headChange: String?

    init() {}

    /// Decides by what `assignment` found. Throws when a head is missing that may not be new.
    init<Model>(
        _ rule: ModelHead<Model>.NewParameterRule, _ model: any TrainableModel,
        _ assignment: TensorAssignment,
        _ files: SafetensorsCollection, _ file: ModelConfigurationFile
    ) throws(CheckpointError) {
        let slots = model.parameters.layout.slots
        let hasHead = assignment.matches.contains { model.isHead($0.slot) }
        constants = assignment.missing.map(\.slot).filter(\.isConstant)
        switch rule {
        case .none: takeMissingPooler(model, assignment)
        case .missingHead(let words):
            if !hasHead {
                head = slots.filter(model.isHead)
                headReason = "the directory holds an encoder without \(words)"
            }
            takeMissingPooler(model, assignment)
        case .classificationHead(let wanted):
            let labels = (model as? any SequenceClassifier)?.head ?? (model as? TokenClassifier)?.head
            guard let labels else { preconditionFailure("a classification head belongs to a classifier") }
            switch try Self.headPlan(model, labels, wanted, assignment, files, file) {
            case .read(let order, let change): (outputOrder, headChange) = (order, change)
            case .initialize(let reason):
                head = slots.filter(model.isHead)
                headReason = reason
                if !assignment.matches.contains(where: { model.isPooler($0.slot) }) {
                    pooler = slots.filter(model.isPooler)
                }
            }
        }
    }

    /// A pooler that nothing uses may be missing: it is then what a new one is.
    private mutating func takeMissingPooler(_ model: any TrainableModel, _ assignment: TensorAssignment) {
        let missing = Set(assignment.missing.map(\.slot.index))
        pooler = model.parameters.layout.slots.filter { model.isPooler($0) && missing.contains($0.index) }
    }

    /// Decides about a classification head. Throws when none was given and the file has none either.
    private static func headPlan(
        _ model: any TrainableModel, _ labels: ClassificationHead, _ wanted: ClassificationHead?,
        _ assignment: TensorAssignment, _ files: SafetensorsCollection, _ file: ModelConfigurationFile
    ) throws(CheckpointError) -> HeadPlan {
        let inFile = assignment.matches.filter { model.isHead($0.slot) }
        if inFile.isEmpty {
            let names = assignment.missing.filter { model.isHead($0.slot) }.map(\.tensor.name)
            guard wanted != nil else { throw .neverFineTuned(file.directory, missing: names) }
            return .initialize(reason: "the directory holds an encoder without a classification head")
        }
        guard wanted != nil else { return .read(order: Array(labels.labels.indices), change: nil) }
        var outputsFit = true
        for match in inFile {
            let shape = try files.checkpointShape(of: match.fileName)
            if shape.first != match.tensor.shape.first { outputsFit = false }
        }
        return HeadPlan(
            file: try file.head(), stated: try file.problemType(), wanted: labels, outputsFit: outputsFit)
    }
}
