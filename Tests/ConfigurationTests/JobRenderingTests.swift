// Batch files and manifests: the renderings of the shipped cluster files, which Goldens/generate.py has
// checked against the schemas of Kubernetes, Kubeflow and Azure, and what each key changes in them.
import Configuration
import Foundation
import Testing

private let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

private func request(
    _ arguments: [String] = ["train", "recipe.yaml"], settings: OpenMPISettings = OpenMPISettings()
) -> JobRequest {
    JobRequest(
        executable: "/opt/lockstep/bin/lockstep", arguments: arguments, settings: settings,
        batchScript: "/opt/lockstep/launch/batch-job")
}

private func submission(
    _ yaml: String, _ arguments: [String] = ["train", "recipe.yaml"]
) throws -> JobSubmission {
    try #require(
        try ClusterConfiguration(yaml: yaml, file: "c.yaml").submission(of: request(arguments)))
}

private func document(
    _ yaml: String, _ arguments: [String] = ["train", "recipe.yaml"]
) throws -> String {
    try submission(yaml, arguments).document
}

/// The words of a launcher that takes no document.
private func command(_ yaml: String) throws -> [String] {
    let cluster = try ClusterConfiguration(yaml: yaml, file: "c.yaml")
    #expect(cluster.submission(of: request()) == nil)
    return cluster.launchCommand(
        executable: "/opt/lockstep/bin/lockstep", arguments: ["train", "recipe.yaml"],
        settings: OpenMPISettings(), slurmScript: "/opt/lockstep/launch/slurm.sbatch", localCores: 4)
}

@Suite struct JobRenderingTests {
    private static let files = [
        "azureml", "kubernetes-mpijob", "kubernetes-trainjob", "lsf", "pbs", "spot-nodes",
    ]

    @Test("a shipped cluster file renders what its schema was checked with", arguments: files)
    func goldens(file: String) throws {
        let cluster = try ClusterConfiguration(
            path: root.appendingPathComponent("cluster-configs/\(file).yaml").path)
        let settings = try OpenMPISettings(path: cluster.openMPISettingsFile)
        let golden = root.appendingPathComponent("Tests/ConfigurationTests/Goldens/\(file).txt")
        let rendered = cluster.submission(of: request(settings: settings))?.document
        #expect(try rendered == String(contentsOf: golden, encoding: .utf8))
    }

    @Test("each kind of job goes to its own program")
    func programs() throws {
        func words(_ yaml: String) throws -> [String] { try submission(yaml).words }
        #expect(try words("launcher: pbs\npbs: {select: 1}") == ["qsub"])
        #expect(try words("launcher: lsf\nlsf: {hosts: 1}") == ["bsub"])
        let kubectl = ["kubectl", "create", "-f", "-"]
        #expect(try words("launcher: mpijob\nkubernetes: {image: i}") == kubectl)
        #expect(try words("launcher: trainjob\nkubernetes: {image: i}") == kubectl)
        let azure = try words("launcher: azureml\nazureml: {environment: e, compute: c}")
        #expect(azure == ["az", "ml", "job", "create", "--file", "/dev/stdin"])
    }

    @Test("a command that saves nothing is not asked to save, and is not resumed")
    func otherCommands() throws {
        let pbs = "launcher: pbs\npbs: {walltime: '01:00:00', signal_seconds: 60}"
        #expect(try document(pbs).contains("/batch-job --resumable --save-after 3540 mpirun "))
        let evaluation = try document(pbs, ["evaluate", "--validation_file", "x.csv"])
        #expect(evaluation.contains("/batch-job mpirun "), "\(evaluation)")
        let pods = "launcher: mpijob\nkubernetes: {image: i}"
        #expect(try document(pods).contains("- \"--resume_from_checkpoint\"\n"))
        #expect(try !document(pods, ["predict"]).contains("resume"))
        #expect(try !document(pods + "\n  ", ["predict"]).contains("--resumable"))
    }

