// The keys of a cluster file, each declared once: its name, and the sentence that help prints for it.

/// A key of a cluster file or of one of its sections.
package struct ClusterKey: Equatable, Sendable {
    package let name: String
    /// A sentence, or the part of one that follows the name.
    package let help: String

    init(_ name: String, _ help: String) { (self.name, self.help) = (name, help) }
}

/// A group of keys: those that stand at the left margin, or those of a section.
package struct ClusterKeyGroup: Sendable {
    /// The section's own key; nil for the keys outside all sections.
    package let section: String?
    package let keys: [ClusterKey]

    /// Every group, in the order of help.
    package static let all = [
        Self(section: nil, keys: ClusterConfiguration.keys),
        Self(section: "slurm", keys: SlurmAllocation.keys),
        Self(section: "pbs", keys: PBSJob.keys),
        Self(section: "lsf", keys: LSFJob.keys),
        Self(section: "kubernetes", keys: KubernetesJob.keys),
        Self(section: "azureml", keys: AzureMLJob.keys),
    ]
}

extension ClusterConfiguration {
    static let keys = [
        ClusterKey("launcher", "mpirun, slurm, pbs, lsf, mpijob, trainjob or azureml; mpirun if not set."),
        ClusterKey("hosts", "the machines, each with name and slots, its cores for the job."),
        ClusterKey("hostfile", "a hostfile of Open MPI in place of hosts, beside the cluster file."),
        ClusterKey("spares", "hosts that launch/supervise takes in place of lost ones, as in hosts."),
        ClusterKey("min_hosts", "the fewest hosts with which launch/supervise goes on."),
        ClusterKey("ranks", "ranks in all; as many as the slots allow if not set."),
        ClusterKey("ranks_per_host", "ranks of each host, in place of ranks."),
        ClusterKey("threads_per_rank", "cores of each rank; the cores of a host are divided if not set."),
        ClusterKey("interface", "the network that joins the hosts: an interface or an address range."),
        ClusterKey("ucx_devices", "InfiniBand devices such as mlx5_0:1; messages then go through UCX."),
        ClusterKey("shared_directory", "a directory that all hosts see; ranks run in it."),
        ClusterKey("scratch_directory", "a directory of each host's own, for temporary files."),
        ClusterKey("program", "the program that ranks run, such as an Apptainer image; this one if not set."),
        ClusterKey("openmpi_settings", "the file of Open MPI's settings; openmpi.conf beside it if not set."),
        ClusterKey("mpirun_arguments", "further arguments of mpirun, which win over all others."),
        ClusterKey("network_gbit_per_s", "for plan: the rate of a host's link to the others, in Gbit/s."),
        ClusterKey("network_latency_us", "for plan: microseconds until a small message is there."),
        ClusterKey("network_message_us", "for plan: microseconds that each message takes; 5 if not set."),
        ClusterKey("memory_per_host_gib", "for plan: GiB of a host; those of this machine if not set."),
        ClusterKey("slurm", "what sbatch is asked for, with launcher: slurm."),
        ClusterKey("pbs", "what qsub is asked for, with launcher: pbs."),
        ClusterKey("lsf", "what bsub is asked for, with launcher: lsf."),
        ClusterKey("kubernetes", "the pods, with launcher: mpijob or trainjob."),
        ClusterKey("azureml", "the job of Azure Machine Learning, with launcher: azureml."),
    ]
}
