// Loads a Hugging Face directory into a classifier: config.json, then every tensor strictly by name.

internal import Layers
public import Models
internal import Safetensors
internal import Tensors

/// Loading of pretrained and fine-tuned models.
public enum PretrainedModel {
    /// Reads the model in `directory` and gives it `head`.
    ///
    /// A run that trains passes its head. It is initialised, from `classifierSeed` and the slots' names, when
    /// the directory holds a bare encoder, or a head with other labels; then a pooler that is missing is
    /// initialised too. With nil the head is that of config.json, and the file must bring it.
    ///
    /// `overrides` replace keys of config.json, such as dropout rates.
    ///
    /// Throws when the directory or its config.json is missing or wrong, when a tensor is missing, surplus,
    /// of another shape or not finite, each with its name, and the errors of the file format. Tensors are
    /// read straight into the parameter arena, one at a time.
    public static func load(
        directory: String, head: ClassificationHead?, classifierSeed: UInt64,
        overrides: [String: JSONValue] = [:]
    ) throws(CheckpointError) -> (model: any SequenceClassifier, report: LoadReport) {
        let file = try ModelConfigurationFile(directory: directory, overrides: overrides)
        let fileHead = try file.head()
        let model = try ModelFamily.classifier(file.json, head: head ?? fileHead, file: file.path)
        let files = try SafetensorsCollection.weights(in: directory)
        let assignment = try TensorAssignment(model, names: files.tensorNames, path: directory)
        var report = LoadReport(
            directory: directory, modelType: file.json["model_type"]?.string ?? "",
            parameterCount: model.parameters.layout.parameterCount)
        report.ignored = assignment.ignored
        let plan = try headPlan(
            model, assignment, files, fileHead: fileHead, stated: file.problemType(), isGiven: head != nil,
            directory: directory)
        var fresh: Set<Int> = []
        if case .initialize(let reason) = plan {
            fresh = freshSlots(model, assignment)
            report.newHeadReason = reason
        }
        try assignment.requireComplete(except: fresh, path: directory)
        try assignment.requireShapes(of: files, except: fresh, path: directory)
        for match in assignment.matches where !fresh.contains(match.slot.index) {
            try WeightReader(parameters: model.parameters).read(match, from: files)
            report.tensorCount += 1
        }
        model.parameters.initialize(key: RandomKey(seed: classifierSeed)) { fresh.contains($0.index) }
        let slots = model.parameters.layout.slots.filter { fresh.contains($0.index) }
        report.newHead = slots.filter(model.isHead).map(\.name)
        report.newPooler = slots.filter { !model.isHead($0) }.map(\.name)
        if case .read(let order, let change) = plan {
            report.headChange = change
            reorderOutputs(of: model, order)
        }
        return (model, report)
    }

    /// Decides about the head. Throws when none was given and the file has none either.
    private static func headPlan(
        _ model: any SequenceClassifier, _ assignment: TensorAssignment, _ files: SafetensorsCollection,
        fileHead: ClassificationHead, stated: ProblemType?, isGiven: Bool, directory: String
    ) throws(CheckpointError) -> HeadPlan {
        let inFile = assignment.matches.filter { model.isHead($0.slot) }
        if inFile.isEmpty {
            let names = assignment.missing.filter { model.isHead($0.slot) }.map(\.tensor.name)
            guard isGiven else { throw .neverFineTuned(directory, missing: names) }
            return .initialize(reason: "the directory holds an encoder without a classification head")
        }
        guard isGiven else { return .read(order: Array(model.head.labels.indices), change: nil) }
        var outputsFit = true
        for match in inFile {
            let shape = try files.checkpointShape(of: match.fileName)
            if shape.first != match.tensor.shape.first { outputsFit = false }
        }
        return HeadPlan(file: fileHead, stated: stated, wanted: model.head, outputsFit: outputsFit)
    }

    /// The head, and the pooler if the file has nothing of it.
    private static func freshSlots(
        _ model: any SequenceClassifier, _ assignment: TensorAssignment
    ) -> Set<Int> {
        func isPooler(_ name: String) -> Bool { name.hasPrefix(model.encoderPrefix + "pooler.") }
        var slots = model.parameters.layout.slots.filter(model.isHead)
        if !assignment.matches.contains(where: { isPooler($0.slot.name) }) {
            slots += model.parameters.layout.slots.filter { isPooler($0.name) }
        }
        return Set(slots.map(\.index))
    }

    /// Makes row i of the output layer what was row `order[i]`. The output layer is the last layer of the
    /// head in forward order: all slots that share its name up to the last dot.
    private static func reorderOutputs(of model: any SequenceClassifier, _ order: [Int]) {
        guard order != Array(order.indices) else { return }
        let head = model.parameters.layout.slots.filter(model.isHead)
        func layer(_ slot: ParameterSlot) -> Substring {
            slot.name.lastIndex(of: ".").map { slot.name[..<$0] } ?? slot.name[...]
        }
        for slot in head where layer(slot) == head.last.map(layer) {
            let target = model.parameters.value(slot.index)
            let rows = target.reshaped(rows: order.count, columns: target.count / order.count)
            let copy = Tensor(rows: rows.rows, columns: rows.columns)
            copy.copy(from: rows)
            for (row, source) in order.enumerated() {
                rows.rows(row..<row + 1).copy(from: copy.rows(source..<source + 1))
            }
        }
    }
}
