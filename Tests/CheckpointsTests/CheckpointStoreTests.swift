// Saving whole or not at all, finding the newest, cleaning up after dead runs, and rotation.

import Checkpoints
import Foundation
import Layers
import Models
import Optimizers
import TestSupport
import Testing

struct CheckpointStoreTests {
    private let folder: TemporaryFolder
    private var store: CheckpointStore { CheckpointStore(outputDirectory: folder.path) }
    /// A process number that the system never gives.
    private static let deadProcess = 2_000_000_000

    init() throws { folder = try TemporaryFolder() }

    private func save(_ steps: Int..., content: String = "{}") throws {
        for step in steps {
            try store.save(step: step) { directory in
                try Data("weights".utf8).write(to: URL(fileURLWithPath: directory + "/model.safetensors"))
                try Data(content.utf8).write(to: URL(fileURLWithPath: directory + "/trainer_state.json"))
            }
        }
    }

    @Test("a checkpoint appears whole under its name, and the newest is found")
    func saving() throws {
        #expect(try store.newestGood() == nil)
        #expect(try CheckpointStore(outputDirectory: folder.path + "/none").newestGood() == nil)
        var seen: [String] = []
        let path = try store.save(step: 9) { directory in
            seen = try folder.names
            try Data("{}".utf8).write(to: URL(fileURLWithPath: directory + "/trainer_state.json"))
        }
        #expect(seen == [".checkpoint-9.partial-\(ProcessInfo.processInfo.processIdentifier)"])
        #expect(path == folder.path + "/checkpoint-9")
        try save(100, 20)
        #expect(try folder.names == ["checkpoint-100", "checkpoint-20", "checkpoint-9"])
        let latest = try #require(try store.newestGood())
        #expect(latest.path == folder.path + "/checkpoint-100" && latest.step == 100)
    }

    @Test("partial folders, folders without a state and other names are no checkpoints")
    func incomplete() throws {
        try save(5)
        try folder.write("w", to: "checkpoint-8/model.safetensors")
        try folder.write("{}", to: ".checkpoint-9.partial-\(Self.deadProcess)/trainer_state.json")
        for name in ["checkpoint-x", "checkpoint-007", "checkpoint--3", "checkpoint-", "old-checkpoint-11"] {
            try folder.write("{}", to: name + "/trainer_state.json")
        }
        try folder.write("{}", to: "checkpoint-12")
        #expect(try store.newestGood()?.step == 5)
    }

    @Test("saving the same step again replaces the checkpoint")
    func replacing() throws {
        try save(5, content: "{\"old\": 1}")
        try folder.write("x", to: "checkpoint-5/surplus")
        try save(5, content: "{\"new\": 2}")
        #expect(try folder.names == ["checkpoint-5"])
        #expect(try text(of: folder.path + "/checkpoint-5/trainer_state.json") == "{\"new\": 2}")
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/checkpoint-5/surplus"))
    }

