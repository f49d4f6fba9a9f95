// Exported graphs in ONNX Runtime against Lockstep, for every family with every head.

import Checkpoints
import Export
import Foundation
import Generation
import JSON
import Layers
import Models
import Safetensors
import Tensors
import TestSupport
import Testing

@Suite struct ParityTests {
    /// The largest difference of logits that an export may show.
    private let bound: Float = 1e-4

    @Test("every model of the table can be recorded")
    func recording() throws {
        let folder = try TemporaryFolder()
        for tiny in TinyModel.all {
            let graphs = try tiny.make(in: folder).graphs()
            #expect(graphs.map(\.name) == (tiny.head == .pair ? pairNames : ["model"]), "\(tiny)")
        }
    }

    private let pairNames = ["encoder_model", "decoder_model", "decoder_with_past_model"]

    @Test("ONNX Runtime gives Lockstep's logits for every family and head", .timeLimit(.minutes(2)))
    func parity() throws {
        let folder = try TemporaryFolder()
        let runtime = try RuntimeEnvironment.runtime(in: folder)
        for tiny in TinyModel.all where tiny.head != .pair {
            let exported = try Exported(tiny, in: folder)
            let (found, expected) = try exported.logits(runtime)
            try #require(found.count == expected.count && !expected.isEmpty, "\(tiny)")
            let difference = zip(found, expected).map { abs($0 - $1) }.max() ?? .infinity
            let size = expected.map(abs).max() ?? 0
            print("\(tiny): largest difference \(difference), largest logit \(size)")
            #expect(difference <= bound, "\(tiny)")
            #expect(size > 0.1, "\(tiny) says nothing")
        }
    }
}

/// A tiny model with its files of ONNX.
struct Exported {
    let tiny: TinyModel
    let model: any GraphModel
    let folder: String
    let graphs: [ComputationGraph]

    init(_ tiny: TinyModel, in folder: TemporaryFolder) throws {
        self.tiny = tiny
        model = try tiny.make(in: folder)
        self.folder = folder.path + "/" + tiny.name
        graphs = model.graphs()
        let weights = try WeightFiles(model, directory: self.folder)
        for graph in graphs {
            _ = try GraphFile.write(
                graph, of: model, weights: weights, to: "\(self.folder)/\(graph.name).onnx", version: "test")
        }
    }

    var inputs: Set<String> { Set(graphs[0].inputs.map(\.value.name)) }

    /// Runs one request of the model.
    func run(_ runtime: Runtime, _ command: String, _ target: String, _ request: SafetensorsWriter) throws
        -> SafetensorsFile
    {
        for name in ["requests", "responses"] {
            try FileManager.default.createDirectory(
                atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
        }
        try request.write(to: folder + "/requests/0.safetensors")
        try runtime.run(command, [target, folder + "/requests", folder + "/responses"])
        return try SafetensorsFile(path: folder + "/responses/0.safetensors")
    }

    static func values(_ file: SafetensorsFile, _ name: String) throws -> [Float] {
        let tensor = Tensor(rows: 1, columns: try file.shape(of: name).reduce(1, *))
        try file.read(name, into: tensor)
        return tensor.values()
    }

    /// The logits of ONNX Runtime and of Lockstep for one batch.
    func logits(_ runtime: Runtime) throws -> (found: [Float], expected: [Float]) {
        var request = SafetensorsWriter()
        let path = folder + "/model.onnx"
        try runtime.run("check", [path])
        if let images = (model as? any ImageModel)?.imageConfiguration {
            return try imageLogits(images, request: &request, path: path, runtime)
        }
        var padded = PaddedBatch(
            lengths: [13, 5, 1, 17], padding: Int32(tiny.configuration["pad_token_id"]?.integer ?? 0),
            typeCount: inputs.contains("token_type_ids") ? 2 : 1)
        padded.isLeft = tiny.head == .causal
        padded.write(to: &request, names: inputs)
        let batch = padded.batch
        let pass = Pass(parameters: model.parameters, workspace: Workspace(), batch: batch)
        let rows = batch.tokens.indices.map { Int32($0) }
        switch model {
        case let model as any SequenceClassifier:
            let found = try run(runtime, "run", path, request)
            return (try Self.values(found, "logits"), model.forward(pass).values())
        case let model as TokenClassifier:
            let found = try run(runtime, "run", path, request)
            return (
                padded.tokens(of: try Self.values(found, "logits")), model.forward(pass, rows: rows).values()
            )
        case let model as any LanguageModel:
            let found = try run(runtime, "run", path, request)
            return (
                padded.tokens(of: try Self.values(found, "logits")), model.logits(pass, rows: rows).values()
            )
        case let model as QuestionAnswerer:
            let found = try run(runtime, "run", path, request)
            let both = try ["start_logits", "end_logits"].map {
                padded.tokens(of: try Self.values(found, $0))
            }
            return (zip(both[0], both[1]).flatMap { [$0, $1] }, model.forward(pass).values())
        case let model as ExtractiveSummarizer:
            let sentences = PaddedSentences(padded)
            sentences.write(to: &request)
            let found = try run(runtime, "run", path, request)
            return (
                sentences.sentences(of: try Self.values(found, "logits")),
                model.forward(pass, sentences: sentences.flat(batch)).values()
            )
        default: throw TinyModel.NoGraphs(model: tiny.name)
        }
    }

    private func imageLogits(
        _ images: ViTConfiguration, request: inout SafetensorsWriter, path: String, _ runtime: Runtime
    ) throws -> (found: [Float], expected: [Float]) {
        guard let model = model as? EncoderClassifier else { throw TinyModel.NoGraphs(model: tiny.name) }
        let pixels = Self.pixels(images, count: 3)
        request.add(
            "pixel_values",
            shape: [3, images.channelCount, images.imageSize.height, images.imageSize.width], tensor: pixels)
        let batch = model.batch(
            pixels: pixels, height: images.imageSize.height, width: images.imageSize.width,
            sampleIDs: [0, 1, 2])
        let pass = Pass(parameters: model.parameters, workspace: Workspace(), batch: batch)
        let found = try run(runtime, "run", path, request)
        return (try Self.values(found, "logits"), model.forward(pass).values())
    }

    static func pixels(_ images: ViTConfiguration, count: Int) -> Tensor {
        let pixels = Tensor(
            rows: count,
            columns: images.channelCount * images.imageSize.height * images.imageSize.width)
        let key = RandomKey(seed: 3)
        for row in 0..<count {
            for column in 0..<pixels.columns {
                pixels[row, column] = Float(key.normal(UInt64(row * pixels.columns + column)))
            }
        }
        return pixels
    }
}
