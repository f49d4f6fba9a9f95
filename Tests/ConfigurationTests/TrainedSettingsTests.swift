// The recipe in a model's folder says how the model is used, and flags and recipes beat it.

import Arguments
import Configuration
import Foundation
import TestSupport
import Testing

@Suite struct TrainedSettingsTests {
    private let recipe = """
        task: "causal-lm"
        model_name_or_path: "/somewhere/base"
        train_file: "/somewhere/train.jsonl"
        validation_file: "/somewhere/else.jsonl"
        output_dir: "/somewhere/run"
        text_column: "report"
        max_seq_length: 256
        line_by_line: true
        predict_with_generate: false
        num_beams: 4
        seed: 7
        bf16: true
        a_key_of_a_later_version: 3

        """

    private func folder(_ text: String) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        _ = try folder.write(text, to: "recipe.yaml")
        return folder
    }

    private func read(
        _ folder: TemporaryFolder, for command: RecipeCommand = .evaluate,
        _ flags: [(key: String, value: String)] = [], yaml: String = ""
    ) throws -> RunConfiguration {
        try RunConfiguration(
            yaml: yaml, file: nil, overrides: [(key: "model_name_or_path", value: folder.path)] + flags,
            for: command, requiredKeys: [])
    }

    @Test("task, columns, lengths and generation are those of the training; files, machine and seed are not")
    func taken() throws {
        let folder = try folder(recipe)
        for command in [RecipeCommand.evaluate, .predict] {
            let read = try read(folder, for: command)
            #expect(read.task == .causalLM)
            #expect(read.data.textColumn == "report")
            #expect(read.data.maxSeqLength == 256)
            #expect(read.training.generation.numBeams == 4)
            #expect(read.data.trainFiles.isEmpty && read.data.validationFiles.isEmpty)
            #expect(read.model.outputDir.isEmpty)
            #expect(read.training.seed == RunConfiguration().training.seed)
            #expect(!read.training.bf16)
            #expect(read.training.generation.predictWithGenerate == nil)
        }
        #expect(try read(folder, for: .evaluate).data.lineByLine)
        #expect(try read(folder, for: .chat).training.generation.numBeams == 4)
    }

    @Test("a flag and a recipe beat them, and the difference is told")
    func beaten() throws {
        let folder = try folder(recipe)
        let read = try read(folder, [("max_seq_length", "64")], yaml: "num_beams: 2\n")
        #expect(read.data.maxSeqLength == 64)
        #expect(read.training.generation.numBeams == 2)
        #expect(
            read.notes == [
                "as in training (\(folder.path)/recipe.yaml): task: causal-lm, text_column: report, line_by_line: true",
                "max_seq_length: 64 here, but the model was trained with max_seq_length: 256",
                "num_beams: 2 here, but the model was trained with num_beams: 4",
            ])
    }

    @Test("with another task only the keys that it reads count")
    func otherTask() throws {
        let folder = try folder(recipe)
        let read = try read(folder, [("task", "text-classification")])
        #expect(read.data.textColumn == "report")
        #expect(read.data.maxSeqLength == 256)
        #expect(!read.data.lineByLine)
    }

    @Test("training from a trained model takes nothing over")
    func training() throws {
        let read = try read(folder(recipe), for: .train)
        #expect(read.task == .textClassification)
        #expect(read.data == RunConfiguration().data)
        #expect(read.notes.isEmpty)
    }

    @Test("a folder without a recipe says nothing, and a damaged one is named with its line")
    func others() throws {
        let bare = try TemporaryFolder()
        #expect(try read(bare).data == RunConfiguration().data)
        #expect(try read(bare).notes.isEmpty)
        let damaged = try folder("task: causal-lm\nmax_seq_length: many\n")
        #expect {
            _ = try read(damaged)
        } throws: {
            "\($0)".hasPrefix("\(damaged.path)/recipe.yaml:2: max_seq_length must be an integer")
        }
    }
}