    @Test("ranks are bound to cores only on hosts of the job's own")
    func binding() throws {
        let bound = "--map-by slot:PE=4 --bind-to core"
        let free = "--map-by slot --bind-to none"
        let cases = [
            ("launcher: pbs\npbs: {ompthreads: 4}", free),
            ("launcher: pbs\npbs: {ompthreads: 4, place: 'scatter:excl'}", bound),
            ("launcher: lsf\nlsf: {cores_per_task: 4}", free),
            ("launcher: lsf\nlsf: {cores_per_task: 4, exclusive: true}", bound),
        ]
        for (yaml, words) in cases { #expect(try document(yaml).contains(words), "\(yaml)") }
    }

    @Test("a program of one's own, and UCX, reach every launcher that starts mpirun here")
    func programAndFabric() throws {
        let keys = "program: /shared/lockstep.sif\nucx_devices: ['mlx5_0:1', 'mlx5_1:1']\n"
        let texts = try [
            command(keys).joined(separator: " "), document("launcher: pbs\npbs: {select: 1}\n" + keys),
            document("launcher: lsf\nlsf: {hosts: 1}\n" + keys),
        ]
        for text in texts {
            #expect(text.contains("/shared/lockstep.sif train recipe.yaml"), "\(text)")
            #expect(text.contains("--mca pml ucx "), "\(text)")
            #expect(text.contains("-x UCX_NET_DEVICES=mlx5_0:1,mlx5_1:1 "), "\(text)")
        }
        let slurm = try command("launcher: slurm\nslurm: {nodes: 1}\n" + keys)
        #expect(slurm.contains("LOCKSTEP_BINARY=/shared/lockstep.sif"))
        #expect(slurm.contains("OMPI_MCA_pml=ucx") && slurm.contains("UCX_NET_DEVICES=mlx5_0:1,mlx5_1:1"))
    }

    @Test("Slurm starts the ranks by srun if asked")
    func srun() throws {
        let words = try command("launcher: slurm\nslurm: {launcher: srun}")
        #expect(
            words.suffix(5) == [
                "/opt/lockstep/launch/slurm.sbatch", "--launcher", "srun", "train", "recipe.yaml",
            ])
        #expect(try !command("launcher: slurm\nslurm: {launcher: mpirun}").contains("--launcher"))
    }

    @Test("words of the job are read back by the shell of a batch file")
    func quoting() throws {
        let text = try document(
            "launcher: pbs\npbs: {select: 1}", ["train", "my recipe.yaml", "--text", "$x'"])
        #expect(text.contains(#"lockstep train 'my recipe.yaml' --text '$x'\'''"#), "\(text)")
    }

    @Test("texts of a manifest stay texts, and the user's own scalars keep their type")
    func scalars() throws {
        let yaml = """
            launcher: mpijob
            kubernetes:
              image: i
              pod_spec:
                nodeSelector: {spot: "true", zone: 7}
                priority: 10
                note: "a: b #c"
            """
        let text = try document(yaml, ["train", "yes", "a\n\"b\"", "12", ""])
        for line in [
            "spot: \"true\"", "zone: 7", "priority: 10", "note: \"a: b #c\"", "- \"yes\"",
            #"- "a\n\"b\"""#, "- \"12\"", "- \"\"",
        ] { #expect(text.contains(" \(line)\n"), "\(line) is missing in \(text)") }
    }
}

@Suite struct ClusterKeyTests {
    /// A value for every key of a section, and what else the section needs.
    private static let examples: [String: (launcher: String, needed: String, values: [String: String])] = [
        "pbs": (
            "pbs", "walltime: '01:00:00'",
            [
                "select": "3", "ncpus": "9", "mpiprocs": "2", "ompthreads": "2", "mem": "9gb",
                "place": "pack",
                "walltime": "'02:00:00'", "queue": "q", "account": "a", "job_name": "n", "array": "0-3",
                "output": "o", "signal_seconds": "9", "qsub_options": "[-m abe]",
            ]
        ),
        "lsf": (
            "lsf", "run_limit: '01:00:00'",
            [
                "hosts": "3", "tasks_per_host": "2", "cores_per_task": "2", "memory": "9GB",
                "exclusive": "true", "run_limit": "'02:00:00'", "queue": "q", "project": "p", "gpu": "num=1",
                "job_name": "n", "array": "1-3", "output": "o", "signal_seconds": "9", "bsub_options": "[-N]",
            ]
        ),
        "kubernetes": (
            "mpijob", "image: i",
            [
                "image": "other", "name": "n", "namespace": "s", "workers": "3", "slots_per_worker": "2",
                "threads_per_rank": "2", "memory": "9Gi", "shared_memory": "9Gi",
                "volumes": "[{claim: c, path: /p}]", "retries": "1", "grace_seconds": "9", "queue": "q",
                "pod_spec": "{hostNetwork: true}", "run_policy": "{suspend: true}",
            ]
        ),
        "azureml": (
            "azureml", "environment: e, compute: c",
            [
                "environment": "other", "compute": "other", "instance_count": "3",
                "process_count_per_instance": "2", "threads_per_rank": "2", "shm_size": "9g",
                "timeout": "9", "display_name": "n", "experiment_name": "x", "job_fields": "{code: .}",
            ]
        ),
    ]

    @Test("every key of a section changes what is rendered", arguments: examples.keys.sorted())
    func everyKeyCounts(section: String) throws {
        let example = try #require(Self.examples[section])
        let group = try #require(ClusterKeyGroup.all.first { $0.section == section })
        #expect(Set(group.keys.map(\.name)) == Set(example.values.keys))
        func render(_ entries: String) throws -> String {
            try document("launcher: \(example.launcher)\n\(section): {\(entries)}")
        }
        let plain = try render(example.needed)
        for (key, value) in example.values {
            let needed = example.needed.split(separator: ", ").filter { !$0.hasPrefix("\(key):") }
            #expect(try render((needed + ["\(key): \(value)"]).joined(separator: ", ")) != plain, "\(key)")
        }
    }

