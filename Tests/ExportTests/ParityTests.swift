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

    @Test("ONNX Runtime gives Lockstep's logits for every family and head", .timeLimit(.minutes(3)))
    func parity() throws {
        let folder = try TemporaryFolder()
        let runtime = try RuntimeEnvironment.runtime(in: folder)
        let models = try TinyModel.all.filter { $0.head != .pair }.map { try Exported($0, in: folder) }
        var jobs: [[String]] = []
        let comparisons = try models.map { model in
            let prepared = try model.prepared()
            jobs += [["check", model.file], ["run", model.file, model.requests, model.responses]]
            return prepared
        }
        try RuntimeEnvironment.run(jobs, runtime, in: folder)
        for (model, compare) in zip(models, comparisons) {
            let (found, expected) = try compare(SafetensorsFile(path: model.responses + "/0.safetensors"))
            try #require(found.count == expected.count && !expected.isEmpty, "\(model.tiny)")
            let difference = zip(found, expected).map { abs($0 - $1) }.max() ?? .infinity
            let size = expected.map(abs).max() ?? 0
            print("\(model.tiny): largest difference \(difference), largest logit \(size)")
            #expect(difference <= bound, "\(model.tiny)")
            #expect(size > 0.1, "\(model.tiny) says nothing")
        }
    }

    @Test("256 tokens, greedy with the cache, are Lockstep's for every decoder", .timeLimit(.minutes(3)))
    func greedy() throws {
        let folder = try TemporaryFolder()
        let runtime = try RuntimeEnvironment.runtime(in: folder)
        for tiny in TinyModel.all where tiny.head == .pair || tiny.head == .causal {
            let exported = try Exported(tiny, in: folder)
            let step = ModelStep(batch: exported.source(length: tiny.head == .pair ? 11 : 5))
            let found = try #require(
                try GreedyComparison(
                    exported.model, after: step, count: 256, in: exported.folder, runtime: runtime,
                    folder: exported.folder))
            print("\(tiny): \(found.tokenCount) tokens, first difference \(found.firstDifference ?? -1)")
            #expect(found.firstDifference == nil, "\(tiny)")
            #expect(tiny.head == .pair || found.tokenCount == 256, "\(tiny)")
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
    var file: String { folder + "/model.onnx" }
    var requests: String { folder + "/requests" }
    var responses: String { folder + "/responses" }

    /// Takes the response apart: ONNX Runtime's numbers and Lockstep's.
    typealias Comparison = (SafetensorsFile) throws -> (found: [Float], expected: [Float])

    private func write(_ request: SafetensorsWriter) throws {
        for path in [requests, responses] {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
        try request.write(to: requests + "/0.safetensors")
    }

    /// A text, or an image, that an encoder or a decoder reads.
    func source(length: Int) -> TokenBatch {
        guard let images = (model as? any ImageModel), let sizes = images.imageConfiguration else {
            return PaddedBatch(lengths: [length], padding: 0, typeCount: 1).batch
        }
        return images.batch(
            pixels: Self.pixels(sizes, count: 1), height: sizes.imageSize.height,
            width: sizes.imageSize.width, sampleIDs: [0])
    }

    static func values(_ file: SafetensorsFile, _ name: String) throws -> [Float] {
        let tensor = Tensor(rows: 1, columns: try file.shape(of: name).reduce(1, *))
        try file.read(name, into: tensor)
        return tensor.values()
    }

    /// Writes the request of a batch; returns how its response compares with Lockstep.
    func prepared() throws -> Comparison {
        var request = SafetensorsWriter()
        if let images = (model as? any ImageModel)?.imageConfiguration { return try prepared(images) }
        var padded = PaddedBatch(
            lengths: [13, 5, 1, 17], padding: Int32(tiny.configuration["pad_token_id"]?.integer ?? 0),
            typeCount: inputs.contains("token_type_ids") ? 2 : 1)
        padded.isLeft = tiny.head == .causal
        padded.write(to: &request, names: inputs)
        let (batch, sentences) = (padded.batch, PaddedSentences(padded))
        if tiny.head == .sentences { sentences.write(to: &request) }
        try write(request)
        let pass = Pass(parameters: model.parameters, workspace: Workspace(), batch: batch)
        let rows = batch.tokens.indices.map { Int32($0) }
        let texts = padded
        switch model {
        case let model as any SequenceClassifier:
            return { (try Self.values($0, "logits"), model.forward(pass).values()) }
        case let model as TokenClassifier:
            return {
                (texts.tokens(of: try Self.values($0, "logits")), model.forward(pass, rows: rows).values())
            }
        case let model as any LanguageModel:
            return {
                (texts.tokens(of: try Self.values($0, "logits")), model.logits(pass, rows: rows).values())
            }
        case let model as QuestionAnswerer:
            return { file in
                let both = try ["start_logits", "end_logits"].map {
                    texts.tokens(of: try Self.values(file, $0))
                }
                return (zip(both[0], both[1]).flatMap { [$0, $1] }, model.forward(pass).values())
            }
        case let model as ExtractiveSummarizer:
            return {
                (
                    sentences.sentences(of: try Self.values($0, "logits")),
                    model.forward(pass, sentences: sentences.flat(batch)).values()
                )
            }
        default: throw TinyModel.NoGraphs(model: tiny.name)
        }
    }

    private func prepared(_ images: ViTConfiguration) throws -> Comparison {
        guard let model = model as? EncoderClassifier else { throw TinyModel.NoGraphs(model: tiny.name) }
        var request = SafetensorsWriter()
        let pixels = Self.pixels(images, count: 3)
        let (height, width) = (images.imageSize.height, images.imageSize.width)
        request.add("pixel_values", shape: [3, images.channelCount, height, width], tensor: pixels)
        try write(request)
        let batch = model.batch(pixels: pixels, height: height, width: width, sampleIDs: [0, 1, 2])
        let pass = Pass(parameters: model.parameters, workspace: Workspace(), batch: batch)
        return { (try Self.values($0, "logits"), model.forward(pass).values()) }
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
