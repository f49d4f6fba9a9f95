// The pods of a job of Kubernetes, and the MPIJob that mpi-operator runs them as (kubeflow.org/v2beta1).

extension ClusterConfiguration {
    /// The documents that `kubectl create` gets.
    func manifest(_ job: KubernetesJob, _ request: JobRequest) -> [ManifestValue] {
        let pods = JobPods(job: job, command: podCommand(job, request))
        return launcher == .trainjob ? pods.trainJob : [pods.mpiJob]
    }

    /// What the launcher's container runs. The operator names the workers in a hostfile that Open MPI finds
    /// by its environment. Ranks are not bound: two pods on a node would choose the same cores.
    private func podCommand(_ job: KubernetesJob, _ request: JobRequest) -> [String] {
        var request = request
        request.executable = "lockstep"
        request.batchScript = "/usr/lib/lockstep/launch/batch-job"
        if request.isResumable, job.retries > 0, !request.arguments.contains("--resume_from_checkpoint") {
            request.arguments += ["--resume_from_checkpoint", "auto"]
        }
        return request.batchWords()
            + mpirunWords(
                ranks: job.ranks, threadsPerRank: job.threadsPerRank, isBound: false, request)
    }
}

/// The pods that the kinds of job have in common.
struct JobPods {
    let job: KubernetesJob
    /// Words that the launcher runs.
    let command: [String]

    /// The user of the image, and where the operator puts the keys of ssh.
    static let user = 1000
    static let keyFolder = "/home/mpiuser/.ssh"
    private static let sshPort = 2222

    func metadata(_ kind: String, version: String) -> KeyValuePairs<String, ManifestValue?> {
        [
            "apiVersion": .text(version), "kind": .text(kind),
            "metadata": .fields([
                "name": .text(job.name), "namespace": job.namespace.map(ManifestValue.text),
                "labels": job.queue.map { .fields(["kueue.x-k8s.io/queue-name": .text($0)]) },
            ]),
        ]
    }

    /// The MPIJob: the launcher starts when all workers answer, and again when it fails.
    var mpiJob: ManifestValue {
        let policy = ManifestValue.fields([
            "cleanPodPolicy": .text("Running"), "backoffLimit": .integer(job.retries),
        ])
        let spec = ManifestValue.fields([
            "slotsPerWorker": .integer(job.slotsPerWorker),
            "mpiImplementation": .text("OpenMPI"),
            "launcherCreationPolicy": .text("WaitForWorkersReady"),
            "sshAuthMountPath": .text(Self.keyFolder),
            "runPolicy": policy.merged(with: job.runPolicy),
            "mpiReplicaSpecs": .fields([
                "Launcher": .fields([
                    "replicas": .integer(1), "restartPolicy": .text("OnFailure"),
                    "template": .fields(["spec": launcherPod(container: "launcher", command: command)]),
                ]),
                "Worker": .fields([
                    "replicas": .integer(job.workers), "restartPolicy": .text("OnFailure"),
                    "template": .fields(["spec": workerPod(container: "worker")]),
                ]),
            ]),
        ])
        return ManifestValue.fields(metadata("MPIJob", version: "kubeflow.org/v2beta1"))
            .merged(with: .fields(["spec": spec]))
    }

    /// - Parameter command: nil where another object brings it.
    func launcherPod(container name: String, command: [String]?) -> ManifestValue {
        let amounts = ManifestValue.fields(["cpu": .text("1"), "memory": .text("1Gi")])
        return pod([
            "name": .text(name), "image": .text(job.image),
            "command": command.map(ManifestValue.texts),
            "securityContext": .fields(["runAsUser": .integer(Self.user)]),
            "resources": .fields(["requests": amounts, "limits": amounts]),
            "volumeMounts": mounts,
        ])
    }

    /// A worker waits as an ssh server, through which mpirun starts its ranks.
    func workerPod(container name: String) -> ManifestValue {
        let cores = job.slotsPerWorker * job.threadsPerRank
        let amounts = ManifestValue.fields([
            "cpu": .text(String(cores)), "memory": job.memory.map(ManifestValue.text),
        ])
        return pod([
            "name": .text(name), "image": .text(job.image),
            "command": .texts(["/usr/sbin/sshd", "-De", "-f", "/home/mpiuser/.sshd_config"]),
            "securityContext": .fields(["runAsUser": .integer(Self.user)]),
            "ports": .list([
                .fields([
                    "name": .text("ssh"), "containerPort": .integer(Self.sshPort), "protocol": .text("TCP"),
                ])
            ]),
            "readinessProbe": .fields([
                "tcpSocket": .fields(["port": .integer(Self.sshPort)]), "periodSeconds": .integer(2),
            ]),
            "resources": .fields(["requests": amounts, "limits": amounts]),
            "volumeMounts": mounts,
        ])
    }

    private func pod(_ container: KeyValuePairs<String, ManifestValue?>) -> ManifestValue {
        ManifestValue.fields([
            "securityContext": .fields(["fsGroup": .integer(Self.user)]),
            "terminationGracePeriodSeconds": .integer(job.graceSeconds),
            "containers": .list([.fields(container)]),
            "volumes": volumes,
        ]).merged(with: job.podSpec)
    }

    private var mounts: ManifestValue {
        let claims = job.volumes.enumerated().map { index, volume in
            ManifestValue.fields(["name": .text("data-\(index)"), "mountPath": .text(volume.path)])
        }
        return .list([.fields(["name": .text("shm"), "mountPath": .text("/dev/shm")])] + claims)
    }

    private var volumes: ManifestValue {
        let memory = ManifestValue.fields([
            "name": .text("shm"),
            "emptyDir": .fields(["medium": .text("Memory"), "sizeLimit": .text(job.sharedMemory)]),
        ])
        let claims = job.volumes.enumerated().map { index, volume in
            ManifestValue.fields([
                "name": .text("data-\(index)"),
                "persistentVolumeClaim": .fields(["claimName": .text(volume.claim)]),
            ])
        }
        return .list([memory] + claims)
    }
}
