// An output directory never mixes two runs, and loses nothing that no run wrote.

import Checkpoints
import Foundation
import TestSupport
import Testing

struct OutputDirectoryTests {
    private let folder: TemporaryFolder
    private var path: String { folder.path + "/run" }

    init() throws { folder = try TemporaryFolder() }

    private func prepare(
        overwrite: Bool = false, resuming: Bool = false, inputs: [String] = []
    ) throws(CheckpointError) {
        try OutputDirectory.prepare(path: path, overwrite: overwrite, resuming: resuming, inputs: inputs)
    }

    private var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
    }

    private func writeRun() throws {
        for name in [
            "model.safetensors", "config.json", "vocab.txt", "trainer_state.json", "metrics.jsonl",
            "report.html", "events.out.tfevents.1.host", "checkpoint-3/trainer_state.json",
            ".checkpoint-4.partial-2000000000/x", "data.csv", "checkpoint-notes/x", "notes.txt",
        ] {
            try folder.write("x", to: "run/" + name)
        }
    }

    @Test("a missing directory is created, an empty one and one with other files are taken")
    func free() throws {
        try prepare()
        #expect(try names.isEmpty)
        try prepare()
        try folder.write("x", to: "run/notes.txt")
        try prepare()
        try prepare(overwrite: true)
        try prepare(resuming: true)
        #expect(try names == ["notes.txt"])
    }

    @Test(
        "another run is refused with what it left",
        arguments: ["checkpoint-3/x", "trainer_state.json", "metrics.jsonl"])
    func otherRun(file: String) throws {
        try folder.write("x", to: "run/" + file)
        let name = file.split(separator: "/")[0]
        #expect(
            thrownMessage { () throws(CheckpointError) in try prepare() }
                == "output_dir \(path) already holds another run (\(name)): choose another output_dir, start "
                + "afresh with --overwrite_output_dir true, or go on with --resume_from_checkpoint auto")
        try prepare(resuming: true)
        #expect(try names == [String(name)])
        try prepare(overwrite: true)
        #expect(try names.isEmpty)
    }

    @Test("starting afresh removes what a run wrote and nothing else")
    func overwriting() throws {
        try writeRun()
        try prepare(overwrite: true)
        #expect(try names == ["checkpoint-notes", "data.csv", "notes.txt"])
    }

    @Test("going on keeps everything")
    func resuming() throws {
        try writeRun()
        let before = try names
        try prepare(resuming: true)
        #expect(try names == before)
    }

    @Test("a model that no run wrote is never replaced", arguments: [false, true])
    func foreignModel(overwrite: Bool) throws {
        try folder.write("x", to: "run/model.safetensors")
        try folder.write("x", to: "run/config.json")
        #expect(
            thrownMessage { () throws(CheckpointError) in try prepare(overwrite: overwrite) }
                == "output_dir \(path) holds a model that is not the result of a run (config.json, "
                + "model.safetensors), and training would replace it: choose another output_dir")
        #expect(try names == ["config.json", "model.safetensors"])
    }

    @Test("what the run reads is not removed", arguments: ["", "/checkpoint-3", "/./model.safetensors"])
    func inputs(place: String) throws {
        try writeRun()
        let before = try names
        #expect(
            thrownMessage { () throws(CheckpointError) in try prepare(overwrite: true, inputs: [path + place])
            }
                == "--overwrite_output_dir true would remove \(path + place), which this run reads, from "
                + "output_dir \(path): choose another output_dir")
        #expect(try names == before)
        try prepare(overwrite: true, inputs: [path + "/data.csv", folder.path])
    }

    @Test("a file in the way, or above, is an error")
    func file() throws {
        let file = try folder.write("x", to: "run")
        #expect(
            thrownMessage { () throws(CheckpointError) in try prepare() }
                == "output_dir \(file) is a file: choose a directory")
        #expect(
            thrownMessage { () throws(CheckpointError) in
                try OutputDirectory.prepare(path: file + "/below", overwrite: false, resuming: false)
            }
                == "output_dir \(file)/below cannot be created (Not a directory): choose another output_dir, or change "
                + "the permissions of the directory that it is to be in")
    }
}
