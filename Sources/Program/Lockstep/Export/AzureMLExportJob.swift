// `export --format azureml` from a run's folder to documents for Azure Machine Learning.

internal import Arguments
internal import Checkpoints
internal import Configuration
internal import Export
internal import Files
internal import Foundation
internal import JSON
internal import Machine
internal import Monitoring

/// Where an export for Azure comes from and goes to.
package struct AzureMLExportRequest: Sendable {
    /// The output folder of a run.
    package var run: String
    /// A folder that is new or empty.
    package var output: String
    /// A cluster file with `launcher: azureml`, which makes the job.
    package var cluster: String
    /// Requests that a monitor compares at a time, for its thresholds.
    package var windowRows = 1_000
    package var falseAlarmRate = 0.01
    package var replacesOutput = false

    package init(run: String, output: String, cluster: String) {
        (self.run, self.output, self.cluster) = (run, output, cluster)
    }
}

/// One export.
package struct AzureMLExportJob {
    private let request: AzureMLExportRequest

    package init(_ request: AzureMLExportRequest) { self.request = request }

    /// Writes the documents and returns their names. Loads no model.
    package func run() throws -> [String] {
        let run = request.run
        let recipePath = run + "/recipe.yaml"
        guard FileSystem.isFile(run + "/config.json"), FileSystem.isFile(recipePath) else {
            throw ExportError.notExportable(
                run, reason: "it is no finished run: config.json and recipe.yaml are needed")
        }
        if FileSystem.exists(request.output), try !FileSystem.names(in: request.output).isEmpty {
            guard request.replacesOutput else { throw ExportError.outputExists(request.output) }
            try FileSystem.remove(request.output)
        }
        let recipe = try RunConfiguration(recipePath: recipePath)
        var deployment = AzureMLDeployment(
            name: URL(fileURLWithPath: run).standardizedFileURL.lastPathComponent, version: Version.current,
            model: Self.absolute(run), isClassifier: recipe.model.task == .textClassification,
            trainFiles: recipe.data.trainFiles.map(Self.absolute),
            validationFiles: recipe.data.validationFiles.map(Self.absolute),
            longestText: recipe.data.sequenceLength)
        if FileSystem.isFile("\(run)/\(ReferenceStatistics.fileName)") {
            let reference = try ReferenceStatistics(directory: run)
            deployment.thresholds = DriftThresholds(
                reference, rowCount: request.windowRows, falseAlarmRate: request.falseAlarmRate
            ).thresholds.map {
                .init(isCategorical: $0.isCategorical, metric: $0.statistic.rawValue, value: $0.value)
            }
        }
        let cluster = try ClusterConfiguration(path: request.cluster)
        let job = cluster.azureMLTrainingJob(
            settings: try OpenMPISettings(path: cluster.openMPISettingsFile),
            environment: "azureml:\(deployment.name)-env:1", inputs: try inputs(recipe, deployment))
        guard let job else {
            throw ExportError.notExportable(
                run, reason: "\(request.cluster) has another launcher than azureml; give --cluster one")
        }
        try AzureMLFolder.write(
            deployment, job: job, recipe: try FileSystem.bytes(of: recipePath),
            program: try ProgramFiles.current(), to: request.output)
        return try FileSystem.names(in: request.output).sorted()
    }

    /// Files of the recipe as inputs of the job, and the model that it starts from.
    private func inputs(
        _ recipe: RunConfiguration, _ deployment: AzureMLDeployment
    ) throws(ExportError) -> [(key: String, type: String, path: String)] {
        var inputs: [(key: String, type: String, path: String)] = []
        for (key, kind, files) in [
            ("train_file", "train", deployment.trainFiles),
            ("validation_file", "validation", deployment.validationFiles),
        ] where !files.isEmpty {
            guard files.count == 1 else {
                throw .notExportable(
                    request.run,
                    reason: "its \(key) lists \(files.count) files; a job of Azure has one input a key: put "
                        + "the rows into one file")
            }
            let asset = deployment.dataName(kind, 0, of: 1)
            inputs.append((key, "uri_file", "azureml:\(asset):1"))
        }
        let start = recipe.model.modelNameOrPath
        if !start.isEmpty { inputs.append(("model_name_or_path", "uri_folder", Self.absolute(start))) }
        return inputs
    }

    private static func absolute(_ path: String) -> String {
        URL(fileURLWithPath: path).standardizedFileURL.path
    }
}
