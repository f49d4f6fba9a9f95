// Damage of every kind to every file of a checkpoint: it is noticed, and the newest good one is taken.

import Checkpoints
import Foundation
import JSON
import Layers
import Models
import Optimizers
import Tensors
import TestSupport
import Testing

struct ManifestTests {
    private let folder: TemporaryFolder
    private var store: CheckpointStore { CheckpointStore(outputDirectory: folder.path) }
    private var newest: String { folder.path + "/checkpoint-20" }
    private static let files = [
        "config.json", "decoder_tokenizer/vocab.txt", "manifest.json", "model.safetensors",
        "optimizer.safetensors", "recipe.yaml", "trainer_state.json", "vocab.txt",
    ]

    init() throws {
        folder = try TemporaryFolder()
        try folder.write("[PAD]\n[UNK]\n", to: "source/vocab.txt")
        for step in [10, 20] { try save(step) }
    }

    private func save(_ step: Int, hasManifest: Bool = true) throws {
        let model = ToyClassifier()
        for index in 0..<model.parameters.values.count { model.parameters.values[0, index] += Float(step) }
        let optimizer = AdamW(model.parameters, options: .init())
        optimizer.restore(stepCount: step)
        var state = TrainerStateTests.sample
        state.globalStep = step
        state.position.hasManifest = hasManifest
        try store.save(step: step, run: "a run") { [state] directory in
            try TrainingCheckpoint.write(
                to: directory, model: model, optimizer: optimizer, state: state,
                recipe: Array("seed: \(step)\n".utf8), tokenizerFilesFrom: folder.path + "/source")
            try CompanionFiles(directory: folder.path + "/source", folder: "decoder_tokenizer")
                .write(to: directory)
        }
    }

