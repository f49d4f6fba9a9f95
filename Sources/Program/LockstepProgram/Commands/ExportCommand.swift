// `lockstep export`: a fine-tuned model for other programs, with the proof that it computes the same.

import ArgumentParser
import Arguments
import Configuration
import DataParallel
import Export
import Files
import JSON
import Lockstep

/// Exports a model.
struct ExportCommand: ParsableCommand, RecipeReader {
    /// It measures as `evaluate` does, and reads what that reads.
    static let recipeCommand = RecipeCommand.evaluate

    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Writes a fine-tuned model as ONNX, with proof, or documents for Azure Machine Learning.",
        discussion: helpText(
            """
            Needs --model_name_or_path, --validation_file and --output_dir. The rows go through Lockstep and through \
            ONNX Runtime; where logits differ by more than the bound, or any answer does, nothing is written. ONNX \
            Runtime runs in a Python environment: that of --python, or one that is made in ~/.cache/lockstep.

            With --format azureml RUN, the output folder of a run, it writes what az ml reads: job, environment with a \
            Dockerfile, data, model, endpoint, deployments and a monitor.
            """,
            examples:
                "lockstep export --model_name_or_path runs/mine --validation_file test.csv --output_dir exported",
            "lockstep export recipe.yaml --model_name_or_path runs/mine --output_dir exported --variants int8 "
                + "--max_metric_loss 0.005",
            "lockstep export --format azureml runs/mine --cluster cluster-configs/azureml.yaml "
                + "--output_dir azureml"))

    @Argument(
        help: "Recipe file (YAML) whose keys serve as defaults; with --format azureml the folder of a run.",
        completion: .yaml)
    var recipe: String?

    @OptionGroup(title: "Options of export") var options: ExportOptions
    @OptionGroup var flags: RecipeFlags<Self>

    func validate() throws { try options.check() }

    func run() throws {
        if options.format == .azureml { return try exportForAzure() }
        try RankWork.run { group in
            let configuration = try flags.configuration(
                recipe: recipe, requiredKeys: ["model_name_or_path", "validation_file", "output_dir"])
            Messages.note(configuration.notes, group)
            let certificate = try ExportJob(configuration, options.request, group: group).run()
            if options.json {
                try StandardOutput.write(certificate.text(.indented) + "\n")
            } else {
                print(ExportTables.text(certificate, output: configuration.model.outputDir))
            }
        }
    }
}

extension ExportCommand {
    /// Writes documents; loads no model and joins no job.
    private func exportForAzure() throws {
        guard let recipe else {
            throw ValidationError("--format azureml needs the output folder of a run as its argument.")
        }
        guard let cluster = options.cluster else {
            throw ValidationError(
                "--format azureml needs --cluster, a cluster file with launcher: azureml such as "
                    + "cluster-configs/azureml.yaml.")
        }
        let others = flags.overrides.map(\.key).filter { $0 != "output_dir" }
        guard others.isEmpty else {
            throw ValidationError(
                "--format azureml reads --output_dir alone of the recipe's keys; leave out "
                    + others.map { "--" + $0 }.joined(separator: ", ") + ".")
        }
        let output = flags.overrides.last { $0.key == "output_dir" }?.value ?? recipe + "/azureml"
        var request = AzureMLExportRequest(run: recipe, output: output, cluster: cluster)
        request.replacesOutput = options.replaceOutputDir
        let names = try AzureMLExportJob(request).run()
        if options.json {
            let list = JSONValue.array(names.map { .string($0) })
            try StandardOutput.write(
                JSONValue.object(["directory": .string(output), "files": list]).text(.indented) + "\n")
        } else {
            print("\(output): \(names.joined(separator: ", "))")
        }
    }
}

/// What is no key of a recipe.
struct ExportOptions: ParsableArguments {
    @Option(help: "Format of the written model.")
    var format = ExportFormat.onnx

    @Option(
        help: ArgumentHelp(
            "Smaller models to make too, between commas (fp16, int8), of which the fastest becomes the default.",
            valueName: "list"))
    var variants: String?

    @Option(
        name: .customLong("max_metric_loss"),
        help: ArgumentHelp(
            "How much of any figure a variant may lose, in the unit of the figure.", valueName: "amount"))
    var maxMetricLoss: Double?

    @Option(
        name: .customLong("max_logit_difference"),
        help: ArgumentHelp("Largest difference of logits in fp32.", valueName: "amount"))
    var maxLogitDifference = 1e-4

    @Option(
        help: ArgumentHelp(
            "Python interpreter of an environment with onnx and onnxruntime.", valueName: "path"),
        completion: .file())
    var python: String?

    @Option(
        help: ArgumentHelp(
            "Cluster file with launcher: azureml, which makes the job of --format azureml.",
            valueName: "path"), completion: .yaml)
    var cluster: String?

    @Flag(name: .customLong("replace_output_dir"), help: "Replace what the output directory holds.")
    var replaceOutputDir = false

    @Flag(help: "Print the certificate as JSON instead of a list.")
    var json = false

    private var precisions: [ModelPrecision?] {
        (variants ?? "").split(separator: ",").map { word in
            ModelPrecision(rawValue: word.trimmingPrefix(" ").description).flatMap { $0 == .fp32 ? nil : $0 }
        }
    }

    func check() throws {
        guard !precisions.contains(nil) else {
            throw ValidationError(
                "--variants \(variants ?? ""): expected fp16, int8 or both, between commas.")
        }
        guard format == .onnx || (precisions.isEmpty && python == nil) else {
            throw ValidationError("--format azureml takes neither --variants nor --python.")
        }
        guard format == .azureml || cluster == nil else {
            throw ValidationError("--cluster belongs to --format azureml.")
        }
        guard precisions.isEmpty == (maxMetricLoss == nil) else {
            throw ValidationError("--variants and --max_metric_loss belong together: give both or neither.")
        }
        guard maxMetricLoss ?? 0 >= 0, maxLogitDifference > 0 else {
            throw ValidationError(
                "--max_metric_loss must not be negative, --max_logit_difference be above 0.")
        }
    }

    var request: ExportRequest {
        ExportRequest(
            variants: precisions.compactMap(\.self), largestDifference: maxLogitDifference,
            maxMetricLoss: maxMetricLoss, python: python, replacesOutput: replaceOutputDir)
    }
}

/// The formats of exports.
enum ExportFormat: String, ExpressibleByArgument, CaseIterable {
    case onnx, azureml
}
