// The steps of an evaluation as files: what Lockstep made of them, and what ONNX Runtime did.

internal import Files
internal import Layers
package import Models
internal import Safetensors
internal import Synchronization
package import Tensors

/// A folder with numbered steps: `requests`, Lockstep's outputs in `expected`, those of a model in
/// `responses`.
package struct StepFiles: Sendable {
    package let folder: String

    package init(folder: String) throws(ExportError) {
        self.folder = folder
        for name in ["requests", "expected"] { try Self.create(folder + "/" + name) }
    }

    static func create(_ path: String) throws(ExportError) {
        try ExportError.rethrowing { () throws(FilesError) in try FileSystem.createDirectory(path) }
    }

    package var requests: String { folder + "/requests" }
    package func responses(_ model: String) -> String { folder + "/responses-" + model }

    static func name(_ number: Int) -> String {
        let digits = "\(number)"
        return String(repeating: "0", count: max(0, 6 - digits.count)) + digits + ".safetensors"
    }

    /// The numbers of the steps.
    package func count() throws(ExportError) -> Int {
        try ExportError.rethrowing { () throws(FilesError) in try FileSystem.names(in: requests).count }
    }

    /// Lockstep's outputs of a step, `[N, K]`.
    func expected(_ number: Int) throws(ExportError) -> Tensor {
        try Self.outputs(folder + "/expected/" + Self.name(number), rows: nil)
    }

    /// A model's outputs of a step: `logits`, or both scores of an answer side by side. `rows` of them where
    /// the file has another shape.
    func response(_ number: Int, of model: String, rows: Int?) throws(ExportError) -> Tensor {
        try Self.outputs(responses(model) + "/" + Self.name(number), rows: rows)
    }

    private static func outputs(_ path: String, rows: Int?) throws(ExportError) -> Tensor {
        do {
            let file = try SafetensorsFile(path: path)
            func tensor(_ name: String) throws(SafetensorsError) -> Tensor {
                let shape = try file.shape(of: name)
                let count = shape.reduce(1, *)
                let rows = rows ?? shape.first ?? 1
                let tensor = Tensor(rows: rows, columns: rows == 0 ? 0 : count / rows)
                try file.read(name, into: tensor)
                return tensor
            }
            guard file.contains("start_logits") else { return try tensor("logits") }
            let (starts, ends) = (try tensor("start_logits"), try tensor("end_logits"))
            let both = Tensor(rows: starts.rows, columns: 2)
            for row in 0..<starts.rows { (both[row, 0], both[row, 1]) = (starts[row, 0], ends[row, 0]) }
            return both
        } catch {
            throw .unreadableOutputs(path, reason: "\(error)")
        }
    }
}

/// Writes every step and its outputs to files.
package final class StepRecorder: OutputObserver {
    private let files: StepFiles
    private let padding: Int32
    private let inputs: Set<String>
    private let state = Mutex(State())

    private struct State {
        var count = 0
        var first: ModelStep?
        var failure: SafetensorsError?
    }

    /// For a model whose first graph takes `inputs`; `padding` fills rows of tokens up.
    package init(_ files: StepFiles, padding: Int, inputs: Set<String>) {
        (self.files, self.padding, self.inputs) = (files, Int32(padding), inputs)
    }

    package func outputs(of step: ModelStep, _ compute: () -> Tensor) -> Tensor {
        let outputs = compute()
        guard outputs.rows > 0 else { return outputs }
        state.withLock { state in
            let name = StepFiles.name(state.count)
            state.count += 1
            if state.first == nil { state.first = step }
            var expected = SafetensorsWriter()
            expected.add("logits", shape: [outputs.rows, outputs.columns], tensor: outputs)
            let request = GraphRequest(step: step, padding: padding, inputs: inputs).tensors()
            do throws(SafetensorsError) {
                try expected.write(to: "\(files.folder)/expected/\(name)")
                try request.write(to: "\(files.requests)/\(name)")
            } catch { state.failure = error }
        }
        return outputs
    }

    /// The first step. Throws when a step could not be written, or there was none.
    package func finish() throws(ExportError) -> ModelStep {
        let (first, failure) = state.withLock { ($0.first, $0.failure) }
        if let failure { throw .unreadableOutputs(files.folder, reason: "\(failure)") }
        guard let first else { throw .noSteps }
        return first
    }
}

/// Gives a model's outputs of the same steps, one after the other.
package final class StepReplay: OutputObserver {
    private let files: StepFiles
    private let model: String
    private let state = Mutex<(count: Int, failure: ExportError?)>((0, nil))

    package init(_ files: StepFiles, of model: String) { (self.files, self.model) = (files, model) }

    package func outputs(of step: ModelStep, _ compute: () -> Tensor) -> Tensor {
        let rows = step.sentences.map(\.places.count) ?? step.rows?.count ?? step.batch.sequenceCount
        guard rows > 0 else { return compute() }
        return state.withLock { state in
            let number = state.count
            state.count += 1
            do throws(ExportError) { return try files.response(number, of: model, rows: rows) } catch {
                state.failure = error
                return compute()
            }
        }
    }

    /// Throws when outputs were missing.
    package func finish() throws(ExportError) {
        if let failure = state.withLock({ $0.failure }) { throw failure }
    }
}
