// What proves an export: steps kept and replayed, differences found, smaller models made.

import Checkpoints
import Export
import Foundation
import JSON
import Layers
import Models
import Safetensors
import Tensors
import TestSupport
import Testing

@Suite struct ProofTests {
    private func tiny(_ name: String) throws -> TinyModel {
        try #require(TinyModel.all.first { $0.name == name })
    }

    /// Runs a classifier under an observer, twice, and returns its logits.
    private func logits(
        _ model: EncoderClassifier, _ observer: (any OutputObserver)?
    ) -> [[Float]] {
        OutputObservation.$observer.withValue(observer) {
            [[9, 3], [4, 12, 1]].map { lengths in
                let batch = PaddedBatch(lengths: lengths, padding: 0).batch
                return model.forward(
                    Pass(parameters: model.parameters, workspace: Workspace(), batch: batch)
                ).values()
            }
        }
    }

    @Test("a weight that is spoilt after the export is found, and the answers of the model are replayed")
    func spoiltWeight() throws {
        let folder = try TemporaryFolder()
        let runtime = try RuntimeEnvironment.runtime(in: folder)
        let model = try #require(try tiny("bert-classifier").make(in: folder) as? EncoderClassifier)
        let source = folder.path + "/bert-classifier"
        let exported = try ModelFolder(model, from: source, to: folder.path + "/exported", version: "test")
        let files = try StepFiles(folder: folder.path + "/steps")
        let recorder = StepRecorder(files, padding: 0, inputs: exported.inputs)
        let expected = logits(model, recorder)
        #expect(try recorder.finish().batch.offsets == [0, 9, 12])
        #expect(try files.count() == 2)
        _ = try exported.run(files, as: "whole", runtime)
        let whole = try LogitComparison(files, of: "whole")
        try whole.require("model", within: 1e-4)
        #expect(whole.rowCount == 5 && whole.valueCount == 15 && whole.otherAnswers == 0)
        let replay = StepReplay(files, of: "whole")
        let replayed = logits(model, replay)
        try replay.finish()
        for (a, b) in zip(expected.joined(), replayed.joined()) { #expect(abs(a - b) < 1e-4) }

        // One number of the classifier's bias, which stands in the file as four bytes.
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: exported.models[0])))
        let name = Array("classifier.bias".utf8)
        let start =
            try #require(
                bytes.indices.first { bytes[$0...].starts(with: name + [0x4A, 12]) }) + name.count + 2
        bytes.replaceSubrange(start..<start + 4, with: [0, 0, 0x40, 0x40])
        try Data(bytes).write(to: URL(fileURLWithPath: exported.models[0]))
        _ = try exported.run(files, as: "spoilt", runtime)
        let spoilt = try LogitComparison(files, of: "spoilt")
        #expect(spoilt.largestDifference > 1)
        #expect(throws: ExportError.self) { try spoilt.require("model", within: 1e-4) }
    }

    @Test("weights beyond the limit of a message stand in a file of their own, and give the same logits")
    func externalData() throws {
        let folder = try TemporaryFolder()
        let runtime = try RuntimeEnvironment.runtime(in: folder)
        let model = try #require(try tiny("bert-classifier").make(in: folder) as? EncoderClassifier)
        let exported = try ModelFolder(
            model, from: folder.path + "/bert-classifier", to: folder.path + "/exported", version: "test",
            largestMessage: 10_000)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: exported.path).sorted()
                == ["model.onnx", "model.onnx_data"])
        let files = try StepFiles(folder: folder.path + "/steps")
        let recorder = StepRecorder(files, padding: 0, inputs: exported.inputs)
        _ = logits(model, recorder)
        _ = try recorder.finish()
        try runtime.run("check", exported.models)
        _ = try exported.run(files, as: "external", runtime)
        try LogitComparison(files, of: "external").require("model", within: 1e-4)
    }

    @Test(
        "fp16 and int8 models of encoders and decoders run and stay near",
        arguments: ["bert-classifier", "llama"])
    func variants(name: String) throws {
        let folder = try TemporaryFolder()
        let runtime = try RuntimeEnvironment.runtime(in: folder)
        let exported = try Exported(tiny(name), in: folder)
        let compare = try exported.prepared()
        let whole = try ModelFolder(
            exported.model, from: exported.folder, to: folder.path + "/fp32", version: "test")
        for precision in [ModelPrecision.fp16, .int8] {
            let made = try precision.make(from: whole, in: "\(folder.path)/\(precision.rawValue)", runtime)
            let response = "\(folder.path)/\(precision.rawValue)-response"
            try FileManager.default.createDirectory(atPath: response, withIntermediateDirectories: true)
            try runtime.run("run", [made.entry, exported.requests, response])
            let (found, expected) = try compare(SafetensorsFile(path: response + "/0.safetensors"))
            let difference = zip(found, expected).map { abs($0 - $1) }.max() ?? .infinity
            print("\(name) \(precision): largest difference \(difference)")
            #expect(difference > 0 && difference < 0.5, "\(precision)")
        }
    }

    @Test("an interpreter without the packages, and none at all, are told of")
    func noRuntime() throws {
        let folder = try TemporaryFolder()
        let missing = try Runtime(python: folder.path + "/python", folder: folder.path)
        #expect(throws: ExportError.self) { try missing.run("versions") }
    }
}
