// `export` from configuration to a folder that other programs run: the graphs, and the proof of them.

import Arguments
import Checkpoints
package import Configuration
package import DataParallel
package import Export
import Files
package import JSON
import Machine
import Models
import Tasks
import Training

/// What an export makes, and what it must hold.
package struct ExportRequest: Sendable {
    /// Models of fewer bits that are made and measured beside that in fp32.
    package var variants: [ModelPrecision]
    /// The largest difference of logits in fp32.
    package var largestDifference: Double
    /// How much of a figure a variant may lose, in the unit of the figure; needed for variants.
    package var maxMetricLoss: Double?
    /// The interpreter of the Python environment; nil for one that is made.
    package var python: String?
    package var replacesOutput: Bool

    package init(
        variants: [ModelPrecision], largestDifference: Double, maxMetricLoss: Double?, python: String?,
        replacesOutput: Bool
    ) {
        (self.variants, self.largestDifference) = (variants, largestDifference)
        (self.maxMetricLoss, self.python, self.replacesOutput) = (maxMetricLoss, python, replacesOutput)
    }
}

/// One export, on one rank.
package struct ExportJob {
    let configuration: RunConfiguration
    let request: ExportRequest
    let group: any ProcessGroup
    /// Hidden beside the output folder until all is proved.
    let work: String

    var source: String { configuration.model.modelNameOrPath }
    var output: String { configuration.model.outputDir }

    package init(_ configuration: RunConfiguration, _ request: ExportRequest, group: any ProcessGroup) {
        (self.configuration, self.request, self.group) = (configuration, request, group)
        work = Self.hidden(configuration.model.outputDir, .partial)
    }

    /// The path of a hidden folder beside `output`.
    private static func hidden(_ output: String, _ kind: Leftover.Kind) -> String {
        FileSystem.folder(of: output) + "/" + Leftover(of: FileSystem.name(of: output), kind: kind).name
    }

    /// Writes the folder and returns its certificate. What fails leaves nothing behind.
    package func run() throws -> JSONValue {
        guard group.size == 1 else {
            throw ExportError.notExportable(source, reason: "an export runs on one rank: leave mpirun out")
        }
        if FileSystem.exists(output), !request.replacesOutput, try !FileSystem.names(in: output).isEmpty {
            throw ExportError.outputExists(output)
        }
        try FileSystem.createDirectory(FileSystem.folder(of: output))
        try Leftover.clear(of: FileSystem.name(of: output), in: FileSystem.folder(of: output))
        try FileSystem.createDirectory(work)
        do {
            let certificate = try export()
            try FileSystem.remove(work)
            return certificate
        } catch {
            try FileSystem.remove(work)
            throw error
        }
    }

    private func export() throws -> JSONValue {
        let model = try loadedModel()
        let runtime = try runtime()
        let folder = try ModelFolder(model, from: source, to: work + "/model", version: Version.current)
        try runtime.run("check", folder.models)
        var proof = try ExportProof(self, model, folder, runtime)
        try proof.proveFloat32()
        let variants = try proof.variants()
        let fastest = variants.min { $0.seconds < $1.seconds } ?? proof.float32
        let finished = try arrange(folder, variants: variants, fastest: fastest)
        try folder.writeCompanions(model, from: source)
        try FileSystem.move(folder.path, to: finished)
        let certificate = try Certificate(self, proof, variants, fastest).json(of: finished, runtime)
        try FileSystem.write(certificate.serialized(), to: finished + "/certificate.json")
        try DurableFiles.install(finished, as: output, aside: Self.hidden(output, .replaced))
        return certificate
    }

    /// Puts the fastest model where programs look for it and the others into folders of their own; returns
    /// the path that the finished folder gets.
    private func arrange(
        _ folder: ModelFolder, variants: [MeasuredModel], fastest: MeasuredModel
    ) throws -> String {
        for variant in variants where ![.fp32, fastest.precision].contains(variant.precision) {
            try FileSystem.move(variant.folder.path, to: "\(folder.path)/\(variant.precision.rawValue)")
        }
        if fastest.precision != .fp32 {
            let names = try FileSystem.names(in: folder.path).filter { $0.contains(".onnx") }
            try FileSystem.createDirectory(folder.path + "/fp32")
            for name in names {
                try FileSystem.move("\(folder.path)/\(name)", to: "\(folder.path)/fp32/\(name)")
            }
            for name in try FileSystem.names(in: fastest.folder.path) {
                try FileSystem.move("\(fastest.folder.path)/\(name)", to: "\(folder.path)/\(name)")
            }
        }
        return work + "/finished"
    }

    /// The model in float32 with its weights.
    private func loadedModel() throws -> any GraphModel {
        if try AdapterDirectory(source) != nil {
            throw ExportError.notExportable(
                source, reason: "it holds adapters of another model; merge them into it first")
        }
        let (model, report) = try configuration.model.task.definition.model(in: source)
        let new = report.newHead + report.newPooler
        guard new.isEmpty else {
            throw ExportError.notExportable(
                source, reason: "it lacks \(new.joined(separator: ", ")); fine-tune it first")
        }
        guard let graphs = model as? any GraphModel else {
            let type = model.configurationJSON["model_type"]?.string ?? ""
            throw ExportError.notExportable(
                source, reason: "models of type \(type) have no ONNX graphs yet; use transformers for it")
        }
        return graphs
    }

    private func runtime() throws -> Runtime {
        let python: String
        if let named = request.python {
            python = named
        } else {
            let variables = ProcessVariables.current
            let cache = variables["XDG_CACHE_HOME"] ?? (variables["HOME"] ?? "/tmp") + "/.cache"
            python = try PythonEnvironment.python(in: cache + "/lockstep/onnxruntime") { Messages.note($0) }
        }
        var runtime = try Runtime(python: python, folder: work)
        runtime.threadCount = configuration.training.threadsPerRank
        do { try runtime.run("versions") } catch let error {
            guard case .runtimeFailed(_, let lines) = error else { throw error }
            throw ExportError.noRuntime(python, reason: lines.last ?? "it ends with an error")
        }
        return runtime
    }
}
