// `lockstep import`: turns a GGUF file into a Hugging Face directory.

import ArgumentParser
import Foundation
import GGUFImport
import JSON
import Lockstep
import Machine
import Phrases
import Reporting
import Synchronization

/// Imports a model.
struct ImportCommand: OneProcessCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Turns a GGUF file into a Hugging Face model directory.",
        discussion: helpText(
            """
            Architectures: llama, qwen2, gpt2; weights: F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q2_K, Q3_K, \
            Q4_K, Q5_K, Q6_K; tokenizers: byte-level BPE, SentencePiece.
            """, examples: "lockstep import SmolLM2-135M-Instruct.Q4_1.gguf --output_dir models/smollm2"))

    @Argument(help: "GGUF file to import.", completion: .file(extensions: ["gguf"]))
    var file: String

    @Option(
        name: .customLong("output_dir"), help: "Model directory to write; it must be new or empty.",
        completion: .directory)
    var outputDir: String

    @Option(help: "Number format of the written weights.")
    var dtype = WeightFormat.float32

    @Flag(
        name: .customLong("overwrite_output_dir"), help: "Replace the model that the output directory holds.")
    var overwriteOutputDir = false

    @Flag(help: "Print what was written as JSON instead of a list.")
    var json = false

    func run() throws {
        // Under a launcher one process is enough.
        guard LaunchVariables.current.isFirstRank else { return }
        let model = try GGUFImport(path: file)
        let stored = model.quantisations.map { "\($0.tensorCount) \($0.name)" }.joined(separator: ", ")
        Messages.note("\(file): \(model.modelType), tensors: \(stored)")
        for note in model.notes { Messages.warn(note) }
        let progress = ImportProgress(total: model.tensorCount)
        let summary = try model.write(
            to: outputDir, precision: dtype.precision, overwrite: overwriteOutputDir
        ) {
            name in
            progress.start(name)
        }
        if json {
            print(document(model, summary).text(.indented))
        } else {
            print("\(outputDir): \(summary.parameterCount, "parameter") in \(summary.tensorCount, "tensor")")
            for file in summary.files { print("  \(file.name)  \(file.byteCount, "byte")") }
        }
    }

    private func document(_ model: GGUFImport, _ summary: GGUFImport.Summary) -> JSONValue {
        .object(
            JSONObject([
                ("output_dir", .string(outputDir)), ("model_type", .string(model.modelType)),
                ("dtype", .string(dtype.rawValue)), ("parameters", .integer(summary.parameterCount)),
                ("tensors", .integer(summary.tensorCount)),
                (
                    "files",
                    .object(JSONObject(summary.files.map { ($0.name, .integer($0.byteCount)) }))
                ),
                ("notes", .array(model.notes.map(JSONValue.string))),
            ]))
    }
}

/// The words for the format of the weights.
enum WeightFormat: String, ExpressibleByArgument, CaseIterable {
    case float32, bfloat16

    var precision: GGUFImport.Precision { self == .float32 ? .float32 : .bfloat16 }
}

/// A line on standard error for each tenth of the tensors.
private final class ImportProgress: Sendable {
    private let total: Int
    private let started = Atomic<Int>(0)

    init(total: Int) { self.total = total }

    func start(_ tensor: String) {
        let number = started.add(1, ordering: .relaxed).newValue
        guard number == total || number * 10 / total > (number - 1) * 10 / total else { return }
        Messages.note("tensor \(number) of \(total): \(tensor)")
    }
}
