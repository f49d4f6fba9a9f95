// What a cluster file asks of Azure Machine Learning, and the command job of it.

/// A command job on a compute cluster, which starts mpirun itself.
package struct AzureMLJob: Equatable, Sendable {
    /// A registered environment, `azureml:NAME:VERSION`, whose image has lockstep and Open MPI.
    package var environment = ""
    /// The compute cluster's name.
    package var compute = ""
    package var instanceCount = 1
    /// Ranks of an instance.
    package var processCount = 1
    package var threadsPerRank = 1
    /// Memory that ranks of one instance share, such as `8g`.
    package var sharedMemory = "8g"
    package var timeout: Int?
    package var name: String?
    package var experiment: String?
    /// Further fields of the job.
    var fields: ManifestValue?
}

extension AzureMLJob {
    static let keys = [
        ClusterKey("environment", "the registered environment, azureml:NAME:VERSION."),
        ClusterKey("compute", "the compute cluster."),
        ClusterKey("instance_count", "instances of the cluster; 1 if not set."),
        ClusterKey("process_count_per_instance", "ranks of each instance; 1 if not set."),
        ClusterKey("threads_per_rank", "cores of each rank; 1 if not set."),
        ClusterKey("shm_size", "shared memory of each instance, such as 8g, the default."),
        ClusterKey("timeout", "longest run time in seconds."),
        ClusterKey("display_name", "the job's name in the studio."),
        ClusterKey("experiment_name", "the experiment that the job belongs to."),
        ClusterKey("job_fields", "further fields of the job, such as inputs, outputs, code and tags."),
    ]

    /// nil if there is no such section.
    init?(_ section: SectionReader?, yaml: String) throws(ConfigurationError) {
        guard let section else { return nil }
        guard let environment = try section.value("environment", .directive) else {
            throw .missing(
                "environment", help: "name one whose image has lockstep, as azureml:NAME:VERSION.",
                section.location("environment"))
        }
        guard let compute = try section.value("compute", .directive) else {
            throw .missing("compute", help: "name the compute cluster.", section.location("compute"))
        }
        (self.environment, self.compute) = (environment, compute)
        instanceCount = try section.value("instance_count", .integer(atLeast: 1)) ?? 1
        processCount = try section.value("process_count_per_instance", .integer(atLeast: 1)) ?? 1
        threadsPerRank = try section.value("threads_per_rank", .integer(atLeast: 1)) ?? 1
        sharedMemory = try section.value("shm_size", .directive) ?? sharedMemory
        timeout = try section.value("timeout", .integer(atLeast: 1))
        name = try section.value("display_name", .directive)
        experiment = try section.value("experiment_name", .directive)
        fields = try section.fields("job_fields", of: yaml)
        try section.refuse(
            ["type", "command", "environment", "compute", "resources", "distribution", "limits"], in: fields,
            of: "job_fields")
    }
}

extension ClusterConfiguration {
    /// Tells `train` how many ranks a job was made for: where another number starts, it refuses.
    package static let expectedRanksVariable = "LOCKSTEP_EXPECTED_RANKS"

    /// The job that trains by a recipe in a folder `code` beside it, with its files as inputs of the job.
    ///
    /// - Parameters:
    ///   - settings: Open MPI's settings of every job.
    ///   - environment: the environment, in place of the cluster file's.
    ///   - inputs: keys of the recipe with the assets or folders that they are given.
    /// - Returns: nil where the launcher is another than Azure's.
    package func azureMLTrainingJob(
        settings: OpenMPISettings, environment: String, inputs: [(key: String, type: String, path: String)]
    ) -> String? {
        guard var job = azureML else { return nil }
        job.environment = environment
        let flags = inputs.flatMap { ["--\($0.key)", "${{inputs.\($0.key)}}"] }
        let request = JobRequest(
            executable: "lockstep",
            arguments: ["train", "recipe.yaml"] + flags + ["--output_dir", "${{outputs.model}}"],
            settings: settings, batchScript: "")
        let files = inputs.map { input in
            ManifestValue.Field(
                key: input.key,
                value: .fields(["type": .text(input.type), "path": .text(input.path)]))
        }
        let own = ManifestValue.fields([
            "code": .text("code"), "inputs": .mapping(files),
            "outputs": .fields(["model": .fields(["type": .text("uri_folder")])]),
        ])
        return azureMLDocument(job, request).merged(with: own).yaml
    }

    /// The job that `az ml job create` reads.
    func azureMLDocument(_ job: AzureMLJob, _ request: JobRequest) -> ManifestValue {
        let variables =
            parameters(request.settings).map { (name: $0.environmentName, value: $0.value) }
            + rankEnvironment(threadsPerRank: job.threadsPerRank)
            + [(name: Self.expectedRanksVariable, value: String(job.instanceCount * job.processCount))]
        let environment = variables.map { ManifestValue.Field(key: $0.name, value: .text($0.value)) }
        return ManifestValue.fields([
            "$schema": .text("https://azuremlschemas.azureedge.net/latest/commandJob.schema.json"),
            "type": .text("command"),
            "display_name": job.name.map(ManifestValue.text),
            "experiment_name": job.experiment.map(ManifestValue.text),
            "command": .text(Self.shellLine(["lockstep"] + request.arguments)),
            "environment": .text(job.environment),
            "compute": .text(job.compute),
            "environment_variables": .mapping(environment),
            "resources": .fields([
                "instance_count": .integer(job.instanceCount), "shm_size": .text(job.sharedMemory),
            ]),
            "distribution": .fields([
                "type": .text("mpi"), "process_count_per_instance": .integer(job.processCount),
            ]),
            "limits": job.timeout.map { .fields(["timeout": .integer($0)]) },
        ]).merged(with: job.fields)
    }
}
