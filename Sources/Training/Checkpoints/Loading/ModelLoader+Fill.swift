// Fills a model, or a part of it, from the files of one directory.

internal import JSON
internal import Layers
internal import Models
internal import Safetensors
internal import Tensors

extension ModelLoader {
    /// What filling a model came to.
    struct Filling {
        var report: LoadReport
        /// A tensor of the files that should equal the one that it is tied to, and does not.
        let differentCopy: TiedTensor?
    }

    /// Reads what `assignment` matched, but for the new parameters, which are initialised from `seed` and the
    /// slots' names. Unless it `reads`, names and shapes are checked and all parameters stay zero.
    static func fill(
        _ model: any TrainableModel, _ assignment: TensorAssignment, except new: NewParameters,
        from files: SafetensorsCollection, directory: String, seed: UInt64, reads: Bool = true
    ) throws(CheckpointError) -> Filling {
        let slots = Set((new.head + new.pooler + new.constants).map(\.index))
        var report = LoadReport(
            directory: directory, modelType: model.configurationJSON["model_type"]?.string ?? "",
            parameterCount: model.parameters.layout.parameterCount)
        try assignment.requireComplete(except: slots, path: directory)
        try assignment.requireShapes(of: files, except: slots, path: directory)
        report.ignored = assignment.ignored
        report.newHead = new.head.map(\.name)
        report.newHeadReason = new.headReason
        report.newPooler = new.pooler.map(\.name)
        report.headChange = new.headChange
        guard reads else { return Filling(report: report, differentCopy: nil) }
        report.tensorCount = try assignment.read(into: model, except: slots, from: files, path: directory)
        model.parameters.initialize(key: RandomKey(seed: seed)) { slots.contains($0.index) }
        if let order = new.outputOrder { reorderOutputs(of: model, order) }
        return Filling(
            report: report,
            differentCopy: try assignment.differentCopy(in: model, from: files, path: directory))
    }

    /// Makes row i of the output layer what was row `order[i]`. The output layer is the last layer of the
    /// head in forward order: all slots that share its name up to the last dot.
    private static func reorderOutputs(of model: any TrainableModel, _ order: [Int]) {
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

extension TensorAssignment {
    /// Reads what is matched outside the slots `fresh` and returns the number of tensors read.
    func read(
        into model: any TrainableModel, except fresh: Set<Int>, from files: SafetensorsCollection,
        path: String
    ) throws(CheckpointError) -> Int {
        try requireComplete(except: fresh, path: path)
        try requireShapes(of: files, except: fresh, path: path)
        let reader = WeightReader(parameters: model.parameters)
        let read = matches.filter { !fresh.contains($0.slot.index) }
        for match in read { try reader.read(match, from: files) }
        return read.count
    }

    /// A tied tensor that the files hold with other values than the one that it is tied to, which has been
    /// read. Throws when they lack others that the model would need to do without the tie.
    func differentCopy(
        in model: any TrainableModel, from files: SafetensorsCollection, path: String
    ) throws(CheckpointError) -> TiedTensor? {
        var different: TiedTensor?
        for (tied, fileName) in copies where different == nil {
            guard let match = matches.first(where: { $0.tensor.name == tied.original }) else { continue }
            let reader = WeightReader(parameters: model.parameters)
            if try !reader.holdsSame(match, as: fileName, in: files) { different = tied }
        }
        guard let different else { return nil }
        let lost = model.tiedTensors.filter { tied in !copies.contains { $0.tied == tied } }.map(\.copy)
        guard lost.isEmpty else { throw .partlyTied(different, missing: lost, in: path) }
        return different
    }
}