    @Test("a failed save leaves the other checkpoints as they were and no partial folder")
    func failure() throws {
        try save(5, content: "{\"old\": 1}")
        struct Failure: Error, CustomStringConvertible { let description = "rank 3 is gone" }
        let text = thrownMessage { () throws(CheckpointError) in
            try store.save(step: 5) { directory in
                try Data("half".utf8).write(to: URL(fileURLWithPath: directory + "/model.safetensors"))
                throw Failure()
            }
        }
        #expect(text == "rank 3 is gone")
        #expect(try folder.names == ["checkpoint-5"])
        #expect(
            try CheckpointsTests.text(of: folder.path + "/checkpoint-5/trainer_state.json") == "{\"old\": 1}")
    }

    @Test(
        "a disk that is full is said, and leaves nothing",
        arguments: ["model.safetensors", "optimizer.safetensors"])
    func fullDisk(name: String) throws {
        try save(1)
        let toy = ToyClassifier()
        let text = thrownMessage { () throws(CheckpointError) in
            try store.save(step: 2) { directory in
                try FileManager.default.createSymbolicLink(
                    atPath: directory + "/" + name, withDestinationPath: "/dev/full")
                try TrainingCheckpoint.write(
                    to: directory, model: toy, optimizer: SGD(toy.parameters), state: TrainerState(),
                    recipe: [], tokenizerFilesFrom: folder.path)
            }
        }
        #expect(text?.contains("\(name) cannot be written: No space left on device. Make room") == true)
        #expect(try folder.names == ["checkpoint-1"])
    }

    @Test("an output directory below a file is an error with the path")
    func belowFile() throws {
        let file = try folder.write("x", to: "file")
        let text = thrownMessage { () throws(CheckpointError) in
            try CheckpointStore(outputDirectory: file + "/out").save(step: 1) { _ in }
        }
        #expect(
            text
                == "\(file)/out cannot be created: Not a directory. Check the path: a file stands where a folder "
                + "should be."
        )
        #expect(try folder.names == ["file"])
    }

    @Test("more bytes than the file system has free are refused before writing")
    func freeSpace() throws {
        try DurableFiles.requireSpace(1_000, in: folder.path)
        let text = thrownMessage { () throws(CheckpointError) in
            try DurableFiles.requireSpace(Int.max / 2, in: folder.path)
        }
        #expect(text?.hasPrefix("\(folder.path): 4611686018428 MB are needed, but only ") == true)
        #expect(
            text?.hasSuffix(
                " MB are free on its file system: make room, set a smaller save_total_limit or choose "
                    + "another output_dir") == true)
    }

    @Test("what dead runs left is removed, what they were replacing comes back, the living are left alone")
    func leftovers() throws {
        try save(5, 7)
        let dead = Self.deadProcess
        let alive = getppid()
        try folder.write("x", to: ".checkpoint-6.partial-\(dead)/model.safetensors")
        try folder.write("x", to: ".checkpoint-4.removed-\(dead)/trainer_state.json")
        try folder.write("x", to: ".checkpoint-5.replaced-\(dead)/trainer_state.json")
        try FileManager.default.moveItem(
            atPath: folder.path + "/checkpoint-7", toPath: folder.path + "/.checkpoint-7.replaced-\(dead)")
        try folder.write("old", to: ".model.safetensors.replaced-\(dead)")
        try folder.write("half", to: ".model.safetensors.partial-\(dead)")
        try folder.write("x", to: ".checkpoint-8.partial-\(alive)/model.safetensors")
        try folder.write("half", to: ".trainer_state.json.partial-\(dead)")
        try folder.write("half", to: ".dat.nosync1a2b.Xy12Zw")
        try folder.write("mine", to: ".notes.partial-\(dead)")
        try folder.write("mine", to: ".checkpoint-5.copy-\(dead)")
        #expect(
            try store.removeLeftovers() == [
                ".checkpoint-4.removed-\(dead)", ".checkpoint-5.replaced-\(dead)",
                ".checkpoint-6.partial-\(dead)", ".dat.nosync1a2b.Xy12Zw",
                ".model.safetensors.partial-\(dead)", ".trainer_state.json.partial-\(dead)",
            ])
        #expect(
            try folder.names == [
                ".checkpoint-5.copy-\(dead)", ".checkpoint-8.partial-\(alive)", ".notes.partial-\(dead)",
                "checkpoint-5", "checkpoint-7", "model.safetensors",
            ])
        #expect(try store.newestGood()?.step == 7)
        #expect(try text(of: folder.path + "/model.safetensors") == "old")
        #expect(try store.removeLeftovers(isLocked: true) == [".checkpoint-8.partial-\(alive)"])
    }

    @Test("of one target alone what dead processes left is removed, or gets its name back")
    func leftoversOfOne() throws {
        let dead = Self.deadProcess
        try folder.write("half", to: ".mine.partial-\(dead)/model.onnx")
        try folder.write("half", to: ".mine.partial-\(getppid())/model.onnx")
        try folder.write("half", to: ".other.partial-\(dead)/model.onnx")
        try folder.write("old", to: ".mine.replaced-\(dead)/model.onnx")
        try Leftover.clear(of: "mine", in: folder.path)
        #expect(try folder.names == [".mine.partial-\(getppid())", ".other.partial-\(dead)", "mine"])
        #expect(try text(of: folder.path + "/mine/model.onnx") == "old")
        try folder.write("old", to: ".mine.replaced-\(dead)/model.onnx")
        try Leftover.clear(of: "mine", in: folder.path)
        #expect(try folder.names == [".mine.partial-\(getppid())", ".other.partial-\(dead)", "mine"])
    }

    /// A limit, the best checkpoint, and the steps that stay of 10, 20, 30, 40.
    struct Rotation: Sendable {
        let limit: Int?
        let best: String?
        let stay: [Int]
    }

    static let rotations = [
        Rotation(limit: nil, best: nil, stay: [10, 20, 30, 40]),
        Rotation(limit: 0, best: "checkpoint-10", stay: [10, 20, 30, 40]),
        Rotation(limit: 1, best: nil, stay: [40]),
        Rotation(limit: 2, best: nil, stay: [30, 40]),
        Rotation(limit: 4, best: nil, stay: [10, 20, 30, 40]),
        Rotation(limit: 9, best: "checkpoint-20", stay: [10, 20, 30, 40]),
        Rotation(limit: 1, best: "checkpoint-10", stay: [10, 40]),
        Rotation(limit: 1, best: "checkpoint-40", stay: [40]),
        Rotation(limit: 2, best: "/elsewhere/run/checkpoint-20", stay: [20, 40]),
        Rotation(limit: 2, best: "checkpoint-30/", stay: [30, 40]),
        Rotation(limit: 3, best: "checkpoint-10", stay: [10, 30, 40]),
        Rotation(limit: 2, best: "checkpoint-99", stay: [30, 40]),
    ]

    @Test("rotation keeps the newest and the best, as save_total_limit does", arguments: rotations)
    func rotation(_ rotation: Rotation) throws {
        try save(20, 10, 40, 30)
        try folder.write("x", to: "checkpoint-1/notes.txt")
        let removed = try store.rotate(keeping: rotation.limit, protecting: rotation.best)
        let gone = [10, 20, 30, 40].filter { !rotation.stay.contains($0) }
        #expect(removed.sorted() == gone.map { "\(folder.path)/checkpoint-\($0)" })
        #expect(
            try folder.names == ["checkpoint-1"] + rotation.stay.map { "checkpoint-\($0)" })
    }
}
