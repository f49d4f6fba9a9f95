// What a cluster file says of the pods that a job of Kubernetes runs in.

/// The pods of a job: workers, which run the ranks, and a launcher, which runs mpirun.
package struct KubernetesJob: Equatable, Sendable {
    /// Image with lockstep, Open MPI and sshd; cluster-configs/image/Dockerfile makes one.
    package var image = ""
    package var name = "lockstep"
    package var namespace: String?
    package var workers = 1
    /// Ranks of a worker.
    package var slotsPerWorker = 1
    package var threadsPerRank = 1
    /// Memory of a worker in Kubernetes' form, such as `32Gi`.
    package var memory: String?
    /// Size of /dev/shm, in which ranks of one pod exchange messages; a container has 64 MiB otherwise.
    package var sharedMemory = "1Gi"
    package var volumes: [Volume] = []
    /// How often a job that failed is started again.
    package var retries = 6
    /// Seconds from the request to leave until a pod is killed.
    package var graceSeconds = 120
    /// The queue of Kueue that admits the job.
    package var queue: String?
    /// Further fields of every pod.
    var podSpec: ManifestValue?
    /// Further fields of an MPIJob's runPolicy.
    var runPolicy: ManifestValue?

    /// A claim of storage, mounted in every pod.
    package struct Volume: Equatable, Sendable {
        package let claim: String
        package let path: String
    }

    /// Ranks of the job.
    package var ranks: Int { workers * slotsPerWorker }
}

extension KubernetesJob {
    static let keys = [
        ClusterKey("image", "the container image; cluster-configs/image says what it holds."),
        ClusterKey("name", "the job's name; lockstep if not set."),
        ClusterKey("namespace", "its namespace; kubectl's own if not set."),
        ClusterKey("workers", "pods that run ranks; 1 if not set."),
        ClusterKey("slots_per_worker", "ranks of each worker; 1 if not set."),
        ClusterKey("threads_per_rank", "cores of each rank; 1 if not set."),
        ClusterKey("memory", "memory of each worker, such as 32Gi."),
        ClusterKey("shared_memory", "size of /dev/shm in each pod; 1Gi if not set."),
        ClusterKey("volumes", "claims of storage that every pod mounts, each with claim and path."),
        ClusterKey("retries", "how often a failed job goes on from its newest checkpoint; 6 if not set."),
        ClusterKey("grace_seconds", "seconds that a pod has to save and leave; 120 if not set."),
        ClusterKey("queue", "the queue of Kueue that admits the job."),
        ClusterKey("pod_spec", "further fields of every pod, such as tolerations and nodeSelector."),
        ClusterKey("run_policy", "further fields of an MPIJob's runPolicy, such as ttlSecondsAfterFinished."),
    ]

    /// nil if there is no such section. `yaml` is the whole file, from which fields of the user's are taken
    /// as they were written.
    init?(_ section: SectionReader?, yaml: String) throws(ConfigurationError) {
        guard let section else { return nil }
        guard let image = try section.value("image", .directive) else {
            throw .missing(
                "image", help: "name the container image; cluster-configs/image/Dockerfile makes one.",
                section.location("image"))
        }
        self.image = image
        workers = try section.value("workers", .integer(atLeast: 1)) ?? 1
        name = try section.value("name", .podName(workers: workers)) ?? name
        namespace = try section.value("namespace", .podName(workers: nil))
        slotsPerWorker = try section.value("slots_per_worker", .integer(atLeast: 1)) ?? 1
        threadsPerRank = try section.value("threads_per_rank", .integer(atLeast: 1)) ?? 1
        memory = try section.value("memory", .quantity)
        sharedMemory = try section.value("shared_memory", .quantity) ?? sharedMemory
        retries = try section.value("retries", .integer(atLeast: 0)) ?? retries
        graceSeconds = try section.value("grace_seconds", .integer(atLeast: 1)) ?? graceSeconds
        queue = try section.value("queue", .directive)
        for entry in try section.sections("volumes", known: ["claim", "path"]) ?? [] {
            guard let claim = try entry.value("claim", .directive), let path = try entry.value("path", .path)
            else {
                throw .missing(
                    "volumes", help: "each entry needs a claim and the path where it is mounted.",
                    section.location("volumes"))
            }
            volumes.append(Volume(claim: claim, path: path))
        }
        podSpec = try section.fields("pod_spec", of: yaml)
        try section.refuse(["containers", "initContainers", "restartPolicy"], in: podSpec, of: "pod_spec")
        runPolicy = try section.fields("run_policy", of: yaml)
        try section.refuse(["backoffLimit"], in: runPolicy, of: "run_policy")
        try section.expect(Self.policies, in: runPolicy, of: "run_policy")
    }

    /// The fields of a runPolicy of kubeflow.org/v2beta1 that `retries` does not set.
    private static let policies = [
        "cleanPodPolicy", "ttlSecondsAfterFinished", "activeDeadlineSeconds", "schedulingPolicy", "suspend",
        "managedBy",
    ]
}

extension SectionReader {
    /// Fields of the user's own below `key`, as they were written; nil if there are none.
    func fields(_ key: String, of yaml: String) throws(ConfigurationError) -> ManifestValue? {
        guard let entry = entry(key) else { return nil }
        guard case .mapping = entry.value, let section else {
            throw .unsuitable(
                key, entry.value, expected: "a section", problem: .mismatch, location(key))
        }
        return try YAMLValue.manifest(at: [section, key], of: yaml, file: file)
    }

    /// Refuses fields that are made from other keys.
    func refuse(_ names: [String], in fields: ManifestValue?, of key: String) throws(ConfigurationError) {
        guard let name = fields?.keys.first(where: names.contains) else { return }
        throw .contradiction(
            key, "\(key): \(name) is made from the other keys; leave it out.", location(key))
    }

    /// Refuses fields that are none of `known`.
    func expect(_ known: [String], in fields: ManifestValue?, of key: String) throws(ConfigurationError) {
        guard let name = fields?.keys.first(where: { !known.contains($0) }) else { return }
        throw .unknown(name, among: known, section: key, location(key))
    }
}

extension ValueFormat<String> {
    /// A label of the domain name system, as names of pods must be. The last worker's is `NAME-worker-N`.
    static func podName(workers: Int?) -> Self {
        let room = 63 - (workers.map { "-worker-\($0 - 1)".count } ?? 0)
        return Self(
            typeName: "text",
            expected: "at most \(room) lower-case letters, digits and dashes, first a letter",
            parse: { (text) throws(ValueProblem) in
                let isLabel = text.wholeMatch(of: /[a-z](?:[a-z0-9\-]*[a-z0-9])?/) != nil
                guard isLabel, text.utf8.count <= room else { throw .mismatch }
                return text
            },
            render: { .scalar($0) })
    }

    /// An amount of memory as Kubernetes writes it.
    static let quantity = Self(
        typeName: "text", expected: "an amount of memory such as 32Gi",
        parse: { (text) throws(ValueProblem) in
            guard text.wholeMatch(of: /[1-9][0-9]*(?:\.[0-9]+)?(?:[KMGTP]i|[kMGTP])?/) != nil else {
                throw .mismatch
            }
            return text
        },
        render: { .scalar($0) })
}