    private func write(_ bytes: [UInt8], to name: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: newest + "/" + name))
    }

    /// Expects the newest checkpoint to be refused for `fault`, and the one before it to be taken.
    private func expectFallback(
        _ fault: ManifestFault, _ comment: Comment, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let choice = try #require(try store.newestGood(), comment, sourceLocation: sourceLocation)
        #expect(choice.step == 10 && choice.isVerified, comment, sourceLocation: sourceLocation)
        #expect(
            choice.refused == [RefusedCheckpoint(path: newest, fault: fault)], comment,
            sourceLocation: sourceLocation)
    }

    @Test("what was written is good, under its name and copied to another")
    func good() throws {
        let choice = try #require(try store.newestGood())
        #expect(choice.path == newest && choice.step == 20 && choice.isVerified && choice.refused.isEmpty)
        try FileManager.default.copyItem(atPath: newest, toPath: folder.path + "/kept")
        #expect(CheckpointExamination(of: folder.path + "/kept") == .good)
        let manifest = try json(of: newest + "/manifest.json")
        #expect(manifest["step"]?.integer == 20 && manifest["run"]?.string == "a run")
        let names = manifest["files"]?.array?.compactMap { $0["name"]?.string }
        #expect(names == Self.files.filter { $0 != "manifest.json" })
    }

    @Test("a flipped bit is noticed wherever it is", arguments: files)
    func flipped(name: String) throws {
        let whole = try bytes(of: newest + "/" + name)
        // Every byte of a small file; of a larger one the start, the end and 200 in between.
        let inner = stride(from: 0, to: whole.count, by: max(1, whole.count / 200))
        let positions = Set(inner).union(whole.indices.prefix(40)).union(whole.indices.suffix(40))
        let fault = name == "manifest.json" ? ManifestFault.changed : .wrongContent(file: name)
        for position in positions {
            var damaged = whole
            damaged[position] ^= 1 << UInt8(position % 8)
            try write(damaged, to: name)
            let found = CheckpointExamination(of: newest)
            guard case .damaged(.newerVersion) = found, name == "manifest.json" else {
                #expect(found == .damaged(fault), "bit \(position % 8) of byte \(position)")
                continue
            }
        }
        var damaged = whole
        damaged[whole.count - 1] ^= 128
        try write(damaged, to: name)
        try expectFallback(fault, "\(name)")
        #expect(throws: CheckpointError.damaged(newest, fault)) {
            if case .damaged(let fault) = CheckpointExamination(of: newest) {
                throw CheckpointError.damaged(newest, fault)
            }
        }
        try write(whole, to: name)
        #expect(CheckpointExamination(of: newest) == .good)
    }

    @Test("a file that is cut, longer, zeroed in part, gone or a folder is noticed", arguments: files)
    func broken(name: String) throws {
        let whole = try bytes(of: newest + "/" + name)
        let isManifest = name == "manifest.json"
        func size(_ count: Int) -> ManifestFault {
            isManifest ? .changed : .wrongSize(file: name, written: whole.count, found: count)
        }
        for count in [0, whole.count / 2, whole.count - 1] {
            try write(Array(whole[..<count]), to: name)
            try expectFallback(size(count), "\(name) cut to \(count)")
        }
        try write(whole + [0], to: name)
        try expectFallback(size(whole.count + 1), "\(name) with a byte more")
        var zeroed = whole
        for index in zeroed.indices.prefix(4_096) { zeroed[index] = 0 }
        try write(zeroed, to: name)
        try expectFallback(isManifest ? .changed : .wrongContent(file: name), "\(name) zeroed")
        try FileManager.default.removeItem(atPath: newest + "/" + name)
        try expectFallback(.missing(file: name), "\(name) removed")
    }

    @Test("files of another step, and a whole folder under the name of another step, are noticed")
    func swapped() throws {
        for name in ["model.safetensors", "recipe.yaml", "optimizer.safetensors", "trainer_state.json"] {
            let whole = try bytes(of: newest + "/" + name)
            try write(bytes(of: folder.path + "/checkpoint-10/" + name), to: name)
            try expectFallback(.wrongContent(file: name), "\(name)")
            try write(whole, to: name)
        }
        let manifest = try bytes(of: newest + "/manifest.json")
        try write(bytes(of: folder.path + "/checkpoint-10/manifest.json"), to: "manifest.json")
        try expectFallback(.otherStep(written: 10), "manifest.json")
        try write(manifest, to: "manifest.json")
        try FileManager.default.moveItem(atPath: newest, toPath: folder.path + "/checkpoint-30")
        let choice = try #require(try store.newestGood())
        #expect(choice.step == 10)
        #expect(choice.refused.map(\.fault) == [.otherStep(written: 20)])
    }

    @Test("a checkpoint of a version without manifests is taken, and said to be unverified")
    func older() throws {
        try save(20, hasManifest: false)
        try FileManager.default.removeItem(atPath: newest + "/manifest.json")
        let choice = try #require(try store.newestGood())
        #expect(choice.step == 20 && !choice.isVerified && choice.refused.isEmpty)
        for name in ["optimizer.safetensors", "trainer_state.json"] {
            try FileManager.default.removeItem(atPath: newest + "/" + name)
            try expectFallback(.missing(file: name), "\(name)")
            try save(20, hasManifest: false)
            try FileManager.default.removeItem(atPath: newest + "/manifest.json")
        }
        try write(Array("{}".utf8), to: "trainer_state.json")
        guard case .damaged(.badState) = CheckpointExamination(of: newest) else {
            Issue.record("a state without a step is no state")
            return
        }
    }

    @Test("a folder of damaged checkpoints alone is an error that names each; one without any is none")
    func nothingGood() throws {
        for step in [10, 20] {
            try FileManager.default.removeItem(atPath: folder.path + "/checkpoint-\(step)/model.safetensors")
        }
        let text = thrownMessage { _ = try store.newestGood() }
        #expect(
            text == "\(folder.path) has no checkpoint to go on from: checkpoint-20 is damaged: it has no "
                + "model.safetensors, checkpoint-10 is damaged: it has no model.safetensors. Copy one again, "
                + "or train afresh with --overwrite_output_dir true")
        #expect(try CheckpointStore(outputDirectory: folder.path + "/none").newestGood() == nil)
        #expect(try CheckpointStore(outputDirectory: folder.path + "/source").newestGood() == nil)
    }

    @Test("a save that comes after a fall-back does not give its place to the damaged later step")
    func rotation() throws {
        try save(15)
        #expect(
            try store.rotate(keeping: 1, protecting: nil, newest: 15).sorted() == [
                folder.path + "/checkpoint-10", newest,
            ])
        #expect(try store.newestGood()?.step == 15)
    }

    @Test("the final model is sealed: damaged weights are refused, a changed configuration is said")
    func finalModel() throws {
        let (base, output) = (golden("base-fp16"), folder.path + "/out")
        let head = ClassificationHead(labels: ["a", "b"], problemType: .singleLabel)
        let model = try ModelLoader.load(.classifier(head), directory: base, seed: 1).model
        try ModelDirectory.write(model: model, to: output, tokenizerFilesFrom: base)
        try Manifest.seal(output, names: OutputDirectory.filesOfModel(in: output), step: 3, run: nil)
        #expect(Manifest.fault(ofFinalModelIn: output) == nil)
        #expect(try ModelLoader.load(.classifier(nil), directory: output).report.changedFiles.isEmpty)

        let configuration = try text(of: output + "/config.json")
        try folder.write(configuration + "\n", to: "out/config.json")
        let report = try ModelLoader.load(.classifier(nil), directory: output).report
        #expect(report.lines.contains("changed since they were written: config.json"))
        #expect(Manifest.fault(ofFinalModelIn: output) == nil)

        var weights = try bytes(of: output + "/model.safetensors")
        weights[weights.count - 2] ^= 1
        try folder.write(weights, to: "out/model.safetensors")
        let fault = ManifestFault.wrongContent(file: "model.safetensors")
        #expect(Manifest.fault(ofFinalModelIn: output) == fault)
        #expect(throws: CheckpointError.damagedModel(output, fault)) {
            try ModelLoader.load(.classifier(nil), directory: output)
        }
    }
}