    @Test("every key is declared once and has a sentence, and none of one group is unknown to its reader")
    func helpSentences() throws {
        for group in ClusterKeyGroup.all {
            #expect(Set(group.keys.map(\.name)).count == group.keys.count, "\(group.section ?? "")")
            for key in group.keys {
                #expect(key.help.hasSuffix(".") && key.help.count > 5, "\(key.name)")
                // A list of lists fits no key, so a key that is read is refused with its own name.
                let yaml = group.section.map { "\($0): {\(key.name): [[]]}" } ?? "\(key.name): [[]]"
                let error = #expect(throws: ConfigurationError.self, "\(key.name)") {
                    try ClusterConfiguration(yaml: yaml, file: "c.yaml")
                }
                #expect(error?.reason.contains("is not a known key") == false, "\(key.name)")
            }
        }
    }

    @Test(
        "mistakes are refused with their line and what to do",
        arguments: [
            ("launcher: pbs", "1: pbs is missing: launcher: pbs needs this section."),
            (
                "kubernetes: {image: i}",
                "1: The kubernetes section is read with launcher: mpijob or trainjob only; set that or remove the"
                    + " section."
            ),
            (
                "launcher: pbs\npbs: {select: 1}\nranks: 2",
                "3: ranks has no meaning with launcher: pbs; use select, mpiprocs and ompthreads of the pbs section."
            ),
            (
                "launcher: mpijob\nkubernetes: {image: i}\nprogram: x",
                "3: program has no meaning with launcher: mpijob; leave it out."
            ),
            (
                "launcher: pbs\npbs: {ncpus: 3, mpiprocs: 2, ompthreads: 2}",
                "2: ncpus is 3, but mpiprocs times ompthreads is 4; raise it."
            ),
            (
                "launcher: pbs\npbs: {walltime: 4h}",
                "2: walltime must be hours:minutes:seconds, such as 04:00:00, but is 4h."
            ),
            (
                "launcher: pbs\npbs: {walltime: '00:01:00', signal_seconds: 60}",
                "2: signal_seconds is 60, and walltime no longer; the job would be asked to leave at once."
            ),
            (
                "launcher: lsf\nlsf: {signal_seconds: 60}",
                "2: run_limit is missing: signal_seconds counts back from it."
            ),
            (
                "launcher: lsf\nlsf: {array: 0-4}", "2: array is 0-4, but tasks of LSF are counted from 1."
            ),
            (
                "launcher: lsf\nlsf: {bsub_options: ['-W 5']}",
                "2: bsub_options: -W 5 is decided elsewhere; set run_limit instead."
            ),
            (
                "launcher: pbs\npbs: {qsub_options: ['-l select=2']}",
                "2: qsub_options: -l select=2 is decided elsewhere; set select instead."
            ),
            (
                "launcher: pbs\npbs: {queue: \"a\\nb\"}",
                "2: queue must be a text on one line, without quotation marks, but is a\nb."
            ),
            (
                "launcher: pbs\npbs: {fan_speed: 1}",
                "2: fan_speed is not a known key in pbs. Options of qsub that have no key stand in qsub_options."
            ),
            (
                "launcher: mpijob\nkubernetes: {workers: 2}",
                "2: image is missing: name the container image; cluster-configs/image/Dockerfile makes one."
            ),
            (
                "launcher: mpijob\nkubernetes: {image: i, workers: 11, name: My_Job}",
                "2: name must be at most 53 lower-case letters, digits and dashes, first a letter, but is My_Job."
            ),
            (
                "launcher: mpijob\nkubernetes: {image: i, memory: 32 GB}",
                "2: memory must be an amount of memory such as 32Gi, but is 32 GB."
            ),
            (
                "launcher: mpijob\nkubernetes: {image: i, pod_spec: {containers: []}}",
                "2: pod_spec: containers is made from the other keys; leave it out."
            ),
            (
                "launcher: mpijob\nkubernetes: {image: i, run_policy: {ttlSecondAfterFinished: 1}}",
                "2: ttlSecondAfterFinished is not a known key in run_policy. Did you mean ttlSecondsAfterFinished?"
            ),
            (
                "launcher: trainjob\nkubernetes: {image: i, run_policy: {suspend: true}}",
                "2: run_policy is read with launcher: mpijob only; leave it out."
            ),
            (
                "launcher: mpijob\nkubernetes: {image: i, pod_spec: [a]}",
                "2: pod_spec must be a section, but is a list."
            ),
            (
                "launcher: mpijob\nkubernetes: {image: i, volumes: [{claim: c}]}",
                "2: volumes is missing: each entry needs a claim and the path where it is mounted."
            ),
            (
                "launcher: azureml\nazureml: {environment: e}",
                "2: compute is missing: name the compute cluster."
            ),
            (
                "launcher: azureml\nazureml: {environment: e, compute: c, job_fields: {type: sweep}}",
                "2: job_fields: type is made from the other keys; leave it out."
            ),
        ])
    func mistakes(yaml: String, expected: String) {
        let error = #expect(throws: ConfigurationError.self) {
            try ClusterConfiguration(yaml: yaml, file: "c.yaml")
        }
        #expect(error?.description == "c.yaml:" + expected)
    }
}
