// `lockstep import` as a user runs it.

import Foundation
import JSON
import Models
import Safetensors
import TestSupport
import Testing

@Suite struct ImportTests {
    private func golden(_ name: String) -> String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
            .appendingPathComponent("GGUFImportTests/Goldens/\(name)").path
    }

    @Test(
        "a GGUF file becomes a model directory; files and sizes are listed, progress goes to standard error")
    func list() throws {
        let workshop = try Workshop(trainRows: 3, validationRows: 3)
        let output = workshop.path + "/hf"
        let outcome = try workshop.succeed(["import", golden("llama.gguf"), "--output_dir", output])
        let lines = outcome.output.split(separator: "\n").map(String.init)
        let names = try workshop.names("hf")
        #expect(
            names == [
                "config.json", "generation_config.json", "model.safetensors", "tokenizer.json",
                "tokenizer_config.json",
            ])
        #expect(lines.first == "\(output): 28160 parameters in 20 tensors")
        #expect(
            try lines.dropFirst().elementsEqual(
                names.map { "  \($0)  \(try workshop.bytes("hf/" + $0).count) bytes" }))
        #expect(outcome.errors.contains("llama, tensors: 5 F32, 3 Q4_0, 3 Q4_1, 3 Q5_0, 3 Q5_1, 3 Q8_0"))
        #expect(outcome.errors.contains("tensor 20 of 20: "))
        #expect(try workshop.json("hf/config.json")["model_type"] == .string("llama"))
    }

    @Test("--json describes the result, --dtype bfloat16 halves the weights, notes are warnings")
    func json() throws {
        let workshop = try Workshop(trainRows: 3, validationRows: 3)
        let output = workshop.path + "/hf"
        let outcome = try workshop.succeed(
            ["import", golden("gpt2.gguf"), "--output_dir", output, "--dtype", "bfloat16", "--json"])
        let document = try JSONValue(parsing: Array(outcome.output.utf8))
        let weights = try SafetensorsFile(path: output + "/model.safetensors")
        let count = try weights.tensorNames.reduce(0) { try $0 + weights.shape(of: $1).reduce(1, *) }
        #expect(document["output_dir"] == .string(output) && document["model_type"] == .string("gpt2"))
        #expect(document["dtype"] == .string("bfloat16") && document["parameters"] == .integer(count))
        #expect(document["tensors"] == .integer(weights.tensorNames.count))
        let size = try workshop.bytes("hf/model.safetensors").count
        #expect(document["files"]?["model.safetensors"] == .integer(size))
        #expect((2 * count..<2 * count + 4_000).contains(size))
        #expect(document["notes"]?.array?.count == 2)
        #expect(outcome.errors.contains("warning: The file has no chat template"))
    }

    @Test("a folder with files is refused, and replaced with --overwrite_output_dir")
    func overwrite() throws {
        let workshop = try Workshop(trainRows: 3, validationRows: 3)
        let arguments = ["import", golden("llama.gguf"), "--output_dir", workshop.path + "/hf"]
        try workshop.succeed(arguments)
        let again = try workshop.lockstep(arguments)
        #expect(again.status == 1 && again.output.isEmpty)
        #expect(again.errors.contains("hf is not empty (config.json, "))
        try workshop.succeed(arguments + ["--overwrite_output_dir"])
    }

    @Test("a damaged file is refused with code 1 and its sentence, and nothing is written")
    func damaged() throws {
        let workshop = try Workshop(trainRows: 3, validationRows: 3)
        let path = try workshop.write("not a model", to: "model.gguf")
        let outcome = try workshop.lockstep(["import", path, "--output_dir", workshop.path + "/hf"])
        #expect(outcome.status == 1 && outcome.output.isEmpty)
        #expect(
            outcome.errors
                == "Error: \(path): a GGUF file starts with the bytes 'GGUF', found [110, 111, 116, 32]. "
                + "Give the path of a .gguf file.\n")
        #expect(try workshop.names("hf").isEmpty)
    }
}
