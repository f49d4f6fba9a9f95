// The TrainJob of Kubeflow's Trainer (trainer.kubeflow.org/v1alpha1) and the training runtime that it runs
// by. The runtimes that come with the Trainer have images of their own; this one has ours.

extension JobPods {
    /// The runtime, and the job that refers to it by name.
    var trainJob: [ManifestValue] {
        let version = "trainer.kubeflow.org/v1alpha1"
        let job = ManifestValue.fields([
            "spec": .fields([
                "runtimeRef": .fields([
                    "apiGroup": .text("trainer.kubeflow.org"), "kind": .text("TrainingRuntime"),
                    "name": .text(job.name),
                ]),
                "trainer": .fields([
                    "numNodes": .integer(job.workers), "numProcPerNode": .integer(job.slotsPerWorker),
                    "command": .texts(command),
                ]),
            ])
        ])
        return [
            ManifestValue.fields(metadata("TrainingRuntime", version: version))
                .merged(with: .fields(["spec": runtime])),
            ManifestValue.fields(metadata("TrainJob", version: version)).merged(with: job),
        ]
    }

    private var runtime: ManifestValue {
        .fields([
            "mlPolicy": .fields([
                "numNodes": .integer(job.workers),
                "mpi": .fields([
                    "numProcPerNode": .integer(job.slotsPerWorker), "mpiImplementation": .text("OpenMPI"),
                    "sshAuthMountPath": .text(Self.keyFolder), "runLauncherAsNode": .boolean(false),
                ]),
            ]),
            "template": .fields([
                "spec": .fields([
                    // Workers are found by name before they are ready, and the job is done when mpirun is.
                    "network": .fields(["publishNotReadyAddresses": .boolean(true)]),
                    "successPolicy": .fields([
                        "operator": .text("All"), "targetReplicatedJobs": .texts(["launcher"]),
                    ]),
                    "failurePolicy": .fields(["maxRestarts": .integer(job.retries)]),
                    "replicatedJobs": .list([workers, launcher]),
                ])
            ]),
        ])
    }

    private var workers: ManifestValue {
        .fields([
            "name": .text("node"),
            "template": .fields(["spec": jobSpec(workerPod(container: "node"))]),
        ])
    }

    /// Starts when all workers are ready. The label makes it the one that runs the TrainJob's command.
    private var launcher: ManifestValue {
        .fields([
            "name": .text("launcher"),
            "dependsOn": .list([.fields(["name": .text("node"), "status": .text("Ready")])]),
            "template": .fields([
                "metadata": .fields([
                    "labels": .fields(["trainer.kubeflow.org/trainjob-ancestor-step": .text("trainer")])
                ]),
                "spec": jobSpec(launcherPod(container: "node", command: nil)),
            ]),
        ])
    }

    /// A pod that fails, fails its job at once: the set of jobs then starts again whole.
    private func jobSpec(_ pod: ManifestValue) -> ManifestValue {
        .fields([
            "backoffLimit": .integer(0),
            "template": .fields(["spec": pod.merged(with: .fields(["restartPolicy": .text("Never")]))]),
        ])
    }
}
